#pragma once
// Several pieces composed step by step, side by side: the engine below compose.h, and what live
// playing and the page run on.

#include <cstdint>
#include <vector>

#include "composing/sampler.h"
#include "network/stepper.h"
#include "roll/roll.h"

namespace toccata::composing {

struct ComposerOptions {
  std::uint64_t seed = 1;
  double keep_prob = 1;    // below 1: dropout stays on, as the original composed some pieces
  double temperature = 1;  // of both play and articulate
  int threads = 0;         // 0: the processor's
  network::Arithmetic arithmetic = network::Arithmetic::automatic;
  network::InstructionSet instruction_set = network::InstructionSet::automatic;
};

class Composer {
 public:
  /// `pieces` are the pieces' numbers, which name their random numbers and dropout masks. `model`
  /// must outlive this object.
  Composer(const network::Model& model, std::vector<std::uint64_t> pieces,
           const ComposerOptions& options);

  /// Takes the frames of `past` as every piece's own past. Only before the first step. Throws Error
  /// where the Roll does not fit the model (`name` stands in it).
  void listen(const roll::Roll& past, std::string_view name);

  /// Composes one more step of every piece. `place` is the step's, the same for all.
  void step(const network::StepPlace& place);

  int pieces() const { return static_cast<int>(random_.size()); }  // B
  /// The last frame of piece b: (N) cells; zeros before the first step.
  const std::uint8_t* frame(int b) const { return previous_.data() + offset(b); }
  /// What the composed steps of piece b cost under the model, at temperature 1: the negative
  /// log-likelihood in nats. A measure of how sure the model was.
  double nats(int b) const { return nats_[static_cast<std::size_t>(b)]; }
  const std::string& arithmetic() const { return stepper_.arithmetic(); }

 private:
  std::size_t offset(int b) const {
    return static_cast<std::size_t>(b) * static_cast<std::size_t>(notes_);
  }

  const network::Model& model_;
  ComposerOptions options_;
  int notes_, channels_;  // N, C
  std::vector<PieceRandom> random_;
  network::Stepper stepper_;
  std::vector<std::uint8_t> previous_, frame_;  // (B, N)
  std::vector<network::StepPlace> places_;      // (B)
  std::vector<std::uint8_t> lower_;             // (B)
  std::vector<float> logits_;                   // (B, C)
  std::vector<double> nats_;                    // (B)
};

}  // namespace toccata::composing
