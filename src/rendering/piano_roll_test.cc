#include "rendering/piano_roll.h"

#include <gmock/gmock.h>

#include "base/error.h"
#include "rendering/piano_roll_layout.h"
#include "rendering/png_size.h"

namespace toccata::rendering {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// `bars` bars of 4/4 with a note on each quarter.
notation::Score quarters(int bars, int lowest = 60) {
  notation::Score score;
  score.tracks.resize(1);
  for (int i = 0; i < 4 * bars; ++i) {
    notation::Note note;
    note.onset = i * 480;
    note.end = note.onset + 480;
    note.pitch = static_cast<std::uint8_t>(lowest + i % 13);
    note.velocity = static_cast<std::uint8_t>(40 + i % 80);
    score.tracks[0].notes.push_back(note);
  }
  score.end = bars * 4 * 480;
  return score;
}

std::string svg_of(const notation::Score& score, const PianoRollOptions& options = {}) {
  const Bytes bytes = to_svg(piano_roll(score, options).picture);
  return {bytes.begin(), bytes.end()};
}

TEST(PianoRoll, SaysWhatItShows) {
  PianoRollOptions options;
  options.title = "Four bars";
  const std::string svg = svg_of(quarters(4), options);
  for (const char* label : {"<title>Four bars</title>", "bars 1–4", "4/4",
                            "120 quarter notes per minute", "16 notes", "C4 to C5"})
    EXPECT_THAT(svg, HasSubstr(label));
}

TEST(PianoRoll, APickupIsNotBarOneAndTheMeterIsThePieces) {
  notation::Score score = quarters(4);
  score.meters = {{0, 1, 4}, {480, 3, 4}};
  const PianoRoll roll = piano_roll(score, {});
  EXPECT_EQ(roll.first_bar, 0);
  EXPECT_EQ(roll.last_bar, 5);
  EXPECT_THAT(roll.picture.description, HasSubstr("bars 1–5 after a pickup  ·  3/4"));
  EXPECT_THAT(svg_of(score), Not(HasSubstr("1/4  ·")));
}

TEST(PianoRoll, IsTheSameBytesEachTimeAndAnotherOneInTheDark) {
  PianoRollOptions dark;
  dark.theme = Theme::dark;
  const notation::Score score = quarters(3);
  EXPECT_EQ(to_png(piano_roll(score, {}).picture), to_png(piano_roll(score, {}).picture));
  EXPECT_NE(to_png(piano_roll(score, {}).picture), to_png(piano_roll(score, dark).picture));
}

TEST(PianoRoll, EveryNoteAndItsLoudnessIsSeen) {
  const notation::Score score = quarters(2);
  const Bytes whole = to_svg(piano_roll(score, {}).picture);
  for (std::size_t i = 0; i < score.tracks[0].notes.size(); ++i) {
    notation::Score softer = score;
    softer.tracks[0].notes[i].velocity = 1;
    EXPECT_NE(to_svg(piano_roll(softer, {}).picture), whole) << "note " << i;
  }
}

TEST(PianoRoll, LongPiecesAreWrappedIntoSystemsThatHoldEveryBarOnce) {
  for (const int bars : {1, 5, 16, 17, 100, 400}) {
    const notation::Score score = quarters(bars);
    const Layout layout = lay_out(score, ScoreBars(score), 1, bars, 1400, 16000);
    std::int64_t next = 1;
    for (const SystemOfBars& system : layout.systems) {
      EXPECT_EQ(system.first_bar, next);
      next = system.last_bar + 1;
      const double width =
          static_cast<double>(system.end - system.begin) / 480 * layout.pixels_per_quarter;
      EXPECT_LE(width, 1400 - 2 * kMargin - kKeyboard + 1e-6);
    }
    EXPECT_EQ(next, bars + 1);
    EXPECT_LE(layout.height, 16000);
  }
}

TEST(PianoRoll, WhatDoesNotFitIsSaid) {
  PianoRollOptions options;
  options.longest_height = 1000;
  const PianoRoll roll = piano_roll(quarters(2000), options);
  EXPECT_LT(roll.last_bar, 2000);
  EXPECT_EQ(roll.bars, 2000);
  EXPECT_THAT(roll.picture.description, HasSubstr("more bars do not fit"));
  EXPECT_LE(roll.picture.height, 1000);
}

TEST(PianoRoll, AFewBarsCanBeChosen) {
  PianoRollOptions options;
  options.bars = {3, 4};
  const PianoRoll roll = piano_roll(quarters(8), options);
  EXPECT_EQ(roll.first_bar, 3);
  EXPECT_EQ(roll.last_bar, 4);
  EXPECT_THAT(roll.picture.description, HasSubstr("8 notes"));
  options.bars = {9, {}};
  EXPECT_THROW(piano_roll(quarters(8), options), Error);
}

TEST(PianoRoll, TracksAreNamedAndOneTrackNeedsNoLegend) {
  notation::Score score = quarters(2);
  score.tracks[0].name = "Right";
  EXPECT_THAT(svg_of(score), Not(HasSubstr("; Right")));
  score.tracks.push_back(quarters(2, 40).tracks[0]);
  score.tracks[1].name = "Left <hand>";
  EXPECT_THAT(svg_of(score), HasSubstr("; Right; Left &lt;hand&gt;"));
}

TEST(PianoRoll, DrumsAndPedalsAreDrawn) {
  notation::Score score = quarters(2);
  const Bytes plain = to_svg(piano_roll(score, {}).picture);
  notation::Score pedalled = score;
  pedalled.tracks[0].pedals = {{0, 0, true}, {960, 0, false}, {1920, 0, true}};
  EXPECT_NE(to_svg(piano_roll(pedalled, {}).picture), plain);
  notation::Score drums = score;
  for (notation::Note& note : drums.tracks[0].notes) note.channel = notation::kDrumChannel;
  EXPECT_NE(to_svg(piano_roll(drums, {}).picture), plain);
}

TEST(PianoRoll, SilenceEmptinessAndOddMetersAreDrawn) {
  EXPECT_GT(png_size(to_png(piano_roll(notation::Score{}, {}).picture, 0.5)).second, 100);
  notation::Score odd = quarters(3);
  odd.meters = {{0, 13, 32}, {500, 1, 64}, {1000, 0, 4}, {1100, 255, 1}};
  EXPECT_GT(png_size(to_png(piano_roll(odd, {}).picture, 0.5)).second, 100);
  notation::Score coarse = quarters(1);
  coarse.ticks_per_quarter = 1;
  coarse.meters = {{0, 1, 64}};
  EXPECT_GT(png_size(to_png(piano_roll(coarse, {}).picture, 0.5)).second, 100);
}

TEST(PianoRoll, APieceOfAYearIsDrawnAsFarAsItFits) {
  notation::Score score = quarters(1);
  score.ticks_per_quarter = 1;
  score.end = notation::Tick{1} << 40;
  const PianoRoll roll = piano_roll(score, {});
  EXPECT_LT(roll.last_bar, roll.bars);
}

}  // namespace
}  // namespace toccata::rendering
