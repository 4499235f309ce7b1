#pragma once
// Reads music from text: a subset of the ABC notation, standard 2.1 (abcnotation.com).
//
// It reads the fields X T C M L Q K V (in the header, in body lines and inline as [K:…]); notes
// with accidentals (^ ^^ _ __ =, which last to the bar line in all octaves), octave marks, lengths,
// broken rhythm (> <), ties, chords [CEG], tuplets (3 and (p:q:r, rests z x Z; bar lines, repeats
// |: :| :: and first and second endings; voices with name=, octave=, transpose=; keys with modes
// and added accidentals.
// It ignores other fields, chord symbols and annotations in quotes, decorations, grace notes,
// slurs, lyrics, %%directives and comments.
// It refuses voice overlay (&), user symbols, macros, and more than one tune per file.
//
// Each voice becomes a Track on its own channel; repeats are played out. A change of meter, key or
// tempo in the body holds for the voice in which it stands, so every voice needs it. A first bar
// shorter than the meter is an upbeat: there the Score has a meter of its length, then the piece's.

#include <cstddef>
#include <string_view>

#include "notation/score.h"

namespace toccata::notation {

struct AbcOptions {
  // True: throws Error if a bar is not as long as its meter (except an upbeat and the bar that it
  // completes), or if voices differ in length.
  bool full_bars = false;
};

/// The longest text in bytes, far above any tune: one letter can become a note of a hundred bytes,
/// and repeats multiply it.
inline constexpr std::size_t kMostText = std::size_t{256} << 10;

/// The Score of the text's only tune, with 480 ticks per quarter note. Throws Error, with line and
/// column, on text that it cannot read or that is longer than kMostText.
Score read_abc(std::string_view text, std::string_view where, const AbcOptions& options = {});

}  // namespace toccata::notation
