// Training from a pack (corpus/pack.h) is training from the files that it was made of.

#include "corpus/pack.h"

#include <gtest/gtest.h>

#include "base/files.h"
#include "corpus/import.h"
#include "corpus/test_music.h"
#include "runs/run_folder.h"
#include "support/temporary_folder.h"
#include "training/test_corpus.h"
#include "training/trainer.h"

namespace toccata::training {
namespace {

namespace fs = std::filesystem;

TrainOptions options_of(const fs::path& music) {
  TrainOptions options = test_options();
  options.paths = {music.string()};
  options.model.roll.low = 48;
  options.model.roll.high = 83;
  options.validation_pieces = 3;
  options.test_pieces = 2;
  options.transpose = 3;
  options.batches = 12;
  return options;
}

TrainingData read(const TrainOptions& options) {
  Progress silent;
  const Stop never;
  return read_data(options, {}, silent, never);
}

void run(const fs::path& music, const fs::path& folder) {
  const TrainOptions options = options_of(music);
  const TrainingData data = read(options);
  Observer nobody;
  Progress silent;
  const Stop never;
  const SteadyClock clock;
  train(options, {.run = {folder},
                  .data = data,
                  .restored = std::nullopt,
                  .resume = false,
                  .observer = nobody,
                  .progress = silent,
                  .stop = never,
                  .clock = clock});
}

TEST(TrainingFromAPack, IsTrainingFromItsFilesBitForBit) {
  const TemporaryFolder folder;
  const fs::path music = folder.path() / "music", pack = folder.path() / "music.pack";
  for (int i = 0; i < 14; ++i)
    write_file(music / fmt::format("{}.mid", i), corpus::test_scale(50 + i, 8 + 3 * i));
  Progress silent;
  const Stop never;
  const fs::path paths[] = {music};
  corpus::pack_paths(paths, import_options(options_of(music)), silent, never, pack);
  EXPECT_FALSE(read(options_of(music)).train.front()->packed);
  EXPECT_TRUE(read(options_of(pack)).train.front()->packed);

  run(music, folder.path() / "files");
  run(pack, folder.path() / "packed");
  for (const char* file :
       {"model.safetensors", "config.json", "split.json", "checkpoints/step-12/learner.safetensors",
        "checkpoints/step-12/model.safetensors"})
    EXPECT_EQ(read_file(folder.path() / "files" / file), read_file(folder.path() / "packed" / file))
        << file;
}

}  // namespace
}  // namespace toccata::training
