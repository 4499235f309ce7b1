#pragma once
// How the onsets of a file stand to the beat of its own ticks.

#include "notation/score.h"

namespace toccata::music {

struct OwnBeat {
  bool written = false;      // they stand on its lines, to the tick: 32nds and what divides them
  bool keeps = true;         // false: onsets lie anywhere between the beats
  int division = 0;          // of the quarter note that they keep to; 0: none closely
  notation::Tick shift = 0;  // ticks that they lie after it (negative: before it)
  double confidence = 1;     // 0..1, as FoundBeats has it
};

inline constexpr int kFewestOnsets = 16;  // of which anything is said
inline constexpr int kDivisions[] = {1, 2, 3, 4, 6, 8, 12};

/// Of fewer than kFewestOnsets it is said that they are written and keep to the beat.
OwnBeat own_beat(const notation::Score& score);

}  // namespace toccata::music
