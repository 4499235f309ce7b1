#include "composing/outlook.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/random.h"

namespace toccata::composing {
namespace {

// Of independent notes the estimate is the truth, but for classes that several notes could give.
TEST(Outlook, IsTheChanceOfAWholeStepWhereNotesAreIndependent) {
  Random random(3, 0);
  for (int trial = 0; trial < 300; ++trial) {
    constexpr int kNotes = 8, kLow = 60;
    std::vector<CellSet> sets;
    std::vector<float> chances;
    for (int n = 0; n < kNotes; ++n) {
      const auto kind = random.below(6);
      sets.push_back(kind == 0 ? kSilent : kind == 1 ? kPlays : kAnyCell);
      chances.push_back(static_cast<float>(0.05 + 0.85 * random.uniform()));
    }
    StepRule rule{.fewest = static_cast<int>(random.below(4))};
    if (random.below(2)) rule.most = rule.fewest + 1 + static_cast<int>(random.below(2));
    if (random.below(2)) rule.bass = static_cast<int>(random.below(3));
    StepGate gate;
    if (rule.empty() || !gate.begin(sets, kLow, rule)) continue;
    Outlook outlook;
    outlook.begin(sets, chances, 0, kLow, rule);
    // All frames from note n up, after the lowest n notes are as `below` has them.
    const int n = static_cast<int>(random.below(kNotes));
    StepSoFar below;
    bool possible = true;
    for (int m = 0; m < n; ++m) {
      const CellSet set = gate.allowed(m, below);
      possible = possible && set != 0;
      if (set & kPlays && (!(set & kSilent) || random.below(2))) below = below.with(kLow + m);
    }
    double truth = 0;
    for (unsigned frame = 0; frame < 1U << (kNotes - n); ++frame) {
      StepSoFar now = below;
      double chance = 1;
      bool right_bass = true;
      for (int m = n; m < kNotes; ++m) {
        const auto i = static_cast<std::size_t>(m);
        const bool plays = frame >> (m - n) & 1;
        const double play = !(sets[i] & kPlays)    ? 0
                            : !(sets[i] & kSilent) ? 1
                                                   : static_cast<double>(chances[i]);
        chance *= plays ? play : 1 - play;
        if (!plays) continue;
        if (now.count == 0 && rule.bass >= 0 && (kLow + m) % 12 != rule.bass) right_bass = false;
        now = now.with(kLow + m);
      }
      const bool whole = now.count >= rule.fewest && (rule.most == 0 || now.count <= rule.most);
      // Notes that must not be the bass are not let through below it.
      if (whole && right_bass) truth += chance;
    }
    if (rule.bass >= 0 && below.count == 0) continue;  // bent further: see below
    EXPECT_NEAR(outlook.log_chance(n, below), std::log(std::max(truth, 1e-200)), 1e-4);
  }
}

TEST(Outlook, RaisesChancesToTheUsualNumberOfNotes) {
  const std::vector<CellSet> sets(10, kAnyCell);
  const std::vector<float> faint(10, 0.001F);
  Outlook outlook;
  outlook.begin(sets, faint, 3, 60, {.fewest = 3});
  EXPECT_GT(outlook.log_chance(0, {}), std::log(0.3));
  outlook.begin(sets, faint, 0, 60, {.fewest = 3});
  EXPECT_LT(outlook.log_chance(0, {}), std::log(1e-5));
}

TEST(Outlook, WantsTheBassAndTheNotesThatAreMissing) {
  const std::vector<CellSet> sets(13, kAnyCell);
  const std::vector<float> chances(13, 0.3F);
  Outlook outlook;
  outlook.begin(sets, chances, 0, 60, {.needed = 1 << 4, .bass = 0});
  // After the C no other has gone by, after the C# the bass has to wait for the next C.
  EXPECT_GT(outlook.log_chance(0, {}), outlook.log_chance(1, {}));
  EXPECT_EQ(outlook.log_chance(13, StepSoFar{}.with(60).with(64)), 0);
  EXPECT_NEAR(outlook.log_chance(1, StepSoFar{}.with(60)), std::log(0.3), 1e-4);
}

}  // namespace
}  // namespace toccata::composing
