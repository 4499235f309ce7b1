#include "base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace toccata {
namespace {

TEST(Philox, GivesThePublishedKnownAnswers) {
  // Random123's kat_vectors, philox4x32 10 rounds.
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Random, IsAFunctionOfSeedStreamAndPlace) {
  Random a(7, 3);
  for (int i = 0; i < 5; ++i) a.next();
  EXPECT_EQ(Random(7, 3, 5).next(), a.next());
  EXPECT_NE(Random(7, 3).at(0), Random(7, 4).at(0));
  EXPECT_NE(Random(7, 3).at(0), Random(8, 3).at(0));
}

TEST(Random, DrawsBelowNEvenly) {
  Random random(1, 1);
  std::vector<int> counts(6);
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  for (int count : counts)
    EXPECT_NEAR(count, 10000, 500);  // 5 standard deviations of sqrt(60000 · 1/6 · 5/6) = 91
}

TEST(Random, NormalHasMeanZeroAndVarianceOne) {
  Random random(2, 1);
  double sum = 0, squares = 0;
  constexpr int n = 100000;
  for (int i = 0; i < n; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  EXPECT_NEAR(sum / n, 0, 5 / std::sqrt(n));
  EXPECT_NEAR(squares / n, 1, 5 * std::sqrt(2.0 / n));
}

TEST(Shuffle, KeepsEveryItem) {
  std::vector<int> items(100);
  std::iota(items.begin(), items.end(), 0);
  Random random(3, 1);
  shuffle(std::span(items), random);
  EXPECT_NE(items[0] + items[1] * 100, 0 + 1 * 100);
  std::sort(items.begin(), items.end());
  for (int i = 0; i < 100; ++i) EXPECT_EQ(items[static_cast<std::size_t>(i)], i);
}

}  // namespace
}  // namespace toccata
