#pragma once

#include <cstdint>

namespace toccata::training {

/// What is told of an update.
struct Figures {
  std::int64_t update = 0;  // its number
  std::int64_t frames = 0;  // counted steps
  double nats = 0;          // per counted step, before the update, with dropout
  double gradient_norm = 0;
  double kept = 0;  // a sum over all that is learned and kept: finite where all of it is
};

}  // namespace toccata::training
