#include "music/from_score.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace toccata::music {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

notation::Note note(int pitch, notation::Tick onset, notation::Tick end, int channel = 0) {
  notation::Note made;
  made.pitch = static_cast<std::uint8_t>(pitch);
  made.onset = onset;
  made.end = end;
  made.channel = static_cast<std::uint8_t>(channel);
  return made;
}

// One track per list; 16 ticks per quarter, so that a step of the grid of 4 is 4 ticks.
notation::Score score(std::vector<std::vector<notation::Note>> tracks, notation::Tick end = 0) {
  notation::Score made;
  made.ticks_per_quarter = 16;
  for (auto& notes : tracks) {
    notation::Track track;
    for (const notation::Note& n : notes) end = std::max(end, n.end);
    track.notes = std::move(notes);
    made.tracks.push_back(std::move(track));
  }
  made.end = end;
  return made;
}

// One pitch along time: '#' an onset, '-' held, '.' silent.
std::string line(const Roll& roll, int pitch) {
  std::string text;
  for (int t = 0; t < roll.steps; ++t) {
    const int cell = roll.frame(t)[pitch - roll.low];
    EXPECT_NE(cell, kArticulate) << "articulate without play at step " << t;
    text += cell & kArticulate ? '#' : cell & kPlay ? '-' : '.';
  }
  return text;
}

ReadRoll read(const notation::Score& from, const Options& options = {}) {
  const ReadRoll result = from_score(from, options, "song.mid");
  const ReadStatistics& s = result.statistics;
  EXPECT_EQ(s.notes_read, s.notes_kept + s.merged + s.dropped + s.drums);
  return result;
}

TEST(FromScore, GoesToTheNearestStepAndFromHalfwayToTheLater) {
  const ReadRoll got =
      read(score({{note(60, 1, 9), note(61, 2, 10), note(62, 3, 8), note(63, 0, 8)}}));
  EXPECT_EQ(line(got.roll, 60), "#-.");  // 1 -> 0, 9 -> 2
  EXPECT_EQ(line(got.roll, 61), ".#-");  // 2 -> 1, 10 -> 3
  EXPECT_EQ(line(got.roll, 62), ".#.");
  EXPECT_EQ(line(got.roll, 63), "#-.");
  EXPECT_EQ(got.statistics.moved, 3);
  EXPECT_DOUBLE_EQ(got.statistics.mean_move, (0.25 + 0.5 + 0.25 + 0) / 4);
  EXPECT_DOUBLE_EQ(got.statistics.most_moved, 0.5);
}

TEST(FromScore, GivesEveryNoteAStepAtLeast) {
  const ReadRoll got = read(score({{note(60, 0, 0), note(61, 0, 1), note(60, 5, 6)}}));
  EXPECT_EQ(line(got.roll, 60), "##");
  EXPECT_EQ(line(got.roll, 61), "#.");
  EXPECT_EQ(got.statistics.notes_kept, 3);
}

TEST(FromScore, MergesNotesThatShareAnOnsetAndKeepsTheLonger) {
  const ReadRoll got = read(score({{note(60, 0, 4), note(60, 1, 16)}, {note(60, 0, 8)}}));
  EXPECT_EQ(line(got.roll, 60), "#---");
  EXPECT_EQ(got.statistics.notes_kept, 1);
  EXPECT_EQ(got.statistics.merged, 2);
}

TEST(FromScore, KeepsRestrikes) {
  EXPECT_EQ(line(read(score({{note(60, 0, 8), note(60, 8, 16)}})).roll, 60), "#-#-");
}

TEST(FromScore, LetsNoPartCutAnothersNote) {
  const ReadRoll got = read(score({{note(60, 0, 32)}, {note(60, 8, 12)}}));
  EXPECT_EQ(line(got.roll, 60), "#-#-----");
  EXPECT_EQ(got.statistics.notes_kept, 2);
}

TEST(FromScore, WithoutArticulationCountsStretchesOfSounding) {
  Options options;
  options.articulation = false;
  const ReadRoll got =
      read(score({{note(60, 0, 8), note(60, 8, 12), note(60, 16, 20)}, {note(60, 0, 4)}}), options);
  EXPECT_EQ(line(got.roll, 60), "---.-");
  EXPECT_EQ(got.statistics.notes_kept, 2);
  EXPECT_EQ(got.statistics.merged, 2);
}

TEST(FromScore, LeavesDrumsOutUnlessAsked) {
  const notation::Score song = score({{note(60, 0, 4)}, {note(36, 0, 4, notation::kDrumChannel)}});
  const ReadRoll without = read(song);
  EXPECT_EQ(without.statistics.drums, 1);
  EXPECT_EQ(line(without.roll, 36), ".");
  Options options;
  options.drums = true;
  const ReadRoll with = read(song, options);
  EXPECT_EQ(with.statistics.drums, 0);
  EXPECT_EQ(line(with.roll, 36), "#");
}

