#include "network/input_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>

#include "roll/roll.h"

namespace toccata::network {
namespace {

constexpr int kStill = FeatureOrder::window;  // position and pitch class

void copy_floats(float* to, const float* from, int count) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

}  // namespace

FeatureOrder feature_order(const Config& config) {
  FeatureOrder order;
  order.sounding = FeatureOrder::window + config.window * config.channels();
  order.place = order.sounding + 12;
  order.start = order.place + 4;
  order.features = order.start + 1;
  return order;
}

std::array<float, 4> place_features(const Config& config, const StepPlace& place) {
  if (config.beat == Beat::binary) {
    const unsigned step =
        static_cast<unsigned>(place.step) + static_cast<unsigned>(config.start_step);
    const auto bit = [step](int b) { return (step >> b & 1) != 0 ? 1.0f : -1.0f; };
    return {bit(0), bit(1), bit(2), bit(3)};
  }
  // In double, so that a bar's quarter points come out the same whatever the mathematics library.
  const double bar = 2 * std::numbers::pi * static_cast<double>(place.bar_phase);
  const double beat = 2 * std::numbers::pi * static_cast<double>(place.beat_phase);
  return {static_cast<float>(std::sin(bar)), static_cast<float>(std::cos(bar)),
          static_cast<float>(std::sin(beat)), static_cast<float>(std::cos(beat))};
}

std::array<float, 24> sounding_notes(const Config& config, const std::uint8_t* frame) {
  std::array<float, 24> counts{};
  int pitch_class = config.roll.low % 12;
  for (int n = 0; n < config.notes(); ++n) {
    counts[static_cast<std::size_t>(pitch_class)] += static_cast<float>(frame[n] & roll::kPlay);
    pitch_class = pitch_class == 11 ? 0 : pitch_class + 1;
  }
  std::copy_n(counts.begin(), 12, counts.begin() + 12);
  return counts;
}

Encoder::Encoder(const Config& config)
    : config_(config),
      order_(feature_order(config)),
      still_(static_cast<std::size_t>(config.notes()) * kStill),
      planes_(static_cast<std::size_t>((config.notes() + config.window - 1) * config.channels())) {
  const int notes = config.notes();
  for (int n = 0; n < notes; ++n) {
    float* row = still_.data() + static_cast<std::ptrdiff_t>(n) * kStill;
    row[FeatureOrder::position] =
        notes > 1 ? static_cast<float>(n) / static_cast<float>(notes - 1) : 0.0f;
    row[FeatureOrder::pitch_class + (config.roll.low + n) % 12] = 1;
  }
}

void Encoder::encode(const std::uint8_t* previous, const StepPlace& place, float* x,
                     std::ptrdiff_t stride) {
  const int notes = config_.notes(), channels = config_.channels();
  // Each note's window is then one stretch of `planes_`, a note further on.
  float* plane = planes_.data() + static_cast<std::ptrdiff_t>(config_.window / 2) * channels;
  for (int n = 0; n < notes; ++n) {
    *plane++ = static_cast<float>(previous[n] & roll::kPlay);
    if (channels == 2) *plane++ = static_cast<float>(previous[n] >> 1 & 1);
  }
  const std::array<float, 24> sounding = sounding_notes(config_, previous);
  std::array<float, 5> rest{};  // place and start flag
  std::ranges::copy(place_features(config_, place), rest.begin());
  rest[4] = place.step == 0 ? 1.0f : 0.0f;
  for (int n = 0; n < notes; ++n, x += stride) {
    copy_floats(x, still_.data() + static_cast<std::ptrdiff_t>(n) * kStill, kStill);
    copy_floats(x + FeatureOrder::window,
                planes_.data() + static_cast<std::ptrdiff_t>(n) * channels,
                config_.window * channels);
    copy_floats(x + order_.sounding, sounding.data() + (config_.roll.low + n) % 12, 12);
    copy_floats(x + order_.place, rest.data(), 5);
  }
}

void encode(const Config& config, const std::uint8_t* previous, const StepPlace& place, float* x) {
  Encoder(config).encode(previous, place, x);
}

}  // namespace toccata::network
