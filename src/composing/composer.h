#pragma once
// Several pieces composed step by step, side by side: the engine below compose.h, and what live
// playing and the page run on.
//
// What a request fixes or forbids changes what is likely before it. So a piece can be composed as K
// particles by Sequential Monte Carlo, over the notes in the order in which they are drawn: each
// draws within what is allowed, and is weighted by the chance that it would have done so unasked;
// where the weights grow uneven (effective sample size below K/2), the particles are resampled.
// Gordon, Salmond & Smith 1993; Doucet & Johansen 2011. One particle is plain masking; without
// limits all weights are one.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "composing/sampler.h"
#include "composing/step_gate.h"
#include "music/roll.h"
#include "network/stepper.h"

namespace toccata::composing {

struct ComposerOptions {
  std::uint64_t seed = 1;
  int particles = 1;     // K, of each piece
  double keep_prob = 1;  // below 1: dropout stays on, as the original composed some pieces
  Taste taste = {};
  std::map<std::uint64_t, Retries> retries = {};  // by piece number
  int threads = 0;                                // 0: the processor's
  network::Arithmetic arithmetic = network::Arithmetic::automatic;
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
};

/// What one step may be. Empty: anything.
struct StepLimits {
  std::span<const CellSet> allowed = {};  // (N); empty: any cell
  StepRule rule = {};
  int longest_silence = 0;  // steps that may be silent one after the other; 0: any number
  int repeat_gap =
      0;  // steps at least from an onset to the next of its pitch, where it is a choice
  bool empty() const {
    return allowed.empty() && rule.empty() && longest_silence == 0 && repeat_gap == 0;
  }
};

/// Which particle a piece is taken from, when all is composed.
enum class Pick {
  drawn,     // by weight: a sample of what is likely under the request
  heaviest,  // of the largest weight; among equals the most likely
};
constexpr auto words(Pick) {
  return word_list<Pick>({{"drawn", Pick::drawn}, {"heaviest", Pick::heaviest}});
}

class Composer {
 public:
  /// `pieces` are the pieces' numbers, which name their random numbers and dropout masks. `model`
  /// must outlive this object.
  Composer(const network::Model& model, std::vector<std::uint64_t> pieces,
           const ComposerOptions& options);
  ~Composer();
  Composer(Composer&&) noexcept;

  /// Takes the frames of `past` as every piece's own past. Only before the first step. Throws Error
  /// where the Roll does not fit the model (`name` stands in it).
  void listen(const music::Roll& past, std::string_view name);

  /// Composes one more step of every piece. `place` is the step's, the same for all.
  void step(const network::StepPlace& place, const StepLimits& limits = {});
  /// The same where the request leaves no choice: all cells are known. `kinds` (N) are what
  /// `frame` (N) is in the piece that it is from.
  void given_step(const network::StepPlace& place, const std::uint8_t* frame,
                  std::span<const CellSet> kinds);

  void set_taste(const Taste& taste);

  int pieces() const;     // P
  int particles() const;  // K
  /// Lines: piece p's particle k is line p * K + k.
  int lines() const { return pieces() * particles(); }
  /// The last frame of each line: (lines, N) cells; zeros before the first step.
  const std::uint8_t* frames() const;
  /// The last frame of piece p's first particle: (N).
  const std::uint8_t* frame(int p) const;
  /// For each line, the line of the step before that the last frame goes on from: (lines).
  std::span<const int> origins() const;

  /// What the composed steps of a line cost under the model, unbent: the negative log-likelihood in
  /// nats. A measure of how sure the model was.
  double nats(int line) const;
  /// The particle of piece p that is its music.
  int picked(int p, Pick pick) const;
  /// Estimate of the log of the chance, in nats, that the model (bent by the taste) obeys all
  /// limits so far unasked; its exponential is unbiased. 0 without limits; minus infinity where no
  /// particle found a way on.
  double log_evidence(int p) const;
  /// Where piece p's last particle ended, if none found a way on.
  std::optional<int> lost_at(int p) const;

  const std::string& arithmetic() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::composing
