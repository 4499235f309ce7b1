#pragma once
// Names for contents: XXH3, 128 bits (xxhash.com). Fast and well spread, not cryptographic: it
// finds damage and duplicates, it does not prove who wrote a file.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace toccata {

/// 32 lower-case hexadecimal digits.
std::string hash_hex(std::span<const std::uint8_t> bytes);
std::string hash_hex(std::string_view text);

}  // namespace toccata
