#pragma once
// Reading music from text: a subset of the ABC notation, standard 2.1 (abcnotation.com).
//
// Read: the fields X T C M L Q K V (header, body lines and inline as [K:…]), other fields passed
// over; notes with accidentals (^ ^^ _ __ =, which last to the bar line in all octaves), octave
// marks, lengths, broken rhythm (> <), ties, chords [CEG], tuplets (3 and (p:q:r, rests z x Z; bar
// lines, repeats |: :| :: and first and second endings; voices with name=, octave=, transpose=;
// keys with modes and added accidentals. Passed over: chord symbols and annotations in quotes,
// decorations, grace notes, slurs, lyrics, %%directives, comments. Refused: voice overlay (&), user
// symbols, macros, more than one tune a file.
//
// Each voice becomes a Track on a channel of its own; repeats are played out. A meter, key or tempo
// that changes in the body changes for the voice it stands in, so every voice needs it. A first bar
// shorter than the meter is an upbeat: the Score has a meter of its length there, then the piece's.

#include <cstddef>
#include <string_view>

#include "notation/score.h"

namespace toccata::notation {

struct AbcOptions {
  // True: Error where a bar's length is not the meter's (but for an upbeat, and the bar that it
  // completes), or where voices differ in length.
  bool full_bars = false;
};

/// Bytes: far above any tune. A letter of text can become a note of a hundred bytes, and repeats
/// play it again.
inline constexpr std::size_t kMostText = std::size_t{256} << 10;

/// The Score of the text's one tune, 480 ticks a quarter note. Throws Error naming line and column,
/// and on a text longer than kMostText.
Score read_abc(std::string_view text, std::string_view where, const AbcOptions& options = {});

}  // namespace toccata::notation
