#pragma once

#include <cstdint>
#include <span>
#include <string>

namespace toccata::notation {

/// The text of a MIDI file as UTF-8. The format names no encoding: bytes that are valid UTF-8 are
/// taken as such, all others as Latin-1.
std::string to_utf8(std::span<const std::uint8_t> bytes);

}  // namespace toccata::notation
