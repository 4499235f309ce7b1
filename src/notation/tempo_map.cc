#include "notation/tempo_map.h"

#include <algorithm>

namespace toccata::notation {

TempoMap::TempoMap(const Score& score) {
  const auto per_tick = [&score](std::uint32_t microseconds_per_quarter) {
    return microseconds_per_quarter * 1e-6 / score.ticks_per_quarter;
  };
  stretches_.push_back({0, 0, per_tick(TempoChange{}.microseconds_per_quarter)});
  for (const TempoChange& tempo : score.tempos) {
    const double now = seconds(tempo.tick);
    const auto tick = static_cast<double>(tempo.tick);
    if (tick <= stretches_.back().tick) stretches_.pop_back();
    stretches_.push_back({tick, now, per_tick(tempo.microseconds_per_quarter)});
  }
}

double TempoMap::seconds(double tick) const {
  const auto after = std::ranges::upper_bound(stretches_, tick, {}, &Stretch::tick);
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  return stretch.seconds + (tick - stretch.tick) * stretch.seconds_per_tick;
}

double TempoMap::tick(double seconds) const {
  const auto after = std::ranges::upper_bound(stretches_, seconds, {}, &Stretch::seconds);
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  return stretch.tick + (seconds - stretch.seconds) / stretch.seconds_per_tick;
}

}  // namespace toccata::notation
