#include "base/hash.h"

#include <fmt/format.h>
#include <xxhash.h>

namespace toccata {
namespace {

std::string hex(const void* data, std::size_t size) {
  const XXH128_hash_t hash = XXH3_128bits(data, size);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace

std::string hash_hex(std::span<const std::uint8_t> bytes) {
  return hex(bytes.data(), bytes.size());
}
std::string hash_hex(std::string_view text) {
  return hex(text.data(), text.size());
}

}  // namespace toccata
