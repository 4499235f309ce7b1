#pragma once
// The rules of training/optimiser.h as elementwise operations on tensors, on whichever device they
// stand.

#include <torch/types.h>

#include <cstdint>
#include <map>
#include <string>

#include "training/options.h"

namespace toccata::libtorch {

class TorchOptimiser {
 public:
  /// For parameters like `values` (P), which are not kept.
  TorchOptimiser(const training::OptimiserOptions& options, const torch::Tensor& values);

  /// One update of `values` in place. The result is a function of values, gradient, rate and the
  /// state alone, whatever the number of threads.
  ///   values, gradient: (P); gradient is left as it was
  void step(torch::Tensor& values, const torch::Tensor& gradient, double learning_rate);

  /// Updates done, for bias correction.
  std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) { updates_ = updates; }
  /// Everything else that it remembers, by name, each (P); change it in place to load it.
  std::map<std::string, torch::Tensor>& state() { return state_; }

 private:
  void adam(torch::Tensor& values, const torch::Tensor& gradient, double rate);
  void adadelta(torch::Tensor& values, const torch::Tensor& gradient, double rate);
  void rmsprop(torch::Tensor& values, const torch::Tensor& gradient, double rate);
  void sgd(torch::Tensor& values, const torch::Tensor& gradient, double rate);

  training::OptimiserOptions options_;
  double epsilon_;
  std::int64_t updates_ = 0;
  std::map<std::string, torch::Tensor> state_;
};

/// Scales `gradient` down in place to the norm `longest` where it is longer (0: never), and returns
/// the norm it had, 0-dim f64 on its device: the square root of the sum of squares, summed in
/// double. Nothing waits for the device.
torch::Tensor clip_gradient(torch::Tensor& gradient, double longest);

}  // namespace toccata::libtorch
