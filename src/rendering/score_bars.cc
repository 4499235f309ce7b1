#include "rendering/score_bars.h"

#include <algorithm>
#include <cmath>

namespace toccata::rendering {
namespace {

using notation::Tick;

constexpr double kOfATick = 1e-3;  // far below what a bar's beginning may lie off a tick

std::vector<music::MeterAt> meters_of(const notation::Score& score) {
  std::vector<music::MeterAt> meters{{}};
  for (const notation::MeterChange& change : score.meters) {
    // A bar of no length would have no successor.
    const music::MeterAt meter{static_cast<double>(change.tick), std::max(change.numerator, 1),
                               std::max(change.denominator, 1)};
    if (meter.step > meters.back().step) {
      meters.push_back(meter);
    } else {
      meters.back() = {meters.back().step, meter.numerator, meter.denominator};
    }
  }
  return meters;
}

Tick tick_of(double step) {
  return static_cast<Tick>(std::floor(step + kOfATick));
}

}  // namespace

ScoreBars::ScoreBars(const notation::Score& score)
    : bars_(meters_of(score), score.ticks_per_quarter), grid_(score.ticks_per_quarter) {}

std::int64_t ScoreBars::bar_at(Tick tick) const {
  return bars_.at(static_cast<double>(std::max<Tick>(tick, 0)) + 1 - kOfATick).number;
}

Tick ScoreBars::begin_of(std::int64_t bar) const {
  return tick_of(bars_.numbered(bar).begin);
}

music::MeterAt ScoreBars::shown_meter_of(std::int64_t bar) const {
  return meter_of(std::max<std::int64_t>(bar, 1));
}

music::MeterAt ScoreBars::meter_of(std::int64_t bar) const {
  return bars_.meter(bars_.numbered(bar).begin);
}

std::vector<Tick> ScoreBars::beats_of(std::int64_t bar) const {
  const music::Bar whole = bars_.numbered(bar);
  const double length = music::beat_length(meter_of(bar), grid_);
  const Tick end = tick_of(whole.end);
  std::vector<Tick> beats;
  for (int beat = 0;; ++beat) {
    const Tick tick = tick_of(whole.begin + beat * length);
    if (tick >= end) return beats;
    beats.push_back(tick);
  }
}

}  // namespace toccata::rendering
