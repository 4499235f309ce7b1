#include "torch/torch_optimiser.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <cmath>

#include "training/optimiser.h"

namespace toccata::libtorch {
namespace {

torch::Tensor pseudo_random(int size, double phase) {
  return torch::sin(torch::arange(size, torch::kFloat32) * 1.7 + phase);
}

/// Twenty updates with gradients that differ each time: by ours on plain buffers, by ours on
/// tensors and by `theirs`, side by side.
template <typename Theirs, typename TheirOptions>
void expect_as_torch(const training::OptimiserOptions& options, double rate,
                     const TheirOptions& their_options) {
  torch::Tensor in_tensors = pseudo_random(1000, 0.5);
  torch::Tensor theirs = in_tensors.clone().set_requires_grad(true);
  torch::Tensor ours = in_tensors.clone();
  TorchOptimiser tensor_optimiser(options, in_tensors);
  training::Optimiser optimiser(options, 1000, 1);
  Theirs oracle({theirs}, their_options);
  for (int update = 0; update < 20; ++update) {
    const torch::Tensor gradient = pseudo_random(1000, update) * (update + 1);
    theirs.mutable_grad() = gradient.clone();
    oracle.step();
    tensor_optimiser.step(in_tensors, gradient, rate);
    optimiser.step({ours.data_ptr<float>(), 1000}, {gradient.data_ptr<float>(), 1000}, 1, rate);
    ASSERT_TRUE(torch::allclose(in_tensors, theirs, 1e-5, 1e-6)) << "after update " << update + 1;
    ASSERT_TRUE(torch::allclose(ours, theirs, 1e-5, 1e-6)) << "after update " << update + 1;
  }
}

TEST(Optimiser, AdamIsTorchsAdam) {
  training::OptimiserOptions options;
  expect_as_torch<torch::optim::Adam>(options, 0.01, torch::optim::AdamOptions(0.01));
  options.weight_decay = 0.1;
  expect_as_torch<torch::optim::Adam>(options, 0.01,
                                      torch::optim::AdamOptions(0.01).weight_decay(0.1));
}

TEST(Optimiser, AdamWIsTorchsAdamW) {
  training::OptimiserOptions options;
  options.kind = training::OptimiserKind::adamw;
  options.weight_decay = 0.2;
  options.beta2 = 0.98;
  expect_as_torch<torch::optim::AdamW>(
      options, 0.01,
      torch::optim::AdamWOptions(0.01).weight_decay(0.2).betas(std::make_tuple(0.9, 0.98)));
}

TEST(Optimiser, RmspropIsTorchsRmsprop) {
  training::OptimiserOptions options;
  options.kind = training::OptimiserKind::rmsprop;
  expect_as_torch<torch::optim::RMSprop>(options, 0.01, torch::optim::RMSpropOptions(0.01));
}

TEST(Optimiser, SgdIsTorchsSgdWithMomentum) {
  training::OptimiserOptions options;
  options.kind = training::OptimiserKind::sgd;
  options.momentum = 0.8;
  options.weight_decay = 0.01;
  expect_as_torch<torch::optim::SGD>(
      options, 0.05, torch::optim::SGDOptions(0.05).momentum(0.8).weight_decay(0.01));
}

TEST(Optimiser, AdadeltaInTensorsIsOurAdadelta) {
  // LibTorch has none; that ours follows Zeiler's formulas is tested beside it.
  training::OptimiserOptions options;
  options.kind = training::OptimiserKind::adadelta;
  torch::Tensor in_tensors = pseudo_random(50, 1), ours = in_tensors.clone();
  TorchOptimiser tensor_optimiser(options, in_tensors);
  training::Optimiser optimiser(options, 50, 1);
  for (int update = 0; update < 20; ++update) {
    const torch::Tensor gradient = pseudo_random(50, update);
    tensor_optimiser.step(in_tensors, gradient, 1.0);
    optimiser.step({ours.data_ptr<float>(), 50}, {gradient.data_ptr<float>(), 50}, 1, 1.0);
    ASSERT_TRUE(torch::allclose(in_tensors, ours, 1e-5, 1e-6)) << "after update " << update + 1;
  }
}

TEST(ClipGradient, ShortensOnlyWhatIsTooLongAndTellsTheNormBefore) {
  torch::Tensor gradient = torch::tensor({3.0f, 4.0f});
  EXPECT_DOUBLE_EQ(clip_gradient(gradient, 0).item<double>(), 5);
  EXPECT_DOUBLE_EQ(clip_gradient(gradient, 6).item<double>(), 5);
  EXPECT_EQ(gradient[1].item<float>(), 4.0f);
  EXPECT_DOUBLE_EQ(clip_gradient(gradient, 1).item<double>(), 5);
  EXPECT_NEAR(gradient[0].item<float>(), 0.6, 1e-6);
  EXPECT_NEAR(gradient[1].item<float>(), 0.8, 1e-6);
  torch::Tensor broken = torch::tensor({1.0f, NAN});
  EXPECT_TRUE(std::isnan(clip_gradient(broken, 1).item<double>()));
}

}  // namespace
}  // namespace toccata::libtorch
