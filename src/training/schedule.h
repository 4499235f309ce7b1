#pragma once
// The learning rate of an update: a function of its number and of how many there will be.

#include <cstdint>

#include "training/options.h"

namespace toccata::training {

/// What the learning rate is multiplied by at `update` (0 … total-1). Warm-up (Goyal et al. 2017)
/// comes first: update u of W warm-up updates has (u+1)/W of the rate.
double schedule_factor(const ScheduleOptions& options, std::int64_t update, std::int64_t total);

}  // namespace toccata::training
