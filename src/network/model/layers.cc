#include "network/model/layers.h"

#include <fmt/ranges.h>

namespace toccata::network {
namespace {

/// Units of each layer of a stack.
std::vector<int> units_of(const Config& config, Stack stack) {
  switch (stack) {
    case Stack::time:
      return config.time_units;
    case Stack::mix_up:
    case Stack::mix_down:
      return config.mix_units > 0 ? std::vector{config.mix_units} : std::vector<int>{};
    case Stack::note:
      return config.note_units;
  }
  return {};
}

int input_of(const Config& config, Stack stack) {
  switch (stack) {
    case Stack::time:
      return config.features();
    case Stack::mix_up:
    case Stack::mix_down:
      return config.time_units.back();
    case Stack::note:
      return config.past_inputs() + config.lower_inputs();
  }
  return 0;
}

std::string name_of(Stack stack, std::size_t k) {
  switch (stack) {
    case Stack::time:
      return fmt::format("time_lstm.{}", k);
    case Stack::mix_up:
      return "mix_lstm.up";
    case Stack::mix_down:
      return "mix_lstm.down";
    case Stack::note:
      return fmt::format("note_lstm.{}", k);
  }
  return {};
}

}  // namespace

std::vector<LayerSpec> layers(const Config& config, Stack stack) {
  // Masks are counted as the stacks were added to the network: time, note, mix.
  int mask = 0;
  for (const Stack before : {Stack::time, Stack::note, Stack::mix_up, Stack::mix_down}) {
    if (before == stack) break;
    mask += static_cast<int>(units_of(config, before).size());
  }
  std::vector<LayerSpec> list;
  int input = input_of(config, stack);
  for (const int units : units_of(config, stack)) {
    list.push_back({stack, name_of(stack, list.size()), input, units, mask++});
    input = units;
  }
  return list;
}

std::vector<LayerSpec> layers(const Config& config) {
  std::vector<LayerSpec> list;
  for (const Stack stack : kStacks)
    for (LayerSpec& layer : layers(config, stack)) list.push_back(std::move(layer));
  return list;
}

std::string layers_text(const Config& config) {
  return fmt::format(
      "time [{}], {}notes [{}]", fmt::join(config.time_units, ", "),
      config.mix_units > 0 ? fmt::format("mix [{0} up, {0} down], ", config.mix_units) : "",
      fmt::join(config.note_units, ", "));
}

}  // namespace toccata::network
