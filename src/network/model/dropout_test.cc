#include "network/model/dropout.h"

#include <gtest/gtest.h>

#include <cmath>

#include "network/model/test_batch.h"
#include "network/model/weights.h"
#include "network/train/training_pass.h"

namespace toccata::network {
namespace {

bool is_recurrent(const Parameter& parameter) {
  return parameter.name.ends_with("weight_hh_l0");
}

TEST(RecurrentMask, KeepsTheShareAskedForOfEachRecurrentWeightAndAllElse) {
  const Config config = mixed(small_config(5, {60, 50}, {70}), 40);
  const std::vector<float> mask = recurrent_mask(config, {1, 3, 7, 0.7f});
  ASSERT_EQ(mask.size(), parameter_count(config));
  for (const Parameter& parameter : parameters(config)) {
    std::size_t kept = 0;
    for (std::size_t i = parameter.offset; i < parameter.offset + parameter.size; ++i) {
      if (!is_recurrent(parameter)) {
        ASSERT_EQ(mask[i], 1) << parameter.name;
      } else if (mask[i] != 0) {
        ASSERT_EQ(mask[i], 1 / 0.7f);
        ++kept;
      }
    }
    if (!is_recurrent(parameter)) continue;
    const auto size = static_cast<double>(parameter.size);
    EXPECT_NEAR(static_cast<double>(kept) / size, 0.7, 5 * std::sqrt(0.21 / size))
        << parameter.name;
  }
}

TEST(RecurrentMask, IsAFunctionOfSeedUpdateAndLayer) {
  const Config config = small_config(5, {20}, {20});
  const std::vector<float> mask = recurrent_mask(config, {1, 3, 7, 0.5f});
  EXPECT_EQ(mask, recurrent_mask(config, {0.5f, 3, 7, 0.5f}));
  EXPECT_NE(mask, recurrent_mask(config, {1, 3, 8, 0.5f}));
  EXPECT_NE(mask, recurrent_mask(config, {1, 4, 7, 0.5f}));
  const WeightSlices<const float> slice = slices(config, mask.data());
  EXPECT_FALSE(std::equal(slice[Stack::time][0].weight_hh,
                          slice[Stack::time][0].weight_hh + 4 * 20 * 20,
                          slice[Stack::note][0].weight_hh));
  EXPECT_EQ(recurrent_mask(config, {1, 3, 7, 1}), std::vector<float>(mask.size(), 1.0f));
}

TEST(RecurrentMask, WeightsThatAnUpdateDropsHaveNoGradientInItAndAnyNumberOfThreadsAgrees) {
  const Config config = small_config(9, {20, 17}, {12, 9});
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  const Dropout dropout{0.8f, 1, 2, 0.5f};
  const std::vector<float> mask = recurrent_mask(config, dropout);
  std::vector<float> gradient(values.size()), one;
  for (const int threads : {1, 2, 3}) {
    std::vector<float> told(values.size());  // what stands when a part is said to stand
    TrainingPass pass(config, {.threads = threads});
    pass.gradient(values, batch, dropout, gradient, [&](std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) told[i] = gradient[i];
    });
    EXPECT_EQ(told, gradient);
    for (std::size_t i = 0; i < mask.size(); ++i)
      if (mask[i] == 0) {
        ASSERT_EQ(gradient[i], 0) << i;
      }
    if (one.empty()) one = gradient;
    for (std::size_t i = 0; i < mask.size(); ++i)
      ASSERT_NEAR(gradient[i], one[i], 1e-4 * std::max(1.0f, std::abs(one[i]))) << i;
  }
}

TEST(RecurrentMask, NothingOfItStaysInTheNextGradient) {
  const Config config = small_config(9, {20, 17}, {12, 9});
  const std::vector<float> values = initial_values(config, 2);
  const music::Batch batch = random_batch(config, 10, 5, true, 3);
  std::vector<float> before(values.size()), after(values.size());
  TrainingPass pass(config, {.threads = 2}), fresh(config, {.threads = 2});
  const Loss expected = fresh.gradient(values, batch, {0.8f, 1, 2}, before);
  pass.gradient(values, batch, {0.8f, 1, 2, 0.5f}, after);
  EXPECT_NE(before, after);
  EXPECT_EQ(pass.gradient(values, batch, {0.8f, 1, 2}, after).nats, expected.nats);
  EXPECT_EQ(before, after);
}

}  // namespace
}  // namespace toccata::network
