#include "listening/likelihood.h"

#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "listening/tiny_model.h"
#include "network/model/test_memory.h"
#include "network/train/reference.h"

namespace toccata::listening {
namespace {

Progress quiet;
const Stop never;

// Every piece of `steps` steps that the loss's rules allow: a note that did not play before is
// silent or struck; one that did may be held too.
void every_piece(const music::Roll& begun, int cell, std::vector<corpus::Piece>& all) {
  if (cell == static_cast<int>(begun.cells.size())) {
    all.push_back({"piece", begun, ""});
    return;
  }
  const auto at = static_cast<std::size_t>(cell);
  const bool played = cell >= begun.notes() &&
                      (begun.cells[at - static_cast<std::size_t>(begun.notes())] & music::kPlay);
  music::Roll next = begun;
  every_piece(next, cell + 1, all);
  next.cells[at] = begun.articulation ? 3 : 1;
  every_piece(next, cell + 1, all);
  if (begun.articulation && played) {
    next.cells[at] = 1;
    every_piece(next, cell + 1, all);
  }
}

std::vector<const corpus::Piece*> pointers(const std::vector<corpus::Piece>& pieces) {
  std::vector<const corpus::Piece*> result;
  for (const corpus::Piece& piece : pieces) result.push_back(&piece);
  return result;
}

double sum_of_chances(const Models& models, int steps) {
  std::vector<corpus::Piece> all;
  const music::Options& read = models.config().roll;
  every_piece(music::make_roll(steps, read.low, read.high, 4, read.articulation), 0, all);
  double sum = 0;
  for (const auto& piece : likelihood(models, pointers(all), {.threads = 1}, quiet, never).pieces) {
    sum += std::exp(-piece.nats);
  }
  return sum;
}

TEST(Likelihood, OfAllPiecesThatAreSumsToOne) {
  EXPECT_NEAR(sum_of_chances(tiny_model(2, true), 3), 1, 1e-6);
  EXPECT_NEAR(sum_of_chances(tiny_model(3, true), 2), 1, 1e-6);
  EXPECT_NEAR(sum_of_chances(tiny_model(3, false), 3), 1, 1e-6);
}

TEST(Likelihood, WithAMemoryOfThePieceSumsToOne) {
  for (const bool articulation : {true, false}) {
    network::Model model = tiny_model(2, articulation);
    model.config.memory = network::test_memory(model.config.channels());
    EXPECT_NEAR(sum_of_chances(model, 4), 1, 1e-6);
  }
}

TEST(Likelihood, InAnotherArithmeticIsNearButNotTheSame) {
  using network::Precision;
  const network::Model model = tiny_model(6, true);
  const std::vector<corpus::Piece> pieces{random_piece_for(model, "a", 40, 1)};
  const auto per_step = [&](Precision precision) {
    return likelihood(model, pointers(pieces), {.threads = 1, .precision = precision}, quiet, never)
        .per_step();
  };
  const double exact = per_step(Precision::f32);
  for (const Precision precision : {Precision::bf16, Precision::int8}) {
    if (!(precision == Precision::bf16 ? network::has_native_bf16() : network::has_native_int8()))
      continue;  // said aloud by the stepper's tests
    EXPECT_NE(per_step(precision), exact);
    EXPECT_NEAR(per_step(precision), exact, 0.02);
  }
}

TEST(Likelihood, EqualsThatOfTheReferenceNetwork) {
  const network::Model model = tiny_model(6, true);
  const corpus::Piece piece = random_piece_for(model, "a", 40, 1);
  music::Batch batch;
  batch.resize(40, 1, 6);
  std::ranges::copy(piece.roll.cells, batch.frame(1, 0));
  batch.bar_phase = piece.roll.bar_phase;
  batch.beat_phase = piece.roll.beat_phase;
  for (int t = 0; t < 40; ++t) batch.step[static_cast<std::size_t>(t)] = t;
  batch.lengths = {40};
  batch.sample = {0};
  const std::vector<double> values(model.values.begin(), model.values.end());
  const network::Loss loss = network::reference_loss(model.config, values, batch);
  const corpus::Piece* pieces[] = {&piece};
  const Likelihood result = likelihood(model, pieces, {.threads = 1}, quiet, never);
  EXPECT_NEAR(result.nats, loss.nats, 1e-4 * loss.nats);
  EXPECT_EQ(result.steps, loss.frames);
}

TEST(Likelihood, DoesNotDependOnWhatRunsBesideItOrOnThreads) {
  const network::Model model = tiny_model(5, true);
  std::vector<corpus::Piece> pieces;
  for (std::uint64_t i = 0; i < 7; ++i) {
    pieces.push_back(random_piece_for(model, std::to_string(i), static_cast<int>(5 + 9 * i), i));
  }
  const auto all = pointers(pieces);
  const Likelihood alone = likelihood(model, all, {.sequences = 1, .threads = 1}, quiet, never);
  for (const int sequences : {2, 3, 16}) {
    const Likelihood beside =
        likelihood(model, all, {.sequences = sequences, .threads = 2}, quiet, never);
    for (std::size_t i = 0; i < 7; ++i) {
      EXPECT_EQ(beside.pieces[i].name, std::to_string(i));
      EXPECT_EQ(beside.pieces[i].nats, alone.pieces[i].nats);
    }
  }
}

TEST(Likelihood, IsPooledOverFramesNotAveragedOverPieces) {
  Likelihood result;
  result.steps = 40;
  result.nats = 100;
  EXPECT_EQ(result.per_step(), -2.5);
  EXPECT_EQ(result.per_step_88(44), -5);
  EXPECT_EQ(Likelihood{}.per_step(), 0);
}

TEST(Likelihood, RefusesAPieceOfAnotherRangeGridOrArticulation) {
  const network::Model model = tiny_model(3, true);
  const auto of = [&](const music::Roll& roll) {
    const corpus::Piece piece{"odd", roll, ""};
    const corpus::Piece* pieces[] = {&piece};
    return likelihood(model, pieces, {}, quiet, never);
  };
  EXPECT_THROW(of(music::make_roll(4, 60, 63, 4, true)), Error);
  EXPECT_THROW(of(music::make_roll(4, 60, 62, 8, true)), Error);
  EXPECT_THROW(of(music::make_roll(4, 60, 62, 4, false)), Error);
  EXPECT_EQ(of(music::make_roll(0, 60, 62, 4, true)).steps, 0);
}

TEST(Likelihood, OfModelsThatListenTogetherSumsToOneAndLiesBetweenTheirs) {
  std::vector<network::Model> models{tiny_model(3, true), tiny_model(3, true)};
  for (float& value : models[1].values) value *= -0.5f;
  EXPECT_NEAR(sum_of_chances(Models(models), 2), 1, 1e-6);

  const corpus::Piece piece = random_piece_for(models[0], "a", 12, 1);
  const corpus::Piece* pieces[] = {&piece};
  const auto nats = [&](const Models& who) {
    return likelihood(who, pieces, {.threads = 1}, quiet, never).nats;
  };
  const double first = nats(models[0]), second = nats(models[1]);
  ASSERT_GT(std::fabs(first - second), 0.01);
  // The geometric mean of two chances, made to sum to one, is never below the mean of their logs.
  EXPECT_LE(nats(Models(models)), (first + second) / 2 + 1e-6);
  const std::vector<network::Model> twins{models[0], models[0]};
  EXPECT_NEAR(nats(Models(twins)), first, 1e-6);

  models[1].config.roll.grid *= 2;
  EXPECT_THROW(nats(Models(models)), Error);
}

TEST(Likelihood, AStopLeavesOnlyWholePieces) {
  const network::Model model = tiny_model(3, true);
  const corpus::Piece piece = random_piece_for(model, "a", 10, 1);
  const corpus::Piece* pieces[] = {&piece};
  Stop stop;
  stop.request(2);
  EXPECT_TRUE(likelihood(model, pieces, {}, quiet, stop).pieces.empty());
}

TEST(Baseline, ByHand) {
  corpus::Piece train{"train", music::make_roll(4, 60, 61, 4, true), ""};
  train.roll.cells = {3, 0, 1, 0, 3, 0, 0, 3};
  corpus::Piece held{"held", music::make_roll(2, 60, 61, 4, true), ""};
  held.roll.cells = {3, 3, 1, 0};
  const corpus::Piece* trains[] = {&train};
  const corpus::Piece* helds[] = {&held};
  // Note 60 plays in 3 of 4 frames: (3+1)/(4+2). Twice it played before and plays on, struck once:
  // (1+1)/(2+2). Note 61 plays in 1 of 4: 2/6, and never plays on: 1/2.
  const double play60 = std::log(6.0 / 4), hold60 = std::log(2.0);
  const double play61 = std::log(6.0 / 2), silent61 = std::log(6.0 / 4);
  const Likelihood result = baseline(trains, helds);
  EXPECT_NEAR(result.nats, play60 + play61 + play60 + hold60 + silent61, 1e-12);
  EXPECT_EQ(result.steps, 2);
  EXPECT_EQ(result.pieces.front().name, "held");
}

TEST(Baseline, OfAllPiecesThatAreSumsToOne) {
  const network::Model model = tiny_model(2, true);
  const corpus::Piece train = random_piece_for(model, "train", 30, 1);
  std::vector<corpus::Piece> all;
  every_piece(music::make_roll(3, 60, 61, 4, true), 0, all);
  const corpus::Piece* trains[] = {&train};
  double sum = 0;
  for (const auto& piece : baseline(trains, pointers(all)).pieces) sum += std::exp(-piece.nats);
  EXPECT_NEAR(sum, 1, 1e-9);
}

TEST(Baseline, NeedsPiecesOfOneRange) {
  const corpus::Piece a{"a", music::make_roll(2, 60, 61, 4, true), ""};
  const corpus::Piece b{"b", music::make_roll(2, 60, 62, 4, true), ""};
  const corpus::Piece* as[] = {&a};
  const corpus::Piece* bs[] = {&b};
  EXPECT_THROW(baseline({}, as), Error);
  EXPECT_THROW(baseline(as, bs), Error);
}

}  // namespace
}  // namespace toccata::listening
