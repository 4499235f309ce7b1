#pragma once
// Pieces from a model: from silence, or going on from a piece given.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "network/stepper.h"
#include "roll/roll.h"

namespace toccata::composing {

struct Meter {
  int numerator = 4;
  int denominator = 4;  // a power of two, 1..64
  bool operator==(const Meter&) const = default;
};
/// "3/4". Throws Error (usage) where it is no meter.
Meter parse_meter(std::string_view text);
std::string to_string(const Meter& meter);

struct ComposeOptions {
  int steps = 1024;         // new steps of each piece
  std::uint64_t first = 0;  // number of the first piece
  int pieces = 10;          // how many
  std::uint64_t seed = 1;   // with a piece's number it names all of the piece's random numbers
  double keep_prob = 1;     // (0, 1]; below 1 dropout stays on while composing
  double temperature = 1;   // 0.01..100
  std::optional<Meter> meter = {};    // none: the primer's last, or 4/4
  const roll::Roll* prime = nullptr;  // what every piece begins with; none: silence
  std::string prime_name = {};        // for messages
  bool new_only = false;  // leave the primer out: the piece begins with the bar in which the new
                          // music begins, silent up to there; notes held over begin anew
  int side_by_side = 32;  // pieces composed at the same time, at most
  int threads = 0;        // 0: the processor's
  network::Arithmetic arithmetic = network::Arithmetic::automatic;  // as network/stepper.h has it
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
  // Called with each new frame as it is composed, from compose's own thread: the piece's number,
  // the step in the whole piece (primer counted), the frame's cells (N).
  std::function<void(std::uint64_t piece, int step, const std::uint8_t* frame)> heard = {};
};
/// Throws Error (usage) where an option is outside its bounds.
void check(const ComposeOptions& options);

struct Composed {
  std::uint64_t number = 0;  // of the piece
  roll::Roll roll;           // with the primer's meters and its own
  int new_from = 0;          // the step of `roll` at which the new music begins
  double nats = 0;           // negative log-likelihood of the new steps, at temperature 1
};

/// Calls `done` with each piece, by number. The same model, seed and number give the same Roll,
/// whatever the number of pieces, side_by_side and threads, on every processor with the same
/// instruction set. When `stop` is requested, unfinished
/// pieces are given up. Throws Error where the primer does not fit the model.
void compose(const network::Model& model, const ComposeOptions& options,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop);

}  // namespace toccata::composing
