#include "listening/trials.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "listening/likelihood.h"
#include "listening/tiny_model.h"
#include "network/step/stepper.h"

namespace toccata::listening {
namespace {

Progress quiet;
const Stop never;

TEST(Trials, BestMedianAndMeanByHand) {
  const Trials trials{{-4, -1, -3, -8}};
  EXPECT_EQ(trials.best(), -1);
  EXPECT_EQ(trials.median(), -3.5);
  EXPECT_EQ(trials.mean(), -4);
  EXPECT_EQ((Trials{{-4, -1, -3}}.median()), -3);
}

TEST(Trials, OfWindowsAsLongAsTheOnlyPieceAreItsLikelihood) {
  const network::Model model = tiny_model(4, true);
  const corpus::Piece piece = random_piece_for(model, "a", 20, 1);
  const corpus::Piece* pieces[] = {&piece};
  const Likelihood whole = likelihood(model, pieces, {.threads = 1}, quiet, never);
  for (const int steps : {20, 50}) {
    const Trials trials = run_trials(
        model, pieces, {.trials = 3, .sequences = 2, .steps = steps, .threads = 1}, quiet, never);
    ASSERT_EQ(trials.per_step.size(), 3u);
    for (const double value : trials.per_step) EXPECT_NEAR(value, whole.per_step(), 1e-12);
  }
}

TEST(Trials, AreASeedsOwnWhateverTheThreads) {
  const network::Model model = tiny_model(4, true);
  const corpus::Piece a = random_piece_for(model, "a", 60, 1);
  const corpus::Piece b = random_piece_for(model, "b", 30, 2);
  const corpus::Piece* pieces[] = {&a, &b};
  TrialOptions options{.trials = 8, .sequences = 3, .steps = 8, .seed = 4, .threads = 1};
  const Trials first = run_trials(model, pieces, options, quiet, never);
  options.threads = 2;
  EXPECT_EQ(run_trials(model, pieces, options, quiet, never).per_step, first.per_step);
  options.seed = 5;
  EXPECT_NE(run_trials(model, pieces, options, quiet, never).per_step, first.per_step);
}

TEST(Trials, WindowsInsideAPieceSeeTheTrueFrameBeforeThemAndZeroState) {
  const network::Model model = tiny_model(4, true);
  const corpus::Piece piece = random_piece_for(model, "a", 2, 3);
  const auto nats_of_step = [&](const std::uint8_t* previous, int step) {
    network::Stepper stepper(model, {.precision = network::Precision::f32});
    const network::StepPlace place{piece.roll.bar_phase[static_cast<std::size_t>(step)],
                                   piece.roll.beat_phase[static_cast<std::size_t>(step)], step};
    std::vector<float> logits(8);
    stepper.begin_step(previous, &place);
    stepper.all_notes(piece.roll.frame(step), logits.data());
    return music::Cells(true).nats(previous, piece.roll.frame(step), logits.data(), 4);
  };
  const std::vector<std::uint8_t> silence(4);
  const double first = -nats_of_step(silence.data(), 0);
  const double second = -nats_of_step(piece.roll.frame(0), 1);
  const corpus::Piece* pieces[] = {&piece};
  const Trials trials = run_trials(
      model, pieces, {.trials = 30, .sequences = 1, .steps = 1, .threads = 1}, quiet, never);
  int firsts = 0, seconds = 0;
  for (const double value : trials.per_step) {
    firsts += std::abs(value - first) < 1e-9;
    seconds += std::abs(value - second) < 1e-9;
  }
  EXPECT_EQ(firsts + seconds, 30);
  EXPECT_GT(firsts, 0);
  EXPECT_GT(seconds, 0);
}

TEST(Trials, NeedPieces) {
  const network::Model model = tiny_model(4, true);
  EXPECT_THROW(run_trials(model, {}, {}, quiet, never), Error);
  const corpus::Piece piece = random_piece_for(model, "a", 20, 1);
  const corpus::Piece* pieces[] = {&piece};
  EXPECT_THROW(run_trials(model, pieces, {.trials = 0}, quiet, never), Error);
}

}  // namespace
}  // namespace toccata::listening
