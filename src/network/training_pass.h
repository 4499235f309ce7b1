#pragma once
// Loss and gradient of the whole network over a batch of windows, on the CPU: the training side of
// the biaxial LSTM, with teacher forcing along the notes. Backpropagation through time: Werbos
// 1990; LSTM with forget gates: Gers et al. 2000.

#include <cstdint>
#include <memory>
#include <span>

#include "network/config.h"
#include "roll/batch.h"

namespace toccata::network {

enum class Precision {
  f32,
  bf16
};  // bf16: products in bf16 with f32 sums; cell state and gradients of parameters in f32

/// Dropout after every LSTM layer, scaled by 1/keep_prob (Srivastava et al. 2014; Zaremba et al.
/// 2014). The mask is a function of (seed, update, the window's global sample number, layer, step,
/// note, unit) alone: no matter how work is shared out.
struct Dropout {
  float keep_prob = 1.0f;
  std::uint64_t seed = 0;
  std::uint64_t update = 0;
};

struct PassOptions {
  Precision precision = Precision::f32;
  int threads = 0;  // 0: the processor's. The same threads, the same bits.
};

struct Loss {
  double nats = 0;          // sum over counted steps and notes, negative log-likelihood
  std::int64_t frames = 0;  // counted steps
};

class TrainingPass {
 public:
  TrainingPass(const Config& config, const PassOptions& options);
  ~TrainingPass();
  TrainingPass(TrainingPass&&) noexcept;
  TrainingPass& operator=(TrainingPass&&) noexcept;

  /// The batch's loss, and the gradient of its nats (a sum, not a mean).
  ///   values, gradient: (parameter_count(config)); gradient is written whole
  Loss gradient(std::span<const float> values, const roll::Batch& batch, const Dropout& dropout,
                std::span<float> gradient);

  /// The loss alone, without dropout, zero state at each window's beginning.
  Loss loss(std::span<const float> values, const roll::Batch& batch);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::network
