#include "music/roll.h"

#include <algorithm>
#include <cmath>

#include "base/error.h"
#include "music/bars.h"
#include "music/options.h"

namespace toccata::music {
namespace {

// How far `distance` stands in its period, in [0, 1). From the remainder, so that the same place in
// two bars gives the same bits.
float phase(double distance, double length) {
  const double remainder = distance - std::floor((distance + kSameStep) / length) * length;
  constexpr float kBelowOne = 0x1.fffffep-1f;
  return remainder <= 0 ? 0.0f : std::min(static_cast<float>(remainder / length), kBelowOne);
}

}  // namespace

void find_phases(Roll& roll) {
  const std::size_t steps = static_cast<std::size_t>(roll.steps);
  roll.bar_phase.assign(steps, 0.0f);
  roll.beat_phase.assign(steps, 0.0f);
  check_meters(roll.meters);
  std::size_t next = 0;
  MeterAt meter;
  double bar = bar_length(meter, roll.grid), beat = beat_length(meter, roll.grid);
  for (std::size_t t = 0; t < steps; ++t) {
    while (next < roll.meters.size() &&
           roll.meters[next].step <= static_cast<double>(t) + kSameStep) {
      meter = roll.meters[next++];
      bar = bar_length(meter, roll.grid);
      beat = beat_length(meter, roll.grid);
    }
    const double distance = static_cast<double>(t) - meter.step;
    // The beat is found inside the bar: a bar of 3.5 beats starts its beats anew at the bar line.
    const double in_bar = distance - std::floor((distance + kSameStep) / bar) * bar;
    roll.bar_phase[t] = phase(distance, bar);
    roll.beat_phase[t] = phase(in_bar, beat);
  }
}

Roll make_roll(int steps, int low, int high, int grid, bool articulation,
               std::vector<MeterAt> meters) {
  Options range;
  range.low = low;
  range.high = high;
  range.grid = grid;
  check(range);
  if (steps < 0) fail("expected a number of steps from 0 on, found {}", steps);
  Roll roll;
  roll.low = low;
  roll.high = high;
  roll.grid = grid;
  roll.articulation = articulation;
  roll.steps = steps;
  roll.cells.assign(static_cast<std::size_t>(steps) * static_cast<std::size_t>(roll.notes()), 0);
  roll.meters = std::move(meters);
  find_phases(roll);
  return roll;
}

}  // namespace toccata::music
