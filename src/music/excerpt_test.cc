#include "music/excerpt.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace toccata::music {
namespace {

TEST(Excerpt, KeepsThePlaceOfEveryStepInItsBar) {
  Roll whole = make_roll(64, 60, 62, 4, true, {{0, 3, 4}, {24, 7, 8}, {38, 4, 4}});
  for (std::size_t i = 0; i < whole.cells.size(); ++i) whole.cells[i] = i % 3 ? 0 : 3;
  const Roll part = excerpt(whole, 5, 50);
  EXPECT_EQ(part.steps, 50);
  for (std::size_t t = 0; t < 50; ++t) {
    EXPECT_EQ(part.bar_phase[t], whole.bar_phase[t + 5]) << t;
    EXPECT_EQ(part.beat_phase[t], whole.beat_phase[t + 5]) << t;
    for (int n = 0; n < 3; ++n) {
      EXPECT_EQ(part.frame(static_cast<int>(t))[n], whole.frame(static_cast<int>(t) + 5)[n]);
    }
  }
}

TEST(Excerpt, BeginsNotesThatSoundOnIntoIt) {
  Roll whole = make_roll(4, 60, 60, 4, true);
  whole.cells = {3, 1, 1, 1};
  EXPECT_EQ(excerpt(whole, 2, 2).cells, (std::vector<std::uint8_t>{3, 1}));
  whole.articulation = false;
  whole.cells = {1, 1, 1, 1};
  EXPECT_EQ(excerpt(whole, 2, 2).cells, (std::vector<std::uint8_t>{1, 1}));
}

TEST(Excerpt, RefusesWhatIsNotInThePiece) {
  const Roll whole = make_roll(4, 60, 60, 4, true);
  EXPECT_THROW(excerpt(whole, 2, 3), Error);
  EXPECT_EQ(excerpt(whole, 4, 0).steps, 0);
}

}  // namespace
}  // namespace toccata::music
