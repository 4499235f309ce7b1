#pragma once
// How music is read for a model: part of the model's Config.

#include "base/words.h"

namespace toccata::music {

/// The treatment of a note outside low..high.
enum class OutOfRange {
  fold,    // moved by octaves into the range (default)
  drop,    // left out and counted
  refuse,  // an error with the piece, the bar and the pitch
};
constexpr auto words(OutOfRange) {
  return word_list<OutOfRange>(
      {{"fold", OutOfRange::fold}, {"drop", OutOfRange::drop}, {"refuse", OutOfRange::refuse}});
}

enum class Pedal {
  off,     // controller 64 is ignored (default)
  extend,  // a note sounds on until the pedal is up or its pitch is struck again
};
constexpr auto words(Pedal) {
  return word_list<Pedal>({{"off", Pedal::off}, {"extend", Pedal::extend}});
}

/// Where the beats are that the grid divides; see read_beats.h.
enum class BeatsFrom {
  automatic,  // found where the onsets stand on no grid of the file's own (default)
  file,       // the file's own, always
  found,      // found, even where the onsets stand on the file's own
};
constexpr auto words(BeatsFrom) {
  return word_list<BeatsFrom>(
      {{"auto", BeatsFrom::automatic}, {"file", BeatsFrom::file}, {"found", BeatsFrom::found}});
}

struct Options {
  int grid = 4;  // steps per quarter note: 4 gives 16ths, 8 32nds, 12 and 24 hold triplets too
  int low = 24;  // lowest and highest MIDI pitch, both included; N = high - low + 1
  int high = 101;
  bool articulation = true;  // false for roll files: play only
  BeatsFrom beats = BeatsFrom::automatic;
  OutOfRange out_of_range = OutOfRange::fold;
  Pedal pedal = Pedal::off;
  bool drums = false;  // true: channel 10 is read as pitches
  bool trim = true;    // whole silent bars before the first note and after the last are left out
  // The meter of music that names none: roll files without "meter", and new pieces.
  int meter_numerator = 4, meter_denominator = 4;
  int notes() const { return high - low + 1; }
  bool operator==(const Options&) const = default;
};

/// Throws Error (usage) if a field is outside its bounds: grid 1..96, 0 <= low <= high <= 127, the
/// meter's numerator 1..255, its denominator a power of two up to 64.
void check(const Options& options);

}  // namespace toccata::music
