#include "training/optimiser.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <memory>

#include "base/parallel.h"

namespace toccata::training {
namespace {

// Numbers of a block: some buffers' blocks fit into a core's cache together.
constexpr std::size_t kBlock = std::size_t{1} << 15;
// Below this a second thread costs more than it saves.
constexpr std::size_t kWorthThreads = std::size_t{1} << 18;

/// work(begin, end) for each block of `count` numbers.
template <typename Work>
void for_blocks(std::size_t count, int threads, const Work& work) {
  parallel_for(
      (count + kBlock - 1) / kBlock, count < kWorthThreads ? 1 : threads,
      [&](std::size_t block) { work(block * kBlock, std::min(count, (block + 1) * kBlock)); });
}

/// A rule on n numbers: w and its state are changed, g is read.
using Rule =
    std::function<void(std::size_t n, float* w, const float* g, float* first, float* second)>;

// Each loop below is one that the compiler makes vectors of: restrict, and no branch inside.

Rule adam(const OptimiserOptions& o, float epsilon, double rate, double updates) {
  const auto beta1 = static_cast<float>(o.beta1), beta2 = static_cast<float>(o.beta2);
  const auto new1 = static_cast<float>(1 - o.beta1), new2 = static_cast<float>(1 - o.beta2);
  const auto by = static_cast<float>(rate / (1 - std::pow(o.beta1, updates)));
  const auto root = static_cast<float>(1 / std::sqrt(1 - std::pow(o.beta2, updates)));
  return [=](std::size_t n, float* __restrict w, const float* __restrict g, float* __restrict mean,
             float* __restrict mean_square) {
    for (std::size_t i = 0; i < n; ++i) {
      mean[i] = beta1 * mean[i] + new1 * g[i];
      mean_square[i] = beta2 * mean_square[i] + new2 * (g[i] * g[i]);
      w[i] -= by * mean[i] / (std::sqrt(mean_square[i]) * root + epsilon);
    }
  };
}

Rule adadelta(const OptimiserOptions& o, float epsilon, double rate) {
  const auto rho = static_cast<float>(o.rho), fresh = static_cast<float>(1 - o.rho);
  const auto by = static_cast<float>(rate);
  return [=](std::size_t n, float* __restrict w, const float* __restrict g,
             float* __restrict mean_square, float* __restrict mean_square_step) {
    for (std::size_t i = 0; i < n; ++i) {
      mean_square[i] = rho * mean_square[i] + fresh * (g[i] * g[i]);
      const float step =
          std::sqrt(mean_square_step[i] + epsilon) / std::sqrt(mean_square[i] + epsilon) * g[i];
      w[i] -= by * step;
      mean_square_step[i] = rho * mean_square_step[i] + fresh * (step * step);
    }
  };
}

Rule rmsprop(const OptimiserOptions& o, float epsilon, double rate) {
  const auto alpha = static_cast<float>(o.alpha), fresh = static_cast<float>(1 - o.alpha);
  const auto by = static_cast<float>(rate);
  return [=](std::size_t n, float* __restrict w, const float* __restrict g,
             float* __restrict mean_square, float*) {
    for (std::size_t i = 0; i < n; ++i) {
      mean_square[i] = alpha * mean_square[i] + fresh * (g[i] * g[i]);
      w[i] -= by * g[i] / (std::sqrt(mean_square[i]) + epsilon);
    }
  };
}

Rule sgd(const OptimiserOptions& o, double rate) {
  const auto momentum = static_cast<float>(o.momentum), by = static_cast<float>(rate);
  return [=](std::size_t n, float* __restrict w, const float* __restrict g,
             float* __restrict velocity, float*) {
    for (std::size_t i = 0; i < n; ++i) {
      velocity[i] = momentum * velocity[i] + g[i];
      w[i] -= by * velocity[i];
    }
  };
}

/// The names of a kind's state, in the order in which its rule takes them.
std::vector<const char*> state_names(OptimiserKind kind) {
  switch (kind) {
    case OptimiserKind::adam:
    case OptimiserKind::adamw:
      return {"mean", "mean_square"};
    case OptimiserKind::adadelta:
      return {"mean_square", "mean_square_step"};
    case OptimiserKind::rmsprop:
      return {"mean_square"};
    case OptimiserKind::sgd:
      return {"velocity"};
  }
  return {};
}

Rule rule_of(const OptimiserOptions& options, double rate, double updates) {
  const auto epsilon =
      static_cast<float>(options.epsilon > 0 ? options.epsilon : usual_epsilon(options.kind));
  switch (options.kind) {
    case OptimiserKind::adam:
    case OptimiserKind::adamw:
      return adam(options, epsilon, rate, updates);
    case OptimiserKind::adadelta:
      return adadelta(options, epsilon, rate);
    case OptimiserKind::rmsprop:
      return rmsprop(options, epsilon, rate);
    case OptimiserKind::sgd:
      return sgd(options, rate);
  }
  return {};
}

}  // namespace

Optimiser::Optimiser(const OptimiserOptions& options, std::size_t count, int threads)
    : options_(options), threads_(threads) {
  for (const char* name : state_names(options.kind)) state_[name].assign(count, 0.0f);
}

void Optimiser::step(std::span<float> values, std::span<const float> gradient, float scale,
                     double learning_rate, std::span<float> average, double decay) {
  ++updates_;
  const Rule rule = rule_of(options_, learning_rate, static_cast<double>(updates_));
  const std::vector<const char*> names = state_names(options_.kind);
  float* const first = state_.at(names.front()).data();
  float* const second = names.size() > 1 ? state_.at(names[1]).data() : nullptr;
  const bool apart = options_.kind == OptimiserKind::adamw;
  const auto shrink = static_cast<float>(apart ? 1 - learning_rate * options_.weight_decay : 1);
  const auto pull = static_cast<float>(apart ? 0 : options_.weight_decay);
  const auto old = static_cast<float>(decay), fresh = static_cast<float>(1 - decay);
  for_blocks(values.size(), threads_, [&](std::size_t begin, std::size_t end) {
    const std::size_t n = end - begin;
    const auto scaled = std::make_unique_for_overwrite<float[]>(n);
    float* const w = values.data() + begin;
    for (std::size_t i = 0; i < n; ++i) {
      scaled[i] = scale * gradient[begin + i] + pull * w[i];
      w[i] *= shrink;
    }
    rule(n, w, scaled.get(), first + begin, second ? second + begin : nullptr);
    if (!average.empty())
      for (std::size_t i = 0; i < n; ++i)
        average[begin + i] = old * average[begin + i] + fresh * w[i];
  });
}

double norm(std::span<const float> values, int threads) {
  std::vector<double> sums((values.size() + kBlock - 1) / kBlock);
  for_blocks(values.size(), threads, [&](std::size_t begin, std::size_t end) {
    // Four sums side by side: one alone would wait for itself.
    double four[4] = {};
    std::size_t i = begin;
    for (; i + 4 <= end; i += 4)
      for (std::size_t k = 0; k < 4; ++k) four[k] += double{values[i + k] * values[i + k]};
    for (; i < end; ++i) four[0] += double{values[i] * values[i]};
    sums[begin / kBlock] = (four[0] + four[1]) + (four[2] + four[3]);
  });
  double sum = 0;
  for (const double block : sums) sum += block;
  return std::sqrt(sum);
}

double clip_factor(double norm, double longest) {
  return longest > 0 && norm > longest ? longest / norm : 1;
}

bool is_finite(std::span<const float> values) {
  // In bits, at the speed of memory.
  std::int32_t largest = 0;
  for (const float value : values)
    largest = std::max(largest, std::bit_cast<std::int32_t>(value) & 0x7fffffff);
  return largest < 0x7f800000;
}

}  // namespace toccata::training
