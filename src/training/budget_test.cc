#include "training/budget.h"

#include <gtest/gtest.h>

namespace toccata::training {
namespace {

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
