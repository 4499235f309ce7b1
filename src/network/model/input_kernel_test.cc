#include "network/model/input_kernel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "music/roll.h"

namespace toccata::network {
namespace {

using ::testing::ElementsAre;

std::vector<float> part(const std::vector<float>& x, int from, int count) {
  return {x.begin() + from, x.begin() + from + count};
}

/// Every feature from its definition, one at a time.
///   past: frames by their lags, 1 first: past[0] is y(t-1)
std::vector<float> slow_features(const Config& config,
                                 const std::vector<std::vector<std::uint8_t>>& past,
                                 const StepPlace& place) {
  const std::vector<std::uint8_t>& previous = past[0];
  const int notes = config.notes(), half = config.window / 2;
  std::vector<float> x;
  for (int n = 0; n < notes; ++n) {
    x.push_back(notes == 1 ? 0.0f : static_cast<float>(n) / static_cast<float>(notes - 1));
    const int pitch = config.roll.low + n;
    for (int c = 0; c < 12; ++c) x.push_back(pitch % 12 == c ? 1.0f : 0.0f);
    for (int m = n - half; m <= n + half; ++m) {
      const int cell = m >= 0 && m < notes ? previous[static_cast<std::size_t>(m)] : 0;
      x.push_back((cell & music::kPlay) != 0 ? 1.0f : 0.0f);
      if (config.roll.articulation) x.push_back((cell & music::kArticulate) != 0 ? 1.0f : 0.0f);
    }
    for (int k = 0; k < 12; ++k) {
      int count = 0;
      for (int m = 0; m < notes; ++m) {
        const bool sounds = (previous[static_cast<std::size_t>(m)] & music::kPlay) != 0;
        count += sounds && (config.roll.low + m) % 12 == (pitch + k) % 12;
      }
      x.push_back(static_cast<float>(count));
    }
    if (config.beat == Beat::binary) {
      const int step = (place.step + config.start_step) % 16;
      for (int bit = 1; bit <= 8; bit *= 2) x.push_back((step & bit) != 0 ? 1.0f : -1.0f);
    } else {
      for (const double phase : {place.bar_phase, place.beat_phase}) {
        x.push_back(static_cast<float>(std::sin(2 * std::numbers::pi * phase)));
        x.push_back(static_cast<float>(std::cos(2 * std::numbers::pi * phase)));
      }
    }
    x.push_back(place.step == 0 ? 1.0f : 0.0f);
    for (const int lag : config.echoes) {
      const auto& echo = past[static_cast<std::size_t>(lag - 1)];
      const auto& before = past[static_cast<std::size_t>(lag)];
      for (int m = n - config.echo_window / 2; m <= n + config.echo_window / 2; ++m) {
        const int cell = m >= 0 && m < notes ? echo[static_cast<std::size_t>(m)] : 0;
        x.push_back((cell & music::kPlay) != 0 ? 1.0f : 0.0f);
        if (config.roll.articulation) x.push_back((cell & music::kArticulate) != 0 ? 1.0f : 0.0f);
      }
      float both = 0, either = 0;
      for (std::size_t m = 0; m < before.size(); ++m) {
        const bool a = (previous[m] & music::kPlay) != 0, b = (before[m] & music::kPlay) != 0;
        both += a && b ? 1.0f : 0.0f;
        either += a || b ? 1.0f : 0.0f;
      }
      x.push_back(either == 0 ? 0.0f : both / either);
    }
  }
  return x;
}

std::vector<float> place_values(const Config& config, const StepPlace& place) {
  for (const FeatureGroup& group : feature_groups(config))
    if (group.name == std::string_view("place")) {
      std::vector<float> values(static_cast<std::size_t>(group.width));
      group.values(config, group, nullptr, place, 0, values.data());
      return values;
    }
  return {};
}

/// Five notes, 59 (B) to 63 (D sharp), a window of 3: small enough for hand.
Config small() {
  Config config;
  config.roll.low = 59;
  config.roll.high = 63;
  config.window = 3;
  return config;
}

TEST(InputKernel, EqualsVectorsWorkedOutByHand) {
  const Config config = small();
  ASSERT_EQ(config.features(), 36);
  // B held, C silent, C sharp struck, D silent, D sharp held; the second step of a 4/4 bar of four.
  const std::vector<std::uint8_t> frame = {1, 0, 3, 0, 1};
  const StepPlace place{.bar_phase = 0.25f, .beat_phase = 0.0f, .step = 1};
  std::vector<float> x(5 * 36, -9.0f);
  encode(config, frame.data(), place, x.data());
  const std::vector<float> low = part(x, 0, 36), c = part(x, 36, 36), high = part(x, 4 * 36, 36);
  EXPECT_EQ(low[0], 0.0f);
  EXPECT_EQ(c[0], 0.25f);
  EXPECT_EQ(high[0], 1.0f);
  EXPECT_THAT(part(low, 1, 12), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1));   // B
  EXPECT_THAT(part(c, 1, 12), ElementsAre(1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0));     // C
  EXPECT_THAT(part(high, 1, 12), ElementsAre(0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));  // D sharp
  EXPECT_THAT(part(low, 13, 6), ElementsAre(0, 0, 1, 0, 0, 0));                     // nothing, B, C
  EXPECT_THAT(part(c, 13, 6), ElementsAre(1, 0, 0, 0, 1, 1));                       // B, C, C sharp
  EXPECT_THAT(part(high, 13, 6), ElementsAre(0, 0, 1, 0, 0, 0));  // D, D sharp, nothing
  // From B: itself, C sharp two above, D sharp four above. From C: 11, 1, 3. From D sharp: 8, 10,
  // 0.
  EXPECT_THAT(part(low, 19, 12), ElementsAre(1, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0));
  EXPECT_THAT(part(c, 19, 12), ElementsAre(0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1));
  EXPECT_THAT(part(high, 19, 12), ElementsAre(1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0));
  for (const auto& row : {low, c, high}) {
    EXPECT_FLOAT_EQ(row[31], 1.0f);     // sin of a quarter of a bar
    EXPECT_NEAR(row[32], 0.0f, 1e-7f);  // cos
    EXPECT_EQ(row[33], 0.0f);           // beat
    EXPECT_EQ(row[34], 1.0f);
    EXPECT_EQ(row[35], 0.0f);  // not the first step
  }
}

TEST(InputKernel, WithoutArticulationShowsPlayOnly) {
  Config config = small();
  config.roll.articulation = false;
  ASSERT_EQ(config.features(), 33);
  const std::vector<std::uint8_t> frame = {1, 0, 3, 0, 1};
  std::vector<float> x(5 * 33);
  encode(config, frame.data(), {}, x.data());
  EXPECT_THAT(part(x, 33 + 13, 3), ElementsAre(1, 0, 1));
}

TEST(InputKernel, SetsTheStartFlagAtTheFirstStepOnly) {
  const Config config = small();
  const std::vector<std::uint8_t> silence(5, 0);
  std::vector<float> x(5 * 36);
  for (const int step : {0, 1, 16}) {
    encode(config, silence.data(), {.step = step}, x.data());
    for (int n = 0; n < 5; ++n)
      EXPECT_EQ(x[static_cast<std::size_t>(n) * 36 + 35], step == 0 ? 1.0f : 0.0f);
  }
}

TEST(InputKernel, BinaryBeatIsTheStepsFourBits) {
  Config config = small();
  config.beat = Beat::binary;
  EXPECT_THAT(place_values(config, {.step = 0}), ElementsAre(-1, -1, -1, -1));
  EXPECT_THAT(place_values(config, {.step = 5}), ElementsAre(1, -1, 1, -1));
  EXPECT_THAT(place_values(config, {.step = 24}), ElementsAre(-1, -1, -1, 1));
  config.start_step = 6;
  EXPECT_THAT(place_values(config, {.step = 15}), ElementsAre(1, -1, 1, -1));  // 21 mod 16 is 5
}

RC_GTEST_PROP(InputKernel, EqualsTheDefinition, ()) {
  Config config;
  config.roll.low = *rc::gen::inRange(0, 128);
  config.roll.high = *rc::gen::inRange(config.roll.low, 128);
  config.roll.articulation = *rc::gen::arbitrary<bool>();
  config.window = 1 + 2 * *rc::gen::inRange(0, 20);
  config.beat = *rc::gen::element(Beat::phase, Beat::binary);
  config.start_step = *rc::gen::inRange(0, 40);
  for (int lag = 2; lag < 9; ++lag)
    if (*rc::gen::inRange(0, 4) == 0) config.echoes.push_back(lag);
  config.echo_window = 1 + 2 * *rc::gen::inRange(0, 20);
  const auto past = *rc::gen::container<std::vector<std::vector<std::uint8_t>>>(
      9, rc::gen::container<std::vector<std::uint8_t>>(
             static_cast<std::size_t>(config.notes()),
             rc::gen::element<std::uint8_t>(0, 0, 1, music::kPlay | music::kArticulate)));
  std::vector<const std::uint8_t*> frames;
  for (const int lag : lags(config))
    frames.push_back(past[static_cast<std::size_t>(lag - 1)].data());
  const StepPlace place{.bar_phase = static_cast<float>(*rc::gen::inRange(0, 48)) / 48,
                        .beat_phase = static_cast<float>(*rc::gen::inRange(0, 12)) / 12,
                        .step = *rc::gen::inRange(0, 100)};
  const std::vector<float> expected = slow_features(config, past, place);
  const auto rows = static_cast<std::size_t>(config.notes());
  const auto features = static_cast<std::size_t>(config.features());
  std::vector<float> x(rows * features, -9.0f);
  encode(config, frames.data(), place, x.data());
  // The clock's sines are rounded otherwise by std::sin; all other features are whole numbers.
  const auto equal = [](float a, float b) { return std::abs(a - b) <= 1e-7f; };
  RC_ASSERT(std::ranges::equal(x, expected, equal));

  // Strided rows, from an Encoder used before: the same, and nothing between the rows.
  Encoder encoder(config);
  const std::vector<std::uint8_t> other(rows, 3);
  const std::vector<const std::uint8_t*> others(frames.size(), other.data());
  std::vector<float> before(rows * features);
  encoder.encode(others.data(), {.step = 7}, before.data(), static_cast<std::ptrdiff_t>(features));
  std::vector<float> strided(rows * (features + 3), -9.0f);
  encoder.encode(frames.data(), place, strided.data(), static_cast<std::ptrdiff_t>(features) + 3);
  for (std::size_t n = 0; n < rows; ++n)
    for (std::size_t k = 0; k < features + 3; ++k)
      RC_ASSERT(strided[n * (features + 3) + k] == (k < features ? x[n * features + k] : -9.0f));
}

TEST(InputKernel, ShowsTheNotesBelowByHand) {
  Config config = small();
  config.lower_notes = 3;
  config.lower_chord = true;
  ASSERT_EQ(config.lower_inputs(), 3 * 2 + 12);
  // B held, C silent, C sharp struck; from D sharp the notes below are D, C sharp and C.
  const std::vector<std::uint8_t> frame = {1, 0, 3, 0, 1};
  std::vector<float> x(18, -9.0f);
  encode_lower(config, frame.data(), 4, x.data());
  EXPECT_THAT(part(x, 0, 6), ElementsAre(0, 0, 1, 1, 0, 0));
  // B is 8 semitones above D sharp, C sharp 10.
  EXPECT_THAT(part(x, 6, 12), ElementsAre(0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0));
  encode_lower(config, frame.data(), 0, x.data());
  EXPECT_EQ(x, std::vector<float>(18, 0.0f));
  config = small();
  encode_lower(config, frame.data(), 3, x.data());
  EXPECT_THAT(part(x, 0, config.lower_inputs()), ElementsAre(1, 1));
}

}  // namespace
}  // namespace toccata::network
