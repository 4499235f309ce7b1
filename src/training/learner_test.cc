#include "training/learner.h"

#include <gtest/gtest.h>

#include <map>

#include "base/error.h"
#include "network/model/weights.h"
#include "training/backend.h"
#include "training/test_corpus.h"

namespace toccata::training {
namespace {

TEST(Learner, DescendsOnNatsPerCountedStep) {
  const TestData data(3, 0);
  TrainOptions options = test_options();
  options.optimiser = {.kind = OptimiserKind::sgd, .momentum = 0, .clip_norm = 0};
  options.average = 0.5;
  const music::Batch batch = test_batch(data, options);
  const std::vector<float> begin = network::initial_values(options.model, 5);
  std::vector<float> gradient(begin.size());
  const network::Loss loss = make_engine(options)->gradient(
      begin, batch, {.keep_prob = 0.8f, .seed = options.seed, .update = 7}, gradient);

  const auto learner = make_learner(options, begin);
  learner->learn(batch, 7, 0.1);
  const auto told = learner->due_figures();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->update, 7);
  EXPECT_EQ(told->frames, loss.frames);
  EXPECT_EQ(told->nats, loss.nats / static_cast<double>(loss.frames));
  EXPECT_FALSE(learner->figures());
  const LearnerState state = learner->state();
  const float decay = 2.0f / 11;  // of the first update: (1 + 1) / (10 + 1)
  for (std::size_t i = 0; i < begin.size(); ++i) {
    const float moved = begin[i] - 0.1f * gradient[i] / static_cast<float>(loss.frames);
    ASSERT_NEAR(state.tensors.at("values")[i], moved, 1e-6) << i;
    ASSERT_NEAR(learner->weights()[i], decay * begin[i] + (1 - decay) * moved, 1e-6) << i;
    if (i == 200) break;
  }
}

/// learner.safetensors as version 0.1 wrote it.
network::TensorFile old_file(std::size_t parameters, const std::vector<const char*>& remembered) {
  network::TensorFile file;
  float value = 0.25f;
  const auto add = [&](const std::string& name) {
    file.tensors[name] = network::make_tensor({static_cast<std::int64_t>(parameters)},
                                              std::vector<float>(parameters, value));
    value *= 2;
  };
  add("values");
  add("average");
  for (const char* name : remembered) add(std::string("optimiser.") + name);
  network::Tensor& updates = file.tensors["updates"];
  updates.type = network::DType::i64;
  updates.shape = {1};
  updates.bytes = {7, 0, 0, 0, 0, 0, 0, 0};
  return file;
}

TEST(Learner, GoesOnFromCheckpointsOfVersion01) {
  const std::map<OptimiserKind, std::vector<const char*>> names = {
      {OptimiserKind::adam, {"mean", "mean_square"}},
      {OptimiserKind::adamw, {"mean", "mean_square"}},
      {OptimiserKind::adadelta, {"mean_square", "mean_square_step"}},
      {OptimiserKind::rmsprop, {"mean_square"}},
      {OptimiserKind::sgd, {"velocity"}}};
  TrainOptions options = test_options();
  options.average = 0.9;
  const std::vector<float> begin = network::initial_values(options.model, 5);
  for (const auto& [kind, remembered] : names) {
    options.optimiser.kind = kind;
    const auto learner = make_learner(options, begin);
    learner->load(old_file(begin.size(), remembered), "old");
    const LearnerState state = learner->state();
    EXPECT_EQ(state.updates, 7);
    EXPECT_EQ(state.tensors.size(), 2 + remembered.size());
    EXPECT_EQ(state.tensors.at("values"), std::vector<float>(begin.size(), 0.25f));
    EXPECT_EQ(state.tensors.at("average"), std::vector<float>(begin.size(), 0.5f));
    EXPECT_EQ(state.tensors.at(std::string("optimiser.") + remembered.front()),
              std::vector<float>(begin.size(), 1.0f));
    EXPECT_EQ(learner->to_file().tensors.size(), 3 + remembered.size());
    // One of another kind is refused by the missing tensor's name.
    EXPECT_THROW(learner->load(old_file(begin.size(), {"other"}), "old"), Error);
  }
}

}  // namespace
}  // namespace toccata::training
