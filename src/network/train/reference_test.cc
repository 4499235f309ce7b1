#include "network/train/reference.h"

#include <gtest/gtest.h>

#include <cmath>

#include "network/model/dropout.h"
#include "network/model/test_batch.h"

namespace toccata::network {
namespace {

// Central differences of every parameter.
void check_numerically(const Config& config, const music::Batch& batch, const Dropout& dropout) {
  std::vector<double> values = to_double(initial_values(config, 3));
  std::vector<double> gradient(values.size());
  reference_gradient(config, values, batch, dropout, gradient);
  const double step = 1e-5;
  for (const Parameter& parameter : parameters(config)) {
    double largest = 0;
    for (std::size_t k = parameter.offset; k < parameter.offset + parameter.size; ++k)
      largest = std::max(largest, std::abs(gradient[k]));
    EXPECT_GT(largest, 0) << parameter.name;
    for (std::size_t k = parameter.offset; k < parameter.offset + parameter.size; ++k) {
      const double value = values[k];
      values[k] = value + step;
      const double above = reference_loss(config, values, batch, dropout).nats;
      values[k] = value - step;
      const double below = reference_loss(config, values, batch, dropout).nats;
      values[k] = value;
      ASSERT_NEAR((above - below) / (2 * step), gradient[k], 1e-7 * std::max(1.0, largest))
          << parameter.name << " value " << k - parameter.offset;
    }
  }
}

TEST(Reference, GradientEqualsCentralDifferences) {
  Config config = small_config(3, {3, 2}, {2, 3});
  config.window = 3;
  check_numerically(config, random_batch(config, 4, 2, true, 5), {});
}

TEST(Reference, GradientEqualsCentralDifferencesWithEchoes) {
  Config config = small_config(6, {3}, {2, 3});
  config.window = 3;
  config.echoes = {2};
  config.echo_window = 3;
  config.lower_notes = 2;
  check_numerically(config, random_batch(config, 5, 2, true, 5), {});
}

TEST(Reference, GradientEqualsCentralDifferencesUnderDropout) {
  Config config = small_config(3, {4}, {3});
  config.window = 1;
  check_numerically(config, random_batch(config, 3, 2, false, 6), {0.6f, 11, 4});
}

TEST(Reference, GradientEqualsCentralDifferencesWhereRecurrentWeightsAreDropped) {
  Config config = small_config(3, {4, 2}, {3});
  config.window = 1;
  check_numerically(config, random_batch(config, 4, 2, false, 6), {0.8f, 11, 4, 0.6f});
}

TEST(Reference, GradientEqualsCentralDifferencesWhereThePastIsMixedAlongTheNotes) {
  Config config = mixed(small_config(4, {3, 2}, {3}), 2);
  config.window = 1;
  check_numerically(config, random_batch(config, 3, 2, true, 5), {});
  check_numerically(config, random_batch(config, 3, 2, false, 6), {0.6f, 11, 4, 0.7f});
}

TEST(Reference, GradientEqualsCentralDifferencesWithoutArticulation) {
  Config config = small_config(2, {3}, {2, 2}, false);
  config.window = 3;
  check_numerically(config, random_batch(config, 3, 1, false, 7), {});
}

TEST(Reference, GradientEqualsCentralDifferencesWithAHeadANote) {
  Config config = headed(small_config(3, {3}, {2, 3}));
  config.window = 3;
  check_numerically(config, random_batch(config, 4, 2, true, 5), {});
}

// The probabilities of all valid continuations of a frame sum to one.
double sum_of_probabilities(const Config& config, const std::vector<std::uint8_t>& before,
                            int steps) {
  const std::vector<double> values = to_double(initial_values(config, 8));
  const int notes = config.notes();
  music::Batch batch;
  batch.resize(steps, 1, notes, config.history());
  std::uint8_t* const first = batch.frame(0, 0);
  std::copy(before.begin(), before.end(), first);
  batch.bar_phase = {0, 0.25f};
  batch.beat_phase = {0, 0.5f};
  batch.step = {3, 4};
  batch.bar_phase.resize(steps);
  batch.beat_phase.resize(steps);
  batch.step.resize(steps);
  batch.lengths = {steps};
  batch.sample = {1};
  double sum = 0;
  const auto enumerate = [&](const auto& self, int cell) -> void {
    if (cell == steps * notes) {
      sum += std::exp(-reference_loss(config, values, batch).nats);
      return;
    }
    const bool sounding = first[cell] & music::kPlay;
    std::uint8_t& now = first[cell + notes];
    now = 0;
    self(self, cell + 1);
    now = music::kPlay;
    // Without articulation a cell is play alone; with it, an onset is certain after silence.
    if (!config.roll.articulation || sounding) self(self, cell + 1);
    now = music::kPlay | music::kArticulate;
    if (config.roll.articulation) self(self, cell + 1);
  };
  enumerate(enumerate, 0);
  return sum;
}

TEST(Reference, ProbabilitiesOfAllFramesSumToOne) {
  const Config config = small_config(3, {4, 3}, {3});
  EXPECT_NEAR(sum_of_probabilities(config, {0, 0, 0}, 2), 1, 1e-12);
  EXPECT_NEAR(sum_of_probabilities(config, {music::kPlay, 0, music::kPlay | music::kArticulate}, 2),
              1, 1e-12);
  EXPECT_NEAR(sum_of_probabilities(far_seeing(config), {music::kPlay, 0, 0}, 2), 1, 1e-12);
  EXPECT_NEAR(sum_of_probabilities(headed(small_config(3, {4}, {3})), {music::kPlay, 0, 0}, 2), 1,
              1e-12);
  EXPECT_NEAR(sum_of_probabilities(mixed(config, 3), {music::kPlay, 0, 0}, 2), 1, 1e-12);
  EXPECT_NEAR(sum_of_probabilities(small_config(4, {3}, {2}, false), {0, 1, 0, 1}, 2), 1, 1e-12);
}

TEST(Reference, DropoutKeepsAboutTheShareAskedFor) {
  const DropoutMasks masks({0.7f, 1, 2}, 3);
  int kept = 0;
  for (int step = 0; step < 50; ++step)
    for (int note = 0; note < 20; ++note)
      for (int unit = 0; unit < 100; ++unit) kept += masks.kept(1, step, note, unit);
  // Five standard deviations of 100,000 draws.
  EXPECT_NEAR(kept / 100000.0, 0.7, 5 * std::sqrt(0.21 / 100000));
  EXPECT_NE(masks.row(0, 0, 1).first, masks.row(0, 1, 0).first);
  EXPECT_NE(masks.row(0, 0, 1).first, DropoutMasks({0.7f, 1, 3}, 3).row(0, 0, 1).first);
  EXPECT_NE(masks.row(0, 0, 1).first, DropoutMasks({0.7f, 1, 2}, 4).row(0, 0, 1).first);
}

}  // namespace
}  // namespace toccata::network
