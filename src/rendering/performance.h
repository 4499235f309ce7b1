#pragma once
// A Score as a list of what a synthesizer is told, and when.

#include <cstdint>
#include <vector>

#include "notation/score.h"

namespace toccata::rendering {

struct Action {
  enum class Kind : std::uint8_t {
    note_off,
    pedal,
    program,
    note_on
  };  // in this order at one time
  double seconds = 0;
  Kind kind = Kind::note_on;
  std::uint8_t channel = 0;
  std::uint8_t number = 0;  // pitch; program; 1 or 0 for pedal down or up
  std::uint8_t velocity = 0;
  bool operator==(const Action&) const = default;
};

/// Sorted by time, then kind (offs before ons), else in the Score's order. Where two notes of one
/// channel and pitch overlap, the second is struck anew and the pitch is let go when the last of
/// them ends: one part's note-off never cuts another's note. Notes of length zero sound for 0.05 s.
std::vector<Action> performance(const notation::Score& score);

}  // namespace toccata::rendering
