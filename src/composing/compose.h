#pragma once
// Pieces from a model: from silence, or going on from a piece given.

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.h"
#include "base/stop.h"
#include "composing/composer.h"
#include "composing/request.h"
#include "composing/taste.h"
#include "music/roll.h"
#include "network/stepper.h"

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
  int steps = 1024;                      // new steps of each piece
  std::uint64_t first = 0;               // number of the first piece
  int pieces = 10;                       // how many
  std::vector<std::uint64_t> only = {};  // these pieces alone, by number, instead of the first so
                                         // many
  std::map<std::uint64_t, Retries> retries = {};  // by piece number; see no_copying.h
  std::uint64_t seed = 1;  // with a piece's number it names all of the piece's random numbers
  double keep_prob = 1;    // (0, 1]; below 1 dropout stays on while composing
  Taste taste = {};        // temperatures, density, conservativity
  std::optional<Meter> meter = {};     // none: the primer's last, or 4/4
  const music::Roll* prime = nullptr;  // what every piece begins with; none: silence
  std::string prime_name = {};         // for messages
  bool new_only = false;  // leave the primer out: the piece begins with the bar in which the new
                          // music begins, silent up to there; notes held over begin anew
  Request request = {};   // what is given, and hard limits: request.h
  RequestMusic music = {};
  // Particles of Sequential Monte Carlo for each piece: with many, what is asked for also shapes
  // what stands before it; 1 only masks (composer.h). 1..4096
  int particles = 1;
  Pick pick = Pick::drawn;
  int side_by_side = 32;  // pieces, or particles, composed at the same time, at most
  int threads = 0;        // 0: the processor's
  network::Arithmetic arithmetic = network::Arithmetic::automatic;  // as network/stepper.h has it
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
  // Called with each new frame as it is composed, from compose's own thread: the piece's number,
  // the step in the whole piece (primer counted), the frame's cells (N). With several particles,
  // when the piece is whole.
  std::function<void(std::uint64_t piece, int step, const std::uint8_t* frame)> heard = {};
};
/// Throws Error (usage) where an option is outside its bounds (the request's: request.h).
void check(const ComposeOptions& options);
/// The numbers of the pieces that the options ask for.
std::vector<std::uint64_t> numbers_of(const ComposeOptions& options);

struct Composed {
  std::uint64_t number = 0;  // of the piece
  music::Roll roll;          // with the primer's meters and its own
  int new_from = 0;          // the step of `roll` at which the new music begins
  int steps = 0;             // from there to the end of what was composed or had to follow from it
  double nats = 0;           // negative log-likelihood of these steps under the model, unbent
  // Estimate of the log of the chance, in nats, that the model obeys the request unasked: the more
  // negative, the more was asked of it. 0 without a request.
  double log_evidence = 0;
  Retries retries = {};  // as ComposeOptions had them for this piece
};

/// Calls `done` with each piece, by number. The same model, seed and number give the same Roll,
/// whatever the number of pieces, side_by_side and threads, on every processor with the same
/// instruction set. When `stop` is requested, unfinished
/// pieces are given up. A piece for which no particle finds a way within the limits is given up,
/// with a warning. Throws Error where that is so of all, and where primer or request do not fit the
/// model or ask for the impossible (plan.h).
void compose(const network::Model& model, const ComposeOptions& options,
             const std::function<void(Composed&&)>& done, Progress& progress, const Stop& stop);

}  // namespace toccata::composing
