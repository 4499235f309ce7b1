#pragma once
// training::Ranks by c10d, LibTorch's own communication: Gloo over TCP, and NCCL between GPUs where
// this LibTorch has it.

#include <torch/types.h>

#include <memory>

#include "training/launch.h"
#include "training/ranks.h"

namespace toccata::libtorch {

class TensorRanks : public training::Ranks {
 public:
  using training::Ranks::begin_all_reduce;
  /// As of a span; `part` (f32) may stand on a GPU.
  virtual void begin_all_reduce(const torch::Tensor& part, training::ReduceKind kind) = 0;
};

/// As training::join_ranks, of several. Throws Error (usage) where this LibTorch was built without
/// c10d or Gloo.
std::unique_ptr<training::Ranks> join(const training::Launch& launch, double timeout,
                                      const Stop& stop);

}  // namespace toccata::libtorch
