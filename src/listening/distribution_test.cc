#include "listening/distribution.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "base/random.h"

namespace toccata::listening {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

TEST(Distribution, SummaryByHand) {
  const std::vector<double> values = {4, 1, kNone, 2, 3, 10};
  const Summary summary = summarise(values);
  EXPECT_EQ(summary.count, 5);
  EXPECT_EQ(summary.mean, 4);
  EXPECT_NEAR(summary.sd, std::sqrt(50.0 / 4), 1e-12);
  EXPECT_EQ(summary.min, 1);
  EXPECT_EQ(summary.median, 3);
  EXPECT_NEAR(summary.p10, 1.4, 1e-12);
  EXPECT_NEAR(summary.p90, 7.6, 1e-12);
  EXPECT_EQ(summary.max, 10);
  EXPECT_EQ(summarise({}).count, 0);
}

// The area under the lower of the two kernel densities, term by term as in the definition.
double overlap_by_definition(const std::vector<double>& p, const std::vector<double>& q) {
  const auto density = [](const std::vector<double>& values, double x) {
    double mean = 0, squares = 0, sum = 0;
    const auto n = static_cast<double>(values.size());
    for (const double v : values) mean += v / n;
    for (const double v : values) squares += (v - mean) * (v - mean) / (n - 1);
    const double width = std::sqrt(squares) * std::pow(n, -0.2);
    for (const double v : values) sum += std::exp(-(x - v) * (x - v) / (2 * width * width));
    return sum / (n * width * std::sqrt(2 * std::numbers::pi));
  };
  double low = p[0], high = p[0], area = 0;
  for (const auto* set : {&p, &q}) {
    for (const double v : *set) low = std::min(low, v), high = std::max(high, v);
  }
  constexpr int kSlices = 20000;
  for (int i = 0; i < kSlices; ++i) {
    const double x = low + (high - low) * (i + 0.5) / kSlices;
    area += std::min(density(p, x), density(q, x)) * (high - low) / kSlices;
  }
  return area;
}

TEST(Distribution, OverlapIsThatOfTheKernelDensitiesOfDistances) {
  const std::vector<double> other = {1.0, 2.5, 4.0}, reference = {0.5, 2.0, 2.2, 5.0};
  std::vector<double> within, between;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    for (std::size_t j = 0; j < reference.size(); ++j) {
      if (i != j) within.push_back(std::abs(reference[i] - reference[j]));
    }
    for (const double value : other) between.push_back(std::abs(value - reference[i]));
  }
  EXPECT_NEAR(likeness(other, reference).overlap, overlap_by_definition(within, between), 1e-4);
}

TEST(Distribution, SetsDrawnAlikeAreAlikeAndShiftedOnesAreNot) {
  Random random(7, 0);
  std::vector<double> a, b, far;
  for (int i = 0; i < 200; ++i) {
    a.push_back(random.normal());
    b.push_back(random.normal());
    far.push_back(random.normal() + 6);
  }
  EXPECT_GT(likeness(a, b).overlap, 0.9);
  EXPECT_LT(likeness(a, b).kl, 0.05);
  EXPECT_LT(likeness(far, b).overlap, 0.15);
  EXPECT_GT(likeness(far, b).kl, 1);
}

TEST(Distribution, DegenerateSetsHaveAnAnswer) {
  const std::vector<double> same = {2, 2, 2}, one = {3}, none = {kNone};
  EXPECT_EQ(likeness(same, same).overlap, 1);
  EXPECT_EQ(likeness(same, same).kl, 0);
  EXPECT_LT(likeness(one, same).overlap, 0.1);
  EXPECT_TRUE(std::isfinite(likeness(one, same).kl));
  EXPECT_TRUE(std::isnan(likeness(none, same).overlap));
  EXPECT_TRUE(std::isnan(likeness(same, one).overlap));
}

}  // namespace
}  // namespace toccata::listening
