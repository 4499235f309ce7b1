#include "training/restore.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "training/options_file.h"

namespace toccata::training {
namespace {

using ::testing::HasSubstr;

TrainOptions begun() {
  TrainOptions options;
  options.name = "mine";
  options.paths = {"music"};
  options.batches = 100;
  return options;
}

std::string refusal(const TrainOptions& now) {
  try {
    check_resumed(begun(), now, "output/mine");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST(ResumedRun, MayBecomeLongerAndBeWatchedOtherwise) {
  TrainOptions now = begun();
  for (const auto& [key, text] : std::map<std::string, std::string>{{"batches", "200"},
                                                                    {"learning-rate", "0.0001"},
                                                                    {"validate-every", "7"},
                                                                    {"save-every", "9"},
                                                                    {"threads", "3"},
                                                                    {"keep-prob", "0.5"},
                                                                    {"recurrent-keep-prob", "0.9"}})
    apply_text(now, key, text);
  now.paths = {"./music/"};  // the same folder
  EXPECT_EQ(refusal(now), "");
}

TEST(ResumedRun, EveryOptionThatContradictsItsBeginningIsNamed) {
  for (const auto& [key, text] : std::map<std::string, std::string>{{"time-units", "12"},
                                                                    {"window", "13"},
                                                                    {"low", "30"},
                                                                    {"grid", "8"},
                                                                    {"pedal", "extend"},
                                                                    {"min-steps", "64"},
                                                                    {"validation-pieces", "3"},
                                                                    {"split", "split.json"},
                                                                    {"restore", "first"},
                                                                    {"seed", "9"},
                                                                    {"optimizer", "sgd"},
                                                                    {"average", "0.99"},
                                                                    {"batch-size", "3"},
                                                                    {"time-steps", "33"}}) {
    TrainOptions now = begun();
    apply_text(now, key, text);
    EXPECT_THAT(refusal(now), HasSubstr("--" + key + " is ")) << key;
  }
  TrainOptions now = begun();
  now.seed = 9;
  now.optimiser.kind = OptimiserKind::sgd;
  EXPECT_THAT(refusal(now), HasSubstr("--optimizer is \"adam\" there, \"sgd\" here; --seed is 1 "
                                      "there, 9 here"));
}

TEST(ResumedRun, OtherMusicIsRefused) {
  TrainOptions now = begun();
  now.paths = {"music", "more"};
  EXPECT_THAT(refusal(now), HasSubstr("its music is music there, music, more here"));
}

}  // namespace
}  // namespace toccata::training
