#include "composing/compose.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "base/error.h"
#include "composing/composer.h"
#include "composing/test_pieces.h"
#include "listening/likelihood.h"
#include "listening/tiny_model.h"
#include "network/model/test_memory.h"

namespace toccata::composing {
namespace {

using listening::random_piece_for;
using listening::tiny_model;

TEST(Compose, FrequenciesOfWholePiecesAreTheirExactChances) {
  const network::Model model = tiny_model(2, true);
  constexpr int kPieces = 20000;
  std::map<std::string, int> counts;
  std::map<std::string, corpus::Piece> kinds;
  const Order options{.seed = 11, .pieces = kPieces, .steps = 2};
  const Resources resources{
      .side_by_side = 500, .threads = 1, .precision = network::Precision::f32};
  for (const Composed& made : pieces_of(model, options, resources)) {
    const std::string cells(made.roll.cells.begin(), made.roll.cells.end());
    ++counts[cells];
    kinds.try_emplace(cells, corpus::Piece{"", made.roll, ""});
  }
  double covered = 0, chi_square = 0;
  int degrees = 0;
  for (const auto& [cells, piece] : kinds) {
    const corpus::Piece* one[] = {&piece};
    const double chance =
        std::exp(-listening::likelihood(model, one, {.threads = 1}, quiet, never).nats);
    const double expected = kPieces * chance;
    EXPECT_NEAR(counts[cells], expected, 5 * std::sqrt(expected) + 3);
    covered += chance;
    if (expected < 5) continue;
    chi_square += (counts[cells] - expected) * (counts[cells] - expected) / expected;
    ++degrees;
  }
  EXPECT_GT(covered, 0.995);
  ASSERT_GT(degrees, 8);
  EXPECT_LT(chi_square, degrees + 5 * std::sqrt(2.0 * degrees));
}

TEST(Compose, EchoStrengthSaysHowFarAMemoryIsHeard) {
  const network::Model plain = tiny_model(7, true);
  network::Model model = plain;
  model.config.memory = network::test_memory(2);
  for (const std::optional<int> particles : {1, 4}) {
    Order order{.seed = 3, .pieces = 3, .steps = 40, .most_notes = 4, .particles = particles};
    const auto cells = [&](const network::Model& of, double strength) {
      order.sampling.echo_strength = strength;
      std::vector<std::uint8_t> all;
      for (const Composed& made : pieces_of(of, order))
        all.insert(all.end(), made.roll.cells.begin(), made.roll.cells.end());
      return all;
    };
    EXPECT_EQ(cells(model, 0), cells(plain, 1));
    EXPECT_NE(cells(model, 1), cells(plain, 1));
    EXPECT_NE(cells(model, 1), cells(model, 4));
    EXPECT_EQ(cells(plain, 0), cells(plain, 1));
    EXPECT_THROW(cells(plain, 0.5), Error);
    EXPECT_THROW(cells(model, -1), Error);
  }
}

TEST(Compose, TheSameSeedGivesTheSamePieceWhateverIsComposedBesideIt) {
  const network::Model model = tiny_model(7, true);
  const Order ten{.seed = 3, .pieces = 10, .steps = 40};
  const std::vector<Composed> all = pieces_of(model, ten);
  ASSERT_EQ(all.size(), 10u);
  EXPECT_NE(all[0].roll.cells, all[1].roll.cells);
  for (const int pieces : {1, 3, 10}) {
    for (const int threads : {1, 2}) {
      for (const int side_by_side : {2, 32}) {
        Order options = ten;
        options.pieces = pieces;
        const std::vector<Composed> some =
            pieces_of(model, options, {.side_by_side = side_by_side, .threads = threads});
        ASSERT_EQ(some.size(), static_cast<std::size_t>(pieces));
        for (std::size_t i = 0; i < some.size(); ++i) {
          EXPECT_EQ(some[i].number, i);
          EXPECT_EQ(some[i].roll, all[i].roll);
          EXPECT_EQ(some[i].nats, all[i].nats);
        }
      }
    }
  }
  Order one = ten;
  one.first = 6;
  one.pieces = 1;
  EXPECT_EQ(pieces_of(model, one).front().roll, all[6].roll);
  one.seed = 4;
  EXPECT_NE(pieces_of(model, one).front().roll, all[6].roll);
}

TEST(Compose, WithDropoutKeptOnTooAndItMatters) {
  const network::Model model = tiny_model(7, true);
  const Order options{.seed = 3, .pieces = 4, .steps = 60, .keep_prob = 0.5};
  const std::vector<Composed> all = pieces_of(model, options);
  Order alone = options;
  alone.first = 2;
  alone.pieces = 1;
  EXPECT_EQ(pieces_of(model, alone).front().roll, all[2].roll);
  alone.keep_prob = 1;
  EXPECT_NE(pieces_of(model, alone).front().roll, all[2].roll);
}

TEST(Compose, CountsTheNatsOfWhatItMade) {
  const network::Model model = tiny_model(6, true);
  const Composed made = pieces_of(model,
                                  {.pieces = 1,
                                   .steps = 50,
                                   .sampling = {.temperature = 1.5, .articulate_temperature = 1.5}},
                                  {.threads = 1, .precision = network::Precision::f32})
                            .front();
  const corpus::Piece piece{"made", made.roll, ""};
  const corpus::Piece* one[] = {&piece};
  const double nats = listening::likelihood(model, one, {.threads = 1}, quiet, never).nats;
  EXPECT_NEAR(made.nats, nats, 1e-5 * nats);
}

// Going on from the beginning of a composed piece with the piece's own random numbers gives the
// rest of the piece: hearing a past leaves the state that composing it left.
TEST(Compose, APrimerLeavesTheStateOfTeacherForcing) {
  const network::Model model = tiny_model(6, true);
  const Composed whole = pieces_of(model, {.pieces = 1, .steps = 48}).front();
  music::Roll beginning = music::make_roll(21, 60, 65, 4, true, whole.roll.meters);
  std::copy_n(whole.roll.cells.begin(), beginning.cells.size(), beginning.cells.begin());
  const Composed rest =
      pieces_of(model, {.pieces = 1, .steps = 27, .prime = given(beginning)}).front();
  EXPECT_EQ(rest.roll, whole.roll);
  EXPECT_EQ(rest.new_from, 21);
  EXPECT_LT(rest.nats, whole.nats);
}

TEST(Compose, NewOnlyLeavesThePrimerOutAndKeepsTheBarLines) {
  const network::Model model = tiny_model(6, true);
  corpus::Piece primer = random_piece_for(model, "p", 21, 2);
  primer.roll.meters = {{0, 3, 4}};
  find_phases(primer.roll);
  for (int n = 0; n < 6; ++n) primer.roll.frame(20)[n] = 3;
  Order options{.pieces = 1, .steps = 30, .prime = given(primer.roll)};
  const Composed whole = pieces_of(model, options).front();
  options.new_only = true;
  const Composed part = pieces_of(model, options).front();
  // The new music begins at step 9 of the second 3/4 bar.
  ASSERT_EQ(part.new_from, 9);
  ASSERT_EQ(part.roll.steps, 39);
  for (int t = 0; t < 39; ++t) {
    EXPECT_EQ(part.roll.bar_phase[static_cast<std::size_t>(t)],
              whole.roll.bar_phase[static_cast<std::size_t>(t + 12)]);
    for (int n = 0; n < 6; ++n) {
      const std::uint8_t cell = whole.roll.frame(t + 12)[n];
      const std::uint8_t expected = t < 9 ? 0 : t == 9 && cell ? 3 : cell;
      EXPECT_EQ(part.roll.frame(t)[n], expected) << t << " " << n;
    }
  }
}

TEST(Compose, MeterSetsThePhases) {
  const network::Model model = tiny_model(3, true);
  Order options{.pieces = 1, .steps = 20, .meter = "3/4"};
  EXPECT_EQ(pieces_of(model, options).front().roll.meters,
            (std::vector<music::MeterAt>{{0, 3, 4}}));
  const corpus::Piece primer = random_piece_for(model, "p", 18, 2);
  options.prime = given(primer.roll);
  EXPECT_EQ(pieces_of(model, options).front().roll.meters,
            (std::vector<music::MeterAt>{{18, 3, 4}}));
  options.meter = "4/4";  // the meter in force: the bar goes on
  EXPECT_EQ(pieces_of(model, options).front().roll.bar_phase[18], 2 / 16.0f);
}

TEST(Compose, WithoutAMeterTheModelsOwnHolds) {
  network::Model model = tiny_model(3, true);
  model.config.roll.meter_numerator = 5;
  Order options{.pieces = 1, .steps = 20};
  EXPECT_EQ(pieces_of(model, options).front().roll.meters,
            (std::vector<music::MeterAt>{{0, 5, 4}}));
  options.meter = "4/4";
  EXPECT_EQ(pieces_of(model, options).front().roll.meters,
            (std::vector<music::MeterAt>{{0, 4, 4}}));
}

TEST(Compose, PlayOnlyModelsComposePlayOnly) {
  const network::Model model = tiny_model(5, false);
  const Composed made = pieces_of(model, {.pieces = 1, .steps = 40}).front();
  EXPECT_FALSE(made.roll.articulation);
  for (const std::uint8_t cell : made.roll.cells) EXPECT_LE(cell, 1);
}

TEST(Compose, WhenStoppedGivesUpUnfinishedPieces) {
  Stop stop;
  int made = 0;
  compose(
      tiny_model(3, true), {.pieces = 4, .steps = 5}, {.side_by_side = 2, .threads = 1},
      [&](Composed&&) {
        ++made;
        stop.request(2);
      },
      quiet, stop);
  EXPECT_EQ(made, 2);  // the two that were finished together
}

TEST(Compose, RefusesOptionsOutOfBounds) {
  const network::Model model = tiny_model(3, true);
  EXPECT_THROW(pieces_of(model, {.steps = 0}), Error);
  EXPECT_THROW(pieces_of(model, {.steps = 1000000000}), Error);
  EXPECT_THROW(pieces_of(model, {.pieces = 0}), Error);
  EXPECT_THROW(pieces_of(model, {.keep_prob = 0}), Error);
  EXPECT_THROW(pieces_of(model, {.keep_prob = NAN}), Error);
  EXPECT_THROW(pieces_of(model, {.sampling = {.temperature = 0}}), Error);
  const music::Roll other = music::make_roll(4, 60, 65, 4, true);
  EXPECT_THROW(pieces_of(model, {.prime = given(other)}), Error);
}

TEST(Meter, IsReadAndWritten) {
  EXPECT_EQ(parse_meter("13/32"), (Meter{13, 32}));
  EXPECT_EQ(WrittenMeter("7/8").text(), "7/8");
  for (const char* text : {"", "4", "4/", "/4", "4/3", "0/4", "4/4x", "4/128", "-3/4", "999/4"}) {
    EXPECT_THROW(parse_meter(text), Error) << text;
  }
}

}  // namespace
}  // namespace toccata::composing
