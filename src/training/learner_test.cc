#include "training/learner.h"

#include <gtest/gtest.h>

#include "network/weights.h"
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

}  // namespace
}  // namespace toccata::training
