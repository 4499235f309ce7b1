#pragma once
// The input kernel: what a note sees of the frame before it. The one encoder of features; training,
// evaluation and composing share it. Johnson, "Composing music with recurrent neural networks"
// (2015); order and scaling: docs/model.md.

#include <cstdint>

#include "network/config.h"

namespace toccata::network {

/// The step that is predicted.
struct StepPlace {
  float bar_phase = 0;   // [0, 1)
  float beat_phase = 0;  // [0, 1)
  int step = 0;          // index in its piece; 0 sets the start flag
};

/// Features of every note of one step, given the frame before it.
///   previous (N): cells of y(t-1), all zeros at the start of a piece
///   x (N, F): written whole
void encode(const Config& config, const std::uint8_t* previous, const StepPlace& place, float* x);

}  // namespace toccata::network
