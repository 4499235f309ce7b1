#include "notation/abc.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/error.h"

namespace toccata::notation {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// The tune in C major, 4/4, in 8ths, but for the fields given.
Score tune(const std::string& music, const std::string& fields = "") {
  return read_abc("X:1\nT:Test\nM:4/4\nL:1/8\n" + fields + "K:C\n" + music + "\n", "test.abc");
}

/// The first voice's notes as "pitch@onset+length", in 8ths.
std::string notes(const Score& score, std::size_t track = 0) {
  std::string text;
  for (const Note& note : score.tracks.at(track).notes) {
    const auto eighths = [](Tick ticks) { return static_cast<double>(ticks) / 240; };
    text += fmt::format("{}{}@{}+{}", text.empty() ? "" : " ", note.pitch, eighths(note.onset),
                        eighths(note.end - note.onset));
  }
  return text;
}

/// Only the pitches, in order.
std::string pitches(const Score& score) {
  std::string text;
  for (const Note& note : score.tracks.at(0).notes)
    text += fmt::format("{}{}", text.empty() ? "" : " ", note.pitch);
  return text;
}

std::string error_of(const std::string& text, const AbcOptions& options = {}) {
  try {
    read_abc(text, "test.abc", options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

std::string error_in(const std::string& music) {
  return error_of("X:1\nM:4/4\nL:1/8\nK:C\n" + music + "\n", {.full_bars = true});
}

TEST(Abc, ReadsNotesOctavesAndLengths) {
  EXPECT_EQ(notes(tune("C, C c c' B2 d/ e// f3/2 g3/4")),
            "48@0+1 60@1+1 72@2+1 84@3+1 71@4+2 74@6+0.5 76@6.5+0.25 77@6.75+1.5 79@8.25+0.75");
}

TEST(Abc, ReadsAccidentalsWhichLastToTheBarLine) {
  EXPECT_EQ(pitches(tune("^C C c =c C | C ^^F __B _E")), "61 61 73 72 60 60 67 69 63");
}

TEST(Abc, ReadsChordsRestsAndWholeBarRests) {
  EXPECT_EQ(notes(tune("[CEG]2 z x/ [c/e/] | Z2 | [C2E2]2")),
            "60@0+2 64@0+2 67@0+2 72@3.5+0.5 76@3.5+0.5 60@20+4 64@20+4");
}

TEST(Abc, JoinsTiedNotesAlsoAcrossBarLinesWithTheirAccidentals) {
  EXPECT_EQ(notes(tune("^F4-F4-|F2 F2 [CE]2-[CE] [C-G] C")),
            "66@0+10 65@10+2 60@12+3 64@12+3 60@15+2 67@15+1");
}

TEST(Abc, ReadsTupletsAndBrokenRhythm) {
  EXPECT_EQ(notes(tune("(3CDE (3:2:2C2D A>B c<d e>>f")),
            "60@0+0.6666666666666666 62@0.6666666666666666+0.6666666666666666 "
            "64@1.3333333333333333+0.6666666666666666 60@2+1.3333333333333333 "
            "62@3.3333333333333335+0.6666666666666666 69@4+1.5 71@5.5+0.5 72@6+0.5 74@6.5+1.5 "
            "76@8+1.75 77@9.75+0.25");
}

TEST(Abc, PlaysRepeatsAndEndings) {
  EXPECT_EQ(pitches(tune("C D :| E F")), "60 62 60 62 64 65");
  EXPECT_EQ(pitches(tune("C |: D E :| F")), "60 62 64 62 64 65");
  EXPECT_EQ(pitches(tune("C :: D :| E")), "60 60 62 62 64");
  EXPECT_EQ(pitches(tune("|: C |1 D :|2 E || F |: G :|")), "60 62 60 64 65 67 67");
  EXPECT_EQ(pitches(tune("|: C | [1 D :| [2 E :| F")), "60 62 60 64 65");
}

TEST(Abc, ReadsKeysWithModesAndAddedAccidentals) {
  const auto scale = [](const std::string& key) {
    return pitches(read_abc("X:1\nL:1/8\nK:" + key + "\nC D E F G A B\n", "test.abc"));
  };
  EXPECT_EQ(scale("C"), "60 62 64 65 67 69 71");
  EXPECT_EQ(scale("D"), "61 62 64 66 67 69 71");
  EXPECT_EQ(scale("Bb"), "60 62 63 65 67 69 70");
  EXPECT_EQ(scale("Am"), "60 62 64 65 67 69 71");
  EXPECT_EQ(scale("F#m"), "61 62 64 66 68 69 71");
  EXPECT_EQ(scale("D dorian"), "60 62 64 65 67 69 71");
  EXPECT_EQ(scale("Amix"), "61 62 64 66 67 69 71");
  EXPECT_EQ(scale("D Phr ^f clef=treble"), "60 62 63 66 67 69 70");
  EXPECT_EQ(scale("G clef=bass"), "60 62 64 66 67 69 71");
  EXPECT_EQ(scale("none"), "60 62 64 65 67 69 71");
  EXPECT_THAT(read_abc("X:1\nK:Gm\nG\n", "test.abc").keys, ElementsAre(KeyChange{0, -2, true}));
}

TEST(Abc, ReadsMetersTemposAndTheirChanges) {
  const Score score = read_abc(
      "X:1\nM:C|\nL:1/4\nQ:\"Andante\" 1/4=100\nK:C\nC4|[M:3/4][Q:1/2=100]D3|\nM:6/8\nK:G\nF3|\n",
      "test.abc", {.full_bars = true});
  EXPECT_THAT(score.meters,
              ElementsAre(MeterChange{0, 2, 2}, MeterChange{1920, 3, 4}, MeterChange{3360, 6, 8}));
  EXPECT_THAT(score.tempos, ElementsAre(TempoChange{0, 600000}, TempoChange{1920, 300000}));
  EXPECT_THAT(score.keys, ElementsAre(KeyChange{0, 0, false}, KeyChange{3360, 1, false}));
  EXPECT_EQ(pitches(score), "60 62 66");
  EXPECT_EQ(score.end, 4800);
}

TEST(Abc, TakesTheUnitLengthFromTheMeterWhereNoneIsGiven) {
  EXPECT_EQ(read_abc("X:1\nM:2/4\nK:C\nC\n", "test.abc").end, 120);
  EXPECT_EQ(read_abc("X:1\nM:3/4\nK:C\nC\n", "test.abc").end, 240);
}

TEST(Abc, GivesAnUpbeatAMeterOfItsOwn) {
  const Score score =
      read_abc("X:1\nM:3/4\nL:1/4\nK:C\nG|cde|fg:|\n", "test.abc", {.full_bars = true});
  EXPECT_THAT(score.meters, ElementsAre(MeterChange{0, 1, 4}, MeterChange{480, 3, 4}));
  EXPECT_EQ(score.end, 480 * 12);
}

TEST(Abc, ReadsVoicesAsTracksOnChannelsOfTheirOwn) {
  const Score score = read_abc(
      "X:1\nT:Two\nM:2/4\nL:1/4\nV:S name=\"Soprano\"\nV:B name=Bass octave=-1\nK:C\n"
      "V:S\nce|[V:B]CG|\nV:S\ng2|\nV:B\nC2|\n",
      "test.abc", {.full_bars = true});
  ASSERT_EQ(score.tracks.size(), 2U);
  EXPECT_EQ(score.tracks[0].name, "Soprano");
  EXPECT_EQ(score.tracks[1].name, "Bass");
  EXPECT_EQ(notes(score), "72@0+2 76@2+2 79@4+4");
  EXPECT_EQ(notes(score, 1), "48@0+2 55@2+2 48@4+4");
  EXPECT_EQ(score.tracks[1].notes[0].channel, 1);
  EXPECT_THAT(score.tracks[0].texts, ElementsAre(Text{0, 1, "Two"}));
}

TEST(Abc, PassesOverWhatDoesNotSound) {
  EXPECT_EQ(notes(tune("\"Am\"C !trill!D {gf}E ~F (G .A) u[Ce] % the rest\nw: la la\n%%staves\nB")),
            "60@0+1 62@1+1 64@2+1 65@3+1 67@4+1 69@5+1 60@6+1 76@6+1 71@7+1");
}

TEST(Abc, NamesLineAndColumnOfAnError) {
  EXPECT_EQ(error_in("CDEF h2"),
            "test.abc:5:6: \"h\" is not understood here (docs/data.md lists what is)");
  EXPECT_THAT(
      error_in("CDEF GABc|CDEF GA|C8|"),
      HasSubstr("test.abc:5:17: bar 2 ends here after 1440 ticks, but its meter asks for 1920"));
  EXPECT_THAT(error_in("C4-D4|"), HasSubstr("test.abc:5:1: a tie that leads to no note"));
  EXPECT_THAT(error_in("[CEG"), HasSubstr("a chord without its closing"));
  EXPECT_THAT(error_in("C & D"), HasSubstr("test.abc:5:3: \"&\" is not understood"));
  EXPECT_THAT(error_in(">C"), HasSubstr("needs a note before it"));
  EXPECT_THAT(error_in("C0"), HasSubstr("expected a number from 1 on"));
  EXPECT_THAT(error_in("C999999"), HasSubstr("a number over 65536"));
  EXPECT_THAT(error_in("C/512"), HasSubstr("no whole number of ticks"));
  EXPECT_THAT(error_in("C,,,,,,,"), HasSubstr("0 to 127 exist"));
  EXPECT_THAT(error_in("^z"), HasSubstr("an accidental without a note"));
  EXPECT_THAT(error_in("\"Am C"), HasSubstr("expected a \"\"\" before the line's end"));
}

TEST(Abc, RefusesWhatIsNoTune) {
  EXPECT_THAT(error_of(""), HasSubstr("not a tune in ABC notation"));
  EXPECT_THAT(error_of("MThd\n"), HasSubstr("test.abc:1:1: expected a field such as T: or K:"));
  EXPECT_THAT(error_of("X:1\nK:H\nC\n"), HasSubstr("test.abc:2:3: a key that begins with \"H\""));
  EXPECT_THAT(error_of("X:1\nK:C foo\nC\n"), HasSubstr("a key of mode \"foo\""));
  EXPECT_THAT(error_of("X:1\nM:4/3\nK:C\n"), HasSubstr("test.abc:2:6: expected a meter"));
  EXPECT_THAT(error_of("X:1\nK:C\nC\nX:2\nK:C\nD\n"), HasSubstr("a second tune"));
  EXPECT_THAT(error_of("X:1\nM:2/4\nL:1/4\nK:C\nV:1\nCD|\nV:2\nCD|CD|\n", {.full_bars = true}),
              HasSubstr("voice 2 lasts 1920 ticks, but the voices before it last 960"));
}

TEST(Abc, ATextLongerThanAnyTuneIsRefused) {
  std::string tune = "X:1\nL:1/4\nK:C\n";
  while (tune.size() <= kMostText) tune += "CDEF|";
  EXPECT_THAT([&] { read_abc(tune, "long.abc"); },
              testing::ThrowsMessage<Error>(testing::HasSubstr("a tune may have at most 262144")));
}

}  // namespace
}  // namespace toccata::notation
