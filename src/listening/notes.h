#pragma once
// The notes and bars of a Roll, as statistics, copying and surprise count them.

#include <cstdint>
#include <string>
#include <vector>

#include "music/roll.h"

namespace toccata::listening {

struct RollNote {
  int onset = 0;   // step
  int length = 1;  // steps
  int pitch = 60;  // MIDI
  int end() const { return onset + length; }
  bool operator==(const RollNote&) const = default;
};

/// The notes by onset, then pitch. A note begins where a cell articulates, or plays after a cell
/// that does not play; it lasts until the pitch is silent or struck again. Without articulation,
/// repeated notes are one note.
std::vector<RollNote> notes_of(const music::Roll& roll);

/// The steps at which bars begin, from 0 on (a pickup is a bar).
std::vector<int> bar_lines(const music::Roll& roll);

}  // namespace toccata::listening
