#include "rendering/score_excerpt.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace toccata::rendering {
namespace {

notation::Note note(notation::Tick onset, notation::Tick end, int pitch = 60) {
  notation::Note made;
  made.onset = onset;
  made.end = end;
  made.pitch = static_cast<std::uint8_t>(pitch);
  return made;
}

notation::Score four_bars() {  // of 400 ticks
  notation::Score score;
  score.ticks_per_quarter = 100;
  score.end = 1600;
  score.tempos = {{0, 400000}, {500, 300000}};
  notation::Track track;
  track.notes = {note(0, 100), note(300, 600, 62), note(700, 1300, 64), note(1200, 1300)};
  track.programs = {{0, 0, 3}, {100, 0, 5}, {100, 1, 7}, {900, 0, 6}};
  track.pedals = {{50, 0, true}, {700, 0, false}};
  score.tracks = {track};
  return score;
}

TEST(Excerpt, OfEverythingIsThePiece) {
  EXPECT_EQ(excerpt(four_bars(), {}), four_bars());
}

TEST(Excerpt, CutsNotesAtItsEndsAndMovesThemToItsBeginning) {
  const notation::Score part = excerpt(four_bars(), {2, 3});
  ASSERT_EQ(part.tracks.size(), 1u);
  const auto& notes = part.tracks[0].notes;
  ASSERT_EQ(notes.size(), 2u);
  EXPECT_EQ(notes[0], note(0, 200, 62));
  EXPECT_EQ(notes[1], note(300, 800, 64));
  EXPECT_EQ(part.end, 800);
}

TEST(Excerpt, KeepsWhatIsInForceAtItsBeginning) {
  const notation::Score part = excerpt(four_bars(), {2, 3});
  EXPECT_EQ(part.tempos, (std::vector<notation::TempoChange>{{0, 400000}, {100, 300000}}));
  EXPECT_EQ(part.tracks[0].programs,
            (std::vector<notation::ProgramChange>{{0, 0, 5}, {0, 1, 7}, {500, 0, 6}}));
  EXPECT_EQ(part.tracks[0].pedals,
            (std::vector<notation::PedalChange>{{0, 0, true}, {300, 0, false}}));
}

TEST(Excerpt, ReachesToTheEndWhereNoneIsGivenOrItIsBeyond) {
  EXPECT_EQ(excerpt(four_bars(), {4, {}}).end, 400);
  EXPECT_EQ(excerpt(four_bars(), {4, 99}).end, 400);
  EXPECT_EQ(excerpt(four_bars(), {{}, 1}).tracks[0].notes.size(), 2u);
}

TEST(Excerpt, RefusesBarsThatAreNotThere) {
  EXPECT_THROW(excerpt(four_bars(), {5, {}}), Error);
  EXPECT_THROW(excerpt(four_bars(), {0, 3}), Error);
  EXPECT_THROW(excerpt(four_bars(), {3, 2}), Error);
  EXPECT_THROW(excerpt(notation::Score{}, {2, {}}), Error);
  EXPECT_NO_THROW(excerpt(notation::Score{}, {1, {}}));
}

}  // namespace
}  // namespace toccata::rendering
