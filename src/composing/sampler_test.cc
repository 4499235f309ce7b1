#include "composing/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toccata::composing {
namespace {

TEST(Sampler, TemperatureOneIsTheModelsOwnChance) {
  EXPECT_NEAR(chance(1.2, 1), 1 / (1 + std::exp(-1.2)), 1e-15);
  EXPECT_GT(chance(1.2, 0.5), chance(1.2, 1));
  EXPECT_LT(chance(1.2, 2), chance(1.2, 1));
  EXPECT_EQ(chance(1000, 1), 1);
  EXPECT_EQ(chance(-1000, 1), 0);
}

TEST(Sampler, ANoteThatDidNotPlayBeforeIsStruck) {
  const float logits[2] = {50, -50};
  const PieceRandom random(1, 0);
  EXPECT_EQ(draw_cell(random, 0, 0, 0, logits, music::Cells(true), {}, 1),
            music::kPlay | music::kArticulate);
  EXPECT_EQ(draw_cell(random, 0, 0, music::kPlay, logits, music::Cells(true), {}, 1), music::kPlay);
  EXPECT_EQ(draw_cell(random, 0, 0, 0, logits, music::Cells(false), {}, 1), music::kPlay);
  const float silent[2] = {-50, 50};
  EXPECT_EQ(draw_cell(random, 0, 0, music::kPlay, silent, music::Cells(true), {}, 1), 0);
}

TEST(Sampler, FrequenciesAreTheChances) {
  const float logits[2] = {0.4f, -0.7f};
  const SamplingOptions sampling{.temperature = 1.3, .articulate_temperature = 1.3};
  const PieceRandom random(3, 9);
  int played = 0, struck = 0;
  constexpr int kDraws = 100000;
  for (int t = 0; t < kDraws; ++t) {
    const std::uint8_t cell =
        draw_cell(random, t, 17, music::kPlay, logits, music::Cells(true), sampling, 1);
    played += cell & music::kPlay;
    struck += (cell & music::kArticulate) != 0;
  }
  const double play = chance(0.4f, 1.3), strike = play * chance(-0.7f, 1.3);
  EXPECT_NEAR(played, kDraws * play, 5 * std::sqrt(kDraws * play * (1 - play)));
  EXPECT_NEAR(struck, kDraws * strike, 5 * std::sqrt(kDraws * strike * (1 - strike)));
}

TEST(Sampler, EachChoiceHasANumberOfItsOwn) {
  const PieceRandom a(1, 0), b(1, 1), c(2, 0);
  EXPECT_NE(a.of_channel(0, 3, 4), a.of_channel(1, 3, 4));
  EXPECT_NE(a.of_channel(0, 3, 4), a.of_channel(0, 4, 3));
  EXPECT_NE(a.of_channel(0, 3, 127), a.of_channel(0, 4, 0));
  EXPECT_NE(a.of_channel(0, 3, 4), b.of_channel(0, 3, 4));
  EXPECT_NE(a.of_channel(0, 3, 4), c.of_channel(0, 3, 4));
  EXPECT_EQ(a.of_channel(0, 3, 4), PieceRandom(1, 0).of_channel(0, 3, 4));
}

}  // namespace
}  // namespace toccata::composing
