#include "network/model/input_kernel.h"

#include <algorithm>
#include <cstring>

#include "base/plain_math.h"
#include "music/roll.h"

namespace toccata::network {
namespace {

void copy_floats(float* to, const float* from, int count) {
  std::memcpy(to, from, static_cast<std::size_t>(count) * sizeof(float));
}

using Group = FeatureGroup;

void position(const Config& config, const Group&, const Past*, const StepPlace&, int n,
              float* out) {
  const int top = config.notes() - 1;
  *out = top > 0 ? static_cast<float>(n) / static_cast<float>(top) : 0.0f;
}

void pitch_class(const Config& config, const Group&, const Past*, const StepPlace&, int n,
                 float* out) {
  std::fill_n(out, 12, 0.0f);
  out[(config.roll.low + n) % 12] = 1;
}

void sounding(const Config& config, const Group& group, const Past* past, const StepPlace&, int,
              float* out) {
  float counts[24] = {};  // of each class twice over, so that any 12 from one on lie side by side
  const std::uint8_t* frame = past->ago(group.lag);
  int own = config.roll.low % 12;
  for (int n = 0; n < config.notes(); ++n, own = own == 11 ? 0 : own + 1)
    counts[own] += static_cast<float>(frame[n] & music::kPlay);
  std::copy_n(counts, 12, counts + 12);
  for (own = 0; own < 12; ++own) copy_floats(out + own * 12, counts + own, 12);
}

void place_in_bar(const Config& config, const Group&, const Past*, const StepPlace& place, int,
                  float* out) {
  if (config.beat == Beat::binary) {
    const unsigned step =
        static_cast<unsigned>(place.step) + static_cast<unsigned>(config.start_step);
    for (int b = 0; b < 4; ++b) out[b] = (step >> b & 1) != 0 ? 1.0f : -1.0f;
    return;
  }
  for (const double phase : {double{place.bar_phase}, double{place.beat_phase}}) {
    *out++ = static_cast<float>(plain::sin_turns(phase));
    *out++ = static_cast<float>(plain::cos_turns(phase));
  }
}

void start(const Config&, const Group&, const Past*, const StepPlace& place, int, float* out) {
  *out = place.step == 0 ? 1.0f : 0.0f;
}

void match_at_lag(const Config& config, const Group& group, const Past* past, const StepPlace&, int,
                  float* out) {
  *out = match(past->ago(1), past->ago(group.lag + 1), config.notes());
}

}  // namespace

std::vector<FeatureGroup> feature_groups(const Config& config) {
  std::vector<Group> groups{
      {.name = "position", .sees = Sees::note, .width = 1, .values = position},
      {.name = "pitch class", .sees = Sees::note, .width = 12, .values = pitch_class},
      {.name = "window", .sees = Sees::frame, .window = config.window},
      {.name = "sounding", .sees = Sees::pitch_class, .width = 12, .values = sounding},
      {.name = "place", .sees = Sees::step, .width = 4, .values = place_in_bar},
      {.name = "start", .sees = Sees::step, .width = 1, .values = start},
  };
  for (const int lag : config.echoes) {
    groups.push_back(
        {.name = "echo", .sees = Sees::frame, .lag = lag, .window = config.echo_window});
    groups.push_back(
        {.name = "match", .sees = Sees::step, .width = 1, .lag = lag, .values = match_at_lag});
  }
  int first = 0;
  for (Group& group : groups) {
    if (group.sees == Sees::frame) group.width = group.window * config.channels();
    group.first = first;
    first += group.width;
  }
  return groups;
}

int Config::features() const {
  const FeatureGroup last = feature_groups(*this).back();
  return last.first + last.width;
}

const std::uint8_t* Past::ago(int lag) const {
  return frames_[std::ranges::find(lags_, lag) - lags_.begin()];
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
      features_(config.features()),
      cells_(config.cells()),
      groups_(feature_groups(config)),
      still_(static_cast<std::size_t>(config.notes()) * static_cast<std::size_t>(features_)),
      lags_(lags(config)),
      past_(lags_.size()) {
  int widest = 0, window = 0;
  for (const FeatureGroup& group : groups_) {
    widest = std::max(widest, group.width);
    window = std::max(window, group.window);
    for (int n = 0; group.sees == Sees::note && n < config.notes(); ++n)
      group.values(config, group, nullptr, {}, n,
                   still_.data() + std::ptrdiff_t{n} * features_ + group.first);
  }
  values_.resize(12 * static_cast<std::size_t>(widest));
  planes_.resize(static_cast<std::size_t>((config.notes() + window - 1) * config.channels()));
}

/// Each note's window is then one stretch of `planes_`, a note further on.
void Encoder::set_planes(const std::uint8_t* frame, int window) {
  const int notes = config_.notes();
  const auto margin = static_cast<std::ptrdiff_t>(window / 2) * cells_.count();
  std::fill_n(planes_.data(), margin, 0.0f);
  float* plane = planes_.data() + margin;
  for (int n = 0; n < notes; ++n) plane = cells_.write(frame[n], plane);
  std::fill_n(plane, margin, 0.0f);
}

void Encoder::encode(const std::uint8_t* const* frames, const StepPlace& place, float* x,
                     std::ptrdiff_t stride) {
  const int notes = config_.notes();
  const Past past(lags_, frames);
  for (const FeatureGroup& group : groups_) {
    const float* from = nullptr;  // of note 0
    std::ptrdiff_t next = 0;      // from a note to the next
    switch (group.sees) {
      case Sees::note:
        from = still_.data() + group.first;
        next = features_;
        break;
      case Sees::step:
        group.values(config_, group, &past, place, 0, values_.data());
        from = values_.data();
        break;
      case Sees::pitch_class:
        group.values(config_, group, &past, place, 0, values_.data());
        break;
      case Sees::frame:
        set_planes(past.ago(group.lag), group.window);
        from = planes_.data();
        next = cells_.count();
        break;
    }
    float* row = x + group.first;
    for (int n = 0; n < notes; ++n, row += stride)
      copy_floats(
          row, from ? from + n * next : values_.data() + (config_.roll.low + n) % 12 * group.width,
          group.width);
  }
}

void Encoder::encode(const music::Batch& batch, int t, int b, float* x) {
  for (std::size_t k = 0; k < lags_.size(); ++k) past_[k] = batch.heard_frame(t + 1 - lags_[k], b);
  const std::size_t at = static_cast<std::size_t>(t) * static_cast<std::size_t>(batch.sequences) +
                         static_cast<std::size_t>(b);
  encode(past_.data(), {batch.bar_phase[at], batch.beat_phase[at], batch.step[at]}, x, features_);
}

void encode(const Config& config, const std::uint8_t* const* past, const StepPlace& place,
            float* x) {
  Encoder(config).encode(past, place, x, config.features());
}

void encode_lower(const Config& config, const std::uint8_t* frame, int n, float* x) {
  const music::Cells cells = config.cells();
  for (int k = 1; k <= config.lower_notes; ++k) x = cells.write(k <= n ? frame[n - k] : 0, x);
  if (!config.lower_chord) return;
  std::fill_n(x, 12, 0.0f);
  for (int m = 0, above = (12 - n % 12) % 12; m < n; ++m, above = above == 11 ? 0 : above + 1)
    x[above] += static_cast<float>(frame[m] & music::kPlay);
}

}  // namespace toccata::network
