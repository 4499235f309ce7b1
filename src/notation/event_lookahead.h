#pragma once

#include <cstdint>
#include <span>

namespace toccata::notation {

/// True where the bytes from `place` on read as track events without fault: up to the end of the
/// track, or four of them. `running` is the running status there, 0 for none.
bool events_look_sound(std::span<const std::uint8_t> bytes, std::uint64_t place,
                       std::uint64_t limit, std::uint8_t running);

/// The true length of a text event whose data begin at `place` and claim `length` bytes. Some files
/// have passed through a conversion of line ends, which turned a length of 10 into 13: such a text
/// swallows the event behind it. Where what follows the claimed text is no sound event and it
/// holds bytes that are no text, the longest printable beginning that sound events follow is
/// taken instead; else the claim stands.
std::uint64_t believable_text_length(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t length, std::uint64_t limit,
                                     std::uint8_t running);

}  // namespace toccata::notation
