#pragma once
// Real time of ticks: a Score's tempo map as seconds.

#include <vector>

#include "midi/score.h"

namespace toccata::rendering {

class Clock {
 public:
  explicit Clock(const midi::Score& score);
  /// Seconds from tick 0.
  double seconds(midi::Tick tick) const;

 private:
  struct Stretch {
    midi::Tick tick = 0;
    double seconds = 0;  // at `tick`
    double seconds_per_tick = 0;
  };
  std::vector<Stretch> stretches_;  // sorted by tick, the first at 0
};

}  // namespace toccata::rendering
