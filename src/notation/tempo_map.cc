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
    if (tempo.tick <= stretches_.back().tick) stretches_.pop_back();
    stretches_.push_back({tempo.tick, now, per_tick(tempo.microseconds_per_quarter)});
  }
}

double TempoMap::seconds(Tick tick) const {
  const auto after =
      std::upper_bound(stretches_.begin(), stretches_.end(), tick,
                       [](Tick t, const Stretch& stretch) { return t < stretch.tick; });
  const Stretch& stretch = after == stretches_.begin() ? *after : *(after - 1);
  return stretch.seconds + static_cast<double>(tick - stretch.tick) * stretch.seconds_per_tick;
}

}  // namespace toccata::notation
