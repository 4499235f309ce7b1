#include "network/model/adapt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "network/model/test_batch.h"
#include "network/train/reference.h"

namespace toccata::network {
namespace {

using ::testing::HasSubstr;

Model model_of(const Config& config) {
  Model model;
  model.config = config;
  model.values = initial_values(config, 3);
  for (float& value : model.values) value *= 3;
  return model;
}

/// (steps, N, C) of the first window.
std::vector<double> logits_of(const Config& config, const std::vector<float>& values,
                              const music::Batch& batch) {
  return reference_logits(config, std::vector<double>(values.begin(), values.end()), batch, 0);
}

/// A window of `config` that sounds between the two notes only, as a model of another range and
/// history sees it.
music::Batch window_of(const Config& config, const music::Batch& of, int shift, int notes) {
  music::Batch batch = of;
  batch.resize(of.steps, 1, config.notes(), config.history());
  batch.lengths = of.lengths;
  batch.bar_phase = of.bar_phase;
  batch.beat_phase = of.beat_phase;
  batch.step = of.step;
  for (int t = 1; t <= of.lengths[0]; ++t)
    for (int n = 0; n < notes; ++n) batch.frame(t, 0)[n + shift] = of.frame(t, 0)[n];
  return batch;
}

TEST(Adapted, MoreFeaturesSayTheSame) {
  const Config from = mixed(far_seeing(small_config(7, {6, 5}, {5, 4})), 3);
  Config to = from;
  to.window = 29;
  to.echoes = {2, 3, 5, 9};
  to.echo_window = 7;
  to.lower_notes = 9;
  const Model model = model_of(from);
  const music::Batch batch = random_batch(from, 9, 1, false, 4);
  const std::vector<double> before = logits_of(from, model.values, batch);
  const std::vector<double> after =
      logits_of(to, adapted(model, to), window_of(to, batch, 0, from.notes()));
  ASSERT_EQ(before.size(), after.size());
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_NEAR(before[i], after[i], 1e-6) << i;
  // And back again, without loss.
  EXPECT_EQ(adapted({to, adapted(model, to), ""}, from), model.values);
}

TEST(Adapted, MoreNotesAboveSayTheSame) {
  const Config from = far_seeing(small_config(7, {6}, {5}));
  Config to = from;
  to.roll.high += 6;
  const Model model = model_of(from);
  const music::Batch batch = random_batch(from, 9, 1, false, 4);
  const std::vector<double> before = logits_of(from, model.values, batch);
  const std::vector<double> after =
      logits_of(to, adapted(model, to), window_of(to, batch, 0, from.notes()));
  const std::size_t row = 7 * 2, new_row = 13 * 2;
  for (std::size_t t = 0; t < 9; ++t)
    for (std::size_t i = 0; i < row; ++i)
      EXPECT_NEAR(before[t * row + i], after[t * new_row + i], 2e-5) << t << " " << i;
}

TEST(Adapted, NotesBelowMoveThePlaceInTheRangeAndLeaveTheFeaturesAlone) {
  const Config from = small_config(7, {6}, {5});
  Config to = from;
  to.roll.low -= 12;
  const Model model = model_of(from);
  Model other{to, adapted(model, to), ""};
  const auto first = slices(from, model.values.data())[Stack::time][0];
  const auto moved = slices(to, other.values.data())[Stack::time][0];
  for (int row = 0; row < 24; ++row)
    for (int n = 0; n < 7; ++n) {
      const float there = first.bias_ih[row] + first.weight_ih[row * first.input] * n / 6;
      const float here = moved.bias_ih[row] + moved.weight_ih[row * moved.input] * (n + 12) / 18;
      EXPECT_NEAR(there, here, 1e-6);
    }
}

TEST(Adapted, ArticulationIsANewChannelThatIsNotHeardYet) {
  const Config from = far_seeing(small_config(7, {6}, {5}, false));
  Config to = from;
  to.roll.articulation = true;
  const Model model = model_of(from);
  const music::Batch articulated = random_batch(to, 9, 1, false, 4);
  music::Batch plain = window_of(from, articulated, 0, 7);
  for (std::uint8_t& cell : plain.frames) cell &= music::kPlay;
  const std::vector<double> before = logits_of(from, model.values, plain);
  const std::vector<double> after = logits_of(to, adapted(model, to), articulated);
  for (std::size_t i = 0; i < before.size(); ++i) {
    EXPECT_NEAR(before[i], after[2 * i], 1e-6) << i;
    EXPECT_EQ(after[2 * i + 1], 0);
  }
}

TEST(Adapted, RefusesOtherLayersGridsAndHeads) {
  const Model model = model_of(small_config(7, {6}, {5}));
  const auto refused = [&](auto change) {
    Config to = model.config;
    change(to);
    EXPECT_FALSE(can_adapt(model.config, to));
    try {
      adapted(model, to);
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(refused([](Config& to) { to.time_units = {7}; }), HasSubstr("its layers are"));
  EXPECT_THAT(refused([](Config& to) { to.mix_units = 3; }), HasSubstr("its layers are"));
  EXPECT_THAT(refused([](Config& to) { to.roll.grid = 12; }), HasSubstr("its grid is 4"));
  EXPECT_THAT(refused([](Config& to) { to.heads = Heads::per_note; }), HasSubstr("--heads"));
  EXPECT_THAT(refused([](Config& to) { to.beat = Beat::binary; }), HasSubstr("--beat"));
}

}  // namespace
}  // namespace toccata::network
