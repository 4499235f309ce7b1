#include "base/closest.h"

#include <gtest/gtest.h>

namespace toccata {
namespace {

const std::vector<std::string> kWords = {"chorales", "folk", "piano", "--temperature", "--tempo"};

TEST(Closest, IsTheWordWithTheFewestSlips) {
  EXPECT_EQ(closest("choralse", kWords), "chorales");
  EXPECT_EQ(closest("fok", kWords), "folk");
  EXPECT_EQ(closest("--temprature", kWords), "--temperature");
  EXPECT_EQ(closest("--temop", kWords), "--tempo");
  EXPECT_EQ(closest("--temper", kWords), "--temperature");  // its beginning
}

TEST(Closest, IsNothingWhereNothingIsNear) {
  EXPECT_EQ(closest("bach", kWords), "");
  EXPECT_EQ(closest("", kWords), "");
  EXPECT_EQ(did_you_mean("xyz", kWords), "");
  EXPECT_EQ(did_you_mean("pinao", kWords), "; did you mean piano?");
}

TEST(Edits, CountAnExchangeOnce) {
  EXPECT_EQ(edits("ab", "ba"), 1U);
  EXPECT_EQ(edits("kitten", "sitting"), 3U);
  EXPECT_EQ(edits("", "abc"), 3U);
}

}  // namespace
}  // namespace toccata