TEST(FromScore, FoldsByOctavesIntoTheRange) {
  Options options;
  options.low = 60;
  options.high = 71;
  const ReadRoll got = read(score({{note(47, 0, 4), note(96, 0, 4), note(60, 0, 4)}}), options);
  EXPECT_EQ(line(got.roll, 71), "#");
  EXPECT_EQ(line(got.roll, 60), "#");
  EXPECT_EQ(got.statistics.folded, 2);
  EXPECT_EQ(got.statistics.merged, 1);  // 96 became 60, which was there
}

TEST(FromScore, DropsWhatNoOctaveBringsIntoTheRange) {
  Options options;
  options.low = 60;
  options.high = 62;
  const ReadRoll got = read(score({{note(65, 0, 4), note(61, 0, 4)}}), options);
  EXPECT_EQ(got.statistics.dropped, 1);
  EXPECT_EQ(got.statistics.folded, 0);
}

TEST(FromScore, DropsOrRefusesAsAsked) {
  notation::Score song = score({{note(60, 0, 4), note(110, 70, 74)}});
  Options options;
  options.out_of_range = OutOfRange::drop;
  EXPECT_EQ(read(song, options).statistics.dropped, 1);
  EXPECT_EQ(read(song, options).roll.steps, 16);  // the bar of the note that is left
  options.out_of_range = OutOfRange::refuse;
  try {
    from_score(song, options, "song.mid");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("song.mid"), HasSubstr("bar 2"), HasSubstr("110"),
                                    HasSubstr("24 to 101")));
  }
}

TEST(FromScore, PedalIsOffByDefault) {
  notation::Score song = score({{note(60, 0, 4)}}, 32);
  song.tracks[0].pedals = {{0, 0, true}, {16, 0, false}};
  EXPECT_EQ(line(read(song).roll, 60), "#.......");
}

TEST(FromScore, PedalExtendsToItsReleaseOrTheNextOnsetOfThePitch) {
  notation::Score song = score({{note(60, 0, 4), note(62, 0, 20), note(60, 12, 14)},
                                {note(64, 0, 4, 1), note(65, 4, 8, notation::kDrumChannel)}},
                               32);
  song.tracks[0].pedals = {
      {2, 0, true}, {3, 0, true}, {18, 0, false}, {0, notation::kDrumChannel, true}};
  std::sort(song.tracks[0].pedals.begin(), song.tracks[0].pedals.end(),
            [](const auto& a, const auto& b) { return a.tick < b.tick; });
  Options options;
  options.pedal = Pedal::extend;
  options.drums = true;
  const Roll roll = read(song, options).roll;
  EXPECT_EQ(line(roll, 60), "#--#-...");  // to 12; then to 18, which is nearest to step 5 (ties up)
  EXPECT_EQ(line(roll, 62), "#----...");  // ends after the pedal came up
  EXPECT_EQ(line(roll, 64), "#.......");  // another channel's pedal
  EXPECT_EQ(line(roll, 65), ".#......");  // drums take none
}

TEST(FromScore, PedalOfAnotherTrackOnTheSameChannelCounts) {
  notation::Score song = score({{note(60, 0, 4)}, {}}, 16);
  song.tracks[1].pedals = {{4, 0, true}};  // at the note's last tick, and never released
  Options options;
  options.pedal = Pedal::extend;
  EXPECT_EQ(line(read(song, options).roll, 60), "#---");
}

TEST(FromScore, PedalOfAHeldNoteIsCutByALaterOnsetOfAnotherTrackOnly) {
  // Both begin together: neither cuts the other.
  notation::Score song = score({{note(60, 0, 4)}, {note(60, 0, 8)}}, 16);
  song.tracks[0].pedals = {{0, 0, true}, {12, 0, false}};
  Options options;
  options.pedal = Pedal::extend;
  EXPECT_EQ(line(read(song, options).roll, 60), "#--.");
}

TEST(FromScore, KeepsThePickupsPlaceInItsBar) {
  // Two silent bars, then a quarter before the bar line, a bar, and five silent bars.
  notation::Score song =
      score({{note(60, 2 * 64 + 48, 2 * 64 + 64), note(62, 3 * 64, 3 * 64 + 32)}}, 9 * 64);
  const Roll roll = read(song).roll;
  EXPECT_EQ(roll.steps, 32);
  EXPECT_EQ(line(roll, 60), "............#---................");
  EXPECT_EQ(line(roll, 62), "................#-------........");
  EXPECT_FLOAT_EQ(roll.bar_phase[12], 0.75f);
}

TEST(FromScore, WithoutTrimKeepsEveryStepOfTheScore) {
  Options options;
  options.trim = false;
  EXPECT_EQ(read(score({{note(60, 128, 132)}}, 320), options).roll.steps, 80);
  EXPECT_EQ(read(score({{}}, 320), options).roll.steps, 80);
  EXPECT_EQ(read(score({{}}, 320)).roll.steps, 0);
}

