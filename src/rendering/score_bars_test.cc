#include "rendering/score_bars.h"

#include <gmock/gmock.h>

namespace toccata::rendering {
namespace {

using ::testing::ElementsAre;

notation::Score score_with(std::vector<notation::MeterChange> meters, int ticks_per_quarter = 480) {
  notation::Score score;
  score.ticks_per_quarter = ticks_per_quarter;
  score.meters = std::move(meters);
  return score;
}

TEST(ScoreBars, AreOfFourFourWhereNoMeterIsGiven) {
  const ScoreBars bars(score_with({}));
  EXPECT_EQ(bars.bar_at(0), 1);
  EXPECT_EQ(bars.bar_at(1919), 1);
  EXPECT_EQ(bars.bar_at(1920), 2);
  EXPECT_EQ(bars.begin_of(3), 3840);
  EXPECT_THAT(bars.beats_of(2), ElementsAre(1920, 2400, 2880, 3360));
}

TEST(ScoreBars, BeginAnewAtAChangeOfMeterAndAShortenedBarIsABar) {
  // Two bars of 4/4, the second cut short after two quarters, then 3/8.
  const ScoreBars bars(score_with({{0, 4, 4}, {2880, 3, 8}}));
  EXPECT_EQ(bars.bar_at(2879), 2);
  EXPECT_EQ(bars.bar_at(2880), 3);
  EXPECT_EQ(bars.begin_of(3), 2880);
  EXPECT_EQ(bars.begin_of(4), 2880 + 720);
  EXPECT_THAT(bars.beats_of(2), ElementsAre(1920, 2400));
  EXPECT_EQ(bars.meter_of(2).numerator, 4);
  EXPECT_EQ(bars.meter_of(4).numerator, 3);
}

TEST(ScoreBars, APickupIsBarZeroAndShowsTheMeterThatItLeadsInto) {
  for (const notation::MeterChange first : {notation::MeterChange{0, 1, 4}, {0, 4, 4}}) {
    const ScoreBars bars(score_with({first, {480, 3, 4}}));
    EXPECT_EQ(bars.first(), 0);
    EXPECT_EQ(bars.bar_at(0), 0);
    EXPECT_EQ(bars.bar_at(480), 1);
    EXPECT_EQ(bars.begin_of(0), 0);
    EXPECT_EQ(bars.begin_of(1), 480);
    EXPECT_EQ(bars.begin_of(2), 480 + 1440);
    EXPECT_EQ(bars.shown_meter_of(0).numerator, 3);
  }
  // Whole bars of another meter, or of the same length, are no pickup.
  EXPECT_EQ(ScoreBars(score_with({{0, 1, 4}, {960, 4, 4}})).first(), 1);
  EXPECT_EQ(ScoreBars(score_with({{0, 3, 4}, {1440, 6, 8}})).first(), 1);
  EXPECT_EQ(ScoreBars(score_with({{0, 4, 4}})).first(), 1);
}

TEST(ScoreBars, CompoundMetersBeatInDottedNotes) {
  EXPECT_THAT(ScoreBars(score_with({{0, 6, 8}})).beats_of(1), ElementsAre(0, 720));
  EXPECT_THAT(ScoreBars(score_with({{0, 3, 4}})).beats_of(1), ElementsAre(0, 480, 960));
  EXPECT_EQ(ScoreBars(score_with({{0, 13, 32}})).beats_of(1).size(), 13u);
}

TEST(ScoreBars, OfNoWholeNumberOfTicksDoNotDriftAndAgreeBothWays) {
  const ScoreBars bars(score_with({{0, 1, 8}}, 1));  // half a tick a bar
  EXPECT_EQ(bars.begin_of(1001), 500);
  const ScoreBars fifths(score_with({{0, 5, 16}}, 3));  // 3.75 ticks per bar
  for (std::int64_t bar = 1; bar < 1000; ++bar) {
    EXPECT_EQ(fifths.bar_at(fifths.begin_of(bar)), bar);
    EXPECT_EQ(fifths.bar_at(fifths.begin_of(bar + 1) - 1), bar);
  }
}

TEST(ScoreBars, AMeterWithoutLengthIsStillABar) {
  const ScoreBars bars(score_with({{0, 0, 4}}));
  EXPECT_GT(bars.begin_of(2), bars.begin_of(1));
}

}  // namespace
}  // namespace toccata::rendering
