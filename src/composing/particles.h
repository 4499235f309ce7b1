#pragma once
// Sequential Monte Carlo's arithmetic: weights, effective sample size, resampling. Doucet &
// Johansen, "A tutorial on particle filtering and smoothing", 2011.

#include <span>
#include <vector>

namespace toccata::composing {

/// log of the mean of exp(x), without overflow; minus infinity where all are.
double log_mean_exp(std::span<const double> x);

/// (sum w)^2 / sum w^2 of weights given as logarithms, 1..K; 0 where all are zero.
double effective_sample_size(std::span<const double> log_weights);

/// Systematic resampling (Kitagawa 1996): with one uniform number in [0, 1), how many children
/// each particle has; expected: K times its share of the weight; each within one of that.
std::vector<int> systematic_children(std::span<const double> log_weights, double uniform);

/// For each of K slots, the particle that it continues. A particle with children keeps its own
/// slot, so that as few as possible are copied, and none is overwritten that is still to be read.
std::vector<int> parents_of(std::span<const int> children);

/// A particle drawn by its weight, with one uniform number in [0, 1).
int drawn_by_weight(std::span<const double> log_weights, double uniform);

/// Frames of particles that are resampled: what each has sounded, all the way back.
class Ancestry {
 public:
  explicit Ancestry(int lines, int notes) : lines_(lines), notes_(notes) {}
  /// The next step. `frames` (lines, N); `origins` (lines): the line of the step before that each
  /// goes on from.
  void add(const unsigned char* frames, std::span<const int> origins);
  /// The path that ends in `line`: (steps, N).
  std::vector<unsigned char> path(int line) const;

 private:
  int lines_, notes_;
  std::vector<unsigned char> frames_;  // (steps, lines, N)
  std::vector<int> origins_;           // (steps, lines)
};

}  // namespace toccata::composing
