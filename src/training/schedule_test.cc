#include "training/schedule.h"

#include <gtest/gtest.h>

namespace toccata::training {
namespace {

TEST(Schedule, WarmsUpInEqualStepsToTheFullRate) {
  ScheduleOptions options;
  options.warm_up = 4;
  options.kind = ScheduleKind::constant;
  EXPECT_DOUBLE_EQ(schedule_factor(options, 0, 100), 0.25);
  EXPECT_DOUBLE_EQ(schedule_factor(options, 1, 100), 0.5);
  EXPECT_DOUBLE_EQ(schedule_factor(options, 3, 100), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(options, 99, 100), 1);
}

TEST(Schedule, WarmsUpForATenthOfAShortRunAtMost) {
  ScheduleOptions options;
  options.warm_up = 100;
  options.kind = ScheduleKind::constant;
  EXPECT_DOUBLE_EQ(schedule_factor(options, 1, 20), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(options, 0, 5), 1);
}

TEST(Schedule, CosineFallsFromOneThroughAHalfToZero) {
  ScheduleOptions options;
  options.warm_up = 10;
  options.kind = ScheduleKind::cosine;
  EXPECT_DOUBLE_EQ(schedule_factor(options, 10, 110), 1);
  EXPECT_NEAR(schedule_factor(options, 60, 110), 0.5, 1e-12);
  EXPECT_NEAR(schedule_factor(options, 110, 110), 0, 1e-12);
  EXPECT_NEAR(schedule_factor(options, 1000, 110), 0, 1e-12);
  for (int update = 11; update < 110; ++update)
    EXPECT_LT(schedule_factor(options, update, 110), schedule_factor(options, update - 1, 110));
}

TEST(Schedule, StepMultipliesEveryFewUpdates) {
  ScheduleOptions options;
  options.warm_up = 0;
  options.kind = ScheduleKind::step;
  options.decay_every = 50;
  options.decay_factor = 0.1;
  EXPECT_DOUBLE_EQ(schedule_factor(options, 49, 1000), 1);
  EXPECT_DOUBLE_EQ(schedule_factor(options, 50, 1000), 0.1);
  EXPECT_NEAR(schedule_factor(options, 149, 1000), 0.01, 1e-15);
}

}  // namespace
}  // namespace toccata::training
