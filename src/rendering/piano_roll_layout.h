#pragma once
// Where things stand in a piano roll: which bars share a system, and how large everything is.

#include <vector>

#include "notation/score.h"
#include "rendering/score_bars.h"

namespace toccata::rendering {

inline constexpr double kMargin = 28;      // around the picture
inline constexpr double kKeyboard = 58;    // width of the keyboard at the left
inline constexpr double kHeader = 78;      // title, facts and legend
inline constexpr double kBarNumbers = 18;  // above each system
inline constexpr double kPedalStrip = 9;   // below each system, where there are pedals
inline constexpr double kBetween = 16;     // between systems

struct SystemOfBars {
  std::int64_t first_bar = 1, last_bar = 1;
  notation::Tick begin = 0, end = 0;
};

struct Layout {
  int low = 48, high = 72;  // the pitches shown
  double row = 8;           // height of a semitone
  double pixels_per_quarter = 24;
  bool pedal = false;
  double width = 0, height = 0;  // of the picture
  std::vector<SystemOfBars> systems;

  double field_left() const { return kMargin + kKeyboard; }
  double field_height() const { return row * (high - low + 1); }
  double system_height() const {
    return kBarNumbers + field_height() + (pedal ? kPedalStrip : 0) + kBetween;
  }
  double field_top(std::size_t system) const {
    return kHeader + static_cast<double>(system) * system_height() + kBarNumbers;
  }
};

/// Bars first … last of `score`, as large as fits: what would be higher than `longest_height` is
/// drawn smaller, and what would still be is left out (the last system tells up to where).
Layout lay_out(const notation::Score& score, const ScoreBars& bars, std::int64_t first,
               std::int64_t last, double width, double longest_height);

}  // namespace toccata::rendering
