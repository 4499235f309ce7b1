#pragma once
// MIDI files built byte by byte, faults and all, for tests of whoever reads them.

#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

#include "base/files.h"

namespace toccata {

/// Appends bytes, numbers and chunks; nothing is checked, so that anything can be said.
class MidiBytes {
 public:
  MidiBytes& raw(std::initializer_list<int> bytes) {
    for (const int byte : bytes) bytes_.push_back(static_cast<std::uint8_t>(byte));
    return *this;
  }
  MidiBytes& text(std::string_view text) {
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return *this;
  }
  MidiBytes& raw(const Bytes& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// A big-endian number of `size` bytes.
  MidiBytes& number(std::uint64_t value, int size) {
    for (int i = size; i-- > 0;) bytes_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
  }
  MidiBytes& header(int format, int tracks, int division) {
    return text("MThd")
        .number(6, 4)
        .number(static_cast<std::uint64_t>(format), 2)
        .number(static_cast<std::uint64_t>(tracks), 2)
        .number(static_cast<std::uint64_t>(division), 2);
  }
  /// An MTrk chunk whose length claims `wrong` bytes more than it has.
  MidiBytes& track(const Bytes& events, std::int64_t wrong = 0) {
    return text("MTrk")
        .number(static_cast<std::uint64_t>(static_cast<std::int64_t>(events.size()) + wrong), 4)
        .raw(events);
  }
  const Bytes& bytes() const { return bytes_; }
  operator const Bytes&() const { return bytes_; }

 private:
  Bytes bytes_;
};

/// Events of a track; end() adds the end-of-track event.
class TrackEvents {
 public:
  TrackEvents& raw(std::initializer_list<int> bytes) {
    for (const int byte : bytes) bytes_.push_back(static_cast<std::uint8_t>(byte));
    return *this;
  }
  TrackEvents& raw(const Bytes& bytes) {
    bytes_.insert(bytes_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  /// A note-on at `delta` (0..127) and its off `length` ticks later.
  TrackEvents& note(int delta, int pitch, int length, int channel = 0) {
    return raw({delta, 0x90 | channel, pitch, 80, length, 0x80 | channel, pitch, 64});
  }
  TrackEvents& end(int delta = 0) { return raw({delta, 0xff, 0x2f, 0}); }
  operator const Bytes&() const { return bytes_; }
  std::size_t size() const { return bytes_.size(); }

 private:
  Bytes bytes_;
};

}  // namespace toccata
