#pragma once
// Drawing a note from its logits. Counter-based: each choice has a random number of its own, named
// by (seed, piece, particle, step, note), so that a piece comes out the same whatever is composed
// beside it.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

#include "base/plain_math.h"
#include "base/random.h"
#include "composing/cell_sets.h"
#include "composing/order.h"
#include "composing/sampling_options.h"
#include "music/cells.h"

namespace toccata::composing {

/// The random numbers of one piece, or of one particle of it.
class PieceRandom {
 public:
  static constexpr int kMostVersions = 64;  // of a step, see composer.h

  PieceRandom(std::uint64_t seed, std::uint64_t piece, std::uint64_t particle = 0,
              Retries retries = {})
      : random_(seed, piece), particle_(particle << 40), retries_(std::move(retries)) {}
  /// For a channel of a note's cell (music/cells.h).
  double of_channel(int channel, int step, int note, int version = 0) const {
    const auto number = static_cast<std::uint64_t>(channel);
    return random_.uniform_at(place(step, note, version) | (number & 1) | number >> 1 << 61);
  }
  /// For what concerns all versions of a particle's step: resampling after a note, the choice.
  double version_resampling(int step, int note) const {
    return random_.uniform_at(kOfVersions | place(step, note));
  }
  double version_choice(int step) const {
    return random_.uniform_at(kOfVersions | (place(step, 0) + 1));
  }
  /// For what concerns all particles of a piece: resampling after a step, the choice at the end.
  double resampling(int step) const { return random_.uniform_at(kOfParticles | place(step, 0)); }
  double choice() const { return random_.uniform_at(kOfParticles | 1); }

 private:
  // A note takes 8 bits with its first two channels, a step 20 (music::kMostSteps), a try 12, a
  // particle 12 (kMostParticles), a version 6 and further channels 3.
  static constexpr std::uint64_t kOfVersions = std::uint64_t{1} << 59,
                                 kOfParticles = std::uint64_t{1} << 60;
  std::uint64_t place(int step, int note, int version = 0) const {
    std::uint64_t number = 0;
    for (const Retry& retry : retries_) {
      if (retry.step <= step) number = retry.number;
    }
    return particle_ | (static_cast<std::uint64_t>(version) << 52) | (number << 28) |
           (static_cast<std::uint64_t>(step) << 8) | (static_cast<std::uint64_t>(note) << 1);
  }

  Random random_;
  std::uint64_t particle_;
  Retries retries_;
};

/// Draws the cell of note `note` at step `step`.
///   logits (C)
///   conservativity: the exponent in force
inline std::uint8_t draw_cell(const PieceRandom& random, int step, int note, std::uint8_t previous,
                              const float* logits, const music::Cells& cells,
                              const SamplingOptions& sampling, double conservativity,
                              int version = 0) {
  return cells.draw(previous, [&](int channel) {
    double yes;
    if (channel == 0) {
      yes = chance(play_logit(logits[0], previous, sampling), sampling.temperature);
      if (conservativity != 1) yes = plain::pow(yes, conservativity);
    } else {
      yes = chance(logits[channel], sampling.strike_temperature());
    }
    return random.of_channel(channel, step, note, version) < yes;
  });
}

/// How a choice is bent towards what is still to come: the logarithm of a factor for a silent note
/// and for one that plays. What is drawn by it is weighted for it.
struct Bend {
  double silent = 0, plays = 0;
};

struct DrawnCell {
  std::uint8_t cell = 0;
  // log of what the chances within the set, each times its factor, sum to.
  double log_weight = 0;
};

/// The same, from the kinds in `set` alone (one of them possible after `previous`), each as likely
/// as it is among them, bent.
inline DrawnCell draw_within(CellSet set, const Bend& bend, const PieceRandom& random, int step,
                             int note, int version, std::uint8_t previous, const float* logits,
                             const music::Cells& cells, const SamplingOptions& sampling,
                             double conservativity) {
  const CellChances all = cell_chances(previous, logits, cells, sampling, conservativity);
  const double silent = set & kSilent ? all.silent + bend.silent : -INFINITY;
  const double held = set & kHeld ? all.held + bend.plays : -INFINITY;
  const double onset = set & kOnset ? all.onset + bend.plays : -INFINITY;
  const auto sum = [](double a, double b) {
    const double most = std::max(a, b), least = std::min(a, b);
    return least == -INFINITY ? most : most + plain::softplus(least - most);
  };
  const double plays = sum(held, onset), total = sum(silent, plays);
  const auto drawn = [&](int channel) { return random.of_channel(channel, step, note, version); };
  CellSet kind = kSilent;
  if (drawn(0) < plain::exp(plays - total))
    kind = drawn(1) < plain::exp(onset - plays) ? kOnset : kHeld;
  // Further channels choose nothing that a set speaks of.
  const std::uint8_t cell = cells.draw(previous, [&](int channel) {
    return channel == 0   ? kind != kSilent
           : channel == 1 ? kind == kOnset
                          : drawn(channel) < chance(logits[channel], sampling.strike_temperature());
  });
  return {cell, total};
}

}  // namespace toccata::composing
