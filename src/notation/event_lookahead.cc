#include "notation/event_lookahead.h"

#include <algorithm>
#include <optional>

#include "notation/byte_cursor.h"

namespace toccata::notation {
namespace {

constexpr int kEventsAhead = 4;
constexpr std::uint64_t kLengthsTried = 8;

std::optional<std::uint32_t> sound_variable(ByteCursor& cursor) {
  std::uint32_t value = 0;
  for (int i = 0; i < 4 && !cursor.at_end(); ++i) {
    const std::uint8_t byte = cursor.next();
    value = value << 7 | (byte & 0x7fU);
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

bool is_printable(std::uint8_t byte) {
  return byte >= 0x20 && byte < 0x7f;
}

}  // namespace

bool events_look_sound(std::span<const std::uint8_t> bytes, std::uint64_t place,
                       std::uint64_t limit, std::uint8_t running) {
  ByteCursor cursor(bytes, place, limit);
  for (int i = 0; i < kEventsAhead; ++i) {
    if (!sound_variable(cursor) || cursor.at_end()) return false;
    if (cursor.peek() >= 0xf0) {
      const std::uint8_t status = cursor.next();
      if ((status != 0xff && status != 0xf0 && status != 0xf7) || cursor.at_end()) return false;
      const std::uint8_t type = status == 0xff ? cursor.next() : std::uint8_t{0};
      if (type >= 0x80) return false;
      const std::optional<std::uint32_t> length = sound_variable(cursor);
      if (!length || *length > cursor.left()) return false;
      if (type == 0x2f) return true;
      cursor.skip(*length);
      continue;
    }
    if (cursor.peek() >= 0x80) running = cursor.next();
    if (running == 0) return false;
    const bool one_byte = (running & 0xe0U) == 0xc0;
    for (int data = one_byte ? 1 : 2; data > 0; --data)
      if (cursor.at_end() || cursor.next() >= 0x80) return false;
  }
  return true;
}

std::uint64_t believable_text_length(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t length, std::uint64_t limit,
                                     std::uint8_t running) {
  const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(place);
  const auto end = begin + static_cast<std::ptrdiff_t>(std::min<std::uint64_t>(
                               length, std::min<std::uint64_t>(limit, bytes.size()) - place));
  const auto printable =
      static_cast<std::uint64_t>(std::find_if_not(begin, end, is_printable) - begin);
  if (printable == length || events_look_sound(bytes, place + length, limit, running))
    return length;
  for (std::uint64_t less = 0; less < kLengthsTried && less <= printable; ++less)
    if (events_look_sound(bytes, place + printable - less, limit, running)) return printable - less;
  return length;
}

}  // namespace toccata::notation
