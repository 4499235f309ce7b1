#pragma once
// The outermost layer of a Standard MIDI File: the header and the chunks. Their lengths are claims,
// which a file's own bytes may contradict; none is trusted further than the bytes reach.
// Format: MIDI Manufacturers Association, "Standard MIDI Files 1.0", RP-001.

#include <cstdint>
#include <optional>
#include <span>

#include "notation/repairs.h"

namespace toccata::notation {

struct Header {
  int format = 1;                // 0, 1 or 2
  int tracks = 0;                // as claimed
  std::uint16_t division = 480;  // as it stands in the file
  std::uint64_t body_end = 0;    // byte after the division
  std::uint64_t next = 0;        // byte after the header
  std::uint64_t end = 0;         // byte after the last that belongs to the MIDI file
};

/// Finds and reads the MThd chunk, at the beginning, in a RIFF RMID wrapping, or after junk. Throws
/// Error, saying what the bytes look like, where there is none or it is cut off.
Header read_header(std::span<const std::uint8_t> bytes, RepairLog& repairs);

/// Where an MTrk chunk's events stand.
struct TrackBytes {
  std::uint64_t begin = 0;    // the first event
  std::uint64_t claimed = 0;  // where the chunk ends by its own word
  // Where its events end at the latest: `claimed` where another chunk or the file's end follows
  // there, else the file's end.
  std::uint64_t limit = 0;
  bool sure = true;  // limit == claimed for a good reason
};

/// The next MTrk chunk from `place` on; alien chunks are passed over. Nothing where the file holds
/// no more.
std::optional<TrackBytes> next_track(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t end, RepairLog& repairs);

/// Where to look for the next chunk after a track whose events ended before byte `stopped`;
/// `ended` tells whether by an end-of-track event.
std::uint64_t after_track(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                          std::uint64_t stopped, bool ended, std::uint64_t end, RepairLog& repairs);

}  // namespace toccata::notation
