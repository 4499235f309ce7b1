#include "training/optimiser.h"

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/optim/adamw.h>
#include <torch/optim/rmsprop.h>
#include <torch/optim/sgd.h>

#include <cmath>
#include <vector>

namespace toccata::training {
namespace {

torch::Tensor pseudo_random(int size, double phase) {
  return torch::sin(torch::arange(size, torch::kFloat32) * 1.7 + phase);
}

/// Twenty updates with gradients that differ each time, by ours and by `theirs`, side by side.
template <typename Theirs, typename TheirOptions>
void expect_as_torch(const OptimiserOptions& options, double rate,
                     const TheirOptions& their_options) {
  torch::Tensor ours = pseudo_random(1000, 0.5);
  torch::Tensor theirs = ours.clone().set_requires_grad(true);
  Optimiser optimiser(options, ours);
  Theirs oracle({theirs}, their_options);
  for (int update = 0; update < 20; ++update) {
    const torch::Tensor gradient = pseudo_random(1000, update) * (update + 1);
    theirs.mutable_grad() = gradient.clone();
    oracle.step();
    optimiser.step(ours, gradient, rate);
    ASSERT_TRUE(torch::allclose(ours, theirs, 1e-5, 1e-6)) << "after update " << update + 1;
  }
}

TEST(Optimiser, AdamIsTorchsAdam) {
  OptimiserOptions options;
  expect_as_torch<torch::optim::Adam>(options, 0.01, torch::optim::AdamOptions(0.01));
  options.weight_decay = 0.1;
  expect_as_torch<torch::optim::Adam>(options, 0.01,
                                      torch::optim::AdamOptions(0.01).weight_decay(0.1));
}

TEST(Optimiser, AdamWIsTorchsAdamW) {
  OptimiserOptions options;
  options.kind = OptimiserKind::adamw;
  options.weight_decay = 0.2;
  options.beta2 = 0.98;
  expect_as_torch<torch::optim::AdamW>(
      options, 0.01,
      torch::optim::AdamWOptions(0.01).weight_decay(0.2).betas(std::make_tuple(0.9, 0.98)));
}

TEST(Optimiser, RmspropIsTorchsRmsprop) {
  OptimiserOptions options;
  options.kind = OptimiserKind::rmsprop;
  expect_as_torch<torch::optim::RMSprop>(options, 0.01, torch::optim::RMSpropOptions(0.01));
}

TEST(Optimiser, SgdIsTorchsSgdWithMomentum) {
  OptimiserOptions options;
  options.kind = OptimiserKind::sgd;
  options.momentum = 0.8;
  options.weight_decay = 0.01;
  expect_as_torch<torch::optim::SGD>(
      options, 0.05, torch::optim::SGDOptions(0.05).momentum(0.8).weight_decay(0.01));
}

TEST(Optimiser, AdadeltaFollowsZeilersFormulas) {
  OptimiserOptions options;
  options.kind = OptimiserKind::adadelta;
  torch::Tensor values = pseudo_random(50, 1);
  Optimiser optimiser(options, values);
  std::vector<double> w(50), s(50), a(50);
  for (int i = 0; i < 50; ++i) w[static_cast<std::size_t>(i)] = values[i].item<float>();
  for (int update = 0; update < 20; ++update) {
    const torch::Tensor gradient = pseudo_random(50, update);
    optimiser.step(values, gradient, 1.0);
    for (int i = 0; i < 50; ++i) {
      const auto k = static_cast<std::size_t>(i);
      const double g = gradient[i].item<float>();
      s[k] = 0.95 * s[k] + 0.05 * g * g;
      const double d = std::sqrt(a[k] + 1e-6) / std::sqrt(s[k] + 1e-6) * g;
      a[k] = 0.95 * a[k] + 0.05 * d * d;
      w[k] -= d;
      ASSERT_NEAR(values[i].item<float>(), w[k], 1e-5) << "update " << update << ", value " << i;
    }
  }
}

TEST(Optimiser, GoesOnFromItsStateAsIfNeverStopped) {
  for (const OptimiserKind kind :
       {OptimiserKind::adam, OptimiserKind::adamw, OptimiserKind::adadelta, OptimiserKind::rmsprop,
        OptimiserKind::sgd}) {
    OptimiserOptions options;
    options.kind = kind;
    torch::Tensor values = pseudo_random(100, 0);
    Optimiser whole(options, values);
    for (int update = 0; update < 3; ++update) whole.step(values, pseudo_random(100, update), 0.01);

    torch::Tensor resumed_values = values.clone();
    Optimiser resumed(options, resumed_values);
    resumed.set_updates(whole.updates());
    for (auto& [name, tensor] : resumed.state()) tensor.copy_(whole.state().at(name));
    whole.step(values, pseudo_random(100, 3), 0.01);
    resumed.step(resumed_values, pseudo_random(100, 3), 0.01);
    EXPECT_TRUE(torch::equal(values, resumed_values)) << static_cast<int>(kind);
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
}  // namespace toccata::training
