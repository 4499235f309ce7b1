#include "network/model/weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/random.h"

namespace toccata::network {
namespace {

void add(std::vector<Parameter>& list, std::string name, std::vector<std::int64_t> shape) {
  std::size_t size = 1;
  for (const std::int64_t extent : shape) size *= static_cast<std::size_t>(extent);
  const std::size_t offset = list.empty() ? 0 : list.back().offset + list.back().size;
  list.push_back({std::move(name), std::move(shape), offset, size});
}

template <typename Float>
WeightSlices<Float> slices_of(const Config& config, Float* values) {
  WeightSlices<Float> result;
  const auto take = [&values](std::size_t count) { return std::exchange(values, values + count); };
  for (const LayerSpec& layer : layers(config)) {
    const auto units = static_cast<std::size_t>(layer.units), rows = 4 * units;
    LstmSlice<Float> slice{layer.input, layer.units, layer.mask};
    slice.weight_ih = take(rows * static_cast<std::size_t>(layer.input));
    slice.weight_hh = take(rows * units);
    slice.bias_ih = take(rows);
    slice.bias_hh = take(rows);
    result.stacks[static_cast<std::size_t>(layer.stack)].push_back(slice);
  }
  const auto logits = static_cast<std::size_t>(config.head_count() * config.channels());
  result.head_weight = take(logits * static_cast<std::size_t>(config.note_units.back()));
  result.head_bias = take(logits);
  return result;
}

}  // namespace

std::vector<Parameter> parameters(const Config& config) {
  std::vector<Parameter> list;
  for (const LayerSpec& layer : layers(config)) {
    const std::int64_t units = layer.units, rows = 4 * units;
    add(list, layer.name + ".weight_ih_l0", {rows, layer.input});
    add(list, layer.name + ".weight_hh_l0", {rows, units});
    add(list, layer.name + ".bias_ih_l0", {rows});
    add(list, layer.name + ".bias_hh_l0", {rows});
  }
  std::vector<std::int64_t> logits{config.channels()};
  if (config.heads == Heads::per_note) logits.insert(logits.begin(), config.notes());
  std::vector<std::int64_t> weight = logits;
  weight.push_back(config.note_units.back());
  add(list, "head.weight", std::move(weight));
  add(list, "head.bias", std::move(logits));
  return list;
}

std::size_t parameter_count(const Config& config) {
  const Parameter last = parameters(config).back();
  return last.offset + last.size;
}

WeightSlices<const float> slices(const Config& config, const float* values) {
  return slices_of(config, values);
}
WeightSlices<float> slices(const Config& config, float* values) {
  return slices_of(config, values);
}
WeightSlices<const double> slices(const Config& config, const double* values) {
  return slices_of(config, values);
}
WeightSlices<double> slices(const Config& config, double* values) {
  return slices_of(config, values);
}

std::vector<float> initial_values(const Config& config, std::uint64_t seed, float forget_bias) {
  check(config);
  const std::vector<Parameter> list = parameters(config);
  std::vector<float> values(list.back().offset + list.back().size);
  // torch.nn.LSTM and torch.nn.Linear draw from ±1/sqrt(units of the layer, inputs of the head):
  // for an LSTM that is a quarter of each tensor's rows, for the head weight's last extent.
  for (std::size_t p = 0; p < list.size(); ++p) {
    const bool head = p + 2 >= list.size();
    const double units = head ? static_cast<double>(config.note_units.back())
                              : static_cast<double>(list[p].shape[0]) / 4;
    const double bound = 1 / std::sqrt(units);
    const Random random(seed, p);  // a stream a tensor: none depends on another's size
    for (std::size_t i = 0; i < list[p].size; ++i)
      values[list[p].offset + i] = static_cast<float>(bound * (2 * random.uniform_at(i) - 1));
  }
  WeightSlices<float> weights = slices(config, values.data());
  for (const auto& stack : weights.stacks)
    for (const LstmSlice<float>& layer : stack)
      for (int u = 0; u < layer.hidden; ++u) layer.bias_ih[layer.hidden + u] += forget_bias;
  return values;
}

}  // namespace toccata::network
