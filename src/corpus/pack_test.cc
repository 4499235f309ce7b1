#include "corpus/pack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/error.h"
#include "base/files.h"
#include "base/hash.h"
#include "base/random.h"
#include "corpus/import.h"
#include "corpus/test_music.h"
#include "corpus/windows.h"
#include "support/temporary_folder.h"

namespace toccata::corpus {
namespace {

using testing::HasSubstr;
namespace fs = std::filesystem;

/// Noise of a density, with notes that are held and struck again.
music::Roll noise(int steps, double density, bool articulation, std::uint64_t seed) {
  music::Roll roll = music::make_roll(steps, 20, 120, 4, articulation, {{0, 3, 4}, {12, 6, 8}});
  Random random(seed, 0);
  for (int t = 0; t < steps; ++t)
    for (int n = 0; n < roll.notes(); ++n) {
      const bool held = t > 0 && roll.frame(t - 1)[n] != 0 && random.uniform() < 0.8;
      if (!held && random.uniform() >= density) continue;
      const bool struck = articulation && (!held || random.uniform() < 0.2);
      roll.frame(t)[n] =
          static_cast<std::uint8_t>(music::kPlay | (struck ? music::kArticulate : 0));
    }
  return roll;
}

TEST(Pack, FramesComeBackAsTheyWere) {
  for (const bool articulation : {true, false})
    for (const double density : {0.0, 0.02, 0.9})
      for (const int steps : {0, 1, 77}) {
        const music::Roll roll = noise(steps, density, articulation, 5);
        music::Roll read = roll;
        read.cells.clear();
        read.bar_phase.clear();
        read.beat_phase.clear();
        unpack_frames(pack_frames(roll), read, "noise");
        EXPECT_EQ(read, roll) << density << " " << steps;
      }
}

TEST(Pack, BytesThatAreNoFramesAreRefused) {
  const music::Roll roll = noise(40, 0.05, true, 6);
  const std::vector<std::uint8_t> bytes = pack_frames(roll);
  Random random(1, 2);
  for (int i = 0; i < 300; ++i) {
    std::vector<std::uint8_t> damaged = bytes;
    if (i % 3 == 0)
      damaged.resize(random.below(damaged.size()));
    else
      damaged[random.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
    music::Roll read = roll;
    try {  // or other music: frames have no checksum
      unpack_frames(damaged, read, "noise");
      for (const std::uint8_t cell : read.cells) EXPECT_LE(cell, 3);
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("noise"));
    }
  }
  music::Roll read = roll;
  EXPECT_THROW(unpack_frames(std::span(bytes).first(bytes.size() - 1), read, "x"), Error);
}

class PackOfAFolder : public testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 7; ++i)
      write_file(music_ / ("piece-" + std::to_string(i) + ".mid"),
                 test_scale(40 + 5 * i, 3 + 2 * i));
    write_file(music_ / "bad.mid", "no music");
    write_file(music_ / "split.json", R"({"valid": ["piece-2.mid"], "train": ["piece-1.mid"]})");
    const Corpus packed = pack_paths(std::vector<fs::path>{music_}, {}, silent_, stop_, file_);
    EXPECT_TRUE(packed.pieces.empty());
    EXPECT_EQ(totals(packed.report).kept, 7);
    EXPECT_EQ(totals(packed.report).unreadable, 1);
    whole_ = read_paths(std::vector<fs::path>{music_}, {}, silent_, stop_);
  }
  Corpus opened(bool leave_packed) {
    ImportOptions options;
    options.leave_packed = leave_packed;
    return read_paths(std::vector<fs::path>{file_}, options, silent_, stop_);
  }

  TemporaryFolder folder_;
  const fs::path music_ = folder_.path() / "music", file_ = folder_.path() / "music.pack";
  Progress silent_;
  Stop stop_;
  Corpus whole_;
};

TEST_F(PackOfAFolder, ItsPiecesAreTheFolders) {
  for (const bool leave_packed : {true, false}) {
    const Corpus read = opened(leave_packed);
    ASSERT_EQ(read.pieces.size(), whole_.pieces.size());
    EXPECT_EQ(read.given_split, whole_.given_split);
    music::Roll room;
    for (std::size_t i = 0; i < read.pieces.size(); ++i) {
      EXPECT_EQ(read.pieces[i].packed.has_value(), leave_packed);
      EXPECT_EQ(read.pieces[i].name, whole_.pieces[i].name);
      EXPECT_EQ(cell_counts(read.pieces[i]), cell_counts(whole_.pieces[i]));
      EXPECT_EQ(read.pieces[i].hash, whole_.pieces[i].hash);
      EXPECT_EQ(whole_roll(read.pieces[i], room), whole_.pieces[i].roll);
    }
  }
}

