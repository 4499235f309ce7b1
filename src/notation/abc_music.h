#pragma once
// Reads a line of ABC music (notes, rests, chords, bar lines) into elements of a voice.

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "notation/abc_fields.h"
#include "notation/abc_text.h"
#include "notation/abc_voice.h"

namespace toccata::notation::abc {

/// How notes are read at a place in a voice; carried from line to line.
struct VoiceState {
  Key key;
  std::optional<MeterChange> meter;
  Fraction unit{1, 8};
  std::array<std::optional<int>, 7> accidentals;     // in this bar, by letter
  std::map<std::pair<int, int>, std::uint8_t> tied;  // by letter and octave: tied pitches
  Fraction tuplet{1, 1};                             // factor for the next notes,
  std::int64_t tuplet_left = 0;                      // this many of them
  std::optional<Fraction> broken;                    // factor for the next note after > or <
  std::optional<Fraction> last;                      // the last note's length, for > and <
};

/// Applies a field of the body to the voice: K, M, L or Q; ignores all others.
void apply_field(char field, LineCursor& cursor, VoiceState& state, Voice& voice);

/// Reads to the end of the line and returns nullopt; or to an inline [V:…], and returns its text
/// with the cursor behind it.
std::optional<std::string_view> read_music(LineCursor& cursor, VoiceState& state, Voice& voice);

}  // namespace toccata::notation::abc
