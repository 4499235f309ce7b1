#pragma once
// One statistic over many pieces, and over two folders of them.

#include <span>
#include <vector>

namespace toccata::listening {

/// Values that are NaN are left out everywhere here.
struct Summary {
  int count = 0;
  double mean = 0, sd = 0;  // sd with n-1
  double min = 0, p10 = 0, p25 = 0, median = 0, p75 = 0, p90 = 0, max = 0;
};
/// Percentiles by linear interpolation between order statistics. Zeros where there is no value.
Summary summarise(std::span<const double> values);

/// How alike two sets are by one statistic: Yang & Lerch (2020), mgeval. The distances between the
/// pieces of the reference (all pairs) and the distances from the pieces of the other set to those
/// of the reference, each as a density (Gaussian kernels, Scott's bandwidth).
struct Likeness {
  double overlap = 0;  // area under the lower of the two densities between the smallest and the
                       // largest distance, 0..1
  double kl = 0;       // divergence of the second density from the first, nats; both taken on one
                       // common grid (mgeval takes each on its own)
};
/// NaN where the reference has fewer than two values or the other set none.
Likeness likeness(std::span<const double> other, std::span<const double> reference);

}  // namespace toccata::listening
