#include "torch/torch_batch.h"

#include <torch/utils.h>

#include <algorithm>

#include "music/roll.h"
#include "network/input_kernel.h"

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

/// How alike two frames are, network::match: (T, B, N) each to (T, B).
torch::Tensor match(const torch::Tensor& a, const torch::Tensor& b) {
  return (a * b).sum(-1) / torch::maximum(a, b).sum(-1).clamp_min(1);
}

/// Play and articulate of cells, as f32.
std::pair<torch::Tensor, torch::Tensor> planes_of(const torch::Tensor& cells) {
  return {cells.bitwise_and(music::kPlay).to(torch::kFloat32),
          cells.bitwise_and(music::kArticulate).ne(0).to(torch::kFloat32)};
}

/// Place features and start flag of each step: (T, B, 5).
torch::Tensor rest_of(const network::Config& config, const music::Batch& batch) {
  torch::Tensor rest = torch::empty({batch.steps, batch.sequences, 5}, torch::kFloat32);
  float* row = rest.data_ptr<float>();
  for (std::size_t at = 0; at < batch.step.size(); ++at, row += 5) {
    const auto place = network::place_features(
        config, {batch.bar_phase[at], batch.beat_phase[at], batch.step[at]});
    std::copy(place.begin(), place.end(), row);
    row[4] = batch.step[at] == 0 ? 1.0f : 0.0f;
  }
  return rest;
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
  auto [classes, rotation] = pitch_classes(notes, config.roll.low);
  const torch::Tensor position =
      torch::arange(notes, torch::kFloat32).div_(std::max(notes - 1, 1)).unsqueeze(1);
  still_ = torch::cat({position, classes}, 1).to(device);
  classes_ = classes.to(device);
  rotation_ = rotation.flatten().to(device);
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
  const auto [play, articulate] = planes_of(on_device(batch.frames));
  const auto [heard_play, heard_articulate] =
      batch.heard.empty() ? std::pair(play, articulate) : planes_of(on_device(batch.heard));

  TorchBatch result;
  result.features =
      features(heard_play, heard_articulate, sent(rest_of(config_, batch), device_)).to(type_);
  const torch::Tensor now = play.narrow(0, batch.history, steps);
  const torch::Tensor struck = articulate.narrow(0, batch.history, steps);
  result.lower = lower(now, struck).to(type_);
  const torch::Tensor counted =
      torch::arange(steps, lengths.options()).unsqueeze(1).lt(lengths).to(torch::kFloat32);
  result.play_counts = counted.unsqueeze(2).expand({steps, sequences, notes});
  if (config_.channels() == 2) {
    result.target = torch::stack({now, struck}, 3);
    result.articulate_counts = result.play_counts * now * play.narrow(0, batch.history - 1, steps);
  } else {
    result.target = now.unsqueeze(3);
  }
  for (const std::int32_t length : batch.lengths) result.frames += length;
  return result;
}

/// In the order of network::FeatureOrder.
///   play, articulate (T + history, B, N);  rest (T, B, 5)
torch::Tensor TorchEncoder::features(const torch::Tensor& play, const torch::Tensor& articulate,
                                     const torch::Tensor& rest) const {
  const std::int64_t steps = rest.size(0), sequences = rest.size(1), notes = play.size(2);
  const std::int64_t history = play.size(0) - steps;
  const auto ago = [&](const torch::Tensor& plane, std::int64_t lag) {
    return plane.narrow(0, history - lag, steps);
  };
  const auto window = [&](std::int64_t lag, int width) {
    std::vector<torch::Tensor> planes{ago(play, lag)};
    if (config_.channels() == 2) planes.push_back(ago(articulate, lag));
    return windows(planes, width);
  };
  const torch::Tensor before = ago(play, 1);
  const torch::Tensor sounding = torch::matmul(before, classes_)  // (T, B, 12)
                                     .index_select(2, rotation_)
                                     .view({steps, sequences, notes, kClasses});
  std::vector<torch::Tensor> groups{still_.expand({steps, sequences, notes, still_.size(1)}),
                                    window(1, config_.window), sounding,
                                    rest.unsqueeze(2).expand({steps, sequences, notes, 5})};
  for (const int lag : config_.echoes) {
    groups.push_back(window(lag, config_.echo_window));
    groups.push_back(match(before, ago(play, lag + 1))
                         .view({steps, sequences, 1, 1})
                         .expand({steps, sequences, notes, 1}));
  }
  return torch::cat(groups, 3);
}

///   play, articulate (T, B, N), of the step itself
torch::Tensor TorchEncoder::lower(const torch::Tensor& play,
                                  const torch::Tensor& articulate) const {
  const std::int64_t notes = play.size(2);
  std::vector<torch::Tensor> groups;
  for (int k = 1; k <= config_.lower_notes; ++k) {
    const auto below = [&](const torch::Tensor& plane) {
      return torch::constant_pad_nd(plane, {k, 0}).narrow(2, 0, notes).unsqueeze(3);
    };
    groups.push_back(below(play));
    if (config_.channels() == 2) groups.push_back(below(articulate));
  }
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
