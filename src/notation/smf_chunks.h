#pragma once
// The outermost layer of a Standard MIDI File: the header and the chunks. A file's bytes may
// contradict the lengths that it claims; no claim is trusted beyond the end of the bytes.
// Format: MIDI Manufacturers Association, "Standard MIDI Files 1.0", RP-001.

#include <cstdint>
#include <functional>
#include <optional>
#include <span>

#include "notation/repairs.h"

namespace toccata::notation {

struct Header {
  int format = 1;                // 0, 1 or 2
  int tracks = 0;                // as claimed
  std::uint16_t division = 480;  // as in the file
  std::uint64_t body_end = 0;    // the byte after the division
  std::uint64_t next = 0;        // the byte after the header
  std::uint64_t end = 0;         // the byte after the last one of the MIDI file
};

/// Finds and reads the MThd chunk: at the beginning, inside RIFF RMID, or after junk. Throws Error
/// if there is none or it is cut off, and says what the bytes look like.
Header read_header(std::span<const std::uint8_t> bytes, RepairLog& repairs);

/// The bytes of an MTrk chunk's events.
struct TrackBytes {
  std::uint64_t begin = 0;    // the first event
  std::uint64_t claimed = 0;  // the end of the chunk by its own length
  // The latest end of its events: `claimed` if another chunk or the end of the file follows there,
  // else the end of the file.
  std::uint64_t limit = 0;
  bool sure = true;  // limit == claimed, and confirmed by what follows
};

/// The next MTrk chunk from `place` on; other chunks are skipped. nullopt if there is no more.
std::optional<TrackBytes> next_track(std::span<const std::uint8_t> bytes, std::uint64_t place,
                                     std::uint64_t end, RepairLog& repairs);

/// The place at which to look for the next chunk after a track whose events ended before byte
/// `stopped`; `ended` says whether with an end-of-track event.
std::uint64_t after_track(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                          std::uint64_t stopped, bool ended, std::uint64_t end, RepairLog& repairs);

/// Where the events of a track ended.
struct TrackStop {
  std::uint64_t byte = 0;  // after the last one read
  bool ended = false;      // whether an end-of-track event ended it
};

/// Goes through the tracks of a file in turn. `read` reads the events of one; `between` receives
/// the chunks of other kinds that stand before a track or after the last. Throws Error if there is
/// no track, or more than a header can count; a header that counts others is a repair. Returns how
/// many there are.
std::size_t read_tracks(std::span<const std::uint8_t> bytes, const Header& header,
                        RepairLog& repairs, const std::function<TrackStop(const TrackBytes&)>& read,
                        const std::function<void(std::span<const std::uint8_t>)>& between = {});

}  // namespace toccata::notation
