#include "rendering/performance.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace toccata::rendering {
namespace {

using Kind = Action::Kind;

notation::Note note(notation::Tick onset, notation::Tick end, int pitch, int channel = 0) {
  notation::Note made;
  made.onset = onset;
  made.end = end;
  made.pitch = static_cast<std::uint8_t>(pitch);
  made.channel = static_cast<std::uint8_t>(channel);
  return made;
}

notation::Score score_of(std::vector<notation::Note> notes) {  // 2 quarters per second
  notation::Score score;
  score.tracks.resize(1);
  score.tracks[0].notes = std::move(notes);
  return score;
}

int count(const std::vector<Action>& actions, Kind kind) {
  return static_cast<int>(std::count_if(actions.begin(), actions.end(),
                                        [kind](const Action& a) { return a.kind == kind; }));
}

TEST(Performance, OffsComeBeforeOnsAtOneTime) {
  const auto actions = performance(score_of({note(0, 480, 60), note(480, 960, 60)}));
  ASSERT_EQ(actions.size(), 4u);
  EXPECT_EQ(actions[1].kind, Kind::note_off);
  EXPECT_EQ(actions[2].kind, Kind::note_on);
  EXPECT_EQ(actions[1].seconds, actions[2].seconds);
  EXPECT_DOUBLE_EQ(actions[3].seconds, 1.0);
}

TEST(Performance, OnePartsNoteOffDoesNotCutAnothersNote) {
  // 60 sounds to the end of the longer note; the same pitch on another channel is another note.
  const auto actions =
      performance(score_of({note(0, 960, 60), note(240, 480, 60), note(0, 480, 60, 1)}));
  EXPECT_EQ(count(actions, Kind::note_on), 3);
  ASSERT_EQ(count(actions, Kind::note_off), 2);
  EXPECT_EQ(actions.back().kind, Kind::note_off);
  EXPECT_EQ(actions.back().channel, 0);
  EXPECT_DOUBLE_EQ(actions.back().seconds, 1.0);
}

TEST(Performance, ANoteWithoutLengthIsHeard) {
  const auto actions = performance(score_of({note(480, 480, 60)}));
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].kind, Kind::note_on);
  EXPECT_DOUBLE_EQ(actions[1].seconds, 0.55);
}

TEST(Performance, ProgramsAndPedalsStandBeforeTheNotesOfTheirTick) {
  notation::Score score = score_of({note(480, 960, 60)});
  score.tracks[0].programs = {{480, 0, 19}};
  score.tracks[0].pedals = {{480, 0, true}};
  const auto actions = performance(score);
  ASSERT_EQ(actions.size(), 4u);
  EXPECT_EQ(actions[0].kind, Kind::pedal);
  EXPECT_EQ(actions[0].number, 1);
  EXPECT_EQ(actions[1].kind, Kind::program);
  EXPECT_EQ(actions[1].number, 19);
  EXPECT_EQ(actions[2].kind, Kind::note_on);
}

}  // namespace
}  // namespace toccata::rendering
