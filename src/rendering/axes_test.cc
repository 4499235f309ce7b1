#include "rendering/axes.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

namespace toccata::rendering {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Pointwise;

TEST(Ticks, AreRoundAndInsideTheRange) {
  EXPECT_THAT(nice_ticks({0, 10}, 5), ElementsAre(0, 2, 4, 6, 8, 10));
  EXPECT_THAT(nice_ticks({-1, 1}, 4), ElementsAre(-1, -0.5, 0, 0.5, 1));
  EXPECT_THAT(nice_ticks({4.3, 9.7}, 6), ElementsAre(5, 6, 7, 8, 9));
  EXPECT_THAT(nice_ticks({0, 50000}, 5), ElementsAre(0, 10000, 20000, 30000, 40000, 50000));
  EXPECT_THAT(nice_ticks({0.001, 0.0042}, 4),
              Pointwise(DoubleNear(1e-12), {0.001, 0.002, 0.003, 0.004}));
}

TEST(Ticks, OfNoRangeAreOneAtMost) {
  EXPECT_EQ(nice_ticks({3, 3}, 5).size(), 1u);
  EXPECT_EQ(nice_ticks({0, std::numeric_limits<double>::infinity()}, 5).size(), 1u);
  EXPECT_EQ(nice_ticks({std::nan(""), 1}, 5).size(), 1u);
}

TEST(Ticks, AreWrittenWithTheDigitsThatTellThemApart) {
  EXPECT_EQ(tick_label(10000, 10000), "10,000");
  EXPECT_EQ(tick_label(-1234567, 1), "-1,234,567");
  EXPECT_EQ(tick_label(5000, 1000), "5000");
  EXPECT_EQ(tick_label(2.5, 0.5), "2.5");
  EXPECT_EQ(tick_label(0.002, 0.001), "0.002");
  EXPECT_EQ(tick_label(6, 2), "6");
}

}  // namespace
}  // namespace toccata::rendering
