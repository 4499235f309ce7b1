#pragma once
// The network in stock LibTorch: the oracle of network::TrainingPass in tests, and the path on
// CUDA. Layers are torch::nn::LSTM, one layer each, over the same flat parameter buffer
// (network/model/weights.h), so that weights and checkpoints are the same on both.

#include <torch/types.h>

#include <memory>
#include <optional>
#include <vector>

#include "network/model/config.h"
#include "network/train/training_pass.h"
#include "torch/torch_batch.h"

namespace toccata::libtorch {

/// Dropout masks to use instead of torch's own dropout, each 0 or 1/keep_prob.
struct Masks {
  std::vector<torch::Tensor> time;  // per time layer (T, B, N, H)
  std::vector<torch::Tensor> note;  // per note layer (T, B, N, H)
  std::vector<torch::Tensor> mix;   // mix_lstm.up, mix_lstm.down (notes from the top); or none
};

/// State of the time layers between stretches of a piece.
struct TimeState {
  std::vector<torch::Tensor> h, c;  // per time layer (1, B*N, H); empty: zeros
};

class TorchModel {
 public:
  /// Parameters on `device`; call load before use. In `type` are weights, activations and gradients
  /// (bf16: rounded copies of the f32 weights that are loaded); the loss is f32 in either.
  TorchModel(const network::Config& config, torch::Device device,
             torch::ScalarType type = torch::kFloat32);
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

}  // namespace toccata::libtorch
