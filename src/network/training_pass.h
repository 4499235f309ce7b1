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

namespace toccata::network {

/// bf16: the operands of products (weights, inputs, outputs, gradients by pre-activations) and the
/// gates kept for the way back are rounded to bfloat16; sums, cell state and gradients of
/// parameters are f32. On a processor without bf16 products it is emulated with rounded floats:
/// right, but no faster than f32.
enum class Precision { f32, bf16 };

/// Dropout after every LSTM layer, scaled by 1/keep_prob (Srivastava et al. 2014; Zaremba et al.
/// 2014). The mask is a function of (seed, update, the window's global sample number, layer, step,
/// note, unit) alone: no matter how work is shared out.
struct Dropout {
  float keep_prob = 1.0f;
  std::uint64_t seed = 0;
  std::uint64_t update = 0;
  // Dropout on the recurrent path besides, below 1: the share of the values of every weight_hh that
  // an update keeps, times 1/recurrent_keep_prob. A function of (seed, update, layer, index) alone:
  // recurrent_mask.h.
  float recurrent_keep_prob = 1.0f;
};

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

/// The time axis' state of the sequences of a batch, carried from one stretch of whole pieces to
/// the next. A fresh one is all zeros.
struct CarriedState {
  std::vector<std::vector<float>> hidden, cell;  // for each time layer (B, N, H)
  std::vector<double> nats;                      // (B), of the latest stretch
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

  /// The loss alone, without dropout, zero state at each window's beginning.
  Loss loss(std::span<const float> values, const music::Batch& batch);

  /// The loss of the next stretch of B pieces, state carried: exact likelihood of whole pieces,
  /// stretch by stretch. A sequence whose first step is 0 begins a piece: its state starts at zero.
  /// Here a length may be 0: the sequence rests.
  Loss loss(std::span<const float> values, const music::Batch& batch, CarriedState& state);

  /// The kernels in use, one of training_arithmetics.
  std::string arithmetic() const;
  /// Memory held for activations and gradients, in bytes.
  std::size_t bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toccata::network
