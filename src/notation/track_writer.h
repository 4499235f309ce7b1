#pragma once
// Writes the header and the track chunks of a Standard MIDI File.

#include <cstdint>
#include <span>
#include <string_view>

#include "base/files.h"
#include "notation/score.h"

namespace toccata::notation {

void append_text(Bytes& to, std::string_view text);
void append_big_endian(Bytes& to, std::uint64_t value, int bytes);

/// One MTrk chunk as it grows. Events come in order of their ticks.
class TrackWriter {
 public:
  explicit TrackWriter(Bytes& file);

  /// `data`: one or two bytes. `running`: without the status byte, where the event before allows
  /// it.
  void channel_event(Tick tick, std::uint8_t status, std::span<const std::uint8_t> data,
                     bool running = false);
  void meta(Tick tick, std::uint8_t type, std::span<const std::uint8_t> data);
  void meta(Tick tick, std::uint8_t type, std::string_view data);
  void system_exclusive(Tick tick, std::uint8_t status, std::span<const std::uint8_t> data);

  /// Writes the end-of-track event and the chunk's length. Throws Error if it is over 2^32-1.
  void finish(Tick end);

 private:
  void delta_to(Tick tick);
  void variable_length(std::uint64_t value);

  Bytes& file_;
  std::size_t length_place_ = 0;
  Tick now_ = 0;
  std::uint8_t status_ = 0;  // the last event's, if it was a channel's; else 0
};

}  // namespace toccata::notation
