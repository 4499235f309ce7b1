#include "listening/excerpt.h"

#include "base/error.h"
#include "roll/bars.h"

namespace toccata::listening {

roll::Roll excerpt(const roll::Roll& roll, int begin, int length) {
  if (begin < 0 || length < 0 || begin + length > roll.steps) {
    fail("expected a part of steps 0..{}, found {}..{}", roll.steps, begin, begin + length);
  }
  const roll::Bars bars(roll.meters, roll.grid);
  std::vector<roll::MeterAt> meters = {bars.meter(begin)};
  meters.front().step = bars.at(begin).begin - begin;
  for (roll::MeterAt meter : roll.meters) {
    meter.step -= begin;
    if (meter.step > roll::kSameStep && meter.step < length) meters.push_back(meter);
  }
  roll::Roll part =
      roll::make_roll(length, roll.low, roll.high, roll.grid, roll.articulation, std::move(meters));
  if (length == 0) return part;
  const auto notes = static_cast<std::ptrdiff_t>(roll.notes());
  part.cells.assign(roll.cells.begin() + begin * notes,
                    roll.cells.begin() + (begin + length) * notes);
  if (roll.articulation) {
    for (int n = 0; n < roll.notes(); ++n) {
      if (part.frame(0)[n] & roll::kPlay) part.frame(0)[n] |= roll::kArticulate;
    }
  }
  return part;
}

}  // namespace toccata::listening
