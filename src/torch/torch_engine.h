#pragma once
// Loss and gradient of a batch by stock LibTorch: the path on CUDA, and `--engine torch`.

#include <torch/types.h>

#include <memory>

#include "music/batch.h"
#include "network/train/training_pass.h"
#include "torch/torch_batch.h"
#include "torch/torch_model.h"
#include "training/engine.h"
#include "training/options.h"

namespace toccata::libtorch {

/// Throws Error (usage) where the device is not there.
torch::Device torch_device(training::Device device);

struct BatchLoss {
  torch::Tensor nats;       // 0-dim f64, on the device; sum over counted steps and notes
  std::int64_t frames = 0;  // counted steps
};

class TorchEngine {
 public:
  explicit TorchEngine(const training::TrainOptions& options);
  /// The batch's nats and their gradient; zeros where it has no windows.
  ///   values, gradient: (P) f32 on the device; gradient is written whole
  BatchLoss gradient(const torch::Tensor& values, const music::Batch& batch,
                     const network::Dropout& dropout, torch::Tensor& gradient);

 private:
  torch::Tensor mask_of(const network::Dropout& dropout) const;

  network::Config config_;
  torch::Device device_;
  torch::ScalarType type_;
  TorchModel model_;
  TorchEncoder encoder_;
};

/// The same on the CPU, behind training's interface.
std::unique_ptr<training::Engine> make_cpu_engine(const training::TrainOptions& options);

}  // namespace toccata::libtorch
