#include "training/budget.h"

#include <algorithm>
#include <cmath>

namespace toccata::training {

void Budget::learned(double seconds) {
  // The mean of the last twenty or so: a machine shared with others changes its pace.
  constexpr double kForget = 0.05;
  told_.update += (seen_ ? kForget : 1) * (seconds - told_.update);
  seen_ = true;
}

double Budget::judged_share() const {
  const double whole = told_.judged_frame * static_cast<double>(told_.judged_frames);
  const double most = kJudging * told_.seconds;
  return whole <= most ? 1 : most / whole;
}

double Budget::kept_back() const {
  return judged_share() * told_.judged_frame * static_cast<double>(told_.judged_frames) +
         told_.save + told_.leave;
}

std::int64_t Budget::updates(std::int64_t done, double now) const {
  const double each = told_.update + look_ / told_.validate_every + told_.save / told_.save_every;
  const double more = each > 0 ? std::round((end() - now) / each) : 1;
  return done + static_cast<std::int64_t>(std::clamp(more, 1.0, 1e15));
}

}  // namespace toccata::training
