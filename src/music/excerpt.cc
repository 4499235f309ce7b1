#include "music/excerpt.h"

#include "base/error.h"
#include "music/bars.h"

namespace toccata::music {

Roll excerpt(const Roll& roll, int begin, int length) {
  if (begin < 0 || length < 0 || begin + length > roll.steps) {
    fail("expected a part of steps 0..{}, found {}..{}", roll.steps, begin, begin + length);
  }
  const Bars bars(roll.meters, roll.grid);
  std::vector<MeterAt> meters = {bars.meter(begin)};
  meters.front().step = bars.at(begin).begin - begin;
  for (MeterAt meter : roll.meters) {
    meter.step -= begin;
    if (meter.step > kSameStep && meter.step < length) meters.push_back(meter);
  }
  Roll part =
      make_roll(length, roll.low, roll.high, roll.grid, roll.articulation, std::move(meters));
  if (length == 0) return part;
  const auto notes = static_cast<std::ptrdiff_t>(roll.notes());
  part.cells.assign(roll.cells.begin() + begin * notes,
                    roll.cells.begin() + (begin + length) * notes);
  if (roll.articulation) {
    for (int n = 0; n < roll.notes(); ++n) {
      if (part.frame(0)[n] & kPlay) part.frame(0)[n] |= kArticulate;
    }
  }
  return part;
}

}  // namespace toccata::music
