#pragma once
// Batches as stock LibTorch reads them, encoded on the device they are for: what travels there is a
// batch's cells, a byte each, and a few numbers per step, from pinned memory and without waiting.

#include <torch/types.h>

#include "music/batch.h"
#include "network/model/input_kernel.h"

namespace toccata::libtorch {

/// The bits of cells, a plane for each channel, play first.
using Planes = std::vector<torch::Tensor>;

/// A batch as the network reads it, on a device.
struct TorchBatch {
  torch::Tensor features;   // (T, B, N, F): what the time axis reads
  torch::Tensor lower;      // (T, B, N, L): what the note axis sees of the notes below
  torch::Tensor target;     // (T, B, N, C) f32: the bits of y(t)
  torch::Tensor counts;     // (T, B, N, C) f32: 1 where the logit is scored
  std::int64_t frames = 0;  // counted steps
};

/// The input kernel in tensors: equal to network::Encoder and network::encode_lower, value for
/// value. What sees the step or the pitch class is made on the host; the rest travels as cells.
class TorchEncoder {
 public:
  /// features and lower come in `type`.
  TorchEncoder(const network::Config& config, torch::Device device,
               torch::ScalarType type = torch::kFloat32);

  TorchBatch encode(const music::Batch& batch) const;

 private:
  torch::Tensor features(const music::Batch& batch, const Planes& planes) const;
  torch::Tensor lower(const Planes& planes) const;

  network::Config config_;
  torch::Device device_;
  torch::ScalarType type_;
  struct Group {
    network::FeatureGroup group;
    torch::Tensor still;  // (N, width) where it sees the note alone
  };
  std::vector<Group> groups_;
  torch::Tensor note_classes_;    // (N) i64: each note's pitch class
  torch::Tensor lower_classes_;   // (N, 12) and
  torch::Tensor lower_rotation_;  // (N, 12) i64: the same, counted from the lowest note
};

/// The same for one batch.
TorchBatch to_torch(const network::Config& config, const music::Batch& batch, torch::Device device);

/// A tensor on `device`; to a GPU by way of pinned memory, without waiting.
torch::Tensor sent(const torch::Tensor& tensor, torch::Device device);

}  // namespace toccata::libtorch
