#pragma once
// Several pieces composed step by step, side by side: the engine of compose.h, and of live playing,
// where what really sounded corrects what was composed.
//
// What an order fixes or forbids changes what is likely before it. So a piece can be composed as K
// particles by Sequential Monte Carlo, over the notes in the order in which they are drawn: each
// draws within what is allowed, and is weighted by the chance that it would have done so unasked;
// where the weights grow uneven (effective sample size below K/2), the particles are resampled.
// Gordon, Salmond & Smith 1993; Doucet & Johansen 2011. One particle is plain masking; without
// limits all weights are one.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "composing/order.h"
#include "composing/sampler.h"
#include "composing/step_gate.h"
#include "music/roll.h"
#include "network/step/stepper.h"

namespace toccata::composing {

/// What composing may use of the machine, and who listens: nothing here changes a piece, but for
/// the arithmetic, which its receipt names.
struct Resources {
  int side_by_side = 32;  // pieces, or particles, composed at the same time, at most
  int threads = 0;        // 0: the processor's
  network::Precision precision = network::Precision::automatic;  // as network/step/stepper.h has it
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
  // Called with each new frame as it is composed, from compose's own thread: the piece's number,
  // the step in the whole piece (primer counted), the frame's cells (N). With several particles,
  // when the piece is whole.
  std::function<void(std::uint64_t piece, int step, const std::uint8_t* frame)> heard = {};
};

/// A piece of an order: its number names its random numbers and dropout masks.
struct NumberedPiece {
  std::uint64_t number = 0;
  Retries retries = {};
};

/// What hangs on the steps before, where it is a choice. 0: no such rule.
struct LineRules {
  int longest_silence = 0;  // steps that may be silent one after the other
  int repeat_gap = 0;       // steps at least from an onset to the next of its pitch
  int longest_note = 0;     // steps that a note may sound
  bool operator==(const LineRules&) const = default;
};

/// Whether a line closes on the tonic of the key that its music is in by then, as far as the other
/// limits let it.
enum class Close { no, on_its_notes, on_all_of_it };

/// What one step may be. Empty: anything.
struct StepLimits {
  std::span<const CellSet> allowed = {};  // (N); empty: any cell
  StepRule rule = {};
  LineRules line = {};
  Close close = Close::no;
  bool empty() const {
    return allowed.empty() && rule.empty() && line == LineRules{} && close == Close::no;
  }
};

class Composer {
 public:
  /// Of the order, seed, particles, keep_prob and sampling matter here. `model` must outlive this
  /// object.
  Composer(const network::Model& model, const std::vector<NumberedPiece>& pieces,
           const Order& order, const Resources& resources);
  ~Composer();
  Composer(Composer&&) noexcept;

  /// Forgets everything and begins other pieces, as many as before.
  void begin(const std::vector<NumberedPiece>& pieces);

  /// Takes the first `length` frames of `piece` as every piece's own past, of which the network
  /// hears those from `from` on, once for all. Only before the first step. Throws Error where the
  /// Roll does not fit the model (`name` stands in it).
  void listen(const music::Roll& piece, int from, int length, std::string_view name);
  /// One more frame (N) of the past.
  void listen(const network::StepPlace& place, const std::uint8_t* frame);
  /// In the last step, `frame` (N) sounded instead of what was composed: someone plays along.
  void correct(const std::uint8_t* frame);

  /// Composes one more step of every piece. `place` is the step's, the same for all.
  void step(const network::StepPlace& place, const StepLimits& limits = {});
  /// The same where the request leaves no choice: all cells are known. `kinds` (N) are what
  /// `frame` (N) is in the piece that it is from.
  void given_step(const network::StepPlace& place, const std::uint8_t* frame,
                  std::span<const CellSet> kinds);

  void set_sampling(const SamplingOptions& sampling);

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
  /// Estimate of the log of the chance, in nats, that the model (bent by the sampling options)
  /// obeys all limits so far unasked; its exponential is unbiased. 0 without limits; minus infinity
  /// where no particle found a way on.
  double log_evidence(int p) const;
  /// Where piece p's last particle ended, if none found a way on.
  std::optional<int> lost_at(int p) const;

  std::string arithmetic() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::composing
