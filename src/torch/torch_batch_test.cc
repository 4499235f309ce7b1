#include "torch/torch_batch.h"

#include <gtest/gtest.h>

#include "network/model/input_kernel.h"
#include "training/test_corpus.h"

namespace toccata::libtorch {
namespace {

/// Every feature that the tensors give, beside the one encoder's.
void expect_equal_features(const network::Config& config, const music::Batch& batch) {
  const TorchBatch made = to_torch(config, batch, torch::kCPU);
  const auto features = made.features.accessor<float, 4>();
  const auto lower = made.lower.accessor<float, 4>();
  ASSERT_EQ(features.size(3), config.features());
  ASSERT_EQ(lower.size(3), config.lower_inputs());
  network::Encoder encoder(config);
  const auto width = static_cast<std::size_t>(config.features());
  std::vector<float> x(static_cast<std::size_t>(batch.notes) * width);
  std::vector<float> below(static_cast<std::size_t>(config.lower_inputs()));
  for (int t = 0; t < batch.steps; ++t)
    for (int b = 0; b < batch.sequences; ++b) {
      encoder.encode(batch, t, b, x.data());
      for (int n = 0; n < batch.notes; ++n) {
        for (int f = 0; f < config.features(); ++f)
          ASSERT_EQ(features[t][b][n][f],
                    x[static_cast<std::size_t>(n) * width + static_cast<std::size_t>(f)])
              << "step " << t << ", sequence " << b << ", note " << n << ", feature " << f;
        network::encode_lower(config, batch.frame(t + 1, b), n, below.data());
        for (int f = 0; f < config.lower_inputs(); ++f)
          ASSERT_EQ(lower[t][b][n][f], below[static_cast<std::size_t>(f)])
              << "step " << t << ", sequence " << b << ", note " << n << ", lower input " << f;
      }
    }
}

TEST(TorchBatch, FeaturesMadeInTensorsAreThoseOfTheEncoder) {
  for (const bool articulation : {true, false})
    for (const bool far_seeing : {true, false}) {
      const training::TestMusic music{
          .low = 55, .high = 81, .articulation = articulation, .far_seeing = far_seeing};
      const training::TestData data(5, 0, music);
      training::TrainOptions options = training::test_options(music);
      options.batch_size = 5;
      for (const network::Beat beat : {network::Beat::phase, network::Beat::binary}) {
        options.model.beat = beat;
        music::Batch batch = training::test_batch(data, options);
        expect_equal_features(options.model, batch);
        batch.heard = batch.frames;
        for (std::size_t i = 0; i < batch.heard.size(); i += 3) batch.heard[i] = 0;
        expect_equal_features(options.model, batch);
      }
    }
}

TEST(TorchBatch, CanComeInBf16) {
  const training::TestData data(3, 0);
  const training::TrainOptions options = training::test_options();
  const music::Batch batch = training::test_batch(data, options);
  const TorchBatch half = TorchEncoder(options.model, torch::kCPU, torch::kBFloat16).encode(batch);
  const TorchBatch whole = to_torch(options.model, batch, torch::kCPU);
  EXPECT_EQ(half.features.scalar_type(), torch::kBFloat16);
  EXPECT_TRUE(torch::allclose(half.features.to(torch::kFloat32), whole.features, 0.005, 0.005));
  EXPECT_TRUE(torch::equal(half.target, whole.target));
}

}  // namespace
}  // namespace toccata::libtorch
