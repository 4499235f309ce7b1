#include "training/data.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "base/json.h"
#include "support/temporary_folder.h"
#include "training/evaluator.h"
#include "training/test_corpus.h"

namespace toccata::training {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

/// A roll file of `count` different pieces, the first of them number `first`.
fs::path write_rolls(const fs::path& path, int first, int count) {
  Json pieces = Json::array();
  for (int i = first; i < first + count; ++i) {
    const corpus::Piece piece = test_piece(i, 30, {.articulation = false});
    Json frames = Json::array();
    for (int t = 0; t < piece.roll.steps; ++t) {
      Json frame = Json::array();
      for (int n = 0; n < piece.roll.notes(); ++n)
        if (piece.roll.frame(t)[n] & music::kPlay) frame.push_back(piece.roll.low + n);
      frames.push_back(frame);
    }
    pieces.push_back(frames);
  }
  write_file(path,
             Json{{"train", pieces}, {"valid", Json::array()}, {"test", Json::array()}}.dump());
  return path;
}

std::set<std::string> hashes(const Pieces& pieces) {
  std::set<std::string> set;
  for (const corpus::Piece* piece : pieces) set.insert(piece->hash);
  return set;
}

std::set<std::string> common(const std::set<std::string>& a, const std::set<std::string>& b) {
  std::set<std::string> both;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
  return both;
}

TEST(Data, ReadsRollFilesWithoutArticulationAndHoldsPiecesOut) {
  const TemporaryFolder folder;
  TrainOptions options = test_options();
  options.paths = {write_rolls(folder.path() / "a.json", 0, 20).string()};
  options.validation_pieces = 4;
  options.test_pieces = 3;
  Progress silent;
  const TrainingData data = read_data(options, {}, silent, Stop());
  EXPECT_FALSE(data.roll.articulation);
  EXPECT_EQ(data.valid.size(), 4u);
  EXPECT_EQ(data.train.size() + data.test.size(), 16u);
  EXPECT_EQ(data.trained, hashes(data.train));
  EXPECT_THAT(common(hashes(data.train), hashes(data.valid)), ElementsAre());
}

TEST(Data, WhatARestoredModelTrainedOnIsNeverHeldOut) {
  const TemporaryFolder folder;
  TrainOptions options = test_options();
  options.paths = {write_rolls(folder.path() / "a.json", 0, 20).string()};
  options.validation_pieces = 5;
  Progress silent;
  const TrainingData first = read_data(options, {}, silent, Stop());
  write_file(folder.path() / "run/split.json", split_json(first).dump());
  const std::set<std::string> trained = trained_hashes(folder.path() / "run");
  EXPECT_EQ(trained, hashes(first.train));
  EXPECT_EQ(trained_hashes(folder.path() / "run/checkpoints/step-5/"), trained);
  EXPECT_THAT(trained_hashes(folder.path()), ElementsAre());

  options.seed = 2;  // would draw others
  const TrainingData second = read_data(options, trained, silent, Stop());
  EXPECT_THAT(common(hashes(second.valid), trained), ElementsAre());
  EXPECT_EQ(hashes(second.valid), hashes(first.valid));
  EXPECT_TRUE(
      std::includes(second.trained.begin(), second.trained.end(), trained.begin(), trained.end()));
}

TEST(Data, WhatOneStageHoldsOutNoOtherLearnsFrom) {
  const TemporaryFolder folder;
  TrainOptions options = test_options();
  options.validation_pieces = 0.3;
  options.stages.resize(3);
  options.stages[0].paths = {write_rolls(folder.path() / "a.json", 0, 20).string()};
  options.stages[1].paths = {write_rolls(folder.path() / "b.json", 5, 30).string()};
  options.stages[2].paths = options.stages[0].paths;
  for (Stage& stage : options.stages) stage.batches = 1;
  Progress silent;
  const TrainingData data = read_data(options, {}, silent, Stop());
  ASSERT_EQ(data.stages.size(), 3u);
  EXPECT_EQ(data.corpora.size(), 2u);
  EXPECT_EQ(data.stages[0].train, data.stages[2].train);
  EXPECT_FALSE(data.stages[1].valid.empty());
  EXPECT_THAT(common(hashes(data.train), hashes(data.valid)), ElementsAre());
}

TEST(Data, ASplitFileSaysWhichPieceIsWhat) {
  const TemporaryFolder folder;
  TrainOptions options = test_options();
  options.paths = {write_rolls(folder.path() / "a.json", 0, 6).string()};
  Progress silent;
  const TrainingData drawn = read_data(options, {}, silent, Stop());
  const std::string valid = drawn.train[1]->name, test = drawn.train[2]->name;
  OrderedJson split;
  split["train"] = {drawn.train[0]->name};
  split["valid"] = {valid};
  split["test"] = {test};
  write_file(folder.path() / "mine.json", split.dump());
  options.split = (folder.path() / "mine.json").string();
  const TrainingData data = read_data(options, {}, silent, Stop());
  ASSERT_EQ(data.valid.size(), 1u);
  ASSERT_EQ(data.test.size(), 1u);
  EXPECT_EQ(data.valid[0]->name, valid);
  EXPECT_EQ(data.test[0]->name, test);

  write_file(folder.path() / "mine.json", std::string_view("{}"));
  EXPECT_THROW(read_data(options, {}, silent, Stop()), Error);
}

TEST(Data, NoPathsIsAUsageError) {
  TrainOptions options = test_options();
  options.paths.clear();
  Progress silent;
  EXPECT_THROW(read_data(options, {}, silent, Stop()), Error);
}

TEST(ValidationSample, IsEverythingWhereThatIsCheapAndElseTheSameFewEveryTime) {
  const TestData data(0, 9);
  EXPECT_EQ(validation_sample(data.data.valid, 1000, 10, 128).size(), 9u);

  const Pieces sample = validation_sample(data.data.valid, 10, 4, 25);
  EXPECT_GE(sample.size(), 1u);
  EXPECT_LT(sample.size(), 9u);
  EXPECT_LE(total_steps(sample), 10 * 4 * 25 / 5);
  Pieces shuffled(data.data.valid.rbegin(), data.data.valid.rend());
  EXPECT_EQ(validation_sample(shuffled, 10, 4, 25), sample);

  EXPECT_EQ(validation_sample(data.data.valid, 1, 1, 1).size(), 1u);
  EXPECT_TRUE(validation_sample({}, 1, 1, 1).empty());
}

}  // namespace
}  // namespace toccata::training
