#pragma once
// Batches as stock LibTorch reads them, encoded on the device they are for: what travels there is a
// batch's cells, a byte each, from pinned memory and without waiting.

#include <torch/types.h>

#include "music/batch.h"
#include "network/config.h"

namespace toccata::libtorch {

/// A batch as the network reads it, on a device.
struct TorchBatch {
  torch::Tensor features;           // (T, B, N, F): what the time axis reads
  torch::Tensor lower;              // (T, B, N, L): what the note axis sees of the notes below
  torch::Tensor target;             // (T, B, N, C) f32: play, articulate of y(t)
  torch::Tensor play_counts;        // (T, B, N) f32: 1 where the play logit is scored
  torch::Tensor articulate_counts;  // (T, B, N) f32: 1 where the articulate logit is scored too
  std::int64_t frames = 0;          // counted steps
};

/// The input kernel in tensors: equal to network::Encoder and network::encode_lower, value for
/// value (their place features are made on the host in both).
class TorchEncoder {
 public:
  /// features and lower come in `type`.
  TorchEncoder(const network::Config& config, torch::Device device,
               torch::ScalarType type = torch::kFloat32);

  TorchBatch encode(const music::Batch& batch) const;

 private:
  torch::Tensor features(const torch::Tensor& play, const torch::Tensor& articulate,
                         const torch::Tensor& rest) const;
  torch::Tensor lower(const torch::Tensor& play, const torch::Tensor& articulate) const;

  network::Config config_;
  torch::Device device_;
  torch::ScalarType type_;
  torch::Tensor still_;           // (N, 13): position and pitch class
  torch::Tensor classes_;         // (N, 12): one-hot pitch class
  torch::Tensor rotation_;        // (N * 12) i64: the pitch class k semitones above note n's
  torch::Tensor lower_classes_;   // (N, 12) and
  torch::Tensor lower_rotation_;  // (N, 12) i64: the same, counted from the lowest note
};

/// The same for one batch.
TorchBatch to_torch(const network::Config& config, const music::Batch& batch, torch::Device device);

/// A tensor on `device`; to a GPU by way of pinned memory, without waiting.
torch::Tensor sent(const torch::Tensor& tensor, torch::Device device);

}  // namespace toccata::libtorch
