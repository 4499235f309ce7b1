#pragma once
// For tests: the size that a PNG's header states.

#include <stdexcept>
#include <string_view>
#include <utility>

#include "base/files.h"

namespace toccata::rendering {

/// Width and height. Throws std::runtime_error where the bytes do not begin as a PNG does.
inline std::pair<int, int> png_size(const Bytes& bytes) {
  constexpr std::string_view kBegin("\x89PNG\r\n\x1a\n\0\0\0\rIHDR", 16);
  if (bytes.size() < 24 ||
      std::string_view(reinterpret_cast<const char*>(bytes.data()), 16) != kBegin)
    throw std::runtime_error("no PNG");
  const auto number = [&bytes](std::size_t place) {
    return bytes[place] << 24 | bytes[place + 1] << 16 | bytes[place + 2] << 8 | bytes[place + 3];
  };
  return {number(16), number(20)};
}

}  // namespace toccata::rendering
