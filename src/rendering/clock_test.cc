#include "rendering/clock.h"

#include <gtest/gtest.h>

namespace toccata::rendering {
namespace {

TEST(Clock, AQuarterLastsHalfASecondWhereNoTempoIsGiven) {
  EXPECT_DOUBLE_EQ(Clock(notation::Score{}).seconds(480), 0.5);
}

TEST(Clock, FollowsEveryChangeOfTempo) {
  notation::Score score;
  score.ticks_per_quarter = 100;
  score.tempos = {{100, 1'000'000}, {300, 250'000}};
  const Clock clock(score);
  EXPECT_DOUBLE_EQ(clock.seconds(100), 0.5);
  EXPECT_DOUBLE_EQ(clock.seconds(200), 1.5);
  EXPECT_DOUBLE_EQ(clock.seconds(300), 2.5);
  EXPECT_DOUBLE_EQ(clock.seconds(700), 3.5);
}

TEST(Clock, ATempoAtTheBeginningReplacesTheDefault) {
  notation::Score score;
  score.tempos = {{0, 1'000'000}};
  EXPECT_DOUBLE_EQ(Clock(score).seconds(480), 1);
}

}  // namespace
}  // namespace toccata::rendering
