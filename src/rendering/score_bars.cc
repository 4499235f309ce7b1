#include "rendering/score_bars.h"

#include <algorithm>

#include "music/bars.h"

namespace toccata::rendering {

using notation::MeterChange;
using notation::Tick;

// The ticks of `count` notes of 1/denominator. A bar need not be a whole number of ticks long;
// counting from the stretch's beginning keeps the remainder from adding up.
Tick ScoreBars::whole_notes(std::int64_t count, int denominator) const {
  return count * 4 * ticks_per_quarter_ / denominator;
}

ScoreBars::ScoreBars(const notation::Score& score) : ticks_per_quarter_(score.ticks_per_quarter) {
  stretches_.push_back({MeterChange{}, 1});
  for (MeterChange meter : score.meters) {
    meter.numerator = std::max(meter.numerator, 1);  // a bar of no length would have no successor
    meter.denominator = std::max(meter.denominator, 1);
    Stretch& before = stretches_.back();
    if (meter.tick <= before.meter.tick) {
      stretches_.back().meter = meter;
      stretches_.back().meter.tick = before.meter.tick;
      continue;
    }
    // A first bar that is shorter than those that follow is a pickup.
    const auto length_of = [&](const MeterChange& of) {
      return whole_notes(of.numerator, of.denominator);
    };
    if (stretches_.size() == 1 && meter.tick <= length_of(before.meter) &&
        meter.tick < length_of(meter))
      before.first_bar = 0;
    // A bar that the change cuts short is a bar.
    const std::int64_t last = bar_at(meter.tick - 1);
    stretches_.push_back({meter, last + 1});
  }
}

std::int64_t ScoreBars::bar_at(Tick tick) const {
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

const ScoreBars::Stretch& ScoreBars::stretch_of(std::int64_t bar) const {
  const auto after = std::upper_bound(
      stretches_.begin(), stretches_.end(), bar,
      [](std::int64_t b, const Stretch& stretch) { return b < stretch.first_bar; });
  return after == stretches_.begin() ? *after : *(after - 1);
}

Tick ScoreBars::begin_of(std::int64_t bar) const {
  const Stretch& stretch = stretch_of(bar);
  const std::int64_t bars = std::max<std::int64_t>(bar - stretch.first_bar, 0);
  return stretch.meter.tick +
         whole_notes(bars * stretch.meter.numerator, stretch.meter.denominator);
}

const MeterChange& ScoreBars::shown_meter_of(std::int64_t bar) const {
  return meter_of(std::max<std::int64_t>(bar, 1));
}

const MeterChange& ScoreBars::meter_of(std::int64_t bar) const {
  return stretch_of(bar).meter;
}

std::vector<Tick> ScoreBars::beats_of(std::int64_t bar) const {
  const Stretch& stretch = stretch_of(bar);
  const MeterChange& meter = stretch.meter;
  const int notes_per_beat = music::is_compound(meter.numerator, meter.denominator) ? 3 : 1;
  const Tick end = begin_of(bar + 1);
  const std::int64_t first = std::max<std::int64_t>(bar - stretch.first_bar, 0) * meter.numerator;
  std::vector<Tick> beats;
  for (int note = 0; note < meter.numerator; note += notes_per_beat) {
    const Tick tick = meter.tick + whole_notes(first + note, meter.denominator);
    if (tick >= end) break;
    beats.push_back(tick);
  }
  return beats;
}

}  // namespace toccata::rendering
