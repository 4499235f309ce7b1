#pragma once
// Real time of ticks: a Score's tempo map as seconds.

#include <vector>

#include "notation/score.h"

namespace toccata::notation {

class TempoMap {
 public:
  explicit TempoMap(const Score& score);
  /// Seconds from tick 0.
  double seconds(Tick tick) const;

 private:
  struct Stretch {
    Tick tick = 0;
    double seconds = 0;  // at `tick`
    double seconds_per_tick = 0;
  };
  std::vector<Stretch> stretches_;  // sorted by tick, the first at 0
};

}  // namespace toccata::notation
