// That the rules are torch::optim's is tested in src/torch; here, that they follow their papers.
#include "training/optimiser.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace toccata::training {
namespace {

constexpr OptimiserKind kKinds[] = {OptimiserKind::adam, OptimiserKind::adamw,
                                    OptimiserKind::adadelta, OptimiserKind::rmsprop,
                                    OptimiserKind::sgd};

std::vector<float> waves(std::size_t size, double phase) {
  std::vector<float> values(size);
  for (std::size_t i = 0; i < size; ++i)
    values[i] = static_cast<float>(std::sin(static_cast<double>(i) * 1.7 + phase));
  return values;
}

/// A parameter and its state in double, updated as the papers say.
struct Reference {
  double w, first = 0, second = 0;
  void step(const OptimiserOptions& o, double g, double rate, int update) {
    if (o.kind == OptimiserKind::adamw)
      w *= 1 - rate * o.weight_decay;
    else
      g += o.weight_decay * w;
    const double epsilon = usual_epsilon(o.kind);
    switch (o.kind) {
      case OptimiserKind::adam:
      case OptimiserKind::adamw:
        first = o.beta1 * first + (1 - o.beta1) * g;
        second = o.beta2 * second + (1 - o.beta2) * g * g;
        w -= rate * first / (1 - std::pow(o.beta1, update)) /
             (std::sqrt(second / (1 - std::pow(o.beta2, update))) + epsilon);
        return;
      case OptimiserKind::adadelta: {
        first = o.rho * first + (1 - o.rho) * g * g;
        const double d = std::sqrt(second + epsilon) / std::sqrt(first + epsilon) * g;
        second = o.rho * second + (1 - o.rho) * d * d;
        w -= rate * d;
        return;
      }
      case OptimiserKind::rmsprop:
        first = o.alpha * first + (1 - o.alpha) * g * g;
        w -= rate * g / (std::sqrt(first) + epsilon);
        return;
      case OptimiserKind::sgd:
        first = o.momentum * first + g;
        w -= rate * first;
        return;
    }
  }
};

TEST(Optimiser, EachRuleIsItsPapers) {
  for (const OptimiserKind kind : kKinds)
    for (const double decay : {0.0, 0.1}) {
      OptimiserOptions options;
      options.kind = kind;
      options.weight_decay = decay;
      const double rate = kind == OptimiserKind::adadelta ? 1 : 0.02;
      std::vector<float> values = waves(50, 1);
      std::vector<Reference> wanted;
      for (const float value : values) wanted.push_back({value});
      Optimiser optimiser(options, values.size(), 1);
      for (int update = 1; update <= 20; ++update) {
        const std::vector<float> gradient = waves(values.size(), update);
        optimiser.step(values, gradient, 0.5f, rate);
        for (std::size_t i = 0; i < values.size(); ++i) {
          wanted[i].step(options, 0.5 * gradient[i], rate, update);
          ASSERT_NEAR(values[i], wanted[i].w, 1e-5)
              << "kind " << static_cast<int>(kind) << ", update " << update << ", value " << i;
        }
      }
      EXPECT_EQ(optimiser.updates(), 20);
    }
}

TEST(Optimiser, GoesOnFromItsStateAsIfNeverStopped) {
  for (const OptimiserKind kind : kKinds) {
    OptimiserOptions options;
    options.kind = kind;
    std::vector<float> values = waves(100, 0);
    Optimiser whole(options, values.size(), 1);
    for (int update = 0; update < 3; ++update) whole.step(values, waves(100, update), 1, 0.01);
    std::vector<float> resumed_values = values;
    Optimiser resumed(options, values.size(), 1);
    resumed.set_updates(whole.updates());
    resumed.state() = whole.state();
    whole.step(values, waves(100, 3), 1, 0.01);
    resumed.step(resumed_values, waves(100, 3), 1, 0.01);
    EXPECT_EQ(values, resumed_values) << static_cast<int>(kind);
  }
}

TEST(Optimiser, IsAFunctionOfTheNumbersAloneWhateverTheThreads) {
  constexpr std::size_t kMany = 600001;  // worth threads, and no whole number of blocks
  for (const OptimiserKind kind : kKinds) {
    OptimiserOptions options;
    options.kind = kind;
    std::vector<float> one = waves(kMany, 0), five = one, one_mean = one, five_mean = one;
    const std::vector<float> gradient = waves(kMany, 2);
    Optimiser(options, kMany, 1).step(one, gradient, 0.3f, 0.01, one_mean, 0.9);
    Optimiser(options, kMany, 5).step(five, gradient, 0.3f, 0.01, five_mean, 0.9);
    EXPECT_EQ(one, five) << static_cast<int>(kind);
    EXPECT_EQ(one_mean, five_mean) << static_cast<int>(kind);
    EXPECT_NEAR(one_mean[7], 0.9 * waves(8, 0)[7] + 0.1 * one[7], 1e-6);
  }
  EXPECT_EQ(norm(waves(kMany, 0), 1), norm(waves(kMany, 0), 5));
}

TEST(ClipFactor, ShortensOnlyWhatIsTooLong) {
  const std::vector<float> gradient = {3, 4};
  EXPECT_DOUBLE_EQ(norm(gradient, 1), 5);
  EXPECT_DOUBLE_EQ(clip_factor(5, 0), 1);
  EXPECT_DOUBLE_EQ(clip_factor(5, 6), 1);
  EXPECT_DOUBLE_EQ(clip_factor(5, 1), 0.2);
}

TEST(Norm, TellsNumbersThatAreNotFinite) {
  for (const float bad :
       {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()}) {
    std::vector<float> values(100000, 1.0f);
    EXPECT_TRUE(is_finite(values));
    values[70001] = bad;
    EXPECT_FALSE(std::isfinite(norm(values, 2)));
    EXPECT_FALSE(is_finite(values));
  }
}

}  // namespace
}  // namespace toccata::training
