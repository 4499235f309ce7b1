#include "composing/harmony.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"

namespace toccata::composing {
namespace {

using testing::HasSubstr;

PitchClasses classes(std::initializer_list<int> list) {
  PitchClasses all = 0;
  for (const int one : list) all |= static_cast<PitchClasses>(1 << one);
  return all;
}

TEST(Harmony, PitchesAreReadAsMusiciansWriteThem) {
  EXPECT_EQ(parse_pitch("C4"), 60);
  EXPECT_EQ(parse_pitch("c4"), 60);
  EXPECT_EQ(parse_pitch("F#3"), 54);
  EXPECT_EQ(parse_pitch("Bb5"), 82);
  EXPECT_EQ(parse_pitch("B#3"), 60);
  EXPECT_EQ(parse_pitch("Cb4"), 59);
  EXPECT_EQ(parse_pitch("C-1"), 0);
  EXPECT_EQ(parse_pitch("64"), 64);
  for (const char* text : {"", "H4", "C", "C10", "-1", "128", "C4x", "4C"}) {
    EXPECT_THROW(parse_pitch(text), Error) << text;
  }
}

TEST(Harmony, RangesMayReachBelowZero) {
  EXPECT_EQ(parse_range("C3-G5"), (PitchRange{48, 79}));
  EXPECT_EQ(parse_range("C-1-G5"), (PitchRange{0, 79}));
  EXPECT_EQ(parse_range("48-79"), (PitchRange{48, 79}));
  for (const char* text : {"", "C3", "G5-C3", "C3-", "-C3"}) {
    EXPECT_THROW(parse_range(text), Error) << text;
  }
}

TEST(Harmony, KeysAndScales) {
  EXPECT_EQ(parse_key("C major").classes, classes({0, 2, 4, 5, 7, 9, 11}));
  EXPECT_EQ(parse_key("C").classes, parse_key("C maj").classes);
  // A minor with F# and G# as well as F and G.
  EXPECT_EQ(parse_key("A minor").classes, classes({9, 11, 0, 2, 4, 5, 6, 7, 8}));
  EXPECT_EQ(parse_key("Am").classes, parse_key("a minor").classes);
  EXPECT_TRUE(parse_key("F#m").minor);
  EXPECT_EQ(parse_scale("A natural minor").classes, classes({9, 11, 0, 2, 4, 5, 7}));
  EXPECT_EQ(parse_scale("D dorian").classes, parse_scale("C major").classes);
  EXPECT_EQ(parse_scale("c d e g a").classes, parse_scale("C pentatonic").classes);
  EXPECT_EQ(parse_scale("C chromatic").classes, kAllPitchClasses);
  for (const char* text : {"", "H minor", "D dorian", "minor", "C minor minor"}) {
    EXPECT_THROW(parse_key(text), Error) << text;
  }
  for (const char* text : {"", "D doric", "C", "C D X"}) {
    EXPECT_THROW(parse_scale(text), Error) << text;
  }
}

TEST(Harmony, ChordsWithTheirBass) {
  EXPECT_EQ(parse_chord("C").classes, classes({0, 4, 7}));
  EXPECT_EQ(parse_chord("Am").classes, classes({9, 0, 4}));
  EXPECT_EQ(parse_chord("Bbmaj7").classes, classes({10, 2, 5, 9}));
  EXPECT_EQ(parse_chord("F#m7b5").classes, classes({6, 9, 0, 4}));
  EXPECT_EQ(parse_chord("Bdim").classes, classes({11, 2, 5}));
  EXPECT_EQ(parse_chord("Dsus4").classes, classes({2, 7, 9}));
  EXPECT_EQ(parse_chord("G7").by_weight, (std::vector<int>{7, 11, 5, 2}));
  EXPECT_EQ(parse_chord("C/E").bass, 4);
  EXPECT_EQ(parse_chord("C/D").classes, classes({0, 2, 4, 7}));
  EXPECT_EQ(parse_chord("C6/9").bass, -1);
  EXPECT_EQ(parse_chord("C").bass, -1);
  for (const char* text : {"", "H", "Cfoo", "C/", "C/X", "c#m7b"}) {
    EXPECT_THROW(parse_chord(text), Error) << text;
  }
}

TEST(Harmony, ChordTracksShareTheirBars) {
  const ChordTrack track = parse_chords("| C | Am F | % . G7 N.C. |");
  EXPECT_EQ(track.bars, 3);
  ASSERT_EQ(track.chords.size(), 7u);
  EXPECT_EQ(track.chords[2].chord.name, "F");
  EXPECT_DOUBLE_EQ(track.chords[2].from, 0.5);
  EXPECT_EQ(track.chords[3].chord.name, "F");
  EXPECT_EQ(track.chords[3].bar, 2);
  EXPECT_EQ(track.chords[5].chord.name, "G7");
  EXPECT_EQ(track.chords[6].chord.classes, 0);
  EXPECT_THROW(parse_chords(" | "), Error);
  EXPECT_THROW(parse_chords("% | C"), Error);
  try {
    parse_chords("C | Xyz");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("bar 2"));
  }
}

TEST(Harmony, NoteValuesAndBars) {
  EXPECT_DOUBLE_EQ(parse_note_value("3/16"), 0.1875);
  EXPECT_DOUBLE_EQ(parse_note_value("2"), 2);
  for (const char* text : {"", "0", "1/0", "-1/4", "1/4x", "/4"}) {
    EXPECT_THROW(parse_note_value(text), Error) << text;
  }
  const std::vector<BarSpan> bars = parse_bars("1-2,7");
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_EQ(bars[0].last, 2);
  EXPECT_EQ(bars[1].first, 7);
  EXPECT_EQ(bars[1].last, 7);
  for (const char* text : {"", "0-3", "4-2", "a", "1-", "1--2"}) {
    EXPECT_THROW(parse_bars(text), Error) << text;
  }
}

}  // namespace
}  // namespace toccata::composing
