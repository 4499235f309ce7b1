#pragma once
// Summaries of one statistic over many pieces, and a comparison of two sets of pieces.

#include <span>
#include <vector>

namespace toccata::listening {

/// NaN values are left out everywhere here.
struct Summary {
  int count = 0;
  double mean = 0, sd = 0;  // sd with n-1
  double min = 0, p10 = 0, p25 = 0, median = 0, p75 = 0, p90 = 0, max = 0;
};
/// Percentiles by linear interpolation between order statistics. All zeros if there is no value.
Summary summarise(std::span<const double> values);

/// How alike two sets are by one statistic (Yang & Lerch 2020, mgeval). Two densities are compared
/// (Gaussian kernels, Scott's bandwidth): of the distances between all pairs of pieces in the
/// reference, and of the distances from each piece of the other set to each of the reference.
struct Likeness {
  double overlap = 0;  // area under both densities, between the smallest and the largest distance,
                       // 0..1
  double kl = 0;       // divergence of the second density from the first, in nats; both on one
                       // common grid (mgeval gives each its own)
};
/// NaN if the reference has fewer than two values or the other set has none.
Likeness likeness(std::span<const double> other, std::span<const double> reference);

}  // namespace toccata::listening
