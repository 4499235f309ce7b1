#include "network/model/layers.h"

#include <fmt/ranges.h>

#include <algorithm>

namespace toccata::network {

std::vector<Mix> mixes(const Config& config) {
  std::vector<Mix> list;
  std::ranges::copy_if(kMixes, std::back_inserter(list),
                       [&](const Mix& mix) { return config.*mix.units > 0; });
  return list;
}

int Config::past_inputs() const {
  int sum = time_units.back();
  for (const Mix& mix : kMixes) sum += this->*mix.units;
  return sum;
}

std::vector<LayerSpec> layers(const Config& config) {
  std::vector<LayerSpec> time, mix, note;
  int mask = 0;
  const auto add = [&](std::vector<LayerSpec>& stack, Stack which, std::string name, int input,
                       int units) {
    stack.push_back({which, std::move(name), input, units, mask++});
  };
  // Masks are counted as the stacks were added to the network: time, note, mix.
  int input = config.features();
  for (const int units : config.time_units) {
    add(time, Stack::time, fmt::format("time_lstm.{}", time.size()), input, units);
    input = units;
  }
  input = config.past_inputs() + config.lower_inputs();
  for (const int units : config.note_units) {
    add(note, Stack::note, fmt::format("note_lstm.{}", note.size()), input, units);
    input = units;
  }
  for (const Mix& of : mixes(config))
    add(mix, of.stack, fmt::format("mix_lstm.{}", of.name), config.time_units.back(),
        config.*of.units);
  for (std::vector<LayerSpec>* stack : {&mix, &note})
    std::ranges::move(*stack, std::back_inserter(time));
  return time;
}

std::vector<LayerSpec> layers(const Config& config, Stack stack) {
  std::vector<LayerSpec> list = layers(config);
  std::erase_if(list, [&](const LayerSpec& layer) { return layer.stack != stack; });
  return list;
}

std::string layers_text(const Config& config) {
  std::vector<std::string> mixed;
  for (const Mix& mix : mixes(config))
    mixed.push_back(fmt::format("{} {}", config.*mix.units, mix.name));
  return fmt::format("time [{}], {}notes [{}]", fmt::join(config.time_units, ", "),
                     mixed.empty() ? "" : fmt::format("mix [{}], ", fmt::join(mixed, ", ")),
                     fmt::join(config.note_units, ", "));
}

}  // namespace toccata::network
