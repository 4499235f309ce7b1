#include <time.h>

#include <cmath>

#include "playing/output.h"

namespace toccata::playing {

double SteadyAlarmClock::seconds() const {
  timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

void SteadyAlarmClock::sleep_until(double time) {
  timespec until{};
  const double whole = std::floor(time);
  until.tv_sec = static_cast<time_t>(whole);
  until.tv_nsec = static_cast<long>((time - whole) * 1e9);
  ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr);
}

}  // namespace toccata::playing
