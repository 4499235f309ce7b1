#include "listening/suffix_array.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <numeric>

namespace toccata::listening {
namespace {

std::vector<std::int32_t> by_comparing(const std::vector<std::int32_t>& text) {
  std::vector<std::int32_t> order(text.size());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](std::int32_t a, std::int32_t b) {
    return std::lexicographical_compare(text.begin() + a, text.end(), text.begin() + b, text.end());
  });
  return order;
}

TEST(SuffixArray, OfMississippi) {
  const std::vector<std::int32_t> text = {1, 0, 3, 3, 0, 3, 3, 0, 2, 2, 0};
  EXPECT_EQ(suffix_array(text, 4), (std::vector<std::int32_t>{10, 7, 4, 1, 0, 9, 8, 6, 3, 5, 2}));
}

TEST(SuffixArray, OfNothingAndOfOne) {
  EXPECT_TRUE(suffix_array({}, 1).empty());
  const std::vector<std::int32_t> one = {5};
  EXPECT_EQ(suffix_array(one, 6), (std::vector<std::int32_t>{0}));
}

RC_GTEST_PROP(SuffixArray, EqualsSortingByComparison, ()) {
  const int alphabet = *rc::gen::inRange(1, 5);
  const auto text =
      *rc::gen::container<std::vector<std::int32_t>>(rc::gen::inRange<std::int32_t>(0, alphabet));
  RC_ASSERT(suffix_array(text, alphabet) == by_comparing(text));
}

}  // namespace
}  // namespace toccata::listening
