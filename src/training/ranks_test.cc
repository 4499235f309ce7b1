// Several ranks that train together, in threads. The real ones, over sockets: src/torch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "network/model/weights.h"
#include "support/temporary_folder.h"
#include "training/test_corpus.h"
#include "training/test_ranks.h"
#include "training/trainer.h"

namespace toccata::training {
namespace {

struct Heard : Observer {
  std::vector<double> nats, norms, validations;
  Stop* stop = nullptr;
  std::int64_t stop_after = -1;
  void on_update(const UpdateReport& report) override {
    nats.push_back(report.nats);
    norms.push_back(report.gradient_norm);
    if (report.update == stop_after) stop->request(15);
  }
  void on_validation(const ValidationReport& report) override {
    if (report.valid_nats) validations.push_back(*report.valid_nats);
  }
};

struct Trained {
  Heard heard;
  std::vector<float> weights;
  EndReport report;
};

/// Trains with `count` processes; what the first of them heard. After the update `stop_after` the
/// last is asked to stop.
Trained train_with(int count, const TrainOptions& options, const TestData& data,
                   const std::filesystem::path& folder, bool resume = false,
                   std::int64_t stop_after = -1) {
  std::vector<Trained> trained(static_cast<std::size_t>(count));
  std::vector<Stop> stops(static_cast<std::size_t>(count));
  const auto errors = run_ranks(
      count,
      [&](Ranks& ranks) {
        Trained& mine = trained[static_cast<std::size_t>(ranks.rank())];
        if (ranks.rank() == count - 1) mine.heard.stop_after = stop_after;
        mine.heard.stop = &stops.back();
        Progress silent;
        const SteadyClock clock;
        mine.report = train(options, {.run = {ranks.first() ? folder : "/nowhere"},
                                      .data = data.data,
                                      .restored = std::nullopt,
                                      .resume = resume,
                                      .observer = mine.heard,
                                      .progress = silent,
                                      .stop = ranks.stop(),
                                      .clock = clock,
                                      .ranks = &ranks});
      },
      &stops);
  EXPECT_EQ(errors, nothing(count));
  for (const Trained& other : trained) EXPECT_EQ(other.heard.nats, trained[0].heard.nats);
  trained[0].weights = network::load_model(folder).values;
  return trained[0];
}

/// Augmentation and dropout; a last batch of an epoch with fewer windows than processes.
TrainOptions shared_options() {
  TrainOptions options = test_options();
  options.batch_size = 6;
  options.transpose = 3;
  options.input_dropout = 0.1;
  options.recurrent_keep_prob = 0.8;
  options.batches = 24;
  options.optimiser.kind = OptimiserKind::sgd;  // Adam's first steps are the gradient's sign alone
  options.optimiser.learning_rate = 0.3;
  return options;
}

TEST(Ranks, KProcessesOfABatchAreOneOfItAtEveryStep) {
  const TestData data(5, 3);
  const TrainOptions options = shared_options();
  const TemporaryFolder folder;
  const Trained alone = train_with(1, options, data, folder.path() / "1");
  for (const int count : {2, 4}) {
    const Trained shared = train_with(count, options, data, folder.path() / std::to_string(count));
    ASSERT_EQ(shared.heard.nats.size(), alone.heard.nats.size());
    for (std::size_t i = 0; i < alone.heard.nats.size(); ++i) {
      EXPECT_NEAR(shared.heard.nats[i], alone.heard.nats[i], 1e-4 * alone.heard.nats[i]) << i;
      EXPECT_NEAR(shared.heard.norms[i], alone.heard.norms[i], 1e-3 * alone.heard.norms[i]) << i;
    }
    ASSERT_EQ(shared.heard.validations.size(), alone.heard.validations.size());
    for (std::size_t i = 0; i < alone.heard.validations.size(); ++i)
      EXPECT_NEAR(shared.heard.validations[i], alone.heard.validations[i], 1e-3);
    ASSERT_EQ(shared.weights.size(), alone.weights.size());
    for (std::size_t i = 0; i < alone.weights.size(); ++i)
      ASSERT_NEAR(shared.weights[i], alone.weights[i], 1e-4) << i;
  }
}

TEST(Ranks, ARunOfTwoThatWasStoppedGoesOnBitForBit) {
  const TestData data(5, 2);
  const TrainOptions options = shared_options();
  const TemporaryFolder folder;
  const Trained once = train_with(2, options, data, folder.path() / "once");
  const Trained begun = train_with(2, options, data, folder.path() / "twice", false, 13);
  EXPECT_EQ(begun.report.reason, EndReason::stopped);
  EXPECT_EQ(begun.report.update, 13);
  const Trained twice = train_with(2, options, data, folder.path() / "twice", true);
  EXPECT_EQ(once.weights, twice.weights);
  EXPECT_EQ(twice.heard.nats.size(), once.heard.nats.size() - 13);
}

TEST(Ranks, LocalUpdatesLearnAndEndAsOneModel) {
  const TestData data(5, 2);
  TrainOptions options = shared_options();
  options.local_updates = 4;
  options.batches = 40;
  std::vector<Trained> trained(2);
  const TemporaryFolder folder;
  const auto errors = run_ranks(2, [&](Ranks& ranks) {
    Trained& mine = trained[static_cast<std::size_t>(ranks.rank())];
    Progress silent;
    const SteadyClock clock;
    mine.report = train(options, {.run = {folder.path() / "local"},
                                  .data = data.data,
                                  .restored = std::nullopt,
                                  .resume = false,
                                  .observer = mine.heard,
                                  .progress = silent,
                                  .stop = ranks.stop(),
                                  .clock = clock,
                                  .ranks = &ranks});
  });
  EXPECT_EQ(errors, nothing(2));
  EXPECT_NE(trained[0].heard.nats, trained[1].heard.nats);  // each on its own windows
  EXPECT_EQ(trained[0].heard.validations, trained[1].heard.validations);
  EXPECT_LT(trained[0].heard.validations.back(), trained[0].heard.validations.front());
}

}  // namespace
}  // namespace toccata::training
