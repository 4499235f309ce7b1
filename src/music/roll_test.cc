#include "music/roll.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "music/bars.h"
#include "music/options.h"

namespace toccata::music {
namespace {

using testing::ElementsAre;
using testing::FloatNear;
using testing::HasSubstr;

Roll silence(int steps, int grid, std::vector<MeterAt> meters) {
  return make_roll(steps, 60, 62, grid, true, std::move(meters));
}

TEST(RollOptions, AreCheckedAgainstTheirBounds) {
  Options options;
  EXPECT_NO_THROW(check(options));
  for (const auto& [grid, low, high] :
       {std::tuple{0, 24, 101}, {97, 24, 101}, {4, -1, 101}, {4, 24, 128}, {4, 61, 60}}) {
    options.grid = grid;
    options.low = low;
    options.high = high;
    try {
      check(options);
      ADD_FAILURE() << grid << " " << low << " " << high << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), HasSubstr("expected"));
    }
  }
  options = {};
  options.grid = 96;
  options.low = options.high = 127;
  EXPECT_NO_THROW(check(options));
  EXPECT_EQ(options.notes(), 1);
}

TEST(RollPhases, WithoutMetersAreThoseOfFourFour) {
  const Roll roll = silence(20, 4, {});
  for (int t = 0; t < 20; ++t) {
    EXPECT_FLOAT_EQ(roll.bar_phase[static_cast<std::size_t>(t)], static_cast<float>(t % 16) / 16);
    EXPECT_FLOAT_EQ(roll.beat_phase[static_cast<std::size_t>(t)], static_cast<float>(t % 4) / 4);
  }
}

TEST(RollPhases, BeginAnewAtAChangeOfMeter) {
  // Two quarters of 4/4, then 3/4 in a grid of 2.
  const Roll roll = silence(12, 2, {{0, 4, 4}, {4, 3, 4}});
  EXPECT_THAT(roll.bar_phase,
              ElementsAre(0, 0.125f, 0.25f, 0.375f, 0, FloatNear(1 / 6.f, 1e-6f),
                          FloatNear(2 / 6.f, 1e-6f), 0.5f, FloatNear(4 / 6.f, 1e-6f),
                          FloatNear(5 / 6.f, 1e-6f), 0, FloatNear(1 / 6.f, 1e-6f)));
}

TEST(RollPhases, CompoundMetersBeatInThrees) {
  const Roll roll = silence(12, 4, {{0, 6, 8}});
  EXPECT_FLOAT_EQ(roll.bar_phase[6], 0.5f);
  EXPECT_FLOAT_EQ(roll.beat_phase[6], 0.0f);
  EXPECT_FLOAT_EQ(roll.beat_phase[3], 0.5f);
  EXPECT_FLOAT_EQ(roll.beat_phase[2], 2.0f / 6);
  // 3/8 is simple: three beats.
  EXPECT_FLOAT_EQ(silence(4, 4, {{0, 3, 8}}).beat_phase[2], 0.0f);
  // 6/4 too: its denominator is a quarter.
  EXPECT_FLOAT_EQ(silence(8, 4, {{0, 6, 4}}).beat_phase[4], 0.0f);
}

TEST(RollPhases, BeatsBeginAnewAtEachBarLine) {
  // A bar of 3/16 on a grid of 2 lasts 1.5 steps, a beat half a step: bar lines at 0, 1.5, 3.
  const Roll roll = silence(4, 2, {{0, 3, 16}});
  EXPECT_THAT(roll.bar_phase,
              ElementsAre(0, FloatNear(2 / 3.f, 1e-6f), FloatNear(1 / 3.f, 1e-6f), 0));
  EXPECT_THAT(roll.beat_phase, ElementsAre(0, 0, 0, 0));
}

TEST(RollPhases, HoldForBarLinesBetweenSteps) {
  const Roll roll = silence(4, 4, {{-0.5, 2, 16}, {2.25, 4, 4}});
  EXPECT_THAT(roll.bar_phase, ElementsAre(0.25f, 0.75f, 0.25f, 0.75f / 16));
}

TEST(RollPhases, AreTheSameBitsInEveryBarAndBelowOne) {
  const Roll roll = silence(50000, 24, {{0, 13, 32}});  // 39 steps per bar
  for (std::size_t t = 39; t < 50000; ++t) {
    ASSERT_EQ(roll.bar_phase[t], roll.bar_phase[t - 39]) << t;
    ASSERT_LT(roll.bar_phase[t], 1.0f);
    ASSERT_LT(roll.beat_phase[t], 1.0f);
  }
  // The grid's thirds are no binary fractions: a bar line must not come out as 0.9999.
  const Roll thirds = silence(3000, 4, {{1 / 3.0, 4, 4}});
  for (const float phase : thirds.bar_phase) ASSERT_LT(phase, 0.99f);
}

TEST(MakeRoll, RefusesWhatCannotBe) {
  EXPECT_THROW(make_roll(-1, 24, 101, 4, true), Error);
  EXPECT_THROW(make_roll(1, 101, 24, 4, true), Error);
  EXPECT_THROW(silence(1, 4, {{0, 0, 4}}), Error);
  EXPECT_THROW(silence(1, 4, {{4, 4, 4}, {0, 3, 4}}), Error);
}

TEST(Bars, AreNumberedFromOneAndABarCutShortCounts) {
  // 4/4 for a bar and a half, then 3/4.
  const Bars bars({{24, 3, 4}}, 4);
  EXPECT_EQ(bars.at(0).number, 1);
  EXPECT_EQ(bars.at(23).number, 2);
  EXPECT_DOUBLE_EQ(bars.at(23).begin, 16);
  EXPECT_DOUBLE_EQ(bars.at(23).end, 24);
  EXPECT_EQ(bars.at(24).number, 3);
  EXPECT_EQ(bars.at(36).number, 4);
  EXPECT_DOUBLE_EQ(bars.count(36), 2.5);
  EXPECT_EQ(bar_name(bars, 40), "bar 4");
}

TEST(Bars, APickupIsBarZero) {
  const Bars bars({{0, 1, 4}, {4, 3, 4}}, 4);
  EXPECT_EQ(bars.at(0).number, 0);
  EXPECT_EQ(bars.at(4).number, 1);
  EXPECT_EQ(bars.at(16).number, 2);
  EXPECT_EQ(bar_name(bars, 0), "the pickup");
  EXPECT_DOUBLE_EQ(bars.count(4), 1);
  // Two bars of 1/4 are none, nor is a bar as long as the next.
  EXPECT_EQ(Bars({{0, 1, 4}, {8, 3, 4}}, 4).at(0).number, 1);
  EXPECT_EQ(Bars({{0, 3, 4}, {12, 6, 8}}, 4).at(0).number, 1);
}

TEST(Bars, CountFromStepNoughtWhereTheFirstBeganBefore) {
  EXPECT_DOUBLE_EQ(Bars({{-4, 4, 4}}, 4).count(12), 0.75);
}

}  // namespace
}  // namespace toccata::music
