#pragma once
// The ABC fields that say how to read notes: key, meter, unit length, tempo.

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

/// Reads "G", "Am", "F#m", "Bb", "D dor", "Emix", "none", "D Phr ^f" (an added accidental). It
/// stops before the clef and other properties.
Key read_key(LineCursor& cursor);

/// Reads "3/4", "C", "C|"; nullopt for "none".
std::optional<MeterChange> read_meter(LineCursor& cursor);

/// Reads "1/8".
Fraction read_length(LineCursor& cursor);

/// The unit length without an L: field: a 16th in meters below 3/4, else an 8th.
Fraction default_length(const std::optional<MeterChange>& meter);

/// Reads "1/4=120", "3/8=80", "120" (beats of length `unit`), each possibly with words in quotes
/// around it; nullopt if there are only words.
std::optional<std::uint32_t> read_tempo(LineCursor& cursor, Fraction unit);

/// A bar's length; 0 without a meter.
Tick bar_length(const std::optional<MeterChange>& meter);

/// A length in whole notes as ticks. Throws Error at the cursor if it is not a whole number of
/// ticks.
Tick whole_ticks(Fraction length, const LineCursor& cursor);

}  // namespace toccata::notation::abc
