#pragma once

#include <cstdint>
#include <span>

namespace toccata::notation {

/// True if the bytes from `place` on are track events without fault: four events, or all to the end
/// of the track. `running` is the running status there, 0 for none.
bool events_look_sound(std::span<const std::uint8_t> bytes, std::uint64_t place,
                       std::uint64_t limit, std::uint8_t running);

/// The true length of a text event whose data begin at `place` and claim `length` bytes. A
/// conversion of line ends turned a length of 10 into 13 in some files, so that the text swallows
/// the next event. If the claimed text holds bytes that are not text, and no valid event follows
/// it, the longest printable beginning that valid events follow is taken; otherwise the claim
/// stands.
std::uint64_t believable_text_length(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t length, std::uint64_t limit,
                                     std::uint8_t running);

}  // namespace toccata::notation
