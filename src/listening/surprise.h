#pragma once
// The surprise of each note: its cost to a model in nats, given all that came before and all lower
// notes of its step.

#include <string_view>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "listening/notes.h"
#include "music/roll.h"
#include "network/model/weights.h"

namespace toccata::listening {

struct Surprise {
  int steps = 0, notes = 0;     // T, N
  std::vector<float> of_cells;  // (T, N), nats
  double nats = 0;              // their sum
  double of_step(int step) const;
};

/// Over the whole piece, with state carried and dropout off, so that the nats are those of
/// likelihood.h. Throws Error, with `name`, if the Roll does not fit the model.
Surprise surprise(const network::Model& model, const music::Roll& roll, std::string_view name,
                  int threads, Progress& progress, const Stop& stop);

struct NoteSurprise {
  RollNote note;
  double onset_nats = 0;  // of its first cell: that it is struck here
  double held_nats = 0;   // of its later cells: that it sounds on, and is not struck again
};

/// The notes of `roll` with the cost of each, in the order of notes_of. (The cost of silence is
/// only in Surprise.)
std::vector<NoteSurprise> note_surprises(const music::Roll& roll, const Surprise& surprise);

}  // namespace toccata::listening
