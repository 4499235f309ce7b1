#include "training/trainer.h"

#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "base/error.h"
#include "base/files.h"
#include "runs/model_card.h"
#include "support/temporary_folder.h"
#include "training/checkpoint.h"
#include "training/evaluator.h"
#include "training/options_file.h"
#include "training/test_corpus.h"

namespace toccata::training {
namespace {

using testing::AllOf;
using testing::HasSubstr;
namespace fs = std::filesystem;

/// Remembers what it was told, and asks for a stop after an update where told to.
struct Listener : Observer {
  std::vector<UpdateReport> updates;
  std::vector<ValidationReport> validations;
  std::vector<std::int64_t> saves;
  StartReport start;
  Stop stop;
  std::int64_t stop_after = -1;
  std::string on_save_fails;

  void on_start(const StartReport& report) override { start = report; }
  void on_update(const UpdateReport& report) override {
    updates.push_back(report);
    if (report.update == stop_after) stop.request(15);
  }
  void on_validation(const ValidationReport& report) override { validations.push_back(report); }
  void on_save(const SaveReport& report) override { saves.push_back(report.update); }
};

struct Messages : Progress {
  std::vector<std::string> warnings, texts;
  void warning(std::string_view text) override { warnings.emplace_back(text); }
  void message(std::string_view text) override { texts.emplace_back(text); }
};

EndReport run(const TrainOptions& options, const TestData& data, const fs::path& folder,
              Listener& listener, bool resume = false,
              std::optional<Restored> restored = std::nullopt, Progress* progress = nullptr,
              const Clock* clock = nullptr) {
  Messages silent;
  const SteadyClock usual;
  return train(options, {.run = {folder},
                         .data = data.data,
                         .restored = std::move(restored),
                         .resume = resume,
                         .observer = listener,
                         .progress = progress ? *progress : silent,
                         .stop = listener.stop,
                         .clock = clock ? *clock : usual});
}

std::vector<double> losses(const Listener& listener) {
  std::vector<double> list;
  for (const UpdateReport& update : listener.updates) list.push_back(update.nats);
  return list;
}

TEST(Trainer, LearnsAPieceByHeart) {
  TestData data(1, 0);
  TrainOptions options = test_options();
  options.keep_prob = 1;
  options.model.time_units = {32};
  options.model.note_units = {24};
  options.batch_size = 4;
  options.time_steps = 64;  // the whole piece
  options.batches = 600;
  options.validate_every = options.save_every = 600;
  options.optimiser.learning_rate = 0.02;
  const TemporaryFolder folder;
  Listener listener;
  run(options, data, folder.path(), listener);
  const network::Model model = network::load_model(folder.path());
  SingleRank alone(listener.stop);
  const auto nats = nats_per_step(model, data.data.train, options, alone);
  ASSERT_TRUE(nats);
  EXPECT_LT(*nats, 0.05) << "from " << listener.updates.front().nats;
}

TEST(Trainer, ASeededRunHasTheLossesThatItAlwaysHad) {
  const TestData data(6, 0);
  TrainOptions options = test_options();
  options.batches = 10;
  const TemporaryFolder folder;
  Listener listener;
  run(options, data, folder.path(), listener);
  const std::vector<double> known{5.573044, 5.640546, 5.647356, 5.426510, 5.512324,
                                  5.496356, 5.506894, 5.543937, 5.615391, 5.565920};
  ASSERT_EQ(listener.updates.size(), known.size())
      << fmt::format("{:.6f}", fmt::join(losses(listener), ", "));
  for (std::size_t i = 0; i < known.size(); ++i)
    EXPECT_NEAR(listener.updates[i].nats / known[i], 1, 1e-4) << "update " << i;
}

/// Stopped after `stop_after` updates and resumed, a run ends with the bits of one that was not.
void expect_resume_is_exact(TrainOptions options, std::int64_t stop_after) {
  const TestData data(6, 3);
  const TemporaryFolder whole_folder, parts_folder;
  Listener whole, first, second;
  run(options, data, whole_folder.path(), whole);

  first.stop_after = stop_after;
  EXPECT_EQ(run(options, data, parts_folder.path(), first).reason, EndReason::stopped);
  EXPECT_EQ(first.saves.back(), stop_after);
  EXPECT_EQ(run(options, data, parts_folder.path(), second, true).reason, EndReason::finished);
  EXPECT_EQ(second.start.begun_at, stop_after);

  std::vector<double> together = losses(first);
  for (const double nats : losses(second)) together.push_back(nats);
  EXPECT_EQ(losses(whole), together);
  ASSERT_EQ(first.validations.size() + second.validations.size(), whole.validations.size());
  for (std::size_t i = 0; i < whole.validations.size(); ++i) {
    const auto& part = i < first.validations.size()
                           ? first.validations[i]
                           : second.validations[i - first.validations.size()];
    EXPECT_EQ(part.update, whole.validations[i].update);
    EXPECT_EQ(part.valid_nats, whole.validations[i].valid_nats);
    EXPECT_EQ(part.train_nats, whole.validations[i].train_nats);
    EXPECT_EQ(part.best, whole.validations[i].best);
  }
  const auto last = fmt::format("checkpoints/step-{}", whole.updates.back().update);
  for (const std::string& file : {std::string("model.safetensors"), std::string("config.json"),
                                  last + "/learner.safetensors", last + "/model.safetensors"})
    EXPECT_EQ(read_file(whole_folder.path() / file), read_file(parts_folder.path() / file)) << file;
}

TEST(Trainer, ResumesToTheSameBitsWithBatches) {
  TrainOptions options = test_options();
  options.batches = 17;
  options.average = 0.9;
  for (const std::int64_t stop_after : {5, 8}) expect_resume_is_exact(options, stop_after);
}

TEST(Trainer, ResumesToTheSameBitsWithEpochs) {
  TrainOptions options = test_options();
  options.epochs = 2;
  options.transpose = 2;
  options.optimiser.kind = OptimiserKind::adadelta;
  options.optimiser.learning_rate = 0;
  expect_resume_is_exact(options, 6);
}

TEST(Trainer, ResumesToTheSameBitsWhereRecurrentWeightsAreDropped) {
  TrainOptions options = test_options();
  options.batches = 12;
  options.recurrent_keep_prob = 0.7;
  expect_resume_is_exact(options, 6);
}

TEST(Trainer, ResumesToTheSameBitsInTheMiddleOfStages) {
  TrainOptions options = test_options();
  options.stages.resize(2);
  options.stages[0].batches = 4;
  options.stages[0].time_steps = 8;
  options.stages[1].batches = 6;
  for (const std::int64_t stop_after : {4, 7}) {
    TestData data(6, 3);
    SCOPED_TRACE(stop_after);
    const TemporaryFolder whole_folder, parts_folder;
    data.data.stages = {data.data.stages[0], data.data.stages[0]};
    Listener whole, first, second;
    run(options, data, whole_folder.path(), whole);
    first.stop_after = stop_after;
    run(options, data, parts_folder.path(), first);
    run(options, data, parts_folder.path(), second, true);
    std::vector<double> together = losses(first);
    for (const double nats : losses(second)) together.push_back(nats);
    EXPECT_EQ(losses(whole), together);
  }
}

TEST(Trainer, GoesOnWithACheckpointThatIsWholeWhereTheNewestIsDamaged) {
  const TestData data(6, 3);
  TrainOptions options = test_options();
  options.batches = 12;
  const TemporaryFolder folder;
  Listener first;
  run(options, data, folder.path(), first);
  ASSERT_THAT(first.saves, testing::ElementsAre(4, 8, 12));
  const fs::path newest = folder.path() / "checkpoints/step-12/learner.safetensors";
  Bytes bytes = read_file(newest);
  bytes[bytes.size() / 2] ^= 1;
  write_file(newest, bytes);

  Listener second;
  Messages messages;
  run(options, data, folder.path(), second, true, std::nullopt, &messages);
  EXPECT_EQ(second.start.begun_at, 8);
  EXPECT_THAT(messages.warnings, testing::Contains(HasSubstr("step-12")));
  EXPECT_EQ(second.updates.back().nats, first.updates.back().nats);
}

TEST(Trainer, ADivergedLossEndsWithItsOwnMessageAndLeavesTheLastCheckpoint) {
  const TestData data(6, 3);
  TrainOptions options = test_options();
  options.batches = 100;
  options.save_every = 1;
  options.schedule.warm_up = 0;
  options.optimiser.kind = OptimiserKind::sgd;
  options.optimiser.learning_rate = 1e6;
  options.optimiser.weight_decay = 1e6;
  const TemporaryFolder folder;
  Listener listener;
  try {
    run(options, data, folder.path(), listener);
    FAIL() << "the loss stayed finite";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("training diverged"));
    EXPECT_THAT(error.what(), HasSubstr("learning-rate"));
    EXPECT_THAT(error.what(), HasSubstr("checkpoints/step-"));
  }
  Messages messages;
  const auto checkpoint = load_newest_checkpoint({folder.path()}, messages);
  ASSERT_TRUE(checkpoint);
  EXPECT_EQ(checkpoint->position.update, listener.saves.back());
}

/// What a run says that refuses to begin with the weights of a model of this config.
std::string refused_restore(TrainOptions options, const network::Config& config) {
  options.batches = 2;
  const TestData data(3, 0);
  Restored restored;
  restored.folder = "output/other";
  restored.model = {config, network::initial_values(config, 1), {}};
  const TemporaryFolder folder;
  Listener listener;
  try {
    run(options, data, folder.path(), listener, false, restored);
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "was not refused";
  return {};
}

TEST(Trainer, RefusesToRestoreAModelOfOtherSizesAndNamesBothShapes) {
  const TrainOptions options = test_options();
  network::Config config = options.model;
  config.time_units = {12, 11};
  EXPECT_THAT(refused_restore(options, config),
              AllOf(HasSubstr("output/other"), HasSubstr("time_lstm.1.weight_ih_l0"),
                    HasSubstr("(44, 12)"), HasSubstr("(40, 12)")));
}

TEST(Trainer, RefusesToRestoreTheHeadsOfOtherNotes) {
  const TrainOptions options = test_options({.heads = network::Heads::per_note});
  network::Config config = options.model;
  --config.roll.low;
  --config.roll.high;
  EXPECT_THAT(refused_restore(options, config),
              AllOf(HasSubstr("notes from 59 up"), HasSubstr("begin at 60")));
}

TEST(Trainer, EveryHeadBeginsAtTheDensityOfTheMusic) {
  const TestData data(6, 3);
  TrainOptions options = test_options();
  options.batches = 3;
  std::vector<double> first;
  for (const network::Heads heads : {network::Heads::shared, network::Heads::per_note}) {
    options.model.heads = heads;
    const TemporaryFolder folder;
    Listener listener;
    run(options, data, folder.path(), listener);
    first.push_back(listener.updates.front().nats);
  }
  EXPECT_NEAR(first[1] / first[0], 1, 0.1);
}

TEST(Trainer, RestoresWeightsAndTheOptimisersStateOfTheSameKind) {
  const TestData data(6, 3);
  TrainOptions options = test_options();
  options.batches = 8;
  const TemporaryFolder folder, next_folder, other_folder;
  Listener first, next, other;
  run(options, data, folder.path(), first);
  const fs::path checkpoint = folder.path() / "checkpoints/step-8";
  const Restored restored{network::load_model(checkpoint), checkpoint, checkpoint};
  Messages messages;
  run(options, data, next_folder.path(), next, false, restored, &messages);
  EXPECT_THAT(messages.texts, testing::Contains(HasSubstr("optimiser goes on")));
  EXPECT_LT(next.updates.front().nats, first.updates.front().nats);

  options.optimiser.kind = OptimiserKind::sgd;
  run(options, data, other_folder.path(), other, false, restored, &messages);
  EXPECT_THAT(messages.texts, testing::Contains(HasSubstr("starts afresh")));
  EXPECT_EQ(other.updates.front().nats, next.updates.front().nats);
}

TEST(Trainer, EndsEarlyWhereValidationGetsNoBetterAndKeepsTheBest) {
  const TestData data(3, 1);
  TrainOptions options = test_options();
  options.batches = 5000;
  options.validate_every = 10;
  options.save_every = 1000;
  options.patience = 3;
  options.keep_prob = 1;
  options.optimiser.learning_rate = 0.03;
  const TemporaryFolder folder;
  Listener listener;
  const EndReport end = run(options, data, folder.path(), listener);
  EXPECT_EQ(end.reason, EndReason::patience);
  EXPECT_LT(end.update, 5000);
  double best = 1e9;
  for (const ValidationReport& report : listener.validations)
    best = std::min(best, *report.valid_nats);
  const network::Model kept = network::load_model(folder.path());
  SingleRank alone(listener.stop);
  EXPECT_EQ(*nats_per_step(kept, data.data.valid, options, alone), best);
  EXPECT_EQ(end.valid_nats, best);
}

TEST(Trainer, TheCardTellsTheFinalValidationWhereItIsTheOnlyOneAndAfterAResumption) {
  const TestData data(6, 3);
  TrainOptions options = test_options();
  options.batches = 3;
  const TemporaryFolder folder;
  Listener first, second;
  const EndReport end = run(options, data, folder.path(), first);
  ASSERT_TRUE(end.valid_nats);
  ASSERT_EQ(first.validations.size(), 1u);
  EXPECT_TRUE(first.validations[0].best);
  const std::string card = read_text(folder.path() / "README.md");
  EXPECT_NEAR(runs::valid_nats_of_card(card).value_or(0), -*end.valid_nats, 1e-6);
  EXPECT_THAT(card,
              HasSubstr(fmt::format("with dropout: {:.4f}", -first.validations[0].train_nats)));

  Messages messages;
  run(options, data, folder.path(), second, true, std::nullopt, &messages);
  EXPECT_TRUE(second.updates.empty());
  EXPECT_THAT(messages.texts, testing::Contains(HasSubstr("more --batches")));
  const std::string again = read_text(folder.path() / "README.md");
  EXPECT_EQ(again.substr(again.find("## How good")), card.substr(card.find("## How good")));
}

TEST(Trainer, AStageEndsWhereItsAimIsReached) {
  TestData data(4, 2);
  data.data.stages = {data.data.stages[0], data.data.stages[0]};
  TrainOptions options = test_options();
  options.validate_every = 10;
  options.stages.resize(2);
  options.stages[0].batches = 3000;
  options.stages[0].nats = -6;
  options.stages[1].batches = 5;
  const TemporaryFolder folder;
  Listener listener;
  Messages messages;
  const EndReport end = run(options, data, folder.path(), listener, false, std::nullopt, &messages);
  EXPECT_EQ(end.reason, EndReason::finished);
  EXPECT_THAT(messages.texts, testing::Contains(HasSubstr("Stage 2 of 2")));
  EXPECT_LT(end.update, 3000);
  EXPECT_EQ(end.update, listener.updates.back().updates);
}

TEST(Trainer, KeepsOnlyTheNewestCheckpoints) {
  const TestData data(3, 1);
  TrainOptions options = test_options();
  options.batches = 10;
  options.save_every = 2;
  options.keep_checkpoints = 2;
  const TemporaryFolder folder;
  Listener listener;
  run(options, data, folder.path(), listener);
  EXPECT_THAT(listener.saves, testing::ElementsAre(2, 4, 6, 8, 10));
  EXPECT_FALSE(fs::exists(folder.path() / "checkpoints/step-6"));
  EXPECT_TRUE(fs::exists(folder.path() / "checkpoints/step-8"));
  EXPECT_TRUE(fs::exists(folder.path() / "checkpoints/step-10"));
}

struct FakeClock : Clock {
  double now = 0;
  double seconds() const override { return now; }
};

/// Lets time go by: work itself takes none on its clock, telling of it does.
struct Timekeeper : Listener {
  FakeClock clock;
  double update = 0.4, look = 1, save = 0.7;
  void on_update(const UpdateReport& report) override {
    clock.now += update;
    Listener::on_update(report);
  }
  void on_validation(const ValidationReport& report) override {
    clock.now += look;
    Listener::on_validation(report);
  }
  void on_save(const SaveReport& report) override {
    clock.now += save;
    Listener::on_save(report);
  }
};

TEST(Trainer, EndsWithItsMinutesWhateverTheWorkTakesAndTheScheduleWithThem) {
  const TestData data(6, 2);
  for (const double update : {0.1, 0.4, 0.8}) {
    SCOPED_TRACE(update);
    TrainOptions options = test_options();
    options.minutes = 1;
    options.validate_every = 10;
    options.save_every = 25;
    const TemporaryFolder folder;
    Timekeeper keeper;
    keeper.update = update;
    keeper.clock.now = 3;  // reading the music took so long
    const EndReport end =
        run(options, data, folder.path(), keeper, false, std::nullopt, nullptr, &keeper.clock);
    EXPECT_EQ(end.reason, EndReason::finished);
    EXPECT_NEAR(keeper.clock.now, 60, 3);
    EXPECT_EQ(end.seconds, keeper.clock.now);
    EXPECT_LT(keeper.updates.back().learning_rate, 0.01 * options.optimiser.learning_rate);
    EXPECT_NEAR(static_cast<double>(keeper.updates[20].updates), static_cast<double>(end.update),
                0.2 * static_cast<double>(end.update));
  }
}

TEST(Trainer, AResumedRunGoesOnWithItsMinutes) {
  const TestData data(6, 2);
  TrainOptions options = test_options();
  options.minutes = 1;
  options.validate_every = 10;
  options.save_every = 25;
  const TemporaryFolder folder;
  Timekeeper first, second;
  first.stop_after = 40;
  run(options, data, folder.path(), first, false, std::nullopt, nullptr, &first.clock);
  second.clock.now = 2;
  const EndReport end =
      run(options, data, folder.path(), second, true, std::nullopt, nullptr, &second.clock);
  EXPECT_EQ(second.start.begun_at, 40);
  EXPECT_NEAR(end.seconds, 60, 3);
  EXPECT_NEAR(first.clock.now + second.clock.now, 60, 3);
  EXPECT_LT(second.updates.front().learning_rate, 0.9 * options.optimiser.learning_rate);
  EXPECT_LT(second.updates.back().learning_rate, 0.01 * options.optimiser.learning_rate);
}

TEST(Trainer, JudgesASampleWhereThereIsNoTimeForAllAndSaysSo) {
  const TestData data(3, 12);
  TrainOptions options = test_options();
  options.minutes = 1e-4;
  const TemporaryFolder folder;
  Timekeeper keeper;
  keeper.update = 0.01;
  keeper.look = keeper.save = 0;
  const EndReport end =
      run(options, data, folder.path(), keeper, false, std::nullopt, nullptr, &keeper.clock);
  EXPECT_FALSE(end.whole);
  EXPECT_THAT(read_text(folder.path() / "README.md"), HasSubstr("of a sample"));
}

TEST(Trainer, Bf16ThatTheProcessorCannotMultiplyIsRunInF32ToldAndStored) {
  const TestData data(3, 0);
  TrainOptions options = test_options();
  options.precision = TrainPrecision::bf16;
  options.batches = 2;
  for (const bool native : {false, true}) {
    const TemporaryFolder folder;
    Listener listener;
    Messages messages;
    const SteadyClock clock;
    train(options, {.run = {folder.path()},
                    .data = data.data,
                    .restored = std::nullopt,
                    .observer = listener,
                    .progress = messages,
                    .stop = listener.stop,
                    .clock = clock,
                    .native_bf16 = native});
    const char* const expected = native ? "bf16" : "f32";
    TrainOptions stored;
    apply_toml(stored, folder.path() / "options.toml");
    EXPECT_EQ(stored.precision, native ? TrainPrecision::bf16 : TrainPrecision::f32);
    EXPECT_THAT(read_text(folder.path() / "README.md"),
                HasSubstr(fmt::format("| precision | {} |", expected)));
    EXPECT_EQ(messages.warnings.size(), native ? 0u : 1u);
    if (!native) {
      EXPECT_THAT(messages.warnings.front(), HasSubstr("computes in f32"));
    }
  }
}

TEST(Trainer, ThePrecisionThatIsFastHereIsChosenStoredAndKept) {
  const TestData data(3, 0);
  TrainOptions options = test_options();
  options.precision = TrainPrecision::automatic;
  options.batches = 2;
  const TemporaryFolder folder;
  Listener listener;
  run(options, data, folder.path(), listener);
  TrainOptions stored;
  apply_toml(stored, folder.path() / "options.toml");
  EXPECT_EQ(stored.precision,
            network::bf16_is_faster() ? TrainPrecision::bf16 : TrainPrecision::f32);
}

}  // namespace
}  // namespace toccata::training
