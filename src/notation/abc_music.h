#pragma once
// A line of ABC music (notes, rests, chords, bar lines) to elements of a voice.

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

/// How notes are to be read at a place of a voice; lives on from line to line.
struct VoiceState {
  Key key;
  std::optional<MeterChange> meter;
  Fraction unit{1, 8};
  std::array<std::optional<int>, 7> accidentals;     // of this bar, by letter
  std::map<std::pair<int, int>, std::uint8_t> tied;  // by letter and octave: pitches held on
  Fraction tuplet{1, 1};                             // factor of the next notes,
  std::int64_t tuplet_left = 0;                      // so many of them
  std::optional<Fraction> broken;                    // factor of the next note after > or <
  std::optional<Fraction> last;                      // the last note's length, for > and <
};

/// Applies a field of the body to the voice: K, M, L, Q; all others are passed over.
void apply_field(char field, LineCursor& cursor, VoiceState& state, Voice& voice);

/// Reads one line. An inline [V:…] ends the reading: returns its text, and the cursor stands behind
/// it; otherwise nothing, at the end of the line.
std::optional<std::string_view> read_music(LineCursor& cursor, VoiceState& state, Voice& voice);

}  // namespace toccata::notation::abc
