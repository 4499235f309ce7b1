#pragma once
// Loss and gradient of the whole network over a batch of windows, on the CPU: the training side of
// the biaxial LSTM, with teacher forcing along the notes. Backpropagation through time: Werbos
// 1990; LSTM with forget gates: Gers et al. 2000.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "music/batch.h"
#include "network/config.h"
#include "network/dropout.h"
#include "network/precision.h"

namespace toccata::network {

/// The names of the kernels that this processor runs, fastest first: "avx512-bf16", "avx2-f32",
/// "plain-f32"…
std::vector<std::string> training_arithmetics(Precision precision);

struct PassOptions {
  Precision precision = Precision::f32;
  int threads = 0;  // 0: the processor's. The same threads, the same bits.
  // What the windows worked on side by side may keep for the way back, in bytes; one window is
  // always worked on, however long.
  std::size_t activation_bytes = std::size_t{400} << 20;
  // For comparison: the kernels to use instead of the fastest, by their place in
  // training_arithmetics(precision).
  std::size_t arithmetic = 0;
};

struct Loss {
  double nats = 0;          // sum over counted steps and notes, negative log-likelihood
  std::int64_t frames = 0;  // counted steps
};

/// Hears that a part of a gradient is complete: from `begin` to `end` in the flat buffer.
using Ready = std::function<void(std::size_t begin, std::size_t end)>;

class TrainingPass {
 public:
  TrainingPass(const Config& config, const PassOptions& options);
  ~TrainingPass();
  TrainingPass(TrainingPass&&) noexcept;
  TrainingPass& operator=(TrainingPass&&) noexcept;

  /// The batch's loss, and the gradient of its nats (a sum, not a mean). Of no windows: zeros.
  ///   values, gradient: (parameter_count(config)); gradient is written whole
  ///   ready: is told which part of it stands, begin to end, once it does; the parts are the whole.
  ///          The note axis' (and the mix's) stands while the way back through the time axis is
  ///          still to come
  Loss gradient(std::span<const float> values, const music::Batch& batch, const Dropout& dropout,
                std::span<float> gradient, const Ready& ready = {});

  /// The kernels in use, one of training_arithmetics.
  std::string arithmetic() const;
  /// Memory held for activations and gradients, in bytes.
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::network
