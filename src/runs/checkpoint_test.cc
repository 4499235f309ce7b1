#include "runs/checkpoint.h"

#include <gtest/gtest.h>

#include <fstream>

#include <stdexcept>

#include "base/files.h"
#include "base/json.h"
#include "support/temporary_folder.h"

namespace toccata::runs {
namespace {

namespace fs = std::filesystem;

class Warnings : public Progress {
 public:
  void warning(std::string_view text) override { texts.emplace_back(text); }
  std::vector<std::string> texts;
};

class Checkpoints : public testing::Test {
 protected:
  Checkpoint write(long step, std::string_view content = "weights") {
    return write_checkpoint(run_, step, [&](const fs::path& folder) {
      write_file(folder / "model.safetensors", content);
      write_file(folder / "state" / "adam.safetensors", "moments");
    });
  }
  TemporaryFolder folder_;
  RunFolder run_ = create_run(folder_.path(), "run");
};

TEST_F(Checkpoints, AreListedNewestFirstByNumberNotBySpelling) {
  for (const long step : {500L, 1000L, 90L}) write(step);
  fs::create_directories(run_.checkpoints() / "step-2000.toccata-tmp-7-0");
  fs::create_directories(run_.checkpoints() / "step-007");
  fs::create_directories(run_.checkpoints() / "notes");
  const auto found = list_checkpoints(run_);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].step, 1000);
  EXPECT_EQ(found[1].step, 500);
  EXPECT_EQ(found[2].step, 90);
}

TEST_F(Checkpoints, OneThatCannotBeFilledLeavesNothing) {
  EXPECT_THROW(write_checkpoint(run_, 5,
                                [](const fs::path& folder) {
                                  write_file(folder / "half", "x");
                                  throw std::runtime_error("disk full");
                                }),
               std::runtime_error);
  EXPECT_TRUE(list_checkpoints(run_).empty());
  EXPECT_TRUE(fs::is_empty(run_.checkpoints()));
}

TEST_F(Checkpoints, EveryFlippedBitAndEveryTruncationIsFound) {
  const Checkpoint checkpoint = write(1, "some weights");
  ASSERT_EQ(damage(checkpoint), "");
  const fs::path path = checkpoint.path / "model.safetensors";
  const Bytes whole = read_file(path);
  for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
    Bytes flipped = whole;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1u << (bit % 8));
    write_file(path, flipped);
    EXPECT_NE(damage(checkpoint), "") << "bit " << bit;
  }
  for (std::size_t size = 0; size < whole.size(); ++size) {
    write_file(path, std::span(whole).first(size));
    EXPECT_NE(damage(checkpoint), "") << size << " bytes";
  }
  write_file(path, whole);
  EXPECT_EQ(damage(checkpoint), "");
}

TEST_F(Checkpoints, ADamagedSealOrAMissingFileIsDamage) {
  const Checkpoint checkpoint = write(1);
  const fs::path seal = checkpoint.path / "seal.json";
  const std::string sealed = read_text(seal);
  const auto put = [&](const std::string& text) { std::ofstream(seal) << text; };
  for (std::size_t size = 0; size < sealed.size(); ++size) {
    put(sealed.substr(0, size));
    EXPECT_NE(damage(checkpoint), "") << size;
  }
  for (std::size_t place = 0; place < sealed.size(); ++place) {
    std::string flipped = sealed;
    flipped[place] = static_cast<char>(flipped[place] ^ (1 << (place * 5 % 8)));
    put(flipped);
    EXPECT_NE(damage(checkpoint), "") << place;
  }
  put(sealed);
  ASSERT_EQ(damage(checkpoint), "");
  fs::remove(checkpoint.path / "state" / "adam.safetensors");
  EXPECT_NE(damage(checkpoint), "");
}

TEST_F(Checkpoints, ASealOfBeforeItHadAHashOfItsOwnIsAsGood) {
  const Checkpoint checkpoint = write(1);
  const fs::path seal = checkpoint.path / "seal.json";
  Json sealed = read_json(seal);
  sealed.erase("xxh3");
  write_file(seal, sealed.dump(1) + "\n");
  EXPECT_EQ(damage(checkpoint), "");
  sealed["step"] = 2;
  write_file(seal, sealed.dump(1) + "\n");
  EXPECT_NE(damage(checkpoint), "");
}

TEST_F(Checkpoints, TheNewestWholeOneIsFoundAndDamagedOnesAreNamed) {
  write(100);
  write(200);
  write_file(write(300).path / "model.safetensors", "damaged");
  Warnings warnings;
  const auto newest = newest_checkpoint(run_, warnings);
  ASSERT_TRUE(newest);
  EXPECT_EQ(newest->step, 200);
  ASSERT_EQ(warnings.texts.size(), 1u);
  EXPECT_NE(warnings.texts[0].find("step 300"), std::string::npos) << warnings.texts[0];
}

TEST_F(Checkpoints, TidyingKeepsTheNewestAndTheSparedAndClearsWhatWasNeverFinished) {
  for (const long step : {1L, 2L, 3L, 4L, 5L}) write(step);
  fs::create_directories(run_.checkpoints() / "step-6.toccata-tmp-7-0");
  write_file(run_.path / "loss.svg.toccata-tmp-7-1", "half");
  tidy_checkpoints(run_, 2, {1});
  const auto left = list_checkpoints(run_);
  ASSERT_EQ(left.size(), 3u);
  EXPECT_EQ(left[0].step, 5);
  EXPECT_EQ(left[1].step, 4);
  EXPECT_EQ(left[2].step, 1);
  EXPECT_FALSE(fs::exists(run_.checkpoints() / "step-6.toccata-tmp-7-0"));
  EXPECT_FALSE(fs::exists(run_.path / "loss.svg.toccata-tmp-7-1"));
}

}  // namespace
}  // namespace toccata::runs
