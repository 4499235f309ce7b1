#include "torch/torch_likelihood.h"

#include <gtest/gtest.h>

#include "training/test_corpus.h"

namespace toccata::libtorch {
namespace {

void expect_same_likelihood(const training::TestMusic& music) {
  training::TestData data(19, 0, music);
  // Longer than a stretch, so that the state must be carried.
  data.pieces[3] = training::test_piece(3, 300, music);
  data.pieces[4] = training::test_piece(4, 129, music);
  data.pieces[5] = training::test_piece(5, 1, music);
  network::Model model;
  model.config = training::test_options(music).model;
  model.values = network::initial_values(model.config, 11);
  for (float& value : model.values) value *= 2;

  Progress silent;
  const Stop stop;
  const listening::Likelihood ours =
      listening::likelihood(model, data.data.train, {.sequences = 4}, silent, stop);
  const listening::Likelihood theirs =
      torch_likelihood(model, data.data.train, training::Device::cpu, stop);
  ASSERT_EQ(theirs.pieces.size(), 19u);
  EXPECT_EQ(ours.steps, theirs.steps);
  EXPECT_NEAR(theirs.nats / ours.nats, 1, 1e-4);
  for (std::size_t i = 0; i < 19; ++i) {
    EXPECT_EQ(theirs.pieces[i].name, ours.pieces[i].name);
    EXPECT_NEAR(theirs.pieces[i].nats / ours.pieces[i].nats, 1, 1e-4) << i;
  }
}

TEST(TorchLikelihood, IsThatOfOneStepInferenceToOnePartInTenThousand) {
  expect_same_likelihood({});
}

TEST(TorchLikelihood, IsThatOfOneStepInferenceWithEchoes) {
  expect_same_likelihood({.far_seeing = true});
}

TEST(TorchLikelihood, IsThatOfOneStepInferenceWithAHeadANote) {
  expect_same_likelihood({.heads = network::Heads::per_note});
}

TEST(TorchLikelihood, IsThatOfOneStepInferenceWhereThePastIsMixedAlongTheNotes) {
  expect_same_likelihood({.mix_units = 9});
}

TEST(TorchLikelihood, IsThatOfOneStepInferenceWithoutArticulation) {
  expect_same_likelihood({.low = 40, .high = 50, .articulation = false});
}

}  // namespace
}  // namespace toccata::libtorch
