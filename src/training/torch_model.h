#pragma once
// The network in stock LibTorch: the oracle of network::TrainingPass in tests, and the path on
// CUDA. Layers are torch::nn::LSTM, one layer each, over the same flat parameter buffer
// (network/weights.h), so that weights and checkpoints are the same on both.

#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "network/config.h"
#include "network/training_pass.h"
#include "roll/batch.h"

namespace toccata::training {

/// A batch as the network reads it, on a device. Everything but features follows from the cells.
struct TorchBatch {
  torch::Tensor features;           // (T, B, N, F) f32
  torch::Tensor lower;              // (T, B, N, lower_inputs) f32: what each note sees below it
  torch::Tensor target;             // (T, B, N, C) f32: play, articulate of y(t)
  torch::Tensor play_counts;        // (T, B, N) f32: 1 where the play logit is scored
  torch::Tensor articulate_counts;  // (T, B, N) f32: 1 where the articulate logit is scored too
  std::int64_t frames = 0;          // counted steps
};

TorchBatch to_torch(const network::Config& config, const roll::Batch& batch, torch::Device device);

/// Dropout masks to use instead of torch's own dropout, each 0 or 1/keep_prob.
struct Masks {
  std::vector<torch::Tensor> time;  // per time layer (T, B, N, H)
  std::vector<torch::Tensor> note;  // per note layer (T, B, N, H)
};

/// State of the time layers between stretches of a piece.
struct TimeState {
  std::vector<torch::Tensor> h, c;  // per time layer (1, B*N, H); empty: zeros
};

class TorchModel {
 public:
  /// Parameters on `device`; call load before use.
  TorchModel(const network::Config& config, torch::Device device);
  ~TorchModel();
  TorchModel(TorchModel&&) noexcept;
  TorchModel& operator=(TorchModel&&) noexcept;

  /// Copies `values` (P) in.
  void load(const torch::Tensor& values);

  /// Logits (T, B, N, C) with teacher forcing. keep_prob < 1 drops out by `masks` where given, else
  /// by torch's own random numbers. `state` is read and replaced where given.
  torch::Tensor logits(const TorchBatch& batch, float keep_prob, const Masks* masks = nullptr,
                       TimeState* state = nullptr);

  /// Negative log-likelihood of every frame, (T, B), summed over notes; 0 in padding.
  static torch::Tensor frame_nats(const TorchBatch& batch, const torch::Tensor& logits);

  /// Nats of the batch (0-dim, f64), and their gradient into `gradient` (P), written whole.
  torch::Tensor gradient(const TorchBatch& batch, float keep_prob, torch::Tensor& gradient,
                         const Masks* masks = nullptr);

 private:
  struct Layers;
  std::unique_ptr<Layers> layers_;
};

}  // namespace toccata::training
