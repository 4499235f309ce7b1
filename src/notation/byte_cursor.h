#pragma once
// A place in the bytes of a file that never leaves them.

#include <algorithm>
#include <cstdint>
#include <span>
#include <string_view>

namespace toccata::notation {

class ByteCursor {
 public:
  ByteCursor(std::span<const std::uint8_t> bytes, std::uint64_t begin, std::uint64_t end)
      : bytes_(bytes), place_(begin), end_(std::min<std::uint64_t>(end, bytes.size())) {}

  std::uint64_t place() const { return place_; }
  std::uint64_t end() const { return end_; }
  std::uint64_t left() const { return end_ > place_ ? end_ - place_ : 0; }
  bool at_end() const { return place_ >= end_; }

  /// The byte `ahead` of the cursor. Requires left() > ahead.
  std::uint8_t peek(std::uint64_t ahead = 0) const { return bytes_[place_ + ahead]; }
  std::uint8_t next() { return bytes_[place_++]; }
  void skip(std::uint64_t count) { place_ += std::min(count, left()); }

  /// The next `count` bytes, or all that are left.
  std::span<const std::uint8_t> take(std::uint64_t count) {
    const auto taken = bytes_.subspan(place_, std::min(count, left()));
    place_ += taken.size();
    return taken;
  }

 private:
  std::span<const std::uint8_t> bytes_;
  std::uint64_t place_, end_;
};

/// A big-endian number of 1 to 4 bytes.
inline std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint32_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

/// True if the bytes at `place` are `id`.
inline bool id_at(std::span<const std::uint8_t> bytes, std::uint64_t place, std::string_view id) {
  return place <= bytes.size() && bytes.size() - place >= id.size() &&
         std::equal(id.begin(), id.end(), bytes.begin() + static_cast<std::ptrdiff_t>(place),
                    [](char a, std::uint8_t b) { return static_cast<std::uint8_t>(a) == b; });
}

}  // namespace toccata::notation
