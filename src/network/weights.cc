#include "network/weights.h"

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

/// A one-layer torch.nn.LSTM of H units over `input` values.
void add_layer(std::vector<Parameter>& list, const std::string& name, int input, int units) {
  const std::int64_t rows = 4 * std::int64_t{units};
  add(list, name + ".weight_ih_l0", {rows, input});
  add(list, name + ".weight_hh_l0", {rows, units});
  add(list, name + ".bias_ih_l0", {rows});
  add(list, name + ".bias_hh_l0", {rows});
}

int add_layers(std::vector<Parameter>& list, const std::string& axis, const std::vector<int>& units,
               int input) {
  for (std::size_t k = 0; k < units.size(); ++k) {
    add_layer(list, fmt::format("{}_lstm.{}", axis, k), input, units[k]);
    input = units[k];
  }
  return input;
}

template <typename Float>
WeightSlices<Float> slices_of(const Config& config, Float* values) {
  WeightSlices<Float> result;
  const auto take = [&values](std::size_t count) { return std::exchange(values, values + count); };
  const auto take_layer = [&](int input, int hidden) {
    const std::size_t rows = 4 * static_cast<std::size_t>(hidden);
    LstmSlice<Float> layer{input, hidden};
    layer.weight_ih = take(rows * static_cast<std::size_t>(input));
    layer.weight_hh = take(rows * static_cast<std::size_t>(hidden));
    layer.bias_ih = take(rows);
    layer.bias_hh = take(rows);
    return layer;
  };
  const auto take_layers = [&](const std::vector<int>& units, int input) {
    std::vector<LstmSlice<Float>> layers;
    for (const int hidden : units) {
      layers.push_back(take_layer(input, hidden));
      input = hidden;
    }
    return layers;
  };
  result.time = take_layers(config.time_units, config.features());
  if (config.mix_units > 0)
    for (int direction = 0; direction < 2; ++direction)
      result.mix.push_back(take_layer(config.time_units.back(), config.mix_units));
  result.note = take_layers(config.note_units, config.past_inputs() + config.lower_inputs());
  const auto logits = static_cast<std::size_t>(config.head_count() * config.channels());
  result.head_weight = take(logits * static_cast<std::size_t>(config.note_units.back()));
  result.head_bias = take(logits);
  return result;
}

}  // namespace

std::vector<Parameter> parameters(const Config& config) {
  std::vector<Parameter> list;
  const int time_output = add_layers(list, "time", config.time_units, config.features());
  if (config.mix_units > 0)
    for (const char* direction : {"mix_lstm.up", "mix_lstm.down"})
      add_layer(list, direction, time_output, config.mix_units);
  const int note_output =
      add_layers(list, "note", config.note_units, config.past_inputs() + config.lower_inputs());
  std::vector<std::int64_t> logits{config.channels()};
  if (config.heads == Heads::per_note) logits.insert(logits.begin(), config.notes());
  std::vector<std::int64_t> weight = logits;
  weight.push_back(note_output);
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
  for (auto* layers : {&weights.time, &weights.mix, &weights.note})
    for (const LstmSlice<float>& layer : *layers)
      for (int u = 0; u < layer.hidden; ++u) layer.bias_ih[layer.hidden + u] += forget_bias;
  return values;
}

}  // namespace toccata::network
