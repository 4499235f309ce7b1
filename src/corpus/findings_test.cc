#include "corpus/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace toccata::corpus {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// 200 eighths and 16ths, `shift` ticks late.
notation::Score in_time(notation::Tick shift) {
  notation::Score score;
  notation::Track& track = score.tracks.emplace_back();
  notation::Tick tick = shift;
  for (int i = 0; i < 200; ++i) {
    track.notes.push_back({.onset = tick, .end = tick + 100, .pitch = 60});
    tick += i % 3 == 0 ? 120 : 240;
  }
  score.end = tick;
  return score;
}

notation::Score freely() {
  notation::Score score;
  std::mt19937 random(1);
  std::vector<notation::Tick> onsets;
  for (int i = 0; i < 400; ++i)
    onsets.push_back(std::uniform_int_distribution<notation::Tick>(0, 100'000)(random));
  std::ranges::sort(onsets);
  notation::Track& track = score.tracks.emplace_back();
  for (const notation::Tick onset : onsets)
    track.notes.push_back({.onset = onset, .end = onset + 200, .pitch = 60});
  score.end = 101'000;
  return score;
}

TEST(Beat, OfMusicInTimeIsFoundWithWhatItIsShiftedBy) {
  for (const notation::Tick shift : {0, 57, 12, 460}) {
    const Beat beat = find_beat(in_time(shift));
    EXPECT_TRUE(beat.found) << shift;
    EXPECT_EQ(beat.shift, shift == 460 ? -20 : shift);
  }
}

TEST(Beat, OfTripletsAndOfPlayingWithSmallErrorsIsFoundUnshifted) {
  notation::Score score = in_time(0);
  std::mt19937 random(1);
  std::normal_distribution<double> error(0, 12);  // 12 ms at 120 quarters per minute
  for (notation::Note& note : score.tracks[0].notes)
    note.onset = std::max<notation::Tick>(0, note.onset + std::lround(error(random)));
  EXPECT_TRUE(find_beat(score).found);
  EXPECT_LE(std::abs(find_beat(score).shift), 2);
  notation::Tick tick = 0;
  for (notation::Note& note : score.tracks[0].notes) note.onset = std::exchange(tick, tick + 160);
  EXPECT_TRUE(find_beat(score).found);
  EXPECT_EQ(find_beat(score).shift, 0);
}

TEST(Beat, OfQuartersWithAFewShorterNotesIsUnshifted) {
  notation::Score score = in_time(0);
  notation::Tick tick = 0;
  for (std::size_t i = 0; i < score.tracks[0].notes.size(); ++i)
    score.tracks[0].notes[i].onset = i % 40 == 7 ? tick - 120 : std::exchange(tick, tick + 480);
  EXPECT_EQ(find_beat(score).shift, 0);
}

TEST(Beat, OfFreePlayingIsNotFound) {
  EXPECT_FALSE(find_beat(freely()).found);
}

TEST(Tracks, AreNamedWithTheirSoundAndNotes) {
  notation::Score score;
  score.tracks.resize(4);
  score.tracks[0].name = "Conductor";  // no notes: none
  score.tracks[1].name = "Alto";
  score.tracks[1].programs = {{.tick = 0, .channel = 2, .program = 52}};
  score.tracks[1].notes = {{.onset = 0, .end = 10, .channel = 2},
                           {.onset = 9, .end = 12, .channel = 2}};
  score.tracks[2].notes = {{.onset = 0, .end = 10, .channel = 9}};
  score.tracks[3].notes = {{.onset = 0, .end = 10, .channel = 0}};
  const auto tracks = tracks_of(score);
  ASSERT_EQ(tracks.size(), 3U);
  EXPECT_EQ(tracks[0].name, "Alto");
  EXPECT_EQ(tracks[0].instrument, "Choir aahs");
  EXPECT_EQ(tracks[0].notes, 2);
  EXPECT_EQ(tracks[1].instrument, "drums");
  EXPECT_EQ(tracks[2].instrument, "Acoustic grand piano");
  EXPECT_EQ(instruments_of(score), 2);
}

TEST(Verdicts, AreWordsAndNoPercentages) {
  FileReport file;
  EXPECT_THAT(verdicts(file, {}), IsEmpty());
  file.instruments = 13;
  file.merged = 818;
  file.drums = 327;
  file.shift_ticks = 57;
  EXPECT_THAT(verdicts(file, {}),
              ElementsAre("shifted by 57 ticks: brought back onto the beat",
                          "13 instruments become one piano; 818 notes met others, 327 drum notes "
                          "left out"));
  file.beat_found = false;
  EXPECT_THAT(verdicts(file, {}), Contains(HasSubstr("played freely: no beat found")));
}

}  // namespace
}  // namespace toccata::corpus
