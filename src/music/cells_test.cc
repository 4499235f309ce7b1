#include "music/cells.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toccata::music {
namespace {

const Cells kBoth(true), kOnlyPlay(false);

TEST(Cells, ABitCostsTheNegativeLogarithmOfItsChance) {
  for (const double logit : {-30.0, -2.5, 0.0, 0.3, 30.0}) {
    const double p = 1 / (1 + std::exp(-logit));
    EXPECT_NEAR(bit_nats(logit, true), -std::log(p), 1e-12);
    EXPECT_NEAR(std::exp(-bit_nats(logit, true)) + std::exp(-bit_nats(logit, false)), 1, 1e-12);
  }
}

TEST(Cells, CostsStayFiniteAndExactFarOut) {
  EXPECT_EQ(bit_nats(1000, false), 1000);
  EXPECT_EQ(bit_nats(1000, true), 0);
  EXPECT_NEAR(bit_nats(40, true) / std::exp(-40.0), 1, 1e-12);
}

TEST(Cells, ArticulateCountsOnlyWhereTheNotePlaysOn) {
  const float logits[2] = {0.5f, -1.0f};
  const double play = bit_nats(0.5, true), silent = bit_nats(0.5, false);
  EXPECT_EQ(kBoth.nats(0, 3, logits), play);  // an onset after silence is certain
  EXPECT_EQ(kBoth.nats(3, 0, logits), silent);
  EXPECT_EQ(kBoth.nats(1, 3, logits), play + bit_nats(-1, true));
  EXPECT_EQ(kBoth.nats(3, 1, logits), play + bit_nats(-1, false));
  EXPECT_EQ(kOnlyPlay.nats(1, 1, logits), play);
  const std::uint8_t before[2] = {1, 0}, now[2] = {3, 0};
  const float both[4] = {0.5f, -1.0f, 0.5f, -1.0f};
  EXPECT_NEAR(kBoth.nats(before, now, both, 2), play + bit_nats(-1, true) + silent, 1e-12);
}

// Whatever channels there are: after each cell, the chances of all that can be drawn sum to one.
TEST(Cells, TheChancesOfAllThatCanBeDrawnSumToOne) {
  const float logits[2] = {0.3f, -0.8f};
  for (const Cells& cells : {kBoth, kOnlyPlay})
    for (const std::uint8_t previous : {0, 1, 3}) {
      double sum = 0;
      for (unsigned choices = 0; choices < 1U << cells.count(); ++choices) {
        unsigned asked = 0;
        const std::uint8_t cell = cells.draw(previous, [&](int k) {
          asked |= 1U << k;
          return (choices >> k & 1) != 0;
        });
        if (choices & ~asked) continue;  // the same cell again
        EXPECT_LT(cell, kCellValues);
        sum += std::exp(-cells.nats(previous, cell, logits));
      }
      EXPECT_NEAR(sum, 1, 1e-12);
    }
}

TEST(Cells, AreSeenABitAtATime) {
  float x[3] = {7, 7, 7};
  EXPECT_EQ(kBoth.write(1, x), x + 2);
  EXPECT_EQ(x[0], 1);
  EXPECT_EQ(x[1], 0);
  EXPECT_EQ(kOnlyPlay.write(3, x + 2), x + 3);
  EXPECT_EQ(x[2], 1);
}

}  // namespace
}  // namespace toccata::music
