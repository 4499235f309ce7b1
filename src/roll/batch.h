#pragma once
// Batch: windows of Rolls side by side, what one training update learns from. corpus makes them;
// network reads them.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toccata::roll {

struct Batch {
  int steps = 0;      // T
  int sequences = 0;  // B
  int notes = 0;      // N
  // Frames y(t0-1), y(t0), … y(t0+T-1) of each window: (T+1, B, N), cells as in Roll. frames[0] is
  // the true frame before the window (all zeros at the beginning of a piece). Row t is the input of
  // step t and row t+1 its target. Zeros after a window's end.
  std::vector<std::uint8_t> frames;
  std::vector<float> bar_phase;    // (T, B), of the step that is predicted
  std::vector<float> beat_phase;   // (T, B)
  std::vector<std::int32_t> step;  // (T, B), index of the predicted step in its piece
  std::vector<std::int32_t>
      lengths;  // (B), steps that count: 1..T; the rest is padding, without loss or gradient
  std::vector<std::uint64_t>
      sample;  // (B), a global number of each window, which names its dropout masks

  const std::uint8_t* frame(int t, int b) const {
    return frames.data() + (static_cast<std::size_t>(t) * static_cast<std::size_t>(sequences) +
                            static_cast<std::size_t>(b)) *
                               static_cast<std::size_t>(notes);
  }
};

}  // namespace toccata::roll
