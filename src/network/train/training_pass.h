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
#include "network/kernels/precision.h"
#include "network/model/config.h"
#include "network/model/dropout.h"

namespace toccata::network {

/// The name of the kernels that training in a precision uses: "avx512-bf16", "avx2-f32",
/// "plain-f32"…
std::string training_arithmetic(Precision precision,
                                InstructionSet set = InstructionSet::automatic);

struct PassOptions {
  Precision precision = Precision::f32;
  int threads = 0;  // 0: the processor's. The same threads, the same bits.
  // Bytes that may be kept for backpropagation; so many windows are computed side by side as fit,
  // but at least one.
  std::size_t activation_bytes = std::size_t{400} << 20;
  InstructionSet instruction_set = InstructionSet::automatic;  // automatic: the best there is
};

struct Loss {
  double nats = 0;          // sum over counted steps and notes, negative log-likelihood
  std::int64_t frames = 0;  // counted steps
};

/// Called when a part of the gradient is complete: begin … end-1 of the flat buffer.
using Ready = std::function<void(std::size_t begin, std::size_t end)>;

class TrainingPass {
 public:
  TrainingPass(const Config& config, const PassOptions& options);
  ~TrainingPass();
  TrainingPass(TrainingPass&&) noexcept;
  TrainingPass& operator=(TrainingPass&&) noexcept;

  /// The batch's loss, and the gradient of its nats (a sum, not a mean). Zeros for an empty batch.
  ///   values, gradient: (parameter_count(config)); gradient is overwritten
  ///   ready: called once for each part of the gradient when it is complete. That of the note axis
  ///          and the mixing layers comes first, before backpropagation through the time axis
  Loss gradient(std::span<const float> values, const music::Batch& batch, const Dropout& dropout,
                std::span<float> gradient, const Ready& ready = {});

  /// The kernels in use, as training_arithmetic names them.
  std::string arithmetic() const;
  /// Bytes of memory held for activations and gradients.
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::network
