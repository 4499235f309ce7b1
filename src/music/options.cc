#include "music/options.h"

#include "base/error.h"

namespace toccata::music {

void check(const Options& options) {
  if (options.grid < 1 || options.grid > 96)
    fail_usage(
        "grid: expected 1 to 96 steps per quarter note, found {}; 4 gives 16ths, 8 32nds, 12 and "
        "24 hold triplets too",
        options.grid);
  if (options.low < 0 || options.high > 127 || options.low > options.high)
    fail_usage(
        "range of pitches: expected 0 <= low <= high <= 127, found {}..{}; the default is 24..101, "
        "a piano's keys are 21..108",
        options.low, options.high);
  const int denominator = options.meter_denominator;
  if (options.meter_numerator < 1 || options.meter_numerator > 255 || denominator < 1 ||
      denominator > 64 || (denominator & (denominator - 1)) != 0)
    fail_usage("meter: expected 1..255 over a power of two up to 64, found {}/{}",
               options.meter_numerator, denominator);
}

}  // namespace toccata::music
