#pragma once
// Roll: the note-state matrix, T frames of N notes each. Time-major throughout.
// Notation: Johnson, "Generating polyphonic music using tied parallel networks", EvoMUSART 2017.

#include <cstddef>
#include <cstdint>
#include <vector>

#include "music/bars.h"

namespace toccata::music {

// The bits of a cell. articulate is set only at an onset, and never without play.
inline constexpr std::uint8_t kPlay = 1;
inline constexpr std::uint8_t kArticulate = 2;

struct Roll {
  int low = 24, high = 101;         // the pitches of a frame, both included
  int grid = 4;                     // steps per quarter note
  bool articulation = true;         // false: cells hold play only
  int steps = 0;                    // T
  std::vector<std::uint8_t> cells;  // (T, N)
  std::vector<MeterAt>
      meters;  // sorted by step; before the first, and where empty: 4/4 from step 0
  // The place of each step in its bar and in its beat, in [0, 1): (T). find_phases computes them
  // from `meters`.
  std::vector<float> bar_phase;
  std::vector<float> beat_phase;

  int notes() const { return high - low + 1; }  // N
  std::uint8_t* frame(int step) {
    return cells.data() + static_cast<std::size_t>(step) * static_cast<std::size_t>(notes());
  }
  const std::uint8_t* frame(int step) const {
    return cells.data() + static_cast<std::size_t>(step) * static_cast<std::size_t>(notes());
  }
  bool operator==(const Roll&) const = default;
};

/// Computes bar_phase and beat_phase from meters and grid. A bar is numerator/denominator whole
/// notes. A beat is one note of the denominator, or three in compound meters (denominator >= 8,
/// numerator 6, 9, 12, …). Bars begin anew at each change of meter, beats at each bar line.
/// Throws Error if a meter's numbers are not positive or the meters are not sorted.
void find_phases(Roll& roll);

/// A Roll of silence, with phases. Throws Error if range, grid or steps are out of bounds.
Roll make_roll(int steps, int low, int high, int grid, bool articulation,
               std::vector<MeterAt> meters = {});

}  // namespace toccata::music
