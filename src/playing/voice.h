#pragma once
// A model that goes on composing from what has sounded, one step at a time.

#include <cstdint>
#include <memory>
#include <vector>

#include "composing/sampler.h"
#include "network/stepper.h"
#include "playing/controls.h"
#include "playing/past.h"

namespace toccata::playing {

struct VoiceOptions {
  std::uint64_t seed = 1;
  double keep_prob = 1;  // below 1: dropout stays on
  int threads = 1;       // 0: the processor's
  network::Arithmetic arithmetic = network::Arithmetic::automatic;
};

class Voice {
 public:
  Voice(std::shared_ptr<const network::Model> model, const VoiceOptions& options);

  /// Hears one step more of the past. Pitches outside the model's range are not
  /// heard.
  void listen(const PastStep& step);

  /// Composes the step at `place`, after what was heard. What it composes is
  /// not heard yet: listen takes it, with what was played in beside it. Pitches
  /// outside controls.pitch_classes do not begin; what sounds already may sound
  /// on. The random numbers are those of (seed, piece, number of the step).
  PastStep compose(const network::StepPlace& place, const Controls& controls);

  /// Forgets everything, and begins a new piece.
  void begin(std::uint64_t piece);

  const network::Model& model() const { return *model_; }
  const std::string& arithmetic() const { return stepper_.arithmetic(); }

 private:
  std::shared_ptr<const network::Model> model_;
  VoiceOptions options_;
  network::Stepper stepper_;
  composing::PieceRandom random_;
  std::vector<std::uint8_t> previous_;  // (N)
  bool begun_ = false;                  // the time axis has run for the next step already
};

}  // namespace toccata::playing
