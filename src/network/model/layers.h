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
  note,      // along the notes, upwards: from these three and the cells of the notes below
};
inline constexpr std::array kStacks{Stack::time, Stack::mix_up, Stack::mix_down, Stack::note};
/// Those whose outputs stand beside the time stack's in the note stack's input.
inline constexpr std::array kMixStacks{Stack::mix_up, Stack::mix_down};

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
