#pragma once
// What a step as a whole must be, and the gate that lets no note through that would leave it
// impossible: since notes are drawn from the lowest up, "at least three notes" has to be seen to
// before the last three are reached.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "composing/cell_sets.h"

namespace toccata::composing {

/// Sets of pitch classes: bit 0 is C, bit 11 is B.
using PitchClasses = std::uint16_t;
inline constexpr PitchClasses kAllPitchClasses = 0xfff;

struct StepRule {
  int most = 0;             // sounding notes; 0: any number
  int fewest = 0;           // sounding notes
  PitchClasses needed = 0;  // each sounds at least once
  int bass = -1;            // pitch class of the lowest sounding note; -1: any
  bool operator==(const StepRule&) const = default;
  bool empty() const { return *this == StepRule{}; }
};

/// Not more than `most` notes, and so on: a rule in words, for messages.
std::string to_string(const StepRule& rule);

/// What sounds of a step as far as it has been drawn.
struct StepSoFar {
  int count = 0;             // notes
  PitchClasses classes = 0;  // theirs
  StepSoFar with(int pitch) const {
    return {count + 1, static_cast<PitchClasses>(classes | 1 << (pitch % 12))};
  }
};

class StepGate {
 public:
  /// A step whose notes may each be what `sets` (N) says; `low` is the lowest note's pitch. False
  /// where no frame of these sets obeys the rule.
  bool begin(std::span<const CellSet> sets, int low, const StepRule& rule);
  /// What note n may be so that the step can still be finished: never empty after begin was true
  /// and every note below was within it.
  CellSet allowed(int n, const StepSoFar& below) const;

 private:
  struct Above {  // of the notes from n up
    std::uint8_t must = 0, may = 0;
    PitchClasses must_classes = 0, may_classes = 0;
    std::uint8_t bass = 0;  // the lowest of them that may be the bass; N: none
  };
  PitchClasses class_of(int n) const { return static_cast<PitchClasses>(1 << ((low_ + n) % 12)); }
  bool can_finish(int n, int count, PitchClasses covered) const;
  bool can_finish_above_bass(int n, int count, PitchClasses covered) const;

  StepRule rule_;
  int low_ = 0, notes_ = 0;
  std::vector<CellSet> sets_;  // (N)
  std::vector<Above> above_;   // (N+1)
};

}  // namespace toccata::composing
