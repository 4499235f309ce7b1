#include "playing/player.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "listening/tiny_model.h"
#include "playing/fake_devices.h"

namespace toccata::playing {
namespace {

using ::testing::HasSubstr;

struct Told : Progress {
  void message(std::string_view text) override { messages += std::string(text) + "\n"; }
  void warning(std::string_view text) override { warnings += std::string(text) + "\n"; }
  std::string messages, warnings;
};

std::shared_ptr<const network::Model> model_of(bool articulation, std::uint64_t seed = 5,
                                               int notes = 12) {
  return std::make_shared<network::Model>(listening::tiny_model(notes, articulation, seed));
}

// A stage for one performance.
struct Stage {
  FakeOutput output;
  FakeClock clock;
  FakeInput input;
  Told told;
  Stop stop;
  PlayOptions options;
  std::shared_ptr<const network::Model> model = model_of(true);
  Player::Lines lines;

  PlayReport play(bool listens = false) {
    Player player(model, options, output, listens ? &input : nullptr, clock, told);
    return player.run(lines, stop);
  }
};

// 120 quarters per minute, 4 steps per quarter: eight steps per second.
constexpr std::int64_t kHour = 8 * 3600;

TEST(Player, AnHourEndsWithoutAStuckNote) {
  for (const bool articulation : {true, false}) {
    Stage stage;
    stage.model = model_of(articulation);
    stage.options.steps = kHour;
    const double begin = stage.clock.time;
    const PlayReport report = stage.play();
    EXPECT_EQ(report.steps, kHour);
    EXPECT_GT(report.notes, kHour / 10);
    EXPECT_EQ(report.notes, stage.output.begun);
    EXPECT_TRUE(stage.output.sounding.empty());
    EXPECT_NEAR(stage.clock.time - begin, 3600, 1);  // in time to the end
    EXPECT_LT(report.lateness.most(), 1e-6);
  }
}

TEST(Player, CtrlCEndsItAtOnceWithNothingSounding) {
  for (const double after : {0.02, 1.0, 7.3, 61.0}) {
    Stage stage;
    const double begin = stage.clock.time;
    stage.clock.at = [&](double time) {
      if (time - begin >= after) stage.stop.request(2);
    };
    const PlayReport report = stage.play();
    EXPECT_TRUE(stage.output.sounding.empty());
    EXPECT_LT(stage.clock.time - begin, after + 0.2);
    EXPECT_NEAR(static_cast<double>(report.steps), (after - 0.1) * 8, 2);
  }
}

TEST(Player, ALostPortIsWaitedForAndNothingSoundsOn) {
  Stage stage;
  stage.options.steps = 2000;
  int unplugged = 0;
  const double begin = stage.clock.time;
  stage.clock.at = [&](double time) {
    if (time - begin > 20 * (unplugged + 1) && unplugged < 5) {
      ++unplugged;
      stage.output.there = false;
      stage.output.tries = 0;
      stage.output.back_after = unplugged;  // longer each time
    }
  };
  const PlayReport report = stage.play();
  EXPECT_EQ(report.lost, 5);
  EXPECT_EQ(report.steps, 2000);
  EXPECT_TRUE(stage.output.sounding.empty());
  EXPECT_THAT(stage.told.warnings, HasSubstr("the fake is gone (unplugged)"));
  EXPECT_THAT(stage.told.messages, HasSubstr("the fake is back"));
  // The music waited: 2000 steps, and 1 + 2 + 3 + 4 + 5 seconds.
  EXPECT_NEAR(stage.clock.time - begin, 2000 / 8.0 + 15, 3);
}

TEST(Player, APortThatDoesNotComeBackCanBeGivenUpAndWaitingCanBeStopped) {
  Stage stage;
  stage.output.there = false;
  stage.options.patience = 5;
  try {
    stage.play();
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("has not come back for 5 seconds"));
  }
  Stage waiting;
  waiting.output.there = false;
  waiting.clock.at = [&](double time) {
    if (time > 1100) waiting.stop.request(2);
  };
  EXPECT_EQ(waiting.play().lost, 1);
  EXPECT_LT(waiting.clock.time, 1101);
}

TEST(Player, TheSameSeedAndLinesPlayTheSameAndAnotherSeedOtherwise) {
  const auto log = [](std::uint64_t seed, bool warmer) {
    Stage stage;
    stage.options.steps = 300;
    stage.options.order.seed = seed;
    int step = 0;
    stage.lines = [&]() -> std::vector<std::string> {
      return ++step == 100 && warmer ? std::vector<std::string>{"temperature 3"}
                                     : std::vector<std::string>{};
    };
    stage.play();
    return stage.output.log;
  };
  EXPECT_EQ(log(1, false), log(1, false));
  EXPECT_NE(log(1, false), log(2, false));
  const auto plain = log(1, false), warmer = log(1, true);
  EXPECT_NE(plain, warmer);
  EXPECT_TRUE(std::equal(plain.begin(), plain.begin() + 20, warmer.begin()));
}

TEST(Player, KeyAndDensityAreKeptFromTheNextStepOn) {
  Stage stage;
  stage.options.steps = 2000;
  stage.options.rest = 0;
  std::int64_t step = 0;
  std::size_t changed = 0, thinned = 0;
  stage.lines = [&]() -> std::vector<std::string> {
    ++step;
    if (step == 500) {
      changed = stage.output.log.size();
      return {"key F# major"};
    }
    if (step == 1500) {
      thinned = stage.output.log.size();
      return {"density 0.01"};
    }
    return {};
  };
  stage.play();
  const unsigned key = 0b110101101010;  // F# G# A# B C# D# F
  std::set<int> before, after;
  for (std::size_t i = 0; i < stage.output.log.size(); ++i) {
    const auto& [pitch, on] = stage.output.log[i];
    if (on) (i < changed ? before : after).insert(pitch % 12);
  }
  EXPECT_EQ(before.size(), 12u);
  for (const int pitch_class : after) EXPECT_TRUE((key >> pitch_class) & 1) << pitch_class;
  EXPECT_EQ(after.size(), 7u);
  const double dense = static_cast<double>(thinned - changed) / 1000;
  const double thin = static_cast<double>(stage.output.log.size() - thinned) / 500;
  EXPECT_LT(thin, dense / 4);
}

TEST(Player, AWrongLineIsToldAndThePlayingGoesOn) {
  Stage stage;
  stage.options.steps = 50;
  int step = 0;
  stage.lines = [&]() -> std::vector<std::string> {
    ++step;
    if (step == 3) return {"louder", "temperature -4", "key H major", "model other"};
    return {};
  };
  EXPECT_EQ(stage.play().steps, 50);
  for (const char* part :
       {"\"louder\" is not a command", "temperature: expected a number from 0.01 to 100",
        "\"H major\" is no key", "no other model"}) {
    EXPECT_THAT(stage.told.warnings, HasSubstr(part));
  }
}

TEST(Player, QuitEndsIt) {
  Stage stage;
  int step = 0;
  stage.lines = [&]() -> std::vector<std::string> {
    return ++step == 10 ? std::vector<std::string>{"quit"} : std::vector<std::string>{};
  };
  const PlayReport report = stage.play();
  EXPECT_EQ(report.steps, 10);
  ASSERT_EQ(report.changes.size(), 1u);
  EXPECT_EQ(report.changes[0].line, "quit");
  EXPECT_TRUE(stage.output.sounding.empty());
}

TEST(Player, AnotherModelTakesOverWhileItPlaysWithAnotherRangeToo) {
  Stage stage;
  stage.options.steps = 400000;  // the loading thread needs real time, the fake clock none
  stage.options.load = [](const std::string& name) -> std::shared_ptr<const network::Model> {
    if (name == "bad") fail("no such model: bad");
    return model_of(false, 9, 24);
  };
  std::int64_t step = 0, quit_at = 0;
  stage.lines = [&]() -> std::vector<std::string> {
    ++step;
    if (step == 10) return {"model bad"};
    if (stage.told.warnings.find("no such model") == std::string::npos) return {};
    if (stage.told.messages.find("loading the model wide") == std::string::npos) {
      return {"model wide"};
    }
    if (stage.told.messages.find("now playing with the model wide") != std::string::npos &&
        quit_at == 0) {
      quit_at = step + 200;
    }
    return step == quit_at ? std::vector<std::string>{"quit"} : std::vector<std::string>{};
  };
  stage.play();
  EXPECT_THAT(stage.told.messages, HasSubstr("now playing with the model wide"));
  EXPECT_TRUE(stage.output.sounding.empty());
  // The first model has twelve notes from 60 up.
  EXPECT_TRUE(std::any_of(stage.output.log.begin(), stage.output.log.end(),
                          [](const auto& note) { return note.first >= 72; }));
}

TEST(Player, ASlowProcessorSlowsTheMusicAndIsReported) {
  Stage stage;
  stage.options.steps = 100;
  stage.clock.cost = 0.05;  // of every look at the clock: a step takes longer than its 0.125 s
  const PlayReport report = stage.play();
  EXPECT_GT(report.lateness.most(), 0.02);
  EXPECT_GT(report.composing.mean(), 0.02);
  const OrderedJson json = to_json(report);
  EXPECT_GT(json["lateness_ms"]["most"].get<double>(), 20);
  EXPECT_TRUE(stage.output.sounding.empty());
}

TEST(Player, WhatIsPlayedInIsPartOfThePast) {
  const auto log = [](bool plays) {
    Stage stage;
    stage.options.steps = 200;
    std::int64_t step = 0;
    stage.lines = [&]() -> std::vector<std::string> {
      if (++step == 50 && plays) stage.input.notes = {{60, true}, {64, true}, {67, true}};
      if (step == 60 && plays) stage.input.notes = {{60, false}, {64, false}, {67, false}};
      return {};
    };
    const PlayReport report = stage.play(true);
    EXPECT_EQ(report.heard, plays ? 3 : 0);
    EXPECT_TRUE(stage.output.sounding.empty());
    return stage.output.log;
  };
  const auto alone = log(false), together = log(true);
  EXPECT_NE(alone, together);
  EXPECT_TRUE(std::equal(alone.begin(), alone.begin() + 20, together.begin()));
}

TEST(Player, AHeldKeyOfTheInstrumentIsNotStruckByUs) {
  Stage stage;
  stage.options.order.sampling.density = 0.001;  // nothing of our own
  stage.options.steps = 400;
  stage.options.rest = 0;
  std::int64_t step = 0;
  stage.lines = [&]() -> std::vector<std::string> {
    if (++step == 5) stage.input.notes = {{65, true}};
    return {};
  };
  stage.play(true);
  const auto struck =
      std::count(stage.output.log.begin(), stage.output.log.end(), std::pair<int, bool>(65, true));
  // The model may strike it anew (it has an articulate of its own), but never by holding it on.
  Stage alone;
  alone.options = stage.options;
  alone.model = model_of(false);
  step = 0;
  alone.lines = [&]() -> std::vector<std::string> {
    if (++step == 5) alone.input.notes = {{65, true}};
    return {};
  };
  alone.play(true);
  EXPECT_EQ(
      std::count(alone.output.log.begin(), alone.output.log.end(), std::pair<int, bool>(65, true)),
      0);
  EXPECT_LT(struck, 400);
}

TEST(Player, AfterTwoBarsOfSilenceANewPieceBegins) {
  Stage stage;
  stage.options.order.sampling.density = 0.001;
  stage.options.steps = 1000;
  EXPECT_GT(stage.play().pieces, 5);
}

}  // namespace
}  // namespace toccata::playing