TEST(FromScore, TakesBarLinesFromThePieceItself) {
  notation::Score song = score({{note(60, 0, 4), note(60, 16, 20), note(60, 16 + 3 * 16, 70)}});
  song.meters = {{0, 1, 4}, {16, 3, 4}};
  const ReadRoll got = read(song);
  EXPECT_THAT(got.roll.meters, ElementsAre(MeterAt{0, 1, 4}, MeterAt{4, 3, 4}));
  EXPECT_FLOAT_EQ(got.roll.bar_phase[4], 0);
  EXPECT_FLOAT_EQ(got.roll.bar_phase[10], 0.5f);
  EXPECT_FLOAT_EQ(got.roll.bar_phase[16], 0);
}

TEST(FromScore, TrimsByTheMeterInForce) {
  notation::Score song = score({{note(60, 64 + 2 * 48 + 16, 64 + 2 * 48 + 32)}}, 1000);
  song.meters = {{64, 3, 4}, {64 + 5 * 48, 2, 4}};
  const Roll roll = read(song).roll;  // one bar of 4/4, two of 3/4, then the note's bar of 3/4
  EXPECT_EQ(line(roll, 60), "....#---....");
  EXPECT_THAT(roll.meters, ElementsAre(MeterAt{0, 3, 4}));
}

TEST(FromScore, ARepeatOfTheMeterIsNoChange) {
  notation::Score song = score({{note(60, 0, 200)}});
  song.meters = {{7, 4, 4}, {9, 3, 4}, {30, 3, 4}, {40, 4, 4}};
  EXPECT_THAT(read(song).roll.meters, ElementsAre(MeterAt{2.25, 3, 4}, MeterAt{10, 4, 4}));
}

TEST(FromScore, BarLinesMayLieBetweenSteps) {
  // 3/4 from tick 18, step 4.5; the first note in its second bar, whose line is step 16.5.
  notation::Score song = score({{note(60, 66, 72)}});
  song.meters = {{18, 3, 4}};
  const Roll roll = read(song).roll;
  EXPECT_EQ(line(roll, 60), "#");
  EXPECT_THAT(roll.meters, ElementsAre(MeterAt{-0.5, 3, 4}));
  EXPECT_NEAR(roll.bar_phase[0], 0.5 / 12, 1e-6);
}

TEST(FromScore, HoldsTripletsAndOddTickNumbers) {
  notation::Score song = score({{note(60, 0, 73), note(60, 73, 147), note(60, 147, 220)}});
  song.ticks_per_quarter = 220;  // thirds at 73.3 and 146.7
  Options options;
  options.grid = 12;
  const ReadRoll got = read(song, options);
  EXPECT_EQ(line(got.roll, 60), "#---#---#---");
  EXPECT_NEAR(got.statistics.most_moved, 1.0 / 3 * 12 / 220, 1e-12);
  EXPECT_EQ(got.statistics.fit.suggested(), 12);
}

TEST(FromScore, RefusesPiecesThatADamagedDeltaMakesEndless) {
  const notation::Score song =
      score({{note(60, 0, 4), note(60, notation::Tick{1} << 40, (notation::Tick{1} << 40) + 4)}});
  try {
    from_score(song, {}, "song.mid");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.what(),
                AllOf(HasSubstr("song.mid"), HasSubstr("524288"), HasSubstr("delta")));
  }
  EXPECT_THROW(from_score(score({{note(60, 0, notation::Tick{1} << 60)}}), {}, "x"), Error);
  EXPECT_THROW(from_score(score({{note(60, -4, 4)}}), {}, "x"), Error);
}

TEST(FromScore, ALateBeginningIsNoLongPiece) {
  const notation::Tick late = notation::Tick{1} << 40;
  EXPECT_EQ(line(read(score({{note(60, late, late + 4)}})).roll, 60), "#");
}

TEST(FromScore, ManyLongNotesOnTopOfEachOtherTakeNoLonger) {
  std::vector<std::vector<notation::Note>> tracks;
  for (int i = 0; i < 20000; ++i)  // each would paint half a million cells
    tracks.push_back({i % 2 ? note(60, 0, 800000) : note(60, 1000000, 2000000)});
  EXPECT_EQ(read(score(std::move(tracks))).statistics.merged, 19998);
}

TEST(GridFit, SuggestsTheCoarsestGridThatHoldsTheOnsets) {
  const auto suggested = [](const std::vector<int>& ticks) {
    GridFit fit(480);
    for (const int tick : ticks) fit.add(tick);
    return fit.suggested();
  };
  EXPECT_EQ(suggested({}), 4);
  EXPECT_EQ(suggested({0, 120, 240, 363, 480}), 4);
  EXPECT_EQ(suggested({0, 60, 120, 180, 240}), 8);
  EXPECT_EQ(suggested({0, 160, 320, 480, 600}), 12);
  EXPECT_EQ(suggested({0, 80, 160, 60, 20, 40, 100}), 24);
  std::vector<int> free;  // played freely: everywhere alike
  for (int i = 0; i < 4800; ++i) free.push_back(i * 7);
  EXPECT_EQ(suggested(free), 4);
  // A file of 24 ticks per quarter lies on the grid of 24, whatever it holds.
  GridFit coarse(24);
  for (const int tick : {0, 1, 5, 7, 13}) coarse.add(tick);
  EXPECT_EQ(coarse.suggested(), 24);
}

}  // namespace
}  // namespace toccata::music
