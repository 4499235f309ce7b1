#include "composing/particles.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

#include "base/random.h"

namespace toccata::composing {
namespace {

TEST(Particles, TheEffectiveSampleSizeRunsFromOneToAll) {
  EXPECT_DOUBLE_EQ(effective_sample_size(std::vector<double>(8, -3000)), 8);
  EXPECT_NEAR(effective_sample_size(std::vector<double>{0, -INFINITY, -INFINITY}), 1, 1e-12);
  EXPECT_NEAR(effective_sample_size(std::vector<double>{std::log(3), std::log(1)}), 1.6, 1e-12);
  EXPECT_EQ(effective_sample_size(std::vector<double>(3, -INFINITY)), 0);
}

TEST(Particles, TheMeanOfWeightsHoldsFarBelowWhatADoubleHolds) {
  EXPECT_NEAR(log_mean_exp(std::vector<double>{-2000, -2000 + std::log(3)}), -2000 + std::log(2),
              1e-9);
  EXPECT_EQ(log_mean_exp(std::vector<double>(2, -INFINITY)), -INFINITY);
}

TEST(Particles, EachHasTheChildrenThatItsWeightGivesItWithinOne) {
  Random random(3, 0);
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<double> logs(1 + random.below(40)), weights;
    for (double& log : logs) log = random.below(5) ? 4 * random.normal() : -INFINITY;
    logs[0] = 0;
    for (const double log : logs) weights.push_back(std::exp(log));
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    const std::vector<int> children = systematic_children(logs, random.uniform());
    const auto count = static_cast<double>(logs.size());
    EXPECT_EQ(std::accumulate(children.begin(), children.end(), 0), static_cast<int>(logs.size()));
    for (std::size_t k = 0; k < logs.size(); ++k) {
      EXPECT_LT(std::abs(children[k] - count * weights[k] / total), 1 + 1e-9);
      if (weights[k] == 0) {
        EXPECT_EQ(children[k], 0);
      }
    }
    // As many continue each as it has children, and those that live stay where they are.
    const std::vector<int> parents = parents_of(children);
    std::vector<int> counted(children.size());
    for (std::size_t k = 0; k < parents.size(); ++k) {
      ++counted[static_cast<std::size_t>(parents[k])];
      if (children[k]) {
        EXPECT_EQ(parents[k], static_cast<int>(k));
      }
    }
    EXPECT_EQ(counted, children);
  }
}

TEST(Particles, ResamplingIsFairOnTheMean) {
  const std::vector<double> logs = {std::log(0.05), std::log(0.6), std::log(0.35)};
  std::vector<double> mean(3);
  constexpr int kTimes = 20000;
  Random random(5, 1);
  for (int i = 0; i < kTimes; ++i) {
    const std::vector<int> children = systematic_children(logs, random.uniform());
    for (std::size_t k = 0; k < 3; ++k) mean[k] += children[k] / (3.0 * kTimes);
  }
  EXPECT_NEAR(mean[0], 0.05, 0.005);
  EXPECT_NEAR(mean[1], 0.6, 0.005);
  EXPECT_NEAR(mean[2], 0.35, 0.005);
}

TEST(Particles, OneIsDrawnByItsWeightAndNeverADeadOne) {
  const std::vector<double> logs = {-INFINITY, std::log(0.25), std::log(0.75), -INFINITY};
  EXPECT_EQ(drawn_by_weight(logs, 0), 1);
  EXPECT_EQ(drawn_by_weight(logs, 0.249), 1);
  EXPECT_EQ(drawn_by_weight(logs, 0.251), 2);
  EXPECT_EQ(drawn_by_weight(logs, 0.9999999999999999), 2);
}

TEST(Particles, AncestryFollowsALineBackThroughItsParents) {
  Ancestry ancestry(3, 1);
  ancestry.add(std::vector<unsigned char>{10, 11, 12}.data(), std::vector<int>{0, 1, 2});
  ancestry.add(std::vector<unsigned char>{20, 21, 22}.data(), std::vector<int>{2, 1, 2});
  ancestry.add(std::vector<unsigned char>{30, 31, 32}.data(), std::vector<int>{0, 0, 1});
  EXPECT_EQ(ancestry.path(1), (std::vector<unsigned char>{12, 20, 31}));
  EXPECT_EQ(ancestry.path(2), (std::vector<unsigned char>{11, 21, 32}));
}

}  // namespace
}  // namespace toccata::composing
