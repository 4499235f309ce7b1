#include "rendering/bars.h"

#include <algorithm>

namespace toccata::rendering {

using notation::MeterChange;
using notation::Tick;

// The ticks of `count` notes of 1/denominator. A bar need not be a whole number of ticks long;
// counting from the stretch's beginning keeps the remainder from adding up.
Tick Bars::whole_notes(std::int64_t count, int denominator) const {
  return count * 4 * ticks_per_quarter_ / denominator;
}

Bars::Bars(const notation::Score& score) : ticks_per_quarter_(score.ticks_per_quarter) {
  stretches_.push_back({MeterChange{}, 1});
  for (MeterChange meter : score.meters) {
    meter.numerator = std::max(meter.numerator, 1);  // a bar of no length would have no successor
    meter.denominator = std::max(meter.denominator, 1);
    const Stretch& before = stretches_.back();
    if (meter.tick <= before.meter.tick) {
      stretches_.back().meter = meter;
      stretches_.back().meter.tick = before.meter.tick;
      continue;
    }
    // A bar that the change cuts short is a bar.
    const std::int64_t last = bar_at(meter.tick - 1);
    stretches_.push_back({meter, last + 1});
  }
}

std::int64_t Bars::bar_at(Tick tick) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), tick,
                       [](Tick t, const Stretch& stretch) { return t < stretch.meter.tick; });
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  const std::int64_t inside = std::max<Tick>(tick - stretch.meter.tick, 0);
  // begin = floor(bars x n x 4 tpq / d) <= inside; the largest such count of bars
  const std::int64_t numerator = std::int64_t{4} * ticks_per_quarter_ * stretch.meter.numerator;
  const std::int64_t bars = ((inside + 1) * stretch.meter.denominator - 1) / numerator;
  return stretch.first_bar + bars;
}

const Bars::Stretch& Bars::stretch_of(std::int64_t bar) const {
  const auto after = std::upper_bound(
      stretches_.begin(), stretches_.end(), bar,
      [](std::int64_t b, const Stretch& stretch) { return b < stretch.first_bar; });
  return after == stretches_.begin() ? *after : *(after - 1);
}

Tick Bars::begin_of(std::int64_t bar) const {
  const Stretch& stretch = stretch_of(bar);
  const std::int64_t bars = std::max<std::int64_t>(bar - stretch.first_bar, 0);
  return stretch.meter.tick +
         whole_notes(bars * stretch.meter.numerator, stretch.meter.denominator);
}

const MeterChange& Bars::meter_of(std::int64_t bar) const {
  return stretch_of(bar).meter;
}

std::vector<Tick> Bars::beats_of(std::int64_t bar) const {
  const Stretch& stretch = stretch_of(bar);
  const MeterChange& meter = stretch.meter;
  const bool compound = meter.denominator >= 8 && meter.numerator >= 6 && meter.numerator % 3 == 0;
  const int notes_a_beat = compound ? 3 : 1;
  const Tick end = begin_of(bar + 1);
  const std::int64_t first = std::max<std::int64_t>(bar - stretch.first_bar, 0) * meter.numerator;
  std::vector<Tick> beats;
  for (int note = 0; note < meter.numerator; note += notes_a_beat) {
    const Tick tick = meter.tick + whole_notes(first + note, meter.denominator);
    if (tick >= end) break;
    beats.push_back(tick);
  }
  return beats;
}

}  // namespace toccata::rendering
