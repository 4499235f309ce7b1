#pragma once
// Bar lines and beats of a Score, from its meters. Bars are counted from 1, as musicians count.

#include <vector>

#include "midi/score.h"

namespace toccata::rendering {

class Bars {
 public:
  explicit Bars(const midi::Score& score);

  /// The bar that `tick` stands in. Bars begin anew at each change of meter.
  std::int64_t bar_at(midi::Tick tick) const;
  /// The tick at which bar `bar` begins (bars before 1: tick 0).
  midi::Tick begin_of(std::int64_t bar) const;
  const midi::MeterChange& meter_of(std::int64_t bar) const;
  /// The ticks of the beats in `bar`, its first included: one denominator's note each, or three of
  /// them in compound meters (6/8, 9/8, 12/16…), as roll::find_phases counts them.
  std::vector<midi::Tick> beats_of(std::int64_t bar) const;

 private:
  struct Stretch {
    midi::MeterChange meter;
    std::int64_t first_bar = 1;
  };
  const Stretch& stretch_of(std::int64_t bar) const;
  midi::Tick whole_notes(std::int64_t count, int denominator) const;

  int ticks_per_quarter_;
  std::vector<Stretch> stretches_;  // one a meter, the first at tick 0
};

}  // namespace toccata::rendering
