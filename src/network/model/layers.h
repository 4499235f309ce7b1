#pragma once
// The network's LSTM layers as one list, which follows from Config. Parameters, starting values,
// masks, reference, training, stepping, LibTorch's model, cards and messages walk it.

#include <array>
#include <string>
#include <vector>

#include "network/model/config.h"

namespace toccata::network {

/// What layers stand on top of each other, each fed by the one below.
enum class Stack {
  time,      // along the steps, for each note: from the features
  mix_up,    // along the notes of a step, upwards: from what the time stack gives
  mix_down,  // the same, downwards
  note,      // along the notes, upwards: from these all and the cells of the notes below
};

/// Stacks along the notes that read the time stack's output. What they give stands beside it in
/// the note stack's input.
struct Mix {
  Stack stack;
  const char* name;    // of the tensors, behind "mix_lstm."
  bool down;           // from the highest note to the lowest
  int Config::*units;  // H of its one layer; 0: there is none
};
inline constexpr std::array kMixes{Mix{Stack::mix_up, "up", false, &Config::mix_units},
                                   Mix{Stack::mix_down, "down", true, &Config::mix_units}};
/// Those that a Config has.
std::vector<Mix> mixes(const Config& config);

/// In the order of the flat buffer.
inline constexpr auto kStacks = [] {
  std::array<Stack, kMixes.size() + 2> list{Stack::time};
  std::size_t at = 1;
  for (const Mix& mix : kMixes) list[at++] = mix.stack;
  list[at] = Stack::note;
  return list;
}();

struct LayerSpec {
  Stack stack;
  std::string name;          // of its tensors: "time_lstm.0"
  int input = 0, units = 0;  // I, H
  int mask = 0;              // its number among the masks of dropout
};

/// In the order of the flat buffer: stack after stack, each from the lowest layer up.
std::vector<LayerSpec> layers(const Config& config);
/// The layers of one stack; none where the Config has no such stack.
std::vector<LayerSpec> layers(const Config& config, Stack stack);

/// "time [200, 200], mix [100 up, 100 down], notes [100, 100]".
std::string layers_text(const Config& config);

}  // namespace toccata::network
