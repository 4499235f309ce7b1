#include "network/input_kernel.h"

#include <algorithm>
#include <cstring>

#include "base/plain_math.h"
#include "music/roll.h"

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
  order.echoes = order.start + 1;
  order.features = config.features();
  return order;
}

std::array<float, 4> place_features(const Config& config, const StepPlace& place) {
  if (config.beat == Beat::binary) {
    const unsigned step =
        static_cast<unsigned>(place.step) + static_cast<unsigned>(config.start_step);
    const auto bit = [step](int b) { return (step >> b & 1) != 0 ? 1.0f : -1.0f; };
    return {bit(0), bit(1), bit(2), bit(3)};
  }
  const double bar = place.bar_phase, beat = place.beat_phase;
  return {static_cast<float>(plain::sin_turns(bar)), static_cast<float>(plain::cos_turns(bar)),
          static_cast<float>(plain::sin_turns(beat)), static_cast<float>(plain::cos_turns(beat))};
}

std::array<float, 24> sounding_notes(const Config& config, const std::uint8_t* frame) {
  std::array<float, 24> counts{};
  int pitch_class = config.roll.low % 12;
  for (int n = 0; n < config.notes(); ++n) {
    counts[static_cast<std::size_t>(pitch_class)] += static_cast<float>(frame[n] & music::kPlay);
    pitch_class = pitch_class == 11 ? 0 : pitch_class + 1;
  }
  std::copy_n(counts.begin(), 12, counts.begin() + 12);
  return counts;
}

float match(const std::uint8_t* a, const std::uint8_t* b, int notes) {
  int both = 0, either = 0;
  for (int n = 0; n < notes; ++n) {
    both += a[n] & b[n] & music::kPlay;
    either += (a[n] | b[n]) & music::kPlay;
  }
  return either == 0 ? 0.0f : static_cast<float>(both) / static_cast<float>(either);
}

std::vector<int> lags(const Config& config) {
  std::vector<int> list{1};
  for (const int lag : config.echoes) {
    list.push_back(lag);
    list.push_back(lag + 1);
  }
  return list;
}

Encoder::Encoder(const Config& config)
    : config_(config),
      order_(feature_order(config)),
      still_(static_cast<std::size_t>(config.notes()) * kStill),
      planes_(static_cast<std::size_t>(
          (config.notes() + std::max(config.window, config.echo_window) - 1) * config.channels())),
      lags_(lags(config)),
      past_(lags_.size()) {
  const int notes = config.notes();
  for (int n = 0; n < notes; ++n) {
    float* row = still_.data() + static_cast<std::ptrdiff_t>(n) * kStill;
    row[FeatureOrder::position] =
        notes > 1 ? static_cast<float>(n) / static_cast<float>(notes - 1) : 0.0f;
    row[FeatureOrder::pitch_class + (config.roll.low + n) % 12] = 1;
  }
}

/// Each note's window is then one stretch of `planes_`, a note further on.
void Encoder::set_planes(const std::uint8_t* frame, int window) {
  const int notes = config_.notes(), channels = config_.channels();
  const auto margin = static_cast<std::ptrdiff_t>(window / 2) * channels;
  std::fill_n(planes_.data(), margin, 0.0f);
  float* plane = planes_.data() + margin;
  for (int n = 0; n < notes; ++n) {
    *plane++ = static_cast<float>(frame[n] & music::kPlay);
    if (channels == 2) *plane++ = static_cast<float>(frame[n] >> 1 & 1);
  }
  std::fill_n(plane, margin, 0.0f);
}

void Encoder::encode(const std::uint8_t* const* past, const StepPlace& place, float* x,
                     std::ptrdiff_t stride) {
  const int notes = config_.notes(), channels = config_.channels();
  const std::uint8_t* previous = past[0];
  int at = order_.echoes;
  for (std::size_t echo = 0; echo < config_.echoes.size(); ++echo) {
    set_planes(past[1 + 2 * echo], config_.echo_window);
    const float like = match(previous, past[2 + 2 * echo], notes);
    const int cells = config_.echo_window * channels;
    for (int n = 0; n < notes; ++n) {
      float* row = x + n * stride + at;
      copy_floats(row, planes_.data() + static_cast<std::ptrdiff_t>(n) * channels, cells);
      row[cells] = like;
    }
    at += cells + 1;
  }
  set_planes(previous, config_.window);
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

void Encoder::encode(const music::Batch& batch, int t, int b, float* x) {
  for (std::size_t k = 0; k < lags_.size(); ++k) past_[k] = batch.heard_frame(t + 1 - lags_[k], b);
  const std::size_t at = static_cast<std::size_t>(t) * static_cast<std::size_t>(batch.sequences) +
                         static_cast<std::size_t>(b);
  encode(past_.data(), {batch.bar_phase[at], batch.beat_phase[at], batch.step[at]}, x,
         order_.features);
}

void encode(const Config& config, const std::uint8_t* const* past, const StepPlace& place,
            float* x) {
  Encoder(config).encode(past, place, x, config.features());
}

void encode_lower(const Config& config, const std::uint8_t* frame, int n, float* x) {
  for (int k = 1; k <= config.lower_notes; ++k) {
    const std::uint8_t cell = k <= n ? frame[n - k] : 0;
    *x++ = static_cast<float>(cell & music::kPlay);
    if (config.channels() == 2) *x++ = static_cast<float>(cell >> 1 & 1);
  }
  if (!config.lower_chord) return;
  std::fill_n(x, 12, 0.0f);
  for (int m = 0, above = (12 - n % 12) % 12; m < n; ++m, above = above == 11 ? 0 : above + 1)
    x[above] += static_cast<float>(frame[m] & music::kPlay);
}

}  // namespace toccata::network
