#pragma once
// Batch: windows of Rolls side by side, from which one training update learns. corpus makes them,
// network reads them.

#include <cstddef>
#include <cstdint>
#include <vector>

namespace toccata::music {

struct Batch {
  int steps = 0;      // T
  int sequences = 0;  // B
  int notes = 0;      // N
  int history = 1;    // frames before a window, at least 1; more for models with lagged inputs
  // Frames y(t0-history), … y(t0-1), y(t0), … y(t0+T-1) of each window: (T+history, B, N), cells as
  // in Roll. Those before the window are the true ones (all zeros before a piece's beginning).
  // frame(t) is the input of step t and frame(t+1) its target. Zeros after a window's end.
  std::vector<std::uint8_t> frames;
  // The same frames as the features see them, if notes are hidden from these (input dropout); else
  // empty. Targets and lower notes are always taken from `frames`.
  std::vector<std::uint8_t> heard;
  std::vector<float> bar_phase;    // (T, B), of the step that is predicted
  std::vector<float> beat_phase;   // (T, B)
  std::vector<std::int32_t> step;  // (T, B), index of the predicted step in its piece
  std::vector<std::int32_t>
      lengths;  // (B), steps that count: 1..T; the rest is padding, without loss or gradient
  std::vector<std::uint64_t>
      sample;  // (B), a global number of each window, which names its dropout masks

  /// y(t0+t-1), t from 1-history to T.
  const std::uint8_t* frame(int t, int b) const { return frames.data() + place_of(t, b); }
  std::uint8_t* frame(int t, int b) { return frames.data() + place_of(t, b); }

  /// The same frame as the features see it.
  const std::uint8_t* heard_frame(int t, int b) const {
    return (heard.empty() ? frames : heard).data() + place_of(t, b);
  }

  /// Sets the size. All frames become silent, and everything else zero.
  void resize(int steps_, int sequences_, int notes_, int history_ = 1) {
    steps = steps_, sequences = sequences_, notes = notes_, history = history_;
    const auto width = static_cast<std::size_t>(sequences);
    const std::size_t places = static_cast<std::size_t>(steps) * width;
    frames.assign(
        (places + static_cast<std::size_t>(history) * width) * static_cast<std::size_t>(notes), 0);
    bar_phase.assign(places, 0);
    beat_phase.assign(places, 0);
    step.assign(places, 0);
    lengths.assign(width, 0);
    sample.assign(width, 0);
  }

 private:
  std::size_t place_of(int t, int b) const {
    return (static_cast<std::size_t>(t + history - 1) * static_cast<std::size_t>(sequences) +
            static_cast<std::size_t>(b)) *
           static_cast<std::size_t>(notes);
  }
};

}  // namespace toccata::music
