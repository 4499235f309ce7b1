#include "composing/particles.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/plain_math.h"

namespace toccata::composing {
namespace {

// exp(x), the largest being 1; all zero where all are minus infinity.
std::vector<double> scaled(std::span<const double> log_weights) {
  const double most = *std::max_element(log_weights.begin(), log_weights.end());
  std::vector<double> weights(log_weights.size(), 0.0);
  if (most == -INFINITY) return weights;
  for (std::size_t k = 0; k < weights.size(); ++k) weights[k] = plain::exp(log_weights[k] - most);
  return weights;
}

}  // namespace

double log_mean_exp(std::span<const double> x) {
  const double most = *std::max_element(x.begin(), x.end());
  if (most == -INFINITY) return most;
  const std::vector<double> weights = scaled(x);
  return most + plain::log(std::accumulate(weights.begin(), weights.end(), 0.0) /
                           static_cast<double>(x.size()));
}

double effective_sample_size(std::span<const double> log_weights) {
  double sum = 0, squares = 0;
  for (const double w : scaled(log_weights)) {
    sum += w;
    squares += w * w;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

std::vector<int> systematic_children(std::span<const double> log_weights, double uniform) {
  const std::vector<double> weights = scaled(log_weights);
  const auto count = static_cast<double>(weights.size());
  const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<int> children(weights.size(), 0);
  // Child i stands at (uniform + i) / K of the whole weight; no more are dealt than there are.
  double reached = 0;
  int dealt = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    reached += weights[k] / total * count;
    while (dealt < static_cast<int>(weights.size()) && uniform + dealt < reached) {
      ++children[k];
      ++dealt;
    }
  }
  // Rounding may leave the last child over: it is the heaviest's.
  if (dealt < static_cast<int>(weights.size())) {
    const auto heaviest = std::max_element(weights.begin(), weights.end()) - weights.begin();
    children[static_cast<std::size_t>(heaviest)] += static_cast<int>(weights.size()) - dealt;
  }
  return children;
}

std::vector<int> parents_of(std::span<const int> children) {
  std::vector<int> parents(children.size());
  std::vector<int> extra;
  for (std::size_t k = 0; k < children.size(); ++k) {
    for (int c = 1; c < children[k]; ++c) extra.push_back(static_cast<int>(k));
  }
  std::size_t next = 0;
  for (std::size_t k = 0; k < children.size(); ++k) {
    parents[k] = children[k] > 0 ? static_cast<int>(k) : extra[next++];
  }
  return parents;
}

int drawn_by_weight(std::span<const double> log_weights, double uniform) {
  const std::vector<double> weights = scaled(log_weights);
  double left = uniform * std::accumulate(weights.begin(), weights.end(), 0.0);
  int last = 0;
  for (std::size_t k = 0; k < weights.size(); ++k) {
    if (weights[k] == 0) continue;
    last = static_cast<int>(k);
    if (left < weights[k]) break;
    left -= weights[k];
  }
  return last;
}

void Ancestry::add(const unsigned char* frames, std::span<const int> origins) {
  frames_.insert(frames_.end(), frames, frames + std::ptrdiff_t{lines_} * notes_);
  origins_.insert(origins_.end(), origins.begin(), origins.end());
}

std::vector<unsigned char> Ancestry::path(int line) const {
  const std::size_t lines = static_cast<std::size_t>(lines_),
                    notes = static_cast<std::size_t>(notes_);
  const std::size_t steps = origins_.size() / lines;
  std::vector<unsigned char> cells(steps * notes);
  for (std::size_t t = steps; t-- > 0;) {
    const std::size_t row = t * lines + static_cast<std::size_t>(line);
    std::copy_n(frames_.data() + row * notes, notes, cells.data() + t * notes);
    line = origins_[row];
  }
  return cells;
}

}  // namespace toccata::composing
