#include "notation/text_encoding.h"

#include <cstddef>

namespace toccata::notation {
namespace {

/// How many bytes the UTF-8 character at the front takes; 0 where it is none (RFC 3629: no overlong
/// forms, no surrogates, nothing above U+10FFFF).
std::size_t utf8_length(std::span<const std::uint8_t> bytes) {
  const std::uint8_t lead = bytes[0];
  if (lead < 0x80) return 1;
  const std::size_t length = lead < 0xc2   ? 0
                             : lead < 0xe0 ? 2
                             : lead < 0xf0 ? 3
                             : lead < 0xf5 ? 4
                                           : 0;
  if (length == 0 || bytes.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((bytes[i] & 0xc0U) != 0x80) return 0;
  if (lead == 0xe0 && bytes[1] < 0xa0) return 0;
  if (lead == 0xed && bytes[1] > 0x9f) return 0;
  if (lead == 0xf0 && bytes[1] < 0x90) return 0;
  if (lead == 0xf4 && bytes[1] > 0x8f) return 0;
  return length;
}

bool is_utf8(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t length = utf8_length(bytes);
    if (length == 0) return false;
    bytes = bytes.subspan(length);
  }
  return true;
}

}  // namespace

std::string to_utf8(std::span<const std::uint8_t> bytes) {
  if (is_utf8(bytes)) return {bytes.begin(), bytes.end()};
  std::string text;
  text.reserve(bytes.size() + bytes.size() / 2);
  for (const std::uint8_t byte : bytes) {
    if (byte < 0x80) {
      text.push_back(static_cast<char>(byte));
    } else {
      text.push_back(static_cast<char>(0xc0U | byte >> 6));
      text.push_back(static_cast<char>(0x80U | (byte & 0x3fU)));
    }
  }
  return text;
}

}  // namespace toccata::notation