TEST_F(PackOfAFolder, WindowsAreTheSame) {
  const Corpus read = opened(true);
  const auto windows = [](const Corpus& corpus) {
    std::vector<const Piece*> pieces;
    for (const Piece& piece : corpus.pieces) pieces.push_back(&piece);
    return Windows(pieces, {.steps = 8, .sequences = 3, .transpose = 4});
  };
  Windows packed = windows(read), plain = windows(whole_);
  for (int i = 0; i < 20; ++i) {
    const music::Batch a = packed.next(), b = plain.next();
    EXPECT_EQ(a.frames, b.frames);
    EXPECT_EQ(a.bar_phase, b.bar_phase);
    EXPECT_EQ(a.sample, b.sample);
  }
}

TEST_F(PackOfAFolder, APackReadOtherwiseThanAskedForIsRefused) {
  ImportOptions options;
  options.roll.grid = 8;
  options.roll.beats = music::BeatsFrom::found;
  try {
    read_paths(std::vector<fs::path>{file_}, options, silent_, stop_);
    FAIL() << "expected an error";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("grid 4, pitches 24..101 and beats auto;"));
    EXPECT_THAT(error.what(), HasSubstr("and beats found."));
  }
}

TEST_F(PackOfAFolder, ADamagedPackAmongOtherMusicIsNamedAndPassedOver) {
  write_file(music_ / "bad.pack", "no pack");
  const Corpus read = read_paths(std::vector<fs::path>{music_}, {}, silent_, stop_);
  EXPECT_EQ(read.pieces.size(), whole_.pieces.size());
  EXPECT_EQ(totals(read.report).unreadable, 2);
}

/// A pack with one piece of 12 steps whose index says something else, under a hash that fits.
template <typename Number>
void write_lying_pack(const fs::path& file, std::size_t place, Number lie) {
  Piece piece;
  piece.name = "a";
  piece.roll = music::make_roll(12, 24, 101, 4, true, {{0, 3, 4}});
  piece.roll.frame(0)[7] = music::kPlay | music::kArticulate;
  piece.hash = music_hash(piece.roll);
  PackWriter writer(file);
  writer.add(piece, std::nullopt);
  writer.finish({});
  Bytes bytes = read_file(file);
  const std::size_t end = bytes.size() - 40;
  std::uint64_t begin = 0;
  std::memcpy(&begin, bytes.data() + end, sizeof begin);
  std::memcpy(bytes.data() + begin + place, &lie, sizeof lie);
  const std::string hash = hash_hex(std::span(bytes).subspan(begin, end - begin));
  std::ranges::copy(hash, bytes.end() - 32);
  write_file(file, bytes);
}

// Places in the index: how it was read (32), the number of pieces (8), name (4 + 1), hash (4 + 32),
// part (1), and from 82 on what is lied about here.
TEST(Pack, WhatItClaimsBeyondWhatItHoldsIsRefused) {
  const TemporaryFolder folder;
  const fs::path file = folder.path() / "lies.pack";
  const auto expect_refused = [&](std::size_t place, auto lie) {
    write_lying_pack(file, place, lie);
    EXPECT_THROW(open_pack(file), Error) << place << ": " << lie;
  };
  write_lying_pack(file, 82, std::int32_t{12});
  EXPECT_NO_THROW(open_pack(file));
  for (const std::uint64_t pieces : {std::uint64_t{0}, std::uint64_t{2}, std::uint64_t{1} << 60})
    expect_refused(32, pieces);
  expect_refused(40, std::uint32_t{0xffffffff});                        // the name's length
  expect_refused(44, std::uint8_t{0xff});                               // the name
  expect_refused(45, std::uint32_t{31});                                // the hash's length
  for (const int steps : {-1, 14, 1 << 30}) expect_refused(82, steps);  // 13 bytes of frames
  expect_refused(86, -1);                                               // lowest row
  expect_refused(90, 78);                                               // highest row
  for (const std::int64_t cells : {-1L, 1L << 40}) expect_refused(94, cells);
  expect_refused(102, std::int64_t{2});   // open ones, of one that sounds
  expect_refused(110, std::int64_t{-1});  // struck again
  for (const std::uint32_t size : {11U, 15U, 1U << 31}) expect_refused(118, size);
  expect_refused(122, std::uint32_t{1} << 28);  // meters
  expect_refused(126, std::nan(""));            // where a meter begins
  expect_refused(134, std::int32_t{0});         // its numerator
}

TEST_F(PackOfAFolder, ADamagedIndexIsFound) {
  const Bytes bytes = read_file(file_);
  for (const std::size_t from_end : {1u, 30u, 45u, 60u, 200u}) {
    Bytes damaged = bytes;
    damaged[damaged.size() - from_end] ^= 1;
    write_file(file_, damaged);
    EXPECT_THROW(open_pack(file_), Error) << from_end;
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{20}, bytes.size() - 1}) {
    write_file(file_, std::span(bytes).first(size));
    EXPECT_THROW(open_pack(file_), Error) << size;
  }
}

}  // namespace
}  // namespace toccata::corpus
