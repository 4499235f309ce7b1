#include "torch/torch_batch.h"

#include <torch/utils.h>

#include <algorithm>

#include "music/roll.h"
#include "network/model/input_kernel.h"

namespace toccata::libtorch {
namespace {

constexpr int kClasses = 12;

/// One-hot classes of N notes and, for each note, the classes 0 … 11 semitones above its own.
std::pair<torch::Tensor, torch::Tensor> pitch_classes(int notes, int lowest) {
  torch::Tensor classes = torch::zeros({notes, kClasses}, torch::kFloat32);
  torch::Tensor rotation = torch::zeros({notes, kClasses}, torch::kInt64);
  auto one = classes.accessor<float, 2>();
  auto above = rotation.accessor<std::int64_t, 2>();
  for (int n = 0; n < notes; ++n) {
    one[n][(lowest + n) % kClasses] = 1;
    for (int k = 0; k < kClasses; ++k) above[n][k] = (lowest + n + k) % kClasses;
  }
  return {classes, rotation};
}

/// Notes n-W/2 … n+W/2 of each plane, zeros outside: (…, N) each to (…, N, W * planes).
torch::Tensor windows(const std::vector<torch::Tensor>& planes, int width) {
  std::vector<torch::Tensor> seen;
  for (const torch::Tensor& plane : planes)
    seen.push_back(torch::constant_pad_nd(plane, {width / 2, width / 2}).unfold(-1, width, 1));
  return torch::stack(seen, -1).flatten(-2);
}

/// The bits of cells as f32.
Planes planes_of(const torch::Tensor& cells, const music::Cells& channels) {
  Planes planes;
  for (const music::Channel& channel : channels)
    planes.push_back(cells.bitwise_and(channel.bit).ne(0).to(torch::kFloat32));
  return planes;
}

/// `steps` frames from `first` on.
Planes narrow(const Planes& planes, std::int64_t first, std::int64_t steps) {
  Planes result;
  for (const torch::Tensor& plane : planes) result.push_back(plane.narrow(0, first, steps));
  return result;
}

/// The values of a group that sees the step alone: (T, B, width), or of one that sees the pitch
/// class: (T, B, 12, width).
torch::Tensor host_values(const network::Config& config, const network::FeatureGroup& group,
                          const music::Batch& batch) {
  const bool by_class = group.sees == network::Sees::pitch_class;
  std::vector<std::int64_t> shape{batch.steps, batch.sequences, group.width};
  if (by_class) shape.insert(shape.end() - 1, kClasses);
  torch::Tensor result = torch::empty(shape, torch::kFloat32);
  float* out = result.data_ptr<float>();
  const std::vector<int> lags = network::lags(config);
  std::vector<const std::uint8_t*> frames(lags.size());
  for (int t = 0; t < batch.steps; ++t)
    for (int b = 0; b < batch.sequences; ++b) {
      for (std::size_t k = 0; k < lags.size(); ++k)
        frames[k] = batch.heard_frame(t + 1 - lags[k], b);
      const network::Past past(lags, frames.data());
      const auto at = static_cast<std::size_t>(t) * static_cast<std::size_t>(batch.sequences) +
                      static_cast<std::size_t>(b);
      group.values(config, group, &past,
                   {batch.bar_phase[at], batch.beat_phase[at], batch.step[at]}, 0, out);
      out += group.width * (by_class ? kClasses : 1);
    }
  return result;
}

}  // namespace

torch::Tensor sent(const torch::Tensor& tensor, torch::Device device) {
  if (!device.is_cuda()) return tensor.to(device);
  return tensor.pin_memory().to(device, /*non_blocking=*/true);
}

TorchEncoder::TorchEncoder(const network::Config& config, torch::Device device,
                           torch::ScalarType type)
    : config_(config), device_(device), type_(type) {
  const int notes = config.notes();
  torch::Tensor classes = torch::arange(notes, torch::kInt64).add_(config.roll.low).remainder_(12);
  note_classes_ = classes.to(device);
  for (const network::FeatureGroup& group : network::feature_groups(config)) {
    torch::Tensor values;
    if (group.sees == network::Sees::note) {
      values = torch::empty({notes, group.width}, torch::kFloat32);
      for (int n = 0; n < notes; ++n)
        group.values(config, group, nullptr, {}, n, values.data_ptr<float>() + n * group.width);
      values = values.to(device);
    }
    groups_.push_back({group, values});
  }
  auto [lower_classes, lower_rotation] = pitch_classes(notes, 0);
  lower_classes_ = lower_classes.to(device);
  lower_rotation_ = lower_rotation.to(device);
}

TorchBatch TorchEncoder::encode(const music::Batch& batch) const {
  const torch::NoGradGuard no_gradient;
  const std::int64_t steps = batch.steps, sequences = batch.sequences, notes = batch.notes;
  // (T + history, B, N)
  const auto on_device = [&](const std::vector<std::uint8_t>& cells) {
    return sent(torch::from_blob(const_cast<std::uint8_t*>(cells.data()),
                                 {steps + batch.history, sequences, notes}, torch::kUInt8),
                device_);
  };
  const torch::Tensor lengths = sent(
      torch::from_blob(const_cast<std::int32_t*>(batch.lengths.data()), {sequences}, torch::kInt32),
      device_);
  const music::Cells cells = config_.cells();
  const Planes planes = planes_of(on_device(batch.frames), cells);

  TorchBatch result;
  result.features =
      features(batch, batch.heard.empty() ? planes : planes_of(on_device(batch.heard), cells))
          .to(type_);
  const Planes now = narrow(planes, batch.history, steps);
  const Planes before = narrow(planes, batch.history - 1, steps);
  result.lower = lower(now).to(type_);
  const torch::Tensor counted =
      torch::arange(steps, lengths.options()).unsqueeze(1).lt(lengths).to(torch::kFloat32);
  result.target = torch::stack(now, 3);
  Planes counts;
  for (const music::Channel& channel : cells) {
    torch::Tensor open = counted.unsqueeze(2).expand({steps, sequences, notes});
    for (int k = 0; k < cells.count(); ++k) {
      const std::uint8_t bit = cells.begin()[k].bit;
      const auto at = static_cast<std::size_t>(k);
      if (channel.now & bit) open = open * now[at];
      if (channel.before & bit) open = open * before[at];
    }
    counts.push_back(open);
  }
  result.counts = torch::stack(counts, 3);
  for (const std::int32_t length : batch.lengths) result.frames += length;
  return result;
}

///   planes (T + history, B, N), as the features see them
torch::Tensor TorchEncoder::features(const music::Batch& batch, const Planes& planes) const {
  const std::int64_t steps = batch.steps, sequences = batch.sequences, notes = batch.notes;
  std::vector<torch::Tensor> parts;
  for (const auto& [group, still] : groups_) {
    torch::Tensor part;
    switch (group.sees) {
      case network::Sees::note:
        part = still;
        break;
      case network::Sees::step:
        part = sent(host_values(config_, group, batch), device_).unsqueeze(2);
        break;
      case network::Sees::pitch_class:
        part = sent(host_values(config_, group, batch), device_).index_select(2, note_classes_);
        break;
      case network::Sees::frame:
        part = windows(narrow(planes, batch.history - group.lag, steps), group.window);
        break;
    }
    parts.push_back(part.expand({steps, sequences, notes, group.width}));
  }
  return torch::cat(parts, 3);
}

///   planes (T, B, N), of the step itself
torch::Tensor TorchEncoder::lower(const Planes& planes) const {
  const torch::Tensor& play = planes.front();
  const std::int64_t notes = play.size(2);
  std::vector<torch::Tensor> groups;
  for (int k = 1; k <= config_.lower_notes; ++k)
    for (const torch::Tensor& plane : planes)
      groups.push_back(torch::constant_pad_nd(plane, {k, 0}).narrow(2, 0, notes).unsqueeze(3));
  if (config_.lower_chord) {
    const torch::Tensor by_class = play.unsqueeze(3) * lower_classes_;  // (T, B, N, 12)
    const torch::Tensor all_below = by_class.cumsum(2) - by_class;
    groups.push_back(all_below.gather(3, lower_rotation_.expand_as(all_below)));
  }
  return torch::cat(groups, 3);
}

TorchBatch to_torch(const network::Config& config, const music::Batch& batch,
                    torch::Device device) {
  return TorchEncoder(config, device).encode(batch);
}

}  // namespace toccata::libtorch
