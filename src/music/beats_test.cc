#include "music/beats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>
#include <utility>

#include "music/on_beats.h"
#include "music/own_beat.h"
#include "music/test_songs.h"
#include "notation/tempo_map.h"

namespace toccata::music {
namespace {

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

TEST(OwnBeat, OfMusicInTimeIsFoundWithWhatItIsShiftedBy) {
  for (const notation::Tick shift : {0, 57, 12, 460}) {
    const OwnBeat beat = own_beat(in_time(shift));
    EXPECT_TRUE(beat.keeps) << shift;
    EXPECT_EQ(beat.shift, shift == 460 ? -20 : shift);
  }
}

TEST(OwnBeat, OfTripletsAndOfPlayingWithSmallErrorsIsFoundUnshifted) {
  notation::Score score = in_time(0);
  std::mt19937 random(1);
  std::normal_distribution<double> error(0, 12);  // 12 ms at 120 quarters per minute
  for (notation::Note& note : score.tracks[0].notes)
    note.onset = std::max<notation::Tick>(0, note.onset + std::lround(error(random)));
  EXPECT_TRUE(own_beat(score).keeps);
  EXPECT_LE(std::abs(own_beat(score).shift), 2);
  notation::Tick tick = 0;
  for (notation::Note& note : score.tracks[0].notes) note.onset = std::exchange(tick, tick + 160);
  EXPECT_TRUE(own_beat(score).keeps);
  EXPECT_EQ(own_beat(score).shift, 0);
}

TEST(OwnBeat, OfQuartersWithAFewShorterNotesIsUnshifted) {
  notation::Score score = in_time(0);
  notation::Tick tick = 0;
  for (std::size_t i = 0; i < score.tracks[0].notes.size(); ++i)
    score.tracks[0].notes[i].onset = i % 40 == 7 ? tick - 120 : std::exchange(tick, tick + 480);
  EXPECT_EQ(own_beat(score).shift, 0);
}

TEST(OwnBeat, OfFreePlayingIsNotFound) {
  EXPECT_FALSE(own_beat(freely()).keeps);
}

// The F-measure of the beats, or of the downbeats, within 70 ms.
double f_measure(const FoundBeats& found, int count, int every,
                 const std::function<double(double)>& at) {
  double hits = 0, told = 0, there = 0;
  for (const Beat& beat : found.beats) {
    if (every > 1 && beat.place != 0) continue;
    ++told;
    for (int k = 0; k < count; k += every) hits += std::abs(at(k) - beat.seconds) <= 0.07;
  }
  for (int k = 0; k < count; k += every) ++there;
  return 2 * hits / (told + there);
}

TEST(Beats, OfMusicOnItsOwnGridAreTheFilesOwn) {
  const auto at = [](double beat) { return 0.5 * beat; };
  const FoundBeats found = find_beats(song(24, 4, 2, at));
  EXPECT_EQ(found.kind, BeatKind::as_written);
  ASSERT_EQ(found.beats.size(), 96U);
  for (int k = 0; k < 96; ++k) {
    EXPECT_DOUBLE_EQ(found.beats[static_cast<std::size_t>(k)].seconds, 0.5 * k);
    EXPECT_EQ(found.beats[static_cast<std::size_t>(k)].place, k % 4);
  }
  EXPECT_DOUBLE_EQ(found.tempo, 120);
  EXPECT_LT(found.off, 0.001);
}

TEST(Beats, OfMusicShiftedByAConstantAreShifted) {
  for (const double shift : {0.17, 0.32, 1.41}) {
    const auto at = [&](double beat) { return 0.5 * beat + shift; };
    const FoundBeats found = find_beats(song(32, 4, 2, at));
    EXPECT_EQ(found.kind, BeatKind::shifted) << shift;
    EXPECT_GE(f_measure(found, 128, 1, at), 0.98) << shift;
    EXPECT_GE(f_measure(found, 128, 4, at), 0.95) << shift;
    EXPECT_NEAR(found.tempo, 120, 0.01);
    EXPECT_EQ(found.meter, 4);
  }
}

TEST(Beats, OfASteadyTempoThatTheFileDoesNotSayAreEven) {
  const auto at = [](double beat) { return 0.613 * beat + 0.4; };
  const FoundBeats found = find_beats(song(32, 3, 2, at));
  EXPECT_EQ(found.kind, BeatKind::steady);
  EXPECT_NEAR(found.tempo, 60 / 0.613, 0.5);
  EXPECT_GE(f_measure(found, 96, 1, at), 0.95);
  EXPECT_GE(f_measure(found, 96, 3, at), 0.9);
}

TEST(Beats, OfFreePlayingFollowTheTempo) {
  const auto at = freely_played();
  const FoundBeats found = find_beats(song(40, 4, 4, at));
  EXPECT_EQ(found.kind, BeatKind::free);
  EXPECT_GE(f_measure(found, 160, 1, at), 0.9);
  EXPECT_LT(found.slowest, 0.9 * found.fastest);
}

TEST(Beats, OfTripletsAreDividedByThree) {
  const auto at = freely_played();
  EXPECT_EQ(find_beats(song(40, 4, 3, at)).subdivision, 3);
  EXPECT_EQ(find_beats(song(40, 4, 4, at)).subdivision, 4);
}

TEST(Beats, FollowHints) {
  const auto at = [](double beat) { return 0.613 * beat + 0.4; };
  const notation::Score score = song(32, 4, 2, at);
  const double tempo = 60 / 0.613;
  EXPECT_NEAR(find_beats(score, {.tempo = tempo / 2}).tempo, tempo / 2, 1);
  const FoundBeats three = find_beats(score, {.meter = 3});
  EXPECT_EQ(three.meter, 3);
  const FoundBeats late = find_beats(score, {.pickup = 2});
  EXPECT_EQ(late.beats[2].place, 0);
  EXPECT_EQ(late.beats[1].place, late.meter - 1);
}

TEST(Beats, OfAnyMusicAreFiniteAndInOrder) {
  const auto at = freely_played();
  const auto check = [](const char* what, const notation::Score& score, bool own) {
    const FoundBeats found = find_beats(score);
    if (own) {
      EXPECT_EQ(found.kind, BeatKind::as_written) << what;
    }
    for (std::size_t k = 0; k < found.beats.size(); ++k) {
      ASSERT_TRUE(std::isfinite(found.beats[k].seconds)) << what;
      if (k > 0) {
        ASSERT_GT(found.beats[k].seconds, found.beats[k - 1].seconds) << what;
      }
      ASSERT_LT(found.beats[k].place, found.beats[k].meter) << what;
    }
    const OnBeats written = on_beats(score, found);
    EXPECT_EQ(written.beats.size(), found.beats.size()) << what;
  };
  check("no note", {}, true);
  notation::Score score;
  score.tracks.resize(1);
  score.tracks[0].notes = {{.onset = 7, .end = 9}};
  score.end = 9;
  check("one note", score, true);
  score.tracks[0].notes.assign(100'000, {.onset = 7, .end = 9});
  check("100,000 notes on one tick", score, true);
  score = song(12, 4, 2, at);
  score.tempos = {{0, 1}};
  check("a microsecond per quarter note", score, true);
  score.tempos = {{0, 200}};
  check("300,000 beats per minute", score, true);
  score.tempos = {{0, 16'777'215}};
  check("the slowest tempo", score, false);
  score = song(12, 4, 2, at);
  const auto later = [&](std::int64_t seconds) {
    notation::Score split = score;
    auto& notes = split.tracks[0].notes;
    for (std::size_t i = notes.size() / 2; i < notes.size(); ++i) {
      notes[i].onset += 960 * seconds;
      notes[i].end += 960 * seconds;
    }
    split.end += 960 * seconds;
    return split;
  };
  check("a minute without beats", later(60), false);
  check("a week without beats", later(604'800), true);
  for (notation::Note& note : score.tracks[0].notes) note.velocity = 127;
  check("velocities all 127", score, false);
  for (notation::Note& note : score.tracks[0].notes) note.channel = notation::kDrumChannel;
  check("drums alone", score, false);
}

TEST(OnBeats, TheMusicSoundsTheSameAndBarsStandOnDownbeats) {
  const notation::Score score = song(40, 4, 2, freely_played());
  const FoundBeats found = find_beats(score);
  const OnBeats written = on_beats(score, found);
  const notation::TempoMap before(score), after(written.score);
  const auto& notes = score.tracks[0].notes;
  std::vector<double> was, is;
  for (const notation::Note& note : notes) was.push_back(before.seconds(note.onset));
  for (const notation::Note& note : written.score.tracks[0].notes)
    is.push_back(after.seconds(note.onset));
  ASSERT_EQ(was.size(), is.size());
  for (std::size_t i = 0; i < was.size(); ++i) EXPECT_NEAR(was[i], is[i], 0.002);
  for (std::size_t k = 0; k < found.beats.size(); ++k)
    EXPECT_NEAR(after.seconds(written.beats[k]), std::max(0.0, found.beats[k].seconds), 0.002);
  const notation::Score click = with_click(written, found);
  ASSERT_EQ(click.tracks.size(), 2U);
  EXPECT_EQ(click.tracks[1].notes.size(), found.beats.size());
}

}  // namespace
}  // namespace toccata::music
