#pragma once
// Optimisers on one flat buffer of parameters and its flat gradient. The rules, with g the gradient
// and r the learning rate:
//   sgd       b = momentum b + g;  w -= r b                                        (Polyak 1964)
//   rmsprop   s = alpha s + (1-alpha) g²;  w -= r g / (sqrt(s) + eps)     (Tieleman & Hinton 2012)
//   adam      m, v: moving means of g, g² (beta1, beta2), bias-corrected;
//             w -= r m / (sqrt(v) + eps)                                       (Kingma & Ba 2015)
//   adamw     as adam, after w *= 1 - r weight_decay                    (Loshchilov & Hutter 2019)
//   adadelta  s = rho s + (1-rho) g²;  d = g sqrt(a+eps) / sqrt(s+eps);  w -= r d;
//             a = rho a + (1-rho) d²                                               (Zeiler 2012)
// All but adamw add weight_decay w to g first.
//
// Work is shared out to threads in blocks whose size does not depend on their number: every result
// is a function of the numbers alone.

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "training/options.h"

namespace toccata::training {

class Optimiser {
 public:
  /// For `count` parameters.
  ///   threads: 0: the processor's
  Optimiser(const OptimiserOptions& options, std::size_t count, int threads);

  /// One update of `values` in place, with g = scale * gradient.
  ///   values, gradient: (P)
  ///   average: (P), moved towards the new values: a = decay a + (1-decay) w; or empty
  void step(std::span<float> values, std::span<const float> gradient, float scale,
            double learning_rate, std::span<float> average = {}, double decay = 0);

  /// Updates done, for bias correction.
  std::int64_t updates() const { return updates_; }
  void set_updates(std::int64_t updates) { updates_ = updates; }
  /// Everything else that it remembers, by name, each (P); change it in place to load it.
  std::map<std::string, std::vector<float>>& state() { return state_; }
  const std::map<std::string, std::vector<float>>& state() const { return state_; }

 private:
  OptimiserOptions options_;
  int threads_;
  std::int64_t updates_ = 0;
  std::map<std::string, std::vector<float>> state_;
};

/// The Euclidean norm: the square root of the sum of squares, summed in double. NaN or infinite
/// where a number is, and infinite where a square is no float: a gradient like that has diverged.
double norm(std::span<const float> values, int threads);

/// What a gradient of this norm is multiplied by to be no longer than `longest` (0: any length):
/// at most 1 (Pascanu et al. 2013).
double clip_factor(double norm, double longest);

/// Whether every number is finite.
bool is_finite(std::span<const float> values);

}  // namespace toccata::training
