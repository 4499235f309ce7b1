// What must never reach a checkpoint, and what is done where one was damaged after it was written.
// From outside, with kill -9, signals and full disks: tests/survival.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>

#include "base/error.h"
#include "base/files.h"
#include "base/random.h"
#include "network/model/safetensors.h"
#include "runs/checkpoint.h"
#include "support/temporary_folder.h"
#include "training/backend.h"
#include "training/checkpoint.h"
#include "training/learner.h"
#include "training/test_corpus.h"
#include "training/trainer.h"

namespace toccata::training {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

constexpr std::int64_t kUpdates = 12;

/// What goes wrong in one update, and where.
struct Fault {
  enum class In { loss, gradient, weights, batch, none } in = In::none;
  std::int64_t update = 0;
  float value = 0;
  std::uint64_t place = 0;  // of the parameters
};

/// The usual engine, with a fault put into what it computes.
class FaultyEngine : public Engine {
 public:
  FaultyEngine(const TrainOptions& options, const Fault& fault)
      : sound_(make_engine(options)), fault_(fault) {}

  const char* name() const override { return sound_->name(); }
  network::Loss gradient(std::span<const float> values, const music::Batch& batch,
                         const network::Dropout& dropout, std::span<float> gradient,
                         const network::Ready& ready) override {
    const bool now = static_cast<std::int64_t>(dropout.update) == fault_.update;
    const auto put = [&](std::span<const float> into) {
      const_cast<float*>(into.data())[fault_.place % into.size()] = fault_.value;
    };
    if (now && fault_.in == Fault::In::weights) put(values);
    music::Batch hurt = batch;
    if (now && fault_.in == Fault::In::batch) {
      const std::size_t sequence = fault_.place % hurt.lengths.size();
      const std::size_t step = fault_.place % static_cast<std::size_t>(hurt.lengths[sequence]);
      hurt.bar_phase[step * hurt.lengths.size() + sequence] = fault_.value;
    }
    network::Loss loss = sound_->gradient(values, hurt, dropout, gradient, ready);
    if (now && fault_.in == Fault::In::gradient) put(gradient);
    if (now && fault_.in == Fault::In::loss) loss.nats = fault_.value;
    return loss;
  }

 private:
  std::unique_ptr<Engine> sound_;
  Fault fault_;
};

struct Warnings : Progress {
  std::vector<std::string> texts;
  void warning(std::string_view text) override { texts.emplace_back(text); }
};

void run(const TrainOptions& options, const TestData& data, const fs::path& folder,
         const Fault& fault = {}, bool resume = false) {
  Observer nobody;
  Warnings progress;
  const Stop never;
  const SteadyClock clock;
  train(options, {.run = {folder},
                  .data = data.data,
                  .restored = std::nullopt,
                  .resume = resume,
                  .observer = nobody,
                  .progress = progress,
                  .stop = never,
                  .clock = clock,
                  .engine = [&](const TrainOptions& o) -> std::unique_ptr<Engine> {
                    return std::make_unique<FaultyEngine>(o, fault);
                  }});
}

TrainOptions small_options() {
  TrainOptions options = test_options();
  options.batches = kUpdates;
  options.save_every = 4;
  options.validate_every = 6;
  options.keep_checkpoints = 0;
  options.average = 0.9;
  return options;
}

void expect_finite(const fs::path& folder) {
  for (const runs::Checkpoint& checkpoint : runs::list_checkpoints({folder})) {
    EXPECT_EQ(runs::damage(checkpoint), "");
    for (const auto& [name, tensor] : read_learner(checkpoint.path).tensors) {
      if (tensor.type != network::DType::f32) continue;
      for (const float value : network::to_floats(tensor))
        ASSERT_TRUE(std::isfinite(value)) << name;
    }
    network::load_model(checkpoint.path);  // refuses what is not finite
  }
}

Fault draw_fault(Random& random) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  constexpr float kValues[] = {std::numeric_limits<float>::quiet_NaN(), kInfinity, -kInfinity};
  constexpr Fault::In kIn[] = {Fault::In::loss, Fault::In::gradient, Fault::In::weights,
                               Fault::In::batch};
  Fault fault;
  fault.in = kIn[random.below(4)];
  fault.update = static_cast<std::int64_t>(random.below(kUpdates));
  fault.value = kValues[random.below(3)];
  fault.place = random.next();
  // A gradient that is finite, and whose square is not.
  if (fault.in == Fault::In::gradient && random.below(4) == 0) fault.value = 1e30F;
  return fault;
}

