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

BudgetOptions ten_minutes() {
  return {.seconds = 600, .validate_every = 10, .save_every = 50, .update = 0.5};
}

TEST(Budget, CountsTheUpdatesThatFitWithValidationAndCheckpoints) {
  Budget budget(ten_minutes());
  EXPECT_EQ(budget.updates(0, 0), 1200);
  budget.looked(5);  // 0.5 s an update
  EXPECT_EQ(budget.updates(0, 0), 600);
  budget.saved(50);  // 1 s an update, and one more at the end
  EXPECT_EQ(budget.updates(0, 0), 275);
  EXPECT_EQ(budget.updates(100, 300), 225);
}

TEST(Budget, KeepsBackTheTimeToJudge) {
  BudgetOptions options = ten_minutes();
  options.judged_frames = 1000;
  options.judged_frame = 0.03;
  Budget budget(options);
  EXPECT_EQ(budget.judged_share(), 1);
  EXPECT_EQ(budget.updates(0, 0), 1140);
  EXPECT_FALSE(budget.over(569));
  EXPECT_TRUE(budget.over(569.9));
  // Never more than a tenth: then a part is judged.
  budget.judges_a_frame_in(0.12);
  EXPECT_DOUBLE_EQ(budget.judged_share(), 0.5);
  EXPECT_EQ(budget.updates(0, 0), 1080);
}

TEST(Budget, FollowsAMachineThatBecomesSlower) {
  Budget budget(ten_minutes());
  for (int i = 0; i < 100; ++i) budget.learned(0.5);
  EXPECT_EQ(budget.updates(100, 50), 1200);
  for (int i = 0; i < 100; ++i) budget.learned(1);
  EXPECT_NEAR(static_cast<double>(budget.updates(200, 150)), 650, 5);
}

TEST(Budget, ARunLedByItEndsWithItsTimeWhateverWorkTakes) {
  for (const double update : {0.01, 0.3, 2.0}) {
    for (const double look : {0.0, 0.3 * update, update}) {
      BudgetOptions options = ten_minutes();
      options.seconds = 60;
      options.judged_frames = 100;
      options.judged_frame = 0.02;
      Budget budget(options);
      double now = 0;
      std::int64_t done = 0, planned = 0;
      while (!budget.over(now)) {
        planned = budget.updates(done, now);
        ++done;
        now += update;
        budget.learned(update);
        if (done % 10 == 0 && !budget.over(now)) now += look, budget.looked(look);
      }
      now += 2;
      EXPECT_NEAR(now, 60, 3) << "updates of " << update << " s, validations of " << look;
      EXPECT_NEAR(static_cast<double>(planned), static_cast<double>(done), 1.0 + look / update);
    }
  }
}

}  // namespace
}  // namespace toccata::training
