#include "composing/sampling_options.h"

#include <gtest/gtest.h>

#include <cmath>

#include "composing/compose.h"
#include "listening/tiny_model.h"

namespace toccata::composing {
namespace {

TEST(SamplingOptions, TheChancesOfACellAddUpToOneHoweverTheyAreBent) {
  const SamplingOptions bent{.temperature = 0.7, .articulate_temperature = 2, .density = 3};
  for (const double exponent : {0.3, 1.0, 2.5}) {
    for (const std::uint8_t previous : {0, 1}) {
      for (const bool articulation : {false, true}) {
        const float logits[2] = {-0.8f, 1.1f};
        const CellChances chances =
            cell_chances(previous, logits, music::Cells(articulation), bent, exponent);
        EXPECT_NEAR(std::exp(chances.silent) + std::exp(chances.held) + std::exp(chances.onset), 1,
                    1e-12);
      }
    }
  }
}

TEST(SamplingOptions, DensityMultipliesTheOddsOfABeginningAndConservativityIsAPower) {
  const float logits[2] = {-0.8f, 1.1f};
  const double play = chance(-0.8f, 1), odds = play / (1 - play);
  const CellChances dense = cell_chances(0, logits, music::Cells(true), {.density = 3}, 1);
  EXPECT_NEAR(std::exp(dense.onset) / std::exp(dense.silent), 3 * odds, 1e-9);
  const CellChances held = cell_chances(1, logits, music::Cells(true), {.density = 3}, 1);
  EXPECT_NEAR(1 - std::exp(held.silent), play, 1e-9);
  EXPECT_NEAR(1 - std::exp(cell_chances(0, logits, music::Cells(true), {}, 1.7).silent),
              std::pow(play, 1.7), 1e-9);
}

TEST(SamplingOptions, ChancesStayFiniteWhateverTheLogits) {
  for (const float logit : {-300.0f, 300.0f}) {
    const float logits[2] = {logit, logit};
    for (const double exponent : {0.01, 1.0, 100.0}) {
      const CellChances chances =
          cell_chances(1, logits, music::Cells(true), {.temperature = 0.01}, exponent);
      EXPECT_TRUE(std::isfinite(chances.silent));
      EXPECT_TRUE(std::isfinite(chances.held));
      EXPECT_TRUE(std::isfinite(chances.onset));
    }
  }
}

TEST(SamplingOptions, TheAdaptiveExponentSinksInNearSilenceAndComesBack) {
  double now = 1;
  now = next_conservativity(now, 1);
  EXPECT_DOUBLE_EQ(now, 0.98);
  now = next_conservativity(now, 0);
  EXPECT_DOUBLE_EQ(now, 0.96);
  now = next_conservativity(now, 2);
  EXPECT_DOUBLE_EQ(now, 0.96 + 0.3 * 0.04);
  EXPECT_DOUBLE_EQ(next_conservativity(1.5, 0), 0.98);
  for (int i = 0; i < 100; ++i) now = next_conservativity(now, 0);
  EXPECT_DOUBLE_EQ(now, 0.01);
}

int notes_in(const SamplingOptions& sampling) {
  Progress quiet;
  const Stop never;
  int sounding = 0;
  compose(
      listening::tiny_model(12, true, 2), {.pieces = 4, .steps = 200, .sampling = sampling},
      {.threads = 1},
      [&](Composed&& piece) {
        for (const std::uint8_t cell : piece.roll.cells) sounding += cell != 0;
      },
      quiet, never);
  return sounding;
}

TEST(SamplingOptions, MovesTheNumberOfNotesAsItSays) {
  const int plain = notes_in({});
  EXPECT_GT(notes_in({.density = 2}), plain);
  EXPECT_LT(notes_in({.density = 0.5}), plain);
  EXPECT_LT(notes_in({.conservativity = {1.5}}), plain);
  EXPECT_GT(notes_in({.conservativity = {0.7}}), plain);
}

}  // namespace
}  // namespace toccata::composing
