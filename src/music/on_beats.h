#pragma once
// Writes played music down on its found beats.

#include <vector>

#include "music/beats.h"
#include "notation/score.h"

namespace toccata::music {

struct OnBeats {
  notation::Score score;
  std::vector<notation::Tick> beats;  // where found.beats stand in it
};

/// The same notes, pedals and texts at the same seconds, to 2 ms, on new ticks: a quarter note per
/// found beat, a tempo per beat, and the bars found (a bar of three beats is 3/4; beats before the
/// first downbeat are a bar of their own). Keys are left out. Music as written is returned as it
/// is.
OnBeats on_beats(const notation::Score& score, const FoundBeats& found);

/// With one more track, a click on each beat: high wood block on downbeats, low on others.
notation::Score with_click(OnBeats music, const FoundBeats& found);

}  // namespace toccata::music
