#include "base/parallel.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/error.h"

namespace toccata {
namespace {

TEST(ParallelFor, DoesEachIndexOnce) {
  std::vector<int> counts(1000);
  parallel_for(counts.size(), 4, [&](std::size_t i) { ++counts[i]; });
  for (int count : counts) EXPECT_EQ(count, 1);
}

TEST(ParallelFor, PassesOnTheFirstError) {
  EXPECT_THROW(parallel_for(100, 3,
                            [](std::size_t i) {
                              if (i == 50) fail("index {}", i);
                            }),
               Error);
}

}  // namespace
}  // namespace toccata
