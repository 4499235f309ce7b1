#include "corpus/piece.h"

#include <algorithm>
#include <cstring>

#include "base/hash.h"

namespace toccata::corpus {

std::string music_hash(const music::Roll& roll) {
  const std::size_t notes = static_cast<std::size_t>(roll.notes());
  const std::size_t steps = static_cast<std::size_t>(roll.steps);
  // Every pitch that sounds, as the OR of all frames.
  std::vector<std::uint8_t> any(notes, 0);
  for (std::size_t t = 0; t < steps; ++t) {
    const std::uint8_t* frame = roll.cells.data() + t * notes;
    for (std::size_t n = 0; n < notes; ++n) any[n] |= frame[n];
  }
  const auto sounds = [](std::uint8_t cell) { return cell != 0; };
  const auto low = std::find_if(any.begin(), any.end(), sounds) - any.begin();
  const auto high = std::find_if(any.rbegin(), any.rend(), sounds).base() - any.begin();
  const std::size_t width = high > low ? static_cast<std::size_t>(high - low) : 0;

  std::vector<std::uint8_t> bytes(8 + steps * width);
  for (int i = 0; i < 8; ++i)
    bytes[static_cast<std::size_t>(i)] = static_cast<std::uint8_t>(std::uint64_t{steps} >> (8 * i));
  if (width > 0)
    for (std::size_t t = 0; t < steps; ++t)
      std::memcpy(bytes.data() + 8 + t * width, roll.cells.data() + t * notes + low, width);
  return hash_hex(std::span<const std::uint8_t>(bytes));
}

}  // namespace toccata::corpus
