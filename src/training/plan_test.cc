#include "training/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/model/weights.h"

namespace toccata::training {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Made-up measurements, about those of two cores: 70,000 note-steps per second at the usual sizes.
Pace two_cores() {
  Pace pace;
  pace.by_step = 2e-6;
  pace.by_operation = (1 / 70000.0 - pace.by_step) / dense_operations(network::Config());
  return pace;
}

// A few dozen piano pieces.
constexpr MusicSize kDozens{.steps = 40000, .notes = 60000, .longest = 3000};

TEST(Plan, CountsTheOperationsOfTheUsualModelAsTheyArePublished) {
  network::Config config;
  EXPECT_NEAR(dense_operations(config), 4.34e6, 0.01e6);
}

corpus::Piece piece_in(std::vector<music::MeterAt> meters, int steps, int grid = 4) {
  corpus::Piece piece;
  piece.roll = music::make_roll(steps, 60, 71, grid, true, std::move(meters));
  return piece;
}

TEST(Plan, EchoesThatNobodyGaveStandAtPartsOfTheMainMetersBar) {
  const corpus::Piece plain = piece_in({}, 100), waltz = piece_in({{0, 3, 4}}, 160),
                      changing = piece_in({{20, 6, 8}, {100, 3, 4}}, 300),
                      coarse = piece_in({{0, 4, 4}}, 64, 1), seven = piece_in({{0, 7, 8}}, 64);
  EXPECT_THAT(usual_echoes({&plain}), ElementsAre(4, 8, 16, 32, 64));
  EXPECT_THAT(usual_echoes({&plain, &waltz}), ElementsAre(3, 6, 12, 24, 48));
  EXPECT_THAT(usual_echoes({&changing, &plain}), ElementsAre(3, 6, 12, 24, 48));
  EXPECT_THAT(usual_echoes({&coarse}), ElementsAre(2, 4, 8, 16)) << "one step is no echo";
  EXPECT_THAT(usual_echoes({&seven}), ElementsAre(4, 7, 14, 28, 56));
  const corpus::Piece fine = piece_in({{0, 4, 1}}, 64, 96);
  EXPECT_THAT(usual_echoes({&fine}), ElementsAre(384, 768, 1536, 3072)) << "four bars are too far";
  EXPECT_TRUE(usual_echoes({}).empty());
}

TEST(Plan, EchoesAndMixUnitsThatWereGivenStay) {
  const corpus::Piece piece = piece_in({}, 100);
  TrainOptions options;
  options.model.note_units = {48, 24};
  const TrainOptions chosen = suit(options, {}, {&piece});
  EXPECT_THAT(chosen.model.echoes, ElementsAre(4, 8, 16, 32, 64));
  EXPECT_EQ(chosen.model.mix_units, 48);
  EXPECT_EQ(suit(options, {.mix_units = true, .echoes = true}, {&piece}), options);
  // A plan chooses them with the other units.
  const RunPlan plan = make_plan({}, {}, kDozens, two_cores(), 1200);
  EXPECT_EQ(plan.options.model.mix_units, plan.options.model.note_units[0]);
  EXPECT_EQ(make_plan({}, {.mix_units = true}, kDozens, two_cores(), 1200).options.model.mix_units,
            0);
}

TEST(Plan, MoreTimeMeansALargerModelThatStillGetsItsUpdates) {
  int units = 0;
  const MusicSize much{.steps = 4000000, .notes = 6000000, .longest = 3000};
  for (const double minutes : {0.3, 2.0, 20.0, 120.0, 600.0}) {
    const RunPlan plan = make_plan({}, {}, much, two_cores(), minutes * 60);
    EXPECT_GE(plan.options.model.time_units[0], units);
    if (minutes >= 20) {
      EXPECT_GE(static_cast<double>(plan.updates), kUpdates);
    }
    units = plan.options.model.time_units[0];
  }
  EXPECT_GE(units, 320);
}

TEST(Plan, TwentyMinutesForAFewDozenFilesAreTheUsualModelWithAFewThousandUpdates) {
  TrainOptions options;
  options.model = {};  // two_cores is measured with the original's inputs, and without a mix
  const RunPlan plan = make_plan(options, {.mix_units = true}, kDozens, two_cores(), 20 * 60);
  EXPECT_THAT(plan.options.model.time_units, ElementsAre(200, 200));
  EXPECT_THAT(plan.options.model.note_units, ElementsAre(100, 100));
  EXPECT_GE(plan.updates, kUpdates);
  EXPECT_LE(plan.updates, 2 * kUpdates);
  EXPECT_THAT(plan.warnings, testing::IsEmpty());
  EXPECT_THAT(plan.reasons, testing::Contains(HasSubstr("[200, 200]")));
}

TEST(Plan, WhatIsPlannedTakesTheTimeThatThereIs) {
  const Pace pace = two_cores();
  for (const double seconds : {20.0, 300.0, 5000.0}) {
    const RunPlan plan = make_plan({}, {}, kDozens, pace, seconds);
    const double frames =
        static_cast<double>(plan.updates) * plan.options.batch_size * plan.options.time_steps;
    const double learning = frames * plan.options.model.notes() * pace.of(plan.options.model);
    EXPECT_LT(learning, seconds);
    EXPECT_GT(learning, 0.8 * seconds);
  }
}

TEST(Plan, KeepsWhatTheUserGave) {
  TrainOptions options;
  options.model.time_units = {300, 300};
  options.model.note_units = {100, 50};
  options.batch_size = 7;
  options.time_steps = 33;
  options.validate_every = 11;
  options.save_every = 12;
  const FixedOptions everything{true, true, true, true, true, true, true};
  const RunPlan plan = make_plan(options, everything, kDozens, two_cores(), 60);
  EXPECT_EQ(plan.options, options);
  EXPECT_THAT(plan.reasons, testing::Contains(HasSubstr("as given")));
  // And fits the rest to it.
  const RunPlan rest = make_plan(options, {.units = true}, kDozens, two_cores(), 60);
  EXPECT_EQ(rest.options.model, options.model);
  EXPECT_EQ(rest.options.batch_size, 4);
  EXPECT_EQ(rest.options.time_steps, 64);
}

TEST(Plan, LittleMusicGetsASmallModelAndAWarningWhereTheUserWantsALargeOne) {
  const MusicSize little{.steps = 2000, .notes = 3000, .longest = 400};
  const RunPlan plan = make_plan({}, {}, little, two_cores(), 20 * 60);
  EXPECT_LE(static_cast<double>(network::parameter_count(plan.options.model)),
            kParametersPerNote * 3000);
  EXPECT_THAT(plan.warnings, testing::IsEmpty());
  EXPECT_THAT(plan.reasons[0], HasSubstr("3000 notes"));

  const RunPlan large = make_plan({}, {.units = true}, little, two_cores(), 20 * 60);
  EXPECT_THAT(large.warnings, ElementsAre(HasSubstr("3000 notes to learn from")));
}

TEST(Plan, TooLittleTimeForASizeIsTold) {
  const RunPlan plan = make_plan({}, {.units = true}, kDozens, two_cores(), 20);
  EXPECT_THAT(plan.warnings, ElementsAre(HasSubstr("The time is short")));
}

TEST(Plan, AFewShortPiecesMakeSmallBatches) {
  const MusicSize few{.steps = 90, .notes = 200, .longest = 30};
  const RunPlan plan = make_plan({}, {}, few, two_cores(), 60);
  EXPECT_EQ(plan.options.time_steps, 30);
  EXPECT_EQ(plan.options.batch_size, 1);
  EXPECT_GE(plan.options.validate_every, 5);
}

TEST(Plan, ADeviceThatWantsManySequencesGetsThem) {
  Pace card = two_cores();
  card.by_operation /= 100;
  card.by_step /= 100;
  card.sequences = 64;
  const MusicSize much{.steps = 400000, .notes = 600000, .longest = 3000};
  const RunPlan plan = make_plan({}, {.units = true}, much, card, 20 * 60);
  EXPECT_GE(plan.options.batch_size, 64);
}

}  // namespace
}  // namespace toccata::training
