#include "torch/torch_engine.h"

#include <gtest/gtest.h>
#include <torch/cuda.h>

#include "base/error.h"
#include "network/model/dropout.h"
#include "network/model/weights.h"
#include "torch/torch_batch.h"
#include "torch/torch_model.h"
#include "training/backend.h"
#include "training/test_corpus.h"

namespace toccata::libtorch {
namespace {

torch::Tensor tensor_of(const std::vector<float>& values) {
  return torch::tensor(c10::ArrayRef<float>(values));
}

/// The masks that network::TrainingPass draws, as tensors.
Masks masks_of(const network::Config& config, const music::Batch& batch,
               const network::Dropout& dropout) {
  Masks masks;
  int layer = 0;
  const std::vector<int> mix_units(config.mix_units > 0 ? 2 : 0, config.mix_units);
  for (auto [units, list] :
       {std::pair{&config.time_units, &masks.time}, std::pair{&config.note_units, &masks.note},
        std::pair{&mix_units, &masks.mix}})
    for (const int hidden : *units) {
      torch::Tensor mask =
          torch::zeros({batch.steps, batch.sequences, batch.notes, hidden}, torch::kFloat32);
      auto cells = mask.accessor<float, 4>();
      for (int b = 0; b < batch.sequences; ++b) {
        const network::DropoutMasks of(dropout, batch.sample[static_cast<std::size_t>(b)]);
        for (int t = 0; t < batch.steps; ++t)
          for (int n = 0; n < batch.notes; ++n)
            for (int u = 0; u < hidden; ++u)
              if (of.kept(layer, t, n, u)) cells[t][b][n][u] = 1 / dropout.keep_prob;
      }
      list->push_back(mask);
      ++layer;
    }
  return masks;
}

/// Relative error of each parameter's gradient, by name.
void expect_same_gradients(const network::Config& config, const torch::Tensor& ours,
                           const torch::Tensor& oracle, double tolerance) {
  for (const network::Parameter& parameter : network::parameters(config)) {
    const auto part = [&](const torch::Tensor& flat) {
      return flat.narrow(0, static_cast<std::int64_t>(parameter.offset),
                         static_cast<std::int64_t>(parameter.size));
    };
    const double error = (part(ours) - part(oracle)).norm().item<double>();
    const double size = part(oracle).norm().item<double>();
    ASSERT_GT(size, 0) << parameter.name;
    EXPECT_LT(error / size, tolerance) << parameter.name;
  }
}

/// By an engine on the CPU, into `gradient`.
network::Loss gradient_by(training::Engine& engine, const torch::Tensor& values,
                          const music::Batch& batch, const network::Dropout& dropout,
                          torch::Tensor& gradient) {
  const auto size = static_cast<std::size_t>(values.numel());
  return engine.gradient({values.data_ptr<float>(), size}, batch, dropout,
                         {gradient.data_ptr<float>(), size});
}

void compare(const training::TestMusic& music, float keep_prob) {
  const training::TestData data(5, 0, music);
  training::TrainOptions options = training::test_options(music);
  options.batch_size = 4;
  const music::Batch batch = training::test_batch(data, options);
  const network::Dropout dropout{.keep_prob = keep_prob, .seed = 3, .update = 17};
  const torch::Tensor values = tensor_of(network::initial_values(options.model, 5));

  torch::Tensor ours = torch::empty_like(values);
  const network::Loss own =
      gradient_by(*training::make_engine(options), values, batch, dropout, ours);

  TorchModel oracle(options.model, torch::kCPU);
  oracle.load(values);
  const TorchBatch prepared = to_torch(options.model, batch, torch::kCPU);
  const Masks masks = masks_of(options.model, batch, dropout);
  torch::Tensor theirs = torch::empty_like(values);
  const double nats =
      oracle.gradient(prepared, keep_prob, theirs, keep_prob < 1 ? &masks : nullptr).item<double>();

  EXPECT_EQ(own.frames, prepared.frames);
  EXPECT_GT(own.frames, 4);
  EXPECT_NEAR(own.nats / nats, 1, 1e-5);
  expect_same_gradients(options.model, ours, theirs, 1e-4);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsUnderAutograd) {
  compare({}, 1);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsUnderTheSameDropoutMasks) {
  compare({}, 0.6f);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsWithoutArticulation) {
  compare({.low = 50, .high = 69, .articulation = false}, 0.5f);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsWithEchoes) {
  compare({.far_seeing = true}, 0.6f);
  compare({.low = 50, .high = 69, .articulation = false, .far_seeing = true}, 1);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsWhereThePastIsMixedAlongTheNotes) {
  compare({.mix_units = 7}, 0.6f);
  compare({.low = 50, .high = 69, .articulation = false, .far_seeing = true, .mix_units = 16}, 1);
}

TEST(TorchEngine, OurGradientIsThatOfStockLstmsWithAHeadANote) {
  compare({.heads = network::Heads::per_note}, 0.6f);
  compare({.low = 50, .high = 69, .articulation = false, .heads = network::Heads::per_note}, 1);
}

void expect_bf16_close(const training::TestMusic& music) {
  const training::TestData data(5, 0, music);
  const training::TrainOptions options = training::test_options(music);
  const music::Batch batch = training::test_batch(data, options);
  const torch::Tensor values = tensor_of(network::initial_values(options.model, 5));
  const auto gradient = [&](torch::ScalarType type) {
    TorchModel model(options.model, torch::kCPU, type);
    model.load(values);
    torch::Tensor made = torch::empty_like(values);
    model.gradient(TorchEncoder(options.model, torch::kCPU, type).encode(batch), 1, made);
    return made;
  };
  expect_same_gradients(options.model, gradient(torch::kBFloat16), gradient(torch::kFloat32), 0.03);
}

TEST(TorchEngine, StockLstmsInBf16GiveNearlyTheSameGradient) {
  expect_bf16_close({});
  expect_bf16_close({.heads = network::Heads::per_note});
}

TEST(TorchEngine, BothEnginesDropTheSameRecurrentWeights) {
  const training::TestData data(5, 0);
  const training::TrainOptions options = training::test_options();
  const music::Batch batch = training::test_batch(data, options);
  const torch::Tensor values = tensor_of(network::initial_values(options.model, 5));
  const network::Dropout dropout{.seed = 3, .update = 17, .recurrent_keep_prob = 0.6f};
  torch::Tensor ours = torch::empty_like(values), theirs = torch::empty_like(values);
  const network::Loss own =
      gradient_by(*training::make_engine(options), values, batch, dropout, ours);
  const network::Loss torchs =
      gradient_by(*make_cpu_engine(options), values, batch, dropout, theirs);
  EXPECT_NEAR(own.nats / torchs.nats, 1, 1e-5);
  expect_same_gradients(options.model, ours, theirs, 1e-4);
  EXPECT_TRUE(torch::equal(ours == 0, theirs == 0));
}

TEST(TorchEngine, TorchsOwnDropoutIsAFunctionOfSeedAndUpdate) {
  const training::TestData data(3, 0);
  const training::TrainOptions options = training::test_options();
  const music::Batch batch = training::test_batch(data, options);
  const std::unique_ptr<training::Engine> engine = make_cpu_engine(options);
  const torch::Tensor values = tensor_of(network::initial_values(options.model, 5));
  torch::Tensor gradient = torch::empty_like(values);
  const auto nats = [&](std::uint64_t update) {
    return gradient_by(*engine, values, batch, {.keep_prob = 0.5f, .seed = 1, .update = update},
                       gradient)
        .nats;
  };
  const double first = nats(1);
  EXPECT_NE(first, nats(2));
  EXPECT_EQ(first, nats(1));
}

TEST(TorchEngine, ADeviceThatIsNotThereIsRefused) {
  training::TrainOptions options = training::test_options();
  options.device = training::Device::cuda;
  if (torch::cuda::is_available()) GTEST_SKIP() << "skipped: this machine has a CUDA device";
  EXPECT_THROW(TorchEngine{options}, Error);
}

}  // namespace
}  // namespace toccata::libtorch
