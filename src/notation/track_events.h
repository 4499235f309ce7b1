#pragma once
// The events of one track, in order, with absolute ticks. Every fault inside a track is dealt with
// here; handlers receive only valid events.

#include <cstdint>
#include <span>

#include "notation/repairs.h"
#include "notation/score.h"
#include "notation/smf_chunks.h"

namespace toccata::notation {

/// Receives the events of a track. An event of a channel comes to channel_event; if that is not
/// overridden, it passes the event on to the handler of its kind.
class TrackHandler {
 public:
  virtual ~TrackHandler() = default;
  /// `status` holds the channel; `running`: the file left the status byte out. Of events with one
  /// byte of data `second` is 0.
  virtual void channel_event(Tick tick, std::uint8_t status, std::uint8_t first,
                             std::uint8_t second, bool running);
  virtual void note_on(Tick, std::uint8_t /*channel*/, std::uint8_t /*pitch*/,
                       std::uint8_t /*velocity*/) {}  // velocity >= 1
  virtual void note_off(Tick, std::uint8_t /*channel*/, std::uint8_t /*pitch*/,
                        std::uint8_t /*velocity*/) {}
  virtual void controller(Tick, std::uint8_t /*channel*/, std::uint8_t /*number*/,
                          std::uint8_t /*value*/) {}
  virtual void program(Tick, std::uint8_t /*channel*/, std::uint8_t /*program*/) {}
  /// `byte` is the place of the event's data in the file, for messages.
  virtual void meta(Tick, std::uint8_t /*type*/, std::span<const std::uint8_t> /*data*/,
                    std::uint64_t /*byte*/) {}
  /// `status` is F0, or F7 where the data continue a message or are an escape.
  virtual void system_exclusive(Tick, std::uint8_t /*status*/,
                                std::span<const std::uint8_t> /*data*/) {}
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
