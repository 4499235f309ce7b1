#include "corpus/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace toccata::corpus {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

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
  EXPECT_THAT(
      verdicts(file, {}),
      ElementsAre(
          "shifted by 57 ticks: each onset goes to the nearest step",
          "13 instruments become one piano; 818 notes met others on their pitch, 327 drum notes "
          "left out"));
  file.beat_found = false;
  EXPECT_THAT(verdicts(file, {}), Contains(HasSubstr("played freely: no beat found")));
  music::FoundBeats found;
  found.kind = music::BeatKind::free;
  found.tempo = 71.6;
  found.slowest = 60.2;
  found.fastest = 84.4;
  found.confidence = 0.456;
  found.off = 0.0223;
  file.beats = {found, true};
  EXPECT_THAT(verdicts(file, {}),
              Contains("played freely: read on the beats found, 60 to 84 beats per minute "
                       "(confidence 0.46; onsets lie 22 ms off)"));
  file.beats.used = false;
  EXPECT_THAT(verdicts(file, {}), Contains(HasSubstr("read on the file's own beats: others")));
}

}  // namespace
}  // namespace toccata::corpus
