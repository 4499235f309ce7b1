#pragma once
// The events of one track, in order, with absolute ticks. Everything a file may do wrong inside a
// track is met here; handlers see only what is sound.

#include <cstdint>
#include <span>

#include "notation/repairs.h"
#include "notation/score.h"
#include "notation/smf_chunks.h"

namespace toccata::notation {

/// Who receives a track's events: one counts them, one builds the Score.
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
  /// `byte` is where the event's data stand in the file, for complaints.
  virtual void meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data,
                    std::uint64_t byte) = 0;
};

struct TrackEnd {
  Tick tick = 0;           // of the end-of-track event, or of the last event where there is none
  std::uint64_t byte = 0;  // after the last byte read
  bool ended = false;      // by an end-of-track event
};

/// Reads the track's events to its end, mending what can be mended: running status lives across
/// meta and system exclusive events; data bytes over 127 are clipped; what cannot be read on ends
/// the track, with all before it kept. Time: linear in the bytes read.
TrackEnd read_track_events(std::span<const std::uint8_t> bytes, const TrackBytes& track,
                           RepairLog& repairs, TrackHandler& handler);

}  // namespace toccata::notation
