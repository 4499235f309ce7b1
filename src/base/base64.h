#pragma once
// Base64 (RFC 4648, section 4).

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/files.h"

namespace toccata {

std::string to_base64(std::span<const std::uint8_t> bytes);
/// None where the text is not base64 to its end.
std::optional<Bytes> from_base64(std::string_view text);

}  // namespace toccata
