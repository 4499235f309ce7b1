#include "training/reports.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.h"
#include "network/model/weights.h"
#include "runs/checkpoint.h"
#include "support/temporary_folder.h"
#include "training/test_corpus.h"
#include "training/test_ranks.h"
#include "training/trainer.h"

namespace toccata::training {
namespace {

namespace fs = std::filesystem;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;

struct Warnings : Progress {
  std::vector<std::string> texts;
  void warning(std::string_view text) override { texts.emplace_back(text); }
};

/// Remembers what was saved, and does something after an update.
struct Listener : Observer {
  std::vector<std::int64_t> saves;
  std::function<void(std::int64_t update)> after_update = [](std::int64_t) {};
  bool fails = false;  // at each validation, as a writer of curves does
  void on_update(const UpdateReport& report) override { after_update(report.update); }
  void on_validation(const ValidationReport&) override {
    if (fails) throw Error("the curves cannot be written");
  }
  void on_save(const SaveReport& report) override { saves.push_back(report.update); }
};

TrainOptions options_of(SaveFailure on_failure) {
  TrainOptions options = test_options();
  options.batches = 12;
  options.batch_size = 4;
  options.save_failure = on_failure;
  options.keep_checkpoints = 0;
  return options;  // saves after 4, 8 and 12 updates, validates after 5 and 10
}

RunContext context_of(const fs::path& folder, const TestData& data, Observer& observer,
                      Progress& progress, const Stop& stop, const Clock& clock,
                      Ranks* ranks = nullptr) {
  return {.run = {folder},
          .data = data.data,
          .restored = std::nullopt,
          .resume = false,
          .observer = observer,
          .progress = progress,
          .stop = stop,
          .clock = clock,
          .ranks = ranks};
}

void train_alone(const TrainOptions& options, const fs::path& folder, Listener& listener,
                 Warnings& warnings, const Stop& stop = {}) {
  const TestData data(6, 2);
  const SteadyClock clock;
  train(options, context_of(folder, data, listener, warnings, stop, clock));
}

/// No checkpoint can be written until the way is free again, as on a full disk.
void block(const fs::path& run) {
  fs::rename(run / "checkpoints", run / "aside");
  write_file(run / "checkpoints", "in the way");
}
void unblock(const fs::path& run) {
  fs::remove(run / "checkpoints");
  fs::rename(run / "aside", run / "checkpoints");
}

Bytes final_state(const fs::path& folder) {
  return read_file(folder / "checkpoints/step-12/learner.safetensors");
}

TEST(Saving, WhereItIsAskedForTheRunSavesAndGoesOnToTheSameEnd) {
  const TemporaryFolder folder;
  Listener usual, asked;
  Warnings warnings;
  train_alone(options_of(SaveFailure::stop), folder.path() / "usual", usual, warnings);
  Stop stop;
  asked.after_update = [&](std::int64_t update) {
    if (update == 6 || update == 8) stop.request_save();
  };
  train_alone(options_of(SaveFailure::stop), folder.path() / "asked", asked, warnings, stop);
  EXPECT_THAT(usual.saves, ElementsAre(4, 8, 12));
  EXPECT_THAT(asked.saves, ElementsAre(4, 6, 8, 12));
  EXPECT_EQ(final_state(folder.path() / "usual"), final_state(folder.path() / "asked"));
  EXPECT_TRUE(warnings.texts.empty());
}

TEST(Saving, AFailureEndsTheRunAndTheOlderCheckpointStays) {
  const TemporaryFolder folder;
  Listener listener;
  Warnings warnings;
  listener.after_update = [&](std::int64_t update) {
    if (update == 7) block(folder.path());
  };
  EXPECT_THAT(
      [&] { train_alone(options_of(SaveFailure::stop), folder.path(), listener, warnings); },
      testing::ThrowsMessage<Error>(HasSubstr("checkpoints")));
  EXPECT_THAT(listener.saves, ElementsAre(4));
  unblock(folder.path());
  EXPECT_EQ(runs::damage({4, folder.path() / "checkpoints/step-4"}), "");
}

TEST(Saving, WithGoOnTheRunWarnsTriesAgainAndEndsWithTheSameBits) {
  const TemporaryFolder folder;
  Listener usual, listener;
  Warnings none, warnings;
  train_alone(options_of(SaveFailure::go_on), folder.path() / "usual", usual, none);
  listener.fails = true;
  listener.after_update = [&](std::int64_t update) {
    if (update == 7) block(folder.path() / "hurt");
    if (update == 9) unblock(folder.path() / "hurt");
  };
  train_alone(options_of(SaveFailure::go_on), folder.path() / "hurt", listener, warnings);
  EXPECT_TRUE(none.texts.empty());
  EXPECT_THAT(warnings.texts, Each(HasSubstr("training goes on")));
  EXPECT_THAT(warnings.texts, Contains(HasSubstr("checkpoints")));
  EXPECT_THAT(warnings.texts, Contains(HasSubstr("the curves cannot be written")));
  EXPECT_THAT(listener.saves, ElementsAre(4, 12));
  EXPECT_EQ(final_state(folder.path() / "usual"), final_state(folder.path() / "hurt"));
}

TEST(Saving, WithGoOnABestModelThatCouldNotBeWrittenIsNotTakenForOne) {
  const TemporaryFolder folder;
  Listener listener;
  Warnings warnings;
  fs::create_directories(folder.path() / "model.safetensors");
  listener.after_update = [&](std::int64_t update) {
    if (update == 7) fs::remove(folder.path() / "model.safetensors");
  };
  train_alone(options_of(SaveFailure::go_on), folder.path(), listener, warnings);
  EXPECT_THAT(warnings.texts, Contains(HasSubstr("model.safetensors")));
  EXPECT_NO_THROW(network::load_model(folder.path()));
}

TEST(Saving, WithGoOnTheLastSaveMustSucceed) {
  const TemporaryFolder folder;
  Listener listener;
  Warnings warnings;
  listener.after_update = [&](std::int64_t update) {
    if (update == 9) block(folder.path());
  };
  TrainOptions options = options_of(SaveFailure::go_on);
  EXPECT_THROW(train_alone(options, folder.path(), listener, warnings), Error);
  EXPECT_THAT(listener.saves, ElementsAre(4, 8));
}

/// What each of two ranks saved, warned of, and threw. After 6 updates the second is asked to save;
/// the checkpoint of 8 updates cannot be written.
struct Together {
  std::vector<std::vector<std::int64_t>> saves = {{}, {}};
  std::vector<std::vector<std::string>> warnings = {{}, {}};
  std::vector<std::string> errors;
};

Together train_two(SaveFailure on_failure, const fs::path& folder) {
  Together found;
  const TestData data(6, 2);
  std::vector<Stop> stops(2);
  found.errors = run_ranks(
      2,
      [&](Ranks& ranks) {
        const auto rank = static_cast<std::size_t>(ranks.rank());
        Listener listener;
        Warnings warnings;
        listener.after_update = [&](std::int64_t update) {
          if (rank == 1 && update == 6) stops[1].request_save();
          if (rank == 0 && update == 7) block(folder);
          if (rank == 0 && update == 9) unblock(folder);
        };
        const SteadyClock clock;
        const auto keep = [&] {
          found.saves[rank] = listener.saves;
          found.warnings[rank] = warnings.texts;
        };
        try {
          train(options_of(on_failure), context_of(rank == 0 ? folder : "/nowhere", data, listener,
                                                   warnings, ranks.stop(), clock, &ranks));
        } catch (const Error&) {
          keep();
          throw;
        }
        keep();
      },
      &stops);
  return found;
}

TEST(Saving, AllRanksSaveWhereOneWasAskedAndGoOnTogetherWhereTheFirstCouldNot) {
  const TemporaryFolder folder;
  const Together found = train_two(SaveFailure::go_on, folder.path());
  EXPECT_EQ(found.errors, nothing(2));
  EXPECT_THAT(found.saves, Each(ElementsAre(4, 6, 12)));
  EXPECT_THAT(found.warnings, Each(ElementsAre(HasSubstr("checkpoints"))));
  EXPECT_EQ(runs::list_checkpoints({folder.path()}).size(), 3u);
}

TEST(Saving, AllRanksStopWhereTheFirstCouldNotSave) {
  const TemporaryFolder folder;
  const Together found = train_two(SaveFailure::stop, folder.path());
  EXPECT_THAT(found.saves, Each(ElementsAre(4, 6)));
  EXPECT_THAT(found.errors, Each(HasSubstr("checkpoints")));
  EXPECT_THAT(found.errors[1], HasSubstr("process 0"));
}

}  // namespace
}  // namespace toccata::training
