#pragma once
// The input kernel: what a note sees of the frame before it. The one encoder of features; training,
// evaluation and composing share it. Johnson, "Composing music with recurrent neural networks"
// (2015); order and scaling: docs/model.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "network/config.h"

namespace toccata::network {

/// The step that is predicted.
struct StepPlace {
  float bar_phase = 0;   // [0, 1)
  float beat_phase = 0;  // [0, 1)
  int step = 0;          // index in its piece; 0 sets the start flag
};

/// Where each group of features begins in a row of F.
struct FeatureOrder {
  static constexpr int position = 0;     // 1: n / (N-1); 0 where N is 1
  static constexpr int pitch_class = 1;  // 12: one-hot, C first
  static constexpr int window = 13;  // (W, C): notes n-W/2 … n+W/2, play then articulate of each
  int sounding = 0;  // 12: how many notes sound k semitones above n's pitch class, any octave
  int place = 0;     // 4: the step's place in its bar
  int start = 0;     // 1: 1 where the step is its piece's first
  int features = 0;  // F
};
FeatureOrder feature_order(const Config& config);

/// The four place features of a step (Config::beat).
std::array<float, 4> place_features(const Config& config, const StepPlace& place);

/// How many notes of a frame sound in each pitch class, twice over, so that 12 values from any
/// pitch class on lie side by side.
///   frame (N)
std::array<float, 24> sounding_notes(const Config& config, const std::uint8_t* frame);

/// Encodes frame after frame without allocating. Not for two threads at once.
class Encoder {
 public:
  explicit Encoder(const Config& config);

  /// Features of every note of one step, given the frame before it.
  ///   previous (N): cells of y(t-1), all zeros at the start of a piece
  ///   x: N rows of F values, `stride` floats apart (stride >= F); what lies between is left alone
  void encode(const std::uint8_t* previous, const StepPlace& place, float* x,
              std::ptrdiff_t stride);
  void encode(const std::uint8_t* previous, const StepPlace& place, float* x) {
    encode(previous, place, x, order_.features);
  }

 private:
  Config config_;
  FeatureOrder order_;
  std::vector<float> still_;   // (N, 13): position and pitch class, which no frame changes
  std::vector<float> planes_;  // (N + W - 1, C): the frame's bits with W/2 silent notes at each end
};

/// The same for a single frame.
///   previous (N);  x (N, F): written whole
void encode(const Config& config, const std::uint8_t* previous, const StepPlace& place, float* x);

}  // namespace toccata::network
