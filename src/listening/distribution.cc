#include "listening/distribution.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace toccata::listening {
namespace {

constexpr int kGrid = 1000;  // points of a density

std::vector<double> sorted_finite(std::span<const double> values) {
  std::vector<double> kept;
  std::copy_if(values.begin(), values.end(), std::back_inserter(kept),
               [](double value) { return std::isfinite(value); });
  std::sort(kept.begin(), kept.end());
  return kept;
}

double standard_deviation(const std::vector<double>& values, double mean) {
  if (values.size() < 2) return 0;
  double sum = 0;
  for (const double value : values) sum += (value - mean) * (value - mean);
  return std::sqrt(sum / static_cast<double>(values.size() - 1));
}

double mean_of(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// Gaussian kernel density of `values` at kGrid points from low to high. The values are first shared
// out to the two grid points around each, which is exact to the grid's square and makes a million
// distances cheap.
std::vector<double> density(const std::vector<double>& values, double low, double high) {
  const double spacing = (high - low) / (kGrid - 1);
  std::vector<double> weight(kGrid);
  for (const double value : values) {
    const double place = (value - low) / spacing;
    const auto i = std::min<std::size_t>(static_cast<std::size_t>(place), kGrid - 2);
    const double part = place - static_cast<double>(i);
    weight[i] += 1 - part;
    weight[i + 1] += part;
  }
  const auto count = static_cast<double>(values.size());
  const double scott = std::pow(count, -0.2) * standard_deviation(values, mean_of(values));
  // A set of equal values has no width of its own: give it the grid's.
  const double width = std::max(scott, spacing);
  std::vector<double> kernel(kGrid);
  for (std::size_t k = 0; k < kernel.size(); ++k) {
    const double x = static_cast<double>(k) * spacing / width;
    kernel[k] = std::exp(-x * x / 2) / (width * std::sqrt(2 * std::numbers::pi) * count);
  }
  std::vector<double> result(kGrid);
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (weight[i] == 0) continue;
    for (std::size_t j = 0; j < result.size(); ++j) {
      result[j] += weight[i] * kernel[i > j ? i - j : j - i];
    }
  }
  return result;
}

}  // namespace

Summary summarise(std::span<const double> values) {
  const std::vector<double> sorted = sorted_finite(values);
  Summary summary;
  if (sorted.empty()) return summary;
  const auto percentile = [&](double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const std::size_t above = std::min(below + 1, sorted.size() - 1);
    return std::lerp(sorted[below], sorted[above], place - static_cast<double>(below));
  };
  summary.count = static_cast<int>(sorted.size());
  summary.mean = mean_of(sorted);
  summary.sd = standard_deviation(sorted, summary.mean);
  summary.min = sorted.front();
  summary.p10 = percentile(0.1);
  summary.p25 = percentile(0.25);
  summary.median = percentile(0.5);
  summary.p75 = percentile(0.75);
  summary.p90 = percentile(0.9);
  summary.max = sorted.back();
  return summary;
}

Likeness likeness(std::span<const double> other, std::span<const double> reference) {
  const std::vector<double> a = sorted_finite(other), b = sorted_finite(reference);
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  if (a.empty() || b.size() < 2) return {kNone, kNone};
  std::vector<double> within, between;
  for (std::size_t i = 0; i < b.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      if (i != j) within.push_back(std::abs(b[i] - b[j]));
    }
    for (const double value : a) between.push_back(std::abs(value - b[i]));
  }
  const auto [low_within, high_within] = std::minmax_element(within.begin(), within.end());
  const auto [low_between, high_between] = std::minmax_element(between.begin(), between.end());
  const double low = std::min(*low_within, *low_between);
  const double high = std::max(*high_within, *high_between);
  if (low == high) return {1, 0};  // all pieces of both sets are alike
  const std::vector<double> p = density(within, low, high), q = density(between, low, high);

  Likeness result;
  const double spacing = (high - low) / (kGrid - 1);
  double sum_p = 0, sum_q = 0;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double ends = i == 0 || i + 1 == p.size() ? 0.5 : 1;
    result.overlap += ends * std::min(p[i], q[i]) * spacing;
    sum_p += p[i];
    sum_q += q[i];
  }
  result.overlap = std::min(result.overlap, 1.0);
  // A density that underflows to 0 would make the divergence infinite for want of digits only.
  constexpr double kLeast = 1e-300;
  for (std::size_t i = 0; i < p.size(); ++i) {
    const double share_p = p[i] / sum_p, share_q = std::max(q[i] / sum_q, kLeast);
    if (share_p > 0) result.kl += share_p * std::log(share_p / share_q);
  }
  return result;
}

}  // namespace toccata::listening
