#pragma once
// Score: the content of a MIDI file, in ticks. Notes are paired, times are absolute, and nothing of
// the file's bytes is left.

#include <cstdint>
#include <string>
#include <vector>

namespace toccata::notation {

using Tick = std::int64_t;

inline constexpr int kDrumChannel =
    9;  // "channel 10" of the General MIDI specification, counted from 0

struct Note {
  Tick onset = 0;
  Tick end = 0;                    // >= onset; equal in the zero-length notes of some files
  std::uint8_t pitch = 60;         // 0..127, 60 = middle C
  std::uint8_t velocity = 80;      // 1..127
  std::uint8_t off_velocity = 64;  // 0..127
  std::uint8_t channel = 0;        // 0..15
  bool operator==(const Note&) const = default;
};

/// Sustain pedal (controller 64); down if the file's value is >= 64.
struct PedalChange {
  Tick tick = 0;
  std::uint8_t channel = 0;
  bool down = false;
  bool operator==(const PedalChange&) const = default;
};

struct ProgramChange {
  Tick tick = 0;
  std::uint8_t channel = 0;
  std::uint8_t program = 0;  // 0..127
  bool operator==(const ProgramChange&) const = default;
};

/// Meta events 01..07: text, copyright, instrument, lyric, marker, cue point. (The track name, 03,
/// is Track::name.)
struct Text {
  Tick tick = 0;
  std::uint8_t kind = 1;
  std::string text;
  bool operator==(const Text&) const = default;
};

struct Track {
  std::string name;
  std::vector<Note> notes;  // by onset, then pitch
  std::vector<PedalChange> pedals;
  std::vector<ProgramChange> programs;
  std::vector<Text> texts;
  bool operator==(const Track&) const = default;
};

struct TempoChange {
  Tick tick = 0;
  std::uint32_t microseconds_per_quarter = 500000;  // 120 quarters per minute
  bool operator==(const TempoChange&) const = default;
};

/// numerator/denominator from `tick` on; denominator is a power of two.
struct MeterChange {
  Tick tick = 0;
  int numerator = 4;
  int denominator = 4;
  bool operator==(const MeterChange&) const = default;
};

struct KeyChange {
  Tick tick = 0;
  int sharps = 0;  // -7..7, negative for flats
  bool minor = false;
  bool operator==(const KeyChange&) const = default;
};

struct Score {
  int ticks_per_quarter = 480;  // 1..32767
  // The three maps are sorted by tick and hold no repeats. An empty map means the default from tick
  // 0 on (120 quarters per minute, 4/4, C major). They apply to all tracks, whichever track of the
  // file had them.
  std::vector<TempoChange> tempos;
  std::vector<MeterChange> meters;
  std::vector<KeyChange> keys;
  std::vector<Track> tracks;
  Tick end = 0;  // where the last track ends
  bool operator==(const Score&) const = default;
};

}  // namespace toccata::notation
