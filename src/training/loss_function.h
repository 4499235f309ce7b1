#pragma once
// Who computes a batch's loss and gradient, and the one adapter to torch::autograd.

#include <torch/types.h>

#include <memory>

#include "music/batch.h"
#include "network/training_pass.h"
#include "training/options.h"

namespace toccata::training {

struct BatchLoss {
  torch::Tensor nats;       // 0-dim f64, on the engine's device; sum over counted steps and notes
  std::int64_t frames = 0;  // counted steps
};

class Engine {
 public:
  virtual ~Engine() = default;
  virtual const char* name() const = 0;
  /// The batch's nats and their gradient; zeros where it has no windows.
  ///   values, gradient: (P) f32 on the engine's device; gradient is written whole
  ///   ready: as TrainingPass::gradient's; the same parts in the same order for every batch
  virtual BatchLoss gradient(const torch::Tensor& values, const music::Batch& batch,
                             const network::Dropout& dropout, torch::Tensor& gradient,
                             const network::Ready& ready = {}) = 0;
};

/// Throws Error where the device asked for is not there.
std::unique_ptr<Engine> make_engine(const TrainOptions& options);

torch::Device torch_device(Device device);

/// What training descends on: the batch's nats per counted step, 0-dim f64, differentiable in
/// `values`. The gradient is computed together with the loss; backward only scales it.
///   frames: how many steps were counted, where asked for
torch::Tensor batch_loss(const torch::Tensor& values, Engine& engine, const music::Batch& batch,
                         const network::Dropout& dropout, std::int64_t* frames = nullptr);

}  // namespace toccata::training
