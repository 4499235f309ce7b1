#include "notation/tempo_map.h"

#include <gtest/gtest.h>

namespace toccata::notation {
namespace {

TEST(TempoMap, AQuarterLastsHalfASecondWhereNoTempoIsGiven) {
  EXPECT_DOUBLE_EQ(TempoMap(Score{}).seconds(Tick{480}), 0.5);
}

TEST(TempoMap, FollowsEveryChangeOfTempo) {
  Score score;
  score.ticks_per_quarter = 100;
  score.tempos = {{100, 1'000'000}, {300, 250'000}};
  const TempoMap tempo_map(score);
  EXPECT_DOUBLE_EQ(tempo_map.seconds(Tick{100}), 0.5);
  EXPECT_DOUBLE_EQ(tempo_map.seconds(Tick{200}), 1.5);
  EXPECT_DOUBLE_EQ(tempo_map.seconds(Tick{300}), 2.5);
  EXPECT_DOUBLE_EQ(tempo_map.seconds(Tick{700}), 3.5);
  for (const double tick : {-50.0, 0.0, 99.5, 100.0, 250.25, 300.0, 700.0})
    EXPECT_DOUBLE_EQ(tempo_map.tick(tempo_map.seconds(tick)), tick);
}

TEST(TempoMap, ATempoAtTheBeginningReplacesTheDefault) {
  Score score;
  score.tempos = {{0, 1'000'000}};
  EXPECT_DOUBLE_EQ(TempoMap(score).seconds(Tick{480}), 1);
}

}  // namespace
}  // namespace toccata::notation
