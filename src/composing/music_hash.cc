#include "composing/music_hash.h"

#include <fmt/format.h>

#include "base/hash.h"

namespace toccata::composing {

std::string music_hash(const music::Roll& roll) {
  std::string text =
      fmt::format("{} {} {} {} {}", roll.low, roll.high, roll.grid, roll.articulation, roll.steps);
  for (const music::MeterAt& meter : roll.meters) {
    text += fmt::format(" {}/{}@{:.6f}", meter.numerator, meter.denominator, meter.step);
  }
  text += '\n';
  text.append(roll.cells.begin(), roll.cells.end());
  return hash_hex(text);
}

}  // namespace toccata::composing
