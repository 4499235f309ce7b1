// The pieces in examples/ are read, their bars are full, and they are music of several voices.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <utility>
#include <vector>

#include "base/files.h"
#include "notation/abc.h"
#include "notation/smf_reader.h"
#include "notation/smf_writer.h"

namespace toccata::notation {
namespace {

std::vector<std::filesystem::path> examples() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::filesystem::path(TOCCATA_SOURCE_DIR) / "examples"))
    if (entry.path().extension() == ".abc") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

Score read_example(const std::filesystem::path& file) {
  return read_abc(read_text(file), file.filename().string(), {.full_bars = true});
}

/// How long at least two notes sound together, as a share of the whole.
double polyphony(const Score& score) {
  std::vector<std::pair<Tick, int>> changes;
  for (const Track& track : score.tracks) {
    for (const Note& note : track.notes) {
      changes.emplace_back(note.onset, 1);
      changes.emplace_back(note.end, -1);
    }
  }
  std::sort(changes.begin(), changes.end());
  Tick together = 0, last = 0;
  int sounding = 0;
  for (const auto& [tick, change] : changes) {
    if (sounding >= 2) together += tick - last;
    sounding += change;
    last = tick;
  }
  return static_cast<double>(together) / static_cast<double>(score.end);
}

/// Whole bars, by the piece's own meters.
double bars(const Score& score) {
  double count = 0;
  for (std::size_t i = 0; i < score.meters.size(); ++i) {
    const MeterChange& meter = score.meters[i];
    const Tick end = i + 1 < score.meters.size() ? score.meters[i + 1].tick : score.end;
    count += static_cast<double>(end - meter.tick) * meter.denominator /
             (4.0 * score.ticks_per_quarter * meter.numerator);
  }
  return count;
}

TEST(Examples, ThereIsADozenOfThem) {
  EXPECT_GE(examples().size(), 12U);
}

TEST(Examples, AreReadAndTheirBarsAreFull) {
  for (const auto& file : examples()) EXPECT_NO_THROW(read_example(file)) << file;
}

TEST(Examples, ArePolyphonicAndLongEnoughToLearnFrom) {
  for (const auto& file : examples()) {
    SCOPED_TRACE(file.string());
    const Score score = read_example(file);
    EXPECT_GE(score.tracks.size(), 2U);
    EXPECT_GT(polyphony(score), 0.7);
    EXPECT_GE(bars(score), 16);
    for (const Track& track : score.tracks) {
      for (const Note& note : track.notes) {
        EXPECT_GE(note.pitch, 31);
        EXPECT_LE(note.pitch, 96);
      }
    }
  }
}

TEST(Examples, BecomeMidiFilesThatReadBackTheSame) {
  for (const auto& file : examples()) {
    SCOPED_TRACE(file.string());
    const Score score = read_example(file);
    const ReadResult back = read_smf(write_smf(score), "written", {.strict = true});
    EXPECT_TRUE(back.scores.at(0) == score);
  }
}

}  // namespace
}  // namespace toccata::notation
