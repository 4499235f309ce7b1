#pragma once
// Bar lines and beats of a Score, in whole ticks, from its meters; music/bars.h has those of a
// Roll, in steps. Bars are counted from 1, as musicians count; a pickup is bar 0.

#include <vector>

#include "notation/score.h"

namespace toccata::rendering {

class ScoreBars {
 public:
  explicit ScoreBars(const notation::Score& score);

  /// The number of the first bar: 1, or 0 where the piece begins with a pickup, a bar shorter than
  /// those of the meter that follows it.
  std::int64_t first() const { return stretches_.front().first_bar; }
  /// The bar that `tick` stands in. Bars begin anew at each change of meter.
  std::int64_t bar_at(notation::Tick tick) const;
  /// The tick at which bar `bar` begins (bars before the first: tick 0).
  notation::Tick begin_of(std::int64_t bar) const;
  const notation::MeterChange& meter_of(std::int64_t bar) const;
  /// The meter to show for `bar`: a pickup's is the one that it leads into.
  const notation::MeterChange& shown_meter_of(std::int64_t bar) const;
  /// The ticks of the beats in `bar`, its first included (music::beat_length).
  std::vector<notation::Tick> beats_of(std::int64_t bar) const;

 private:
  struct Stretch {
    notation::MeterChange meter;
    std::int64_t first_bar = 1;
  };
  const Stretch& stretch_of(std::int64_t bar) const;
  notation::Tick whole_notes(std::int64_t count, int denominator) const;

  int ticks_per_quarter_;
  std::vector<Stretch> stretches_;  // one per meter, the first at tick 0
};

}  // namespace toccata::rendering
