#pragma once
// Small music for the tests of this room.

#include <algorithm>
#include <string>
#include <vector>

#include "base/files.h"
#include "base/progress.h"
#include "corpus/piece.h"

namespace toccata::corpus {

/// A note of a test file, in ticks of 96 a quarter.
struct TestNote {
  int pitch = 60, onset = 0, end = 24, channel = 0;
};

/// A type 0 file of 96 ticks per quarter, written out byte by byte here so that these tests do not
/// lean on the writer's.
inline Bytes test_midi(const std::vector<TestNote>& notes) {
  struct Event {
    int tick, order;
    Bytes bytes;
  };
  std::vector<Event> events;
  for (const TestNote& note : notes) {
    const auto byte = [](int value) { return static_cast<std::uint8_t>(value); };
    events.push_back({note.onset, 1, {byte(0x90 + note.channel), byte(note.pitch), 80}});
    events.push_back({note.end, 0, {byte(0x80 + note.channel), byte(note.pitch), 64}});
  }
  std::stable_sort(events.begin(), events.end(), [](const Event& a, const Event& b) {
    return a.tick != b.tick ? a.tick < b.tick : a.order < b.order;
  });
  Bytes track;
  int last = 0;
  for (const Event& event : events) {
    const int delta = event.tick - last;
    last = event.tick;
    for (int shift = 21; shift > 0; shift -= 7)
      if (delta >> shift)
        track.push_back(static_cast<std::uint8_t>(0x80 | (delta >> shift & 0x7f)));
    track.push_back(static_cast<std::uint8_t>(delta & 0x7f));
    track.insert(track.end(), event.bytes.begin(), event.bytes.end());
  }
  track.insert(track.end(), {0, 0xff, 0x2f, 0});
  Bytes file = {'M', 'T', 'h', 'd', 0, 0, 0, 6, 0, 0, 0, 1, 0, 96, 'M', 'T', 'r', 'k'};
  for (int shift = 24; shift >= 0; shift -= 8)
    file.push_back(static_cast<std::uint8_t>(track.size() >> shift));
  file.insert(file.end(), track.begin(), track.end());
  return file;
}

/// `count` quarter notes upwards from `pitch`.
inline Bytes test_scale(int pitch, int count) {
  std::vector<TestNote> notes;
  for (int i = 0; i < count; ++i) notes.push_back({pitch + i, 96 * i, 96 * (i + 1), 0});
  return test_midi(notes);
}

/// A piece of one voice that moves about `pitch`, never twice the same for different `seed`s.
inline Piece test_piece(const std::string& name, int steps, int pitch, std::uint64_t seed) {
  Piece piece;
  piece.name = name;
  piece.roll = music::make_roll(steps, 24, 101, 4, true);
  for (int t = 0; t < steps; ++t) {
    const int up = static_cast<int>(seed >> (t % 60) & 3);
    piece.roll.frame(t)[pitch + up - piece.roll.low] = music::kPlay | music::kArticulate;
  }
  piece.hash = music_hash(piece.roll);
  return piece;
}

/// Keeps what was said.
class TestProgress : public Progress {
 public:
  void message(std::string_view text) override { messages.emplace_back(text); }
  void warning(std::string_view text) override { warnings.emplace_back(text); }
  std::vector<std::string> messages, warnings;
};

}  // namespace toccata::corpus
