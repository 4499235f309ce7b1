#include "training/schedule.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace toccata::training {

double schedule_factor(const ScheduleOptions& options, std::int64_t update, std::int64_t total) {
  const std::int64_t warm_up = std::min<std::int64_t>(options.warm_up, total / 10);
  if (update < warm_up) return static_cast<double>(update + 1) / static_cast<double>(warm_up);
  switch (options.kind) {
    case ScheduleKind::constant:
      return 1;
    case ScheduleKind::cosine: {
      const double place = static_cast<double>(update - warm_up) /
                           static_cast<double>(std::max<std::int64_t>(total - warm_up, 1));
      return (1 + std::cos(std::numbers::pi * std::min(place, 1.0))) / 2;
    }
    case ScheduleKind::step:
      return std::pow(options.decay_factor, static_cast<double>(update / options.decay_every));
  }
  return 1;
}

}  // namespace toccata::training
