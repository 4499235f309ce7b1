#include "notation/pitch_name.h"

#include <gtest/gtest.h>

namespace toccata::notation {
namespace {

TEST(PitchName, MiddleCIsC4) {
  EXPECT_EQ(pitch_name(60), "C4");
  EXPECT_EQ(pitch_name(54), "F#3");
  EXPECT_EQ(pitch_name(0), "C-1");
  EXPECT_EQ(pitch_name(127), "G9");
}

}  // namespace
}  // namespace toccata::notation
