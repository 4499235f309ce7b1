#pragma once
// The fields of ABC that say how notes are read: key, meter, unit length, tempo.

#include <array>
#include <cstdint>
#include <optional>

#include "notation/abc_text.h"
#include "notation/score.h"

namespace toccata::notation::abc {

inline constexpr int kTicksPerQuarter = 480;
inline constexpr Tick kTicksPerWhole = 4 * kTicksPerQuarter;

struct Key {
  int sharps = 0;  // -7..7, negative for flats
  bool minor = false;
  std::array<int, 7> accidentals{};  // semitones on c d e f g a b
};

/// "G", "Am", "F#m", "Bb", "D dor", "Emix", "none", "D Phr ^f" (an added accidental); clef and
/// other properties behind it are left to the caller.
Key read_key(LineCursor& cursor);

/// "3/4", "C", "C|"; nothing for "none".
std::optional<MeterChange> read_meter(LineCursor& cursor);

/// "1/8".
Fraction read_length(LineCursor& cursor);

/// The length of a note where no L: field says one: a 16th in meters below 3/4, else an 8th.
Fraction default_length(const std::optional<MeterChange>& meter);

/// "1/4=120", "3/8=80", "120" (in units of `unit`), each with words in quotes around it; nothing
/// where there are only words.
std::optional<std::uint32_t> read_tempo(LineCursor& cursor, Fraction unit);

/// A bar's length; 0 without a meter.
Tick bar_length(const std::optional<MeterChange>& meter);

/// The whole ticks of a length in whole notes; Error at the cursor where they are none.
Tick whole_ticks(Fraction length, const LineCursor& cursor);

}  // namespace toccata::notation::abc
