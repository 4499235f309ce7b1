#pragma once
// The events of one track, in order, with absolute ticks. Every fault inside a track is dealt with
// here; handlers receive only valid events.

#include <cstdint>
#include <span>

#include "notation/repairs.h"
#include "notation/score.h"
#include "notation/smf_chunks.h"

namespace toccata::notation {

/// Receives the events of a track: one handler counts them, one builds the Score.
class TrackHandler {
 public:
  virtual ~TrackHandler() = default;
  virtual void note_on(Tick tick, std::uint8_t channel, std::uint8_t pitch,
                       std::uint8_t velocity) = 0;  // velocity >= 1
  virtual void note_off(Tick tick, std::uint8_t channel, std::uint8_t pitch,
                        std::uint8_t velocity) = 0;
  virtual void controller(Tick tick, std::uint8_t channel, std::uint8_t number,
                          std::uint8_t value) = 0;
  virtual void program(Tick tick, std::uint8_t channel, std::uint8_t program) = 0;
  /// `byte` is the place of the event's data in the file, for messages.
  virtual void meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data,
                    std::uint64_t byte) = 0;
};

struct TrackEnd {
  Tick tick = 0;           // of the end-of-track event, or of the last event without one
  std::uint64_t byte = 0;  // the byte after the last one read
  bool ended = false;      // whether an end-of-track event ended it
};

/// Reads the events of a track to its end and repairs what it can: running status survives meta
/// and system exclusive events; data bytes over 127 are clipped; at bytes that cannot be read the
/// track ends, and everything before them is kept. Time: linear in the bytes read.
TrackEnd read_track_events(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                           RepairLog& repairs, TrackHandler& handler);

}  // namespace toccata::notation
