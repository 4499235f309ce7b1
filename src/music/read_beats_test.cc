#include "music/read_beats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <random>
#include <vector>

#include "base/files.h"
#include "music/from_score.h"
#include "music/on_beats.h"
#include "music/test_songs.h"
#include "notation/smf_reader.h"
#include "support/shared_data.h"

namespace toccata::music {
namespace {

// Parts that a composer writes: note values down to 32nds, tuplets, grace notes, pickups, rests.
notation::Score written(unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<unsigned>(n)); };
  notation::Score score;
  score.ticks_per_quarter = std::array{24, 96, 120, 384, 480, 960, 1024}[random() % 7];
  const int quarter = score.ticks_per_quarter;
  score.tempos = {{0, 400'000U + static_cast<unsigned>(below(400'000))}};
  score.meters = {{0, 2 + below(4), 4}};
  for (int t = 0; t < 1 + below(3); ++t) {
    notation::Track& track = score.tracks.emplace_back();
    notation::Tick now = below(8) * quarter / 2;
    for (int group = 0; group < 60; ++group) {
      const int parts = std::array{1, 1, 2, 2, 2, 4, 4, 3, 5, 6, 8}[random() % 11];
      for (int part = 0; part < parts; ++part) {
        const notation::Tick onset = now + part * quarter / parts;
        const auto pitch = static_cast<std::uint8_t>(50 + below(30));
        if (below(12) == 0 && onset > quarter)
          track.notes.push_back({.onset = onset - quarter / 13, .end = onset, .pitch = 90});
        track.notes.push_back({.onset = onset, .end = onset + quarter / parts, .pitch = pitch});
      }
      now += quarter * (below(10) == 0 ? 2 : 1);
    }
    score.end = std::max(score.end, now);
    std::ranges::stable_sort(track.notes, {}, &notation::Note::onset);
  }
  return score;
}

TEST(ReadBeats, OfAnyWrittenScoreAreItsOwn) {
  for (unsigned seed = 1; seed <= 300; ++seed) {
    const ReadBeats read = beats_to_read(written(seed), BeatsFrom::automatic);
    EXPECT_FALSE(read.used) << seed;
    EXPECT_EQ(read.found.kind, BeatKind::as_written) << seed;
  }
}

TEST(ReadBeats, OfAllOpenScoreFilesAreTheirOwn) {
  TOCCATA_NEEDS_SHARED("corpora/lieder");
  namespace fs = std::filesystem;
  int files = 0;
  for (const char* corpus : {"corpora/lieder", "corpora/quartets"})
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(shared_data(corpus))) {
      if (entry.path().extension() != ".mid") continue;
      const std::string name = entry.path().string();
      for (const notation::Score& score : notation::read_smf(read_file(name), name).scores)
        EXPECT_FALSE(beats_to_read(score, BeatsFrom::automatic).used) << name;
      ++files;
    }
  EXPECT_GE(files, 1471);
}

double mean_move(const notation::Score& score) {
  return from_score(score, {}, "song").statistics.mean_move;
}

TEST(ReadBeats, OfShiftedMusicPutItOnTheGrid) {
  for (const double shift : {0.166, 0.319, 1.411}) {
    const auto at = [&](double beat) { return 0.5 * beat + shift; };
    const notation::Score score = song(32, 4, 4, at);
    const ReadBeats read = beats_to_read(score, BeatsFrom::automatic);
    EXPECT_EQ(read.found.kind, BeatKind::shifted);
    ASSERT_TRUE(read.used) << shift;
    EXPECT_GT(mean_move(score), 0.1);
    EXPECT_LT(mean_move(on_beats(score, read.found).score), 0.02);
  }
}

TEST(ReadBeats, OfFreePlayingPutItNearTheGridAndBarsWhereTheyBelong) {
  const auto at = freely_played();
  const notation::Score score = song(40, 4, 4, at);
  const ReadBeats read = beats_to_read(score, BeatsFrom::automatic);
  EXPECT_EQ(read.found.kind, BeatKind::free);
  ASSERT_TRUE(read.used);
  const notation::Score on = on_beats(score, read.found).score;
  EXPECT_GT(mean_move(score), 0.2);
  EXPECT_LT(mean_move(on), 0.12);
  // The long bass notes begin the bars.
  const ReadRoll laid = from_score(on, {}, "song");
  int bass = 0, on_line = 0;
  for (int t = 1; t < laid.roll.steps; ++t)
    for (int pitch = laid.roll.low; pitch < 40; ++pitch)
      if (laid.roll.frame(t)[pitch - laid.roll.low] & kArticulate)
        ++bass, on_line += laid.roll.bar_phase[static_cast<std::size_t>(t)] == 0;
  EXPECT_GT(bass, 20);
  EXPECT_GT(on_line, bass * 8 / 10);
}

TEST(ReadBeats, AreTheFilesWhereItIsSaidOrNothingIsSure) {
  const notation::Score played = song(40, 4, 4, freely_played());
  EXPECT_FALSE(beats_to_read(played, BeatsFrom::file).used);
  // Chords on beats that are shifted, and fives above them: neither thirds nor quarters fit.
  notation::Score fives;
  notation::Track& track = fives.tracks.emplace_back();
  for (int beat = 0; beat < 64; ++beat)
    for (int fifth = 0; fifth < 5; ++fifth) {
      const notation::Tick onset = 57 + 480 * beat + 96 * fifth;
      for (int i = 0; i < (fifth == 0 ? 7 : 1); ++i)
        track.notes.push_back(
            {.onset = onset, .end = onset + 90, .pitch = static_cast<std::uint8_t>(50 + 4 * i)});
    }
  fives.end = 57 + 480 * 64;
  const ReadBeats unsure = beats_to_read(fives, BeatsFrom::automatic);
  EXPECT_EQ(unsure.found.kind, BeatKind::shifted);
  EXPECT_FALSE(unsure.used);
  EXPECT_TRUE(beats_to_read(fives, BeatsFrom::found).used);
}

TEST(ReadBeats, AreFoundInAWrittenScoreWhereThatIsAsked) {
  const notation::Score score = song(24, 4, 2, [](double beat) { return 0.5 * beat; });
  EXPECT_FALSE(beats_to_read(score, BeatsFrom::automatic).used);
  const ReadBeats read = beats_to_read(score, BeatsFrom::found);
  EXPECT_TRUE(read.used);
  EXPECT_LT(mean_move(on_beats(score, read.found).score), 0.02);
}

TEST(BeatGrid, TicksAndQuarterNotesComeBackFromEachOther) {
  for (const int parts : {3, 4}) {
    notation::Score score = song(40, 4, parts, freely_played());
    score.tempos = {{0, 500'000}, {20'000, 700'000}};
    const FoundBeats found = find_beats(score, {.anew = true});
    const BeatGrid grid(score, found);
    EXPECT_EQ(grid.quarters_per_beat(), parts == 3 ? 1.5 : 1);
    EXPECT_GT(grid.fewest_ticks(), 100);
    double last = -1;
    for (double tick = 0; tick < static_cast<double>(score.end) + 20'000; tick += 333.25) {
      const double quarters = grid.quarters(tick);
      EXPECT_GT(quarters, last);
      EXPECT_NEAR(grid.tick(quarters), tick, 1e-6);
      last = quarters;
    }
  }
}

}  // namespace
}  // namespace toccata::music
