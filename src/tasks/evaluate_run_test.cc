#include "tasks/evaluate_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/files.h"
#include "support/temporary_folder.h"

namespace toccata::tasks {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(RunMusic, IsWhatTheRunAndItsStagesNameEachOnce) {
  const TemporaryFolder folder;
  const runs::RunFolder run{folder.path()};
  write_file(run.options(),
             "paths = [\"bach\"]\nmin-steps = 16\nbatches = 1\n[[stages]]\npaths = [\"bach\", "
             "\"more\"]\nbatches = 2\n");
  const RunMusic music = run_music(run);
  EXPECT_THAT(music.paths, ElementsAre("bach", "more"));
  EXPECT_EQ(music.min_steps, 16);
}

TEST(RunMusic, WithoutARunOrPathsAsksForTheMusic) {
  const TemporaryFolder folder;
  write_file(folder.path() / "options.toml", "batches = 1\n");
  for (const std::optional<runs::RunFolder>& run :
       {std::optional<runs::RunFolder>(), std::optional(runs::RunFolder{folder.path()})})
    EXPECT_THAT([&] { run_music(run); },
                testing::ThrowsMessage<Error>(HasSubstr("does not say what music")));
}

corpus::Corpus three_pieces() {
  corpus::Corpus corpus;
  for (const char* name : {"a", "b", "c"}) {
    corpus.pieces.emplace_back().name = name;
    corpus.pieces.back().hash = std::string("hash of ") + name;
  }
  return corpus;
}

std::vector<std::string> told(const std::vector<EvaluatedPart>& parts) {
  std::vector<std::string> texts;
  for (const EvaluatedPart& part : parts) {
    std::string text = part.name + ":";
    for (const corpus::Piece* piece : part.pieces) text += " " + piece->name;
    texts.push_back(text);
  }
  return texts;
}

TEST(PartsOf, AreTheRunsByNameForItsOwnMusicAndByHashForOther) {
  const TemporaryFolder folder;
  const corpus::Corpus corpus = three_pieces();
  EXPECT_THAT(told(parts_of(corpus, folder.path(), std::nullopt, true)), ElementsAre("all: a b c"));
  write_file(
      folder.path() / "split.json",
      R"({"train":["a"],"test":["b"],"hashes":{"valid":["hash of a"],"train":["hash of c"]}})");
  EXPECT_THAT(told(parts_of(corpus, folder.path(), std::nullopt, true)),
              ElementsAre("train: a c", "test: b"));
  EXPECT_THAT(told(parts_of(corpus, folder.path(), std::nullopt, false)),
              ElementsAre("train: c", "valid: a", "unseen: b"));
  // A checkpoint's folder has no split of its own.
  EXPECT_THAT(told(parts_of(corpus, folder.path() / "checkpoints/step-1",
                            runs::RunFolder{folder.path()}, true)),
              ElementsAre("train: a c", "test: b"));
}

TEST(PartsOf, AreThoseOfASplitFileBesideOtherMusic) {
  const TemporaryFolder folder;
  corpus::Corpus corpus = three_pieces();
  corpus.given_split = {{"a", corpus::Part::test}, {"b", corpus::Part::train}};
  EXPECT_THAT(told(parts_of(corpus, folder.path(), std::nullopt, false)),
              ElementsAre("train: b", "test: a", "unseen: c"));
}

}  // namespace
}  // namespace toccata::tasks
