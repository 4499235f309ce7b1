#pragma once
// Writes played music down on its found beats.

#include <vector>

#include "music/beats.h"
#include "notation/score.h"
#include "notation/tempo_map.h"

namespace toccata::music {

/// Time as a file's ticks and as found beats, one into the other. The time before the first found
/// beat is whole beats, too, as even as they can be, and after the last one beats go on as the last
/// eight did (their median).
class BeatGrid {
 public:
  /// At least two beats.
  BeatGrid(const notation::Score& score, const FoundBeats& found);
  /// A beat is a quarter note, and a dotted one where it is divided by three: 1 or 1.5.
  double quarters_per_beat() const { return quarters_per_beat_; }
  /// Quarter notes from the grid's beginning, not rounded, of a tick of the file.
  double quarters(double tick) const;
  /// The tick of the file, not rounded, of so many quarter notes.
  double tick(double quarters) const;
  /// The fewest ticks of the file that a quarter note has.
  double fewest_ticks() const;
  /// Beats before the first one found.
  int lead() const { return lead_; }
  /// Where beats stand, from the grid's beginning on.
  const std::vector<double>& seconds() const { return seconds_; }
  /// How long a beat after the last one is, in seconds.
  double last_length() const { return last_length_; }

 private:
  notation::TempoMap file_;
  double quarters_per_beat_ = 1, last_length_ = 1;
  int lead_ = 0;
  std::vector<double> seconds_;
};

struct OnBeats {
  notation::Score score;
  std::vector<notation::Tick> beats;  // where found.beats stand in it
};

/// The same notes, pedals and texts, in the same order, at the same seconds, to 2 ms, on new ticks:
/// a note value per found beat (BeatGrid), a tempo per beat, and the bars found (a bar of three
/// beats is 3/4 or 9/8; beats before the first downbeat are a bar of their own). Keys are left out.
/// Music as written is returned as it is.
OnBeats on_beats(const notation::Score& score, const FoundBeats& found);

/// With one more track, a click on each beat: high wood block on downbeats, low on others.
notation::Score with_click(OnBeats music, const FoundBeats& found);

}  // namespace toccata::music
