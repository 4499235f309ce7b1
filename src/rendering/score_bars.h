#pragma once
// Bar lines and beats of a Score in whole ticks: music::Bars on a grid of ticks, rounded down, so
// that remainders do not add up. Bars are counted from 1, as musicians count; a pickup is bar 0.

#include <cstdint>
#include <vector>

#include "music/bars.h"
#include "notation/score.h"

namespace toccata::rendering {

class ScoreBars {
 public:
  explicit ScoreBars(const notation::Score& score);

  /// The number of the first bar: 1, or 0 where the piece begins with a pickup, a bar shorter than
  /// those of the meter that follows it.
  std::int64_t first() const { return bars_.first(); }
  /// The bar that `tick` stands in. Bars begin anew at each change of meter.
  std::int64_t bar_at(notation::Tick tick) const;
  /// The tick at which bar `bar` begins (bars before the first: tick 0).
  notation::Tick begin_of(std::int64_t bar) const;
  music::MeterAt meter_of(std::int64_t bar) const;
  /// The meter to show for `bar`: a pickup's is the one that it leads into.
  music::MeterAt shown_meter_of(std::int64_t bar) const;
  /// The ticks of the beats in `bar`, its first included (music::beat_length).
  std::vector<notation::Tick> beats_of(std::int64_t bar) const;

 private:
  music::Bars bars_;  // a step is a tick
  int grid_;          // ticks per quarter note
};

}  // namespace toccata::rendering
