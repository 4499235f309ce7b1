#include "composing/step_gate.h"

#include <gtest/gtest.h>

#include <bit>

#include "base/random.h"

namespace toccata::composing {
namespace {

// The rule, read off a whole frame: the slow and obvious reference. Bit n of `frame` is note n.
bool obeys(const StepRule& rule, unsigned frame, int low) {
  const int count = std::popcount(frame);
  if (count < rule.fewest || (rule.most && count > rule.most)) return false;
  PitchClasses classes = 0;
  for (int n = 0; n < 16; ++n) {
    if (frame >> n & 1) classes |= static_cast<PitchClasses>(1 << ((low + n) % 12));
  }
  if (rule.needed & ~classes) return false;
  return count == 0 || rule.bass < 0 || (low + std::countr_zero(frame)) % 12 == rule.bass;
}

bool within(const std::vector<CellSet>& sets, unsigned frame) {
  for (std::size_t n = 0; n < sets.size(); ++n) {
    if (!(sets[n] & (frame >> n & 1 ? kPlays : kSilent))) return false;
  }
  return true;
}

// Every frame that obeys can be reached note by note, and no other.
TEST(StepGate, LetsThroughExactlyTheFramesThatObey) {
  Random random(12, 0);
  int possible = 0, impossible = 0;
  for (int trial = 0; trial < 1500; ++trial) {
    const int notes = 1 + static_cast<int>(random.below(9));
    const int low = 55 + static_cast<int>(random.below(12));
    std::vector<CellSet> sets;
    for (int n = 0; n < notes; ++n) {
      const auto kind = random.below(8);
      sets.push_back(kind == 0   ? kSilent
                     : kind == 1 ? kOnset
                     : kind == 2 ? kPlays
                                 : kSilent | kOnset);
    }
    StepRule rule;
    if (random.below(2)) rule.fewest = static_cast<int>(random.below(4));
    if (random.below(2)) rule.most = rule.fewest + 1 + static_cast<int>(random.below(3));
    if (random.below(2)) rule.bass = (low + static_cast<int>(random.below(5))) % 12;
    for (std::uint64_t i = random.below(3); i > 0; --i)
      rule.needed |=
          static_cast<PitchClasses>(1 << ((low + static_cast<int>(random.below(9))) % 12));

    bool any = false;
    StepGate gate;
    const bool begun = gate.begin(sets, low, rule);
    for (unsigned frame = 0; frame < 1u << notes; ++frame) {
      const bool wanted = within(sets, frame) && obeys(rule, frame, low);
      any = any || wanted;
      if (!begun) continue;
      StepSoFar below;
      bool through = true;
      for (int n = 0; n < notes && through; ++n) {
        const CellSet set = gate.allowed(n, below);
        EXPECT_NE(set, 0);  // never a dead end
        const bool plays = frame >> n & 1;
        through = set & (plays ? kPlays : kSilent);
        if (plays) below = below.with(low + n);
      }
      EXPECT_EQ(through, wanted) << to_string(rule) << ", frame " << frame;
    }
    EXPECT_EQ(begun, any) << to_string(rule);
    ++(any ? possible : impossible);
  }
  EXPECT_GT(possible, 300);
  EXPECT_GT(impossible, 100);
}

TEST(StepGate, SaysItsRuleInWords) {
  EXPECT_EQ(to_string(StepRule{.most = 4, .fewest = 2, .needed = 0x91, .bass = 10}),
            "at least 2 sounding notes, at most 4 sounding notes, C E G sounding, A# in the bass");
}

}  // namespace
}  // namespace toccata::composing
