#pragma once
// Real time of ticks: a Score's tempo map as seconds.

#include <vector>

#include "notation/score.h"

namespace toccata::rendering {

class TempoMap {
 public:
  explicit TempoMap(const notation::Score& score);
  /// Seconds from tick 0.
  double seconds(notation::Tick tick) const;

 private:
  struct Stretch {
    notation::Tick tick = 0;
    double seconds = 0;  // at `tick`
    double seconds_per_tick = 0;
  };
  std::vector<Stretch> stretches_;  // sorted by tick, the first at 0
};

}  // namespace toccata::rendering
