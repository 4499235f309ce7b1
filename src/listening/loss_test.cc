#include "listening/loss.h"

#include <gtest/gtest.h>

#include <cmath>

namespace toccata::listening {
namespace {

TEST(Loss, OfABitIsTheNegativeLogarithmOfItsChance) {
  for (const double logit : {-30.0, -2.5, 0.0, 0.3, 30.0}) {
    const double p = 1 / (1 + std::exp(-logit));
    EXPECT_NEAR(bit_nats(logit, true), -std::log(p), 1e-12);
    EXPECT_NEAR(std::exp(-bit_nats(logit, true)) + std::exp(-bit_nats(logit, false)), 1, 1e-12);
  }
}

TEST(Loss, StaysFiniteAndExactFarOut) {
  EXPECT_EQ(bit_nats(1000, false), 1000);
  EXPECT_EQ(bit_nats(1000, true), 0);
  EXPECT_NEAR(bit_nats(40, true) / std::exp(-40.0), 1, 1e-12);
}

TEST(Loss, ArticulateCountsOnlyWhereTheNotePlaysOn) {
  const float logits[2] = {0.5f, -1.0f};
  const double play = bit_nats(0.5, true), silent = bit_nats(0.5, false);
  EXPECT_EQ(note_nats(0, 3, logits, 2).articulate, 0);  // an onset after silence is certain
  EXPECT_EQ(note_nats(3, 0, logits, 2).articulate, 0);
  EXPECT_EQ(note_nats(1, 3, logits, 2).articulate, bit_nats(-1, true));
  EXPECT_EQ(note_nats(3, 1, logits, 2).articulate, bit_nats(-1, false));
  EXPECT_EQ(note_nats(1, 1, logits, 1).articulate, 0);
  const std::uint8_t before[2] = {1, 0}, now[2] = {3, 0};
  const float both[4] = {0.5f, -1.0f, 0.5f, -1.0f};
  EXPECT_NEAR(frame_nats(before, now, both, 2, 2), play + bit_nats(-1, true) + silent, 1e-12);
}

}  // namespace
}  // namespace toccata::listening
