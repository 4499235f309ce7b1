#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace toccata::notation {

/// Describes bytes that are not a MIDI file: "an HTML page", "text beginning with …", "nothing: the
/// file is empty".
std::string describe_foreign(std::span<const std::uint8_t> bytes);

}  // namespace toccata::notation
