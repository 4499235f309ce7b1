#pragma once
// Music as it travels between page and server: a Roll as JSON, notes by name instead of cells.
//   {"grid": 4, "low": 24, "high": 101, "articulation": true, "steps": 64,
//    "meters": [[step, numerator, denominator]…], "bars": [step…],
//    "notes": [[onset, length, pitch]…]}
// "grid": steps per quarter note. "bars": the steps at which bars begin, for drawing; not read.

#include <string_view>

#include "base/files.h"
#include "base/json.h"
#include "music/roll.h"
#include "network/model/config.h"
#include "tasks/given_music.h"

namespace toccata::studio {

OrderedJson to_json(const music::Roll& roll);

/// The Roll that `json` says, read for `config`. Throws Error (usage) where it is not such music,
/// has another grid than the model, notes outside its range or the piece, or more than
/// `most_steps`.
music::Roll roll_from_json(const Json& json, const music::Options& read, int most_steps);

struct ReadMusic {
  music::Roll roll;
  double tempo = 120;  // the file's first
  OrderedJson report;  // {"repairs": […], "repair_count", "folded", "merged", "dropped", "drums"…}
  OrderedJson tracks;  // of the file, those with notes: [{"name", "notes"}…]
};

/// How a file is read: `given` as music that stays (tasks::Use::infill), else as what a model
/// learns from; `track`: one alone, counted from 1 among those with notes; 0: all.
struct ReadAs {
  bool given = false;
  int track = 0;
};

/// A MIDI file as a model with these options hears it. Throws Error (usage) where the bytes are no
/// such file or hold several pieces.
ReadMusic read_midi(std::string_view bytes, std::string_view name, music::Options read,
                    int most_steps, const ReadAs& as = {});

}  // namespace toccata::studio
