#pragma once
// Real time of ticks: a Score's tempo map as seconds.

#include <vector>

#include "notation/score.h"

namespace toccata::notation {

class TempoMap {
 public:
  explicit TempoMap(const Score& score);
  /// Seconds from tick 0 to a tick, which need not be whole; below 0 the first tempo goes on.
  double seconds(double tick) const;
  double seconds(Tick tick) const { return seconds(static_cast<double>(tick)); }
  /// The tick, not rounded, at so many seconds.
  double tick(double seconds) const;

 private:
  struct Stretch {
    double tick = 0;
    double seconds = 0;  // at `tick`
    double seconds_per_tick = 0;
  };
  std::vector<Stretch> stretches_;  // sorted by tick, the first at 0
};

}  // namespace toccata::notation
