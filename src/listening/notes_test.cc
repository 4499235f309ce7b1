#include "listening/notes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toccata::listening {
namespace {

using testing::ElementsAre;

TEST(Notes, ReStrikesBeginNotesAndHeldCellsDoNot) {
  music::Roll roll = music::make_roll(6, 60, 61, 4, true);
  roll.cells = {3, 0, 1, 3, 3, 1, 0, 0, 3, 0, 1, 0};
  EXPECT_THAT(notes_of(roll), ElementsAre(RollNote{0, 2, 60}, RollNote{1, 2, 61},
                                          RollNote{2, 1, 60}, RollNote{4, 2, 60}));
}

TEST(Notes, WithoutArticulationARunIsOneNote) {
  music::Roll roll = music::make_roll(4, 60, 60, 4, false);
  roll.cells = {1, 1, 0, 1};
  EXPECT_THAT(notes_of(roll), ElementsAre(RollNote{0, 2, 60}, RollNote{3, 1, 60}));
}

TEST(Notes, BarLinesFollowTheMeters) {
  EXPECT_THAT(bar_lines(music::make_roll(40, 60, 60, 4, true, {{-4, 4, 4}, {28, 3, 8}})),
              ElementsAre(0, 12, 28, 34));
}

}  // namespace
}  // namespace toccata::listening