TEST(Survival, NumbersThatAreNotFiniteAreCaughtInTheirUpdateAndNeverSaved) {
  const TestData data(6, 2);
  const TemporaryFolder whole;
  run(small_options(), data, whole.path());
  const std::string last = "checkpoints/step-12/learner.safetensors";
  for (std::uint64_t trial = 0; trial < 100; ++trial) {
    Random random(21, trial);
    const Fault fault = draw_fault(random);
    TrainOptions options = small_options();
    if (random.below(2) == 0) options.optimiser.clip_norm = 0;
    SCOPED_TRACE(fmt::format("trial {}: {} in {} of update {}", trial, fault.value,
                             static_cast<int>(fault.in), fault.update));
    const TemporaryFolder folder;
    try {
      run(options, data, folder.path(), fault);
      FAIL() << "it was not caught";
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr(fmt::format("diverged at update {}:", fault.update)));
    }
    expect_finite(folder.path());
    const auto saved = runs::list_checkpoints({folder.path()});
    EXPECT_EQ(saved.empty() ? 0 : saved.front().step, fault.update / 4 * 4);
    if (trial % 10 != 0 || options.optimiser.clip_norm == 0) continue;
    run(small_options(), data, folder.path(), {}, true);
    EXPECT_EQ(read_file(folder.path() / last), read_file(whole.path() / last));
  }
}

TEST(Survival, ACheckpointOfNumbersThatAreNotFiniteIsNotResumedFrom) {
  const TestData data(6, 2);
  const TemporaryFolder folder;
  run(small_options(), data, folder.path());
  const runs::Checkpoint newest = runs::list_checkpoints({folder.path()}).front();
  network::TensorFile learner = read_learner(newest.path);
  network::Tensor& mean = learner.tensors.at("optimiser.mean");
  std::vector<float> values = network::to_floats(mean);
  values[values.size() / 2] = std::numeric_limits<float>::infinity();
  mean = network::make_tensor(mean.shape, values);
  const auto fresh =
      make_learner(small_options(), network::initial_values(small_options().model, 1));
  EXPECT_THAT([&] { fresh->load(learner, "learner.safetensors"); },
              testing::ThrowsMessage<Error>(HasSubstr("\"optimiser.mean\" holds numbers")));
}

/// As a disk or a cosmic ray would: in place, with nothing brought to the disk for it.
void put(const fs::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

Bytes hurt(Bytes bytes, Random& random) {
  if (random.below(4) == 0)
    bytes.resize(random.below(bytes.size()));
  else
    bytes[random.below(bytes.size())] ^= static_cast<std::uint8_t>(1U << random.below(8));
  return bytes;
}

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// Hurts the files of the newest checkpoint and of an exported model, one at a time. Each time the
/// damage is found, and the checkpoint before it is taken.
void expect_damage_is_found(int trials) {
  const TestData data(6, 2);
  const TemporaryFolder folder;
  run(small_options(), data, folder.path());
  const runs::RunFolder the_run{folder.path()};
  const auto checkpoints = runs::list_checkpoints(the_run);
  const fs::path exported = folder.path() / "exported";
  network::save_model(exported, network::load_model(folder.path()), network::DType::bf16);
  const std::vector<fs::path> in_checkpoint = files_in(checkpoints.at(0).path);
  const std::vector<fs::path> in_model = {exported / "config.json", exported / "model.safetensors"};
  ASSERT_EQ(in_checkpoint.size(), 6u);  // the seal, too
  for (int trial = 0; trial < trials; ++trial) {
    Random random(22, static_cast<std::uint64_t>(trial));
    const bool of_model = random.below(2) == 0;
    const auto& files = of_model ? in_model : in_checkpoint;
    const fs::path& file = files[random.below(files.size())];
    const Bytes whole = read_file(file);
    put(file, hurt(whole, random));
    SCOPED_TRACE(fmt::format("trial {}: {}", trial, file.string()));
    if (of_model) {
      ASSERT_THROW(network::load_model(exported), Error);
    } else {
      Warnings progress;
      const auto newest = load_newest_checkpoint(the_run, progress);
      ASSERT_TRUE(newest.has_value());
      ASSERT_EQ(newest->position.update, kUpdates - 4);
      ASSERT_THAT(progress.texts, testing::ElementsAre(HasSubstr("step-12")));
    }
    put(file, whole);
  }
  EXPECT_EQ(runs::damage(checkpoints[0]), "");
}

TEST(Survival, DamageToCheckpointsAndModelsIsFoundAndAnOlderCheckpointTaken) {
  expect_damage_is_found(400);
}

TEST(LongSurvival, TenThousandFlipsAndTruncationsAreFound) {
  expect_damage_is_found(10000);
}

}  // namespace
}  // namespace toccata::training
