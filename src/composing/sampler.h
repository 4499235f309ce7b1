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
#include "composing/cells.h"
#include "composing/order.h"
#include "composing/sampling_options.h"
#include "listening/loss.h"
#include "music/roll.h"

namespace toccata::composing {

/// The random numbers of one piece, or of one particle of it.
class PieceRandom {
 public:
  static constexpr std::uint64_t kMostParticles = 1 << 20;

  PieceRandom(std::uint64_t seed, std::uint64_t piece, std::uint64_t particle = 0,
              Retries retries = {})
      : random_(seed, piece), particle_(particle << 40), retries_(std::move(retries)) {}
  double play(int step, int note) const { return random_.uniform_at(place(step, note)); }
  double articulate(int step, int note) const { return random_.uniform_at(place(step, note) + 1); }
  /// For what concerns all particles of a piece: resampling after a note, the choice at the end.
  double resampling(int step, int note) const { return of_all(place(step, note)); }
  double choice() const { return of_all(1); }

 private:
  // A step takes less than 20 bits (music::kMostSteps), a try 12 and a particle 20.
  std::uint64_t place(int step, int note) const {
    std::uint64_t number = 0;
    for (const Retry& retry : retries_) {
      if (retry.step <= step) number = retry.number;
    }
    return particle_ | (number << 28) | (static_cast<std::uint64_t>(step) << 8) |
           (static_cast<std::uint64_t>(note) << 1);
  }
  double of_all(std::uint64_t at) const { return random_.uniform_at((kMostParticles << 40) | at); }

  Random random_;
  std::uint64_t particle_;
  Retries retries_;
};

/// Draws the cell of note `note` at step `step`: first play; then articulate, where the note played
/// in the frame before too. Else articulate equals play, without a draw.
///   logits (C): play, and articulate where channels is 2
///   conservativity: the exponent in force
inline std::uint8_t draw_cell(const PieceRandom& random, int step, int note, std::uint8_t previous,
                              const float* logits, int channels, const SamplingOptions& sampling,
                              double conservativity) {
  double play = chance(play_logit(logits[0], previous, sampling), sampling.temperature);
  if (conservativity != 1) play = plain::pow(play, conservativity);
  if (random.play(step, note) >= play) return 0;
  if (channels == 1) return music::kPlay;
  const bool struck =
      !listening::articulate_is_open(previous, music::kPlay) ||
      random.articulate(step, note) < chance(logits[1], sampling.strike_temperature());
  return struck ? music::kPlay | music::kArticulate : music::kPlay;
}

struct DrawnCell {
  std::uint8_t cell = 0;
  double log_weight = 0;  // log of the chance that the draw would have been within the set
};

/// The same, from the kinds in `set` alone (one of them possible after `previous`), each as likely
/// as it is among them.
inline DrawnCell draw_within(CellSet set, const PieceRandom& random, int step, int note,
                             std::uint8_t previous, const float* logits, int channels,
                             const SamplingOptions& sampling, double conservativity) {
  const CellChances all = cell_chances(previous, logits, channels, sampling, conservativity);
  const double silent = set & kSilent ? all.silent : -INFINITY;
  const double held = set & kHeld ? all.held : -INFINITY;
  const double onset = set & kOnset ? all.onset : -INFINITY;
  const auto sum = [](double a, double b) {
    const double most = std::max(a, b), least = std::min(a, b);
    return least == -INFINITY ? most : most + plain::softplus(least - most);
  };
  const double plays = sum(held, onset), total = sum(silent, plays);
  CellSet kind = kSilent;
  if (random.play(step, note) < plain::exp(plays - total)) {
    kind = random.articulate(step, note) < plain::exp(onset - plays) ? kOnset : kHeld;
  }
  return {cell_of(kind, channels), total};
}

}  // namespace toccata::composing
