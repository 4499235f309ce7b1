#pragma once
// The input kernel: what a note sees of the frames before it, and of the notes below it. Features
// are defined here; the stepper and torch_batch make the same values in other forms. Johnson,
// "Composing music with recurrent neural networks" (2015); echoes and lower notes beyond the first
// are ours. Order and scaling: docs/model.md.

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "music/batch.h"
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
  int echoes = 0;    // for each lag L: (V, C) notes n-V/2 … n+V/2 of y(t-L), then 1: match()
  int features = 0;  // F
};
FeatureOrder feature_order(const Config& config);

/// The four place features of a step (Config::beat).
std::array<float, 4> place_features(const Config& config, const StepPlace& place);

/// How many notes of a frame sound in each pitch class, twice over, so that 12 values from any
/// pitch class on lie side by side.
///   frame (N)
std::array<float, 24> sounding_notes(const Config& config, const std::uint8_t* frame);

/// How alike two frames are: notes that sound in both / notes that sound in either (Jaccard 1901);
/// 0 where both are silent. Of y(t-1) and y(t-1-L) it tells whether the music repeats itself at
/// lag L. Frames are (N).
float match(const std::uint8_t* a, const std::uint8_t* b, int notes);

/// The frames that a step's features look at, as lags: 1 (the frame before), then for each echo L
/// and L + 1.
std::vector<int> lags(const Config& config);

/// Encodes frame after frame without allocating. Not for two threads at once.
class Encoder {
 public:
  explicit Encoder(const Config& config);

  /// Features of every note of one step.
  ///   past: for each of lags(config) the frame (N) so many steps earlier; zeros before a piece
  ///   x: N rows of F values, `stride` floats apart (stride >= F); what lies between is left alone
  void encode(const std::uint8_t* const* past, const StepPlace& place, float* x,
              std::ptrdiff_t stride);
  /// The same for step t of window b.
  void encode(const music::Batch& batch, int t, int b, float* x);

 private:
  void set_planes(const std::uint8_t* frame, int window);

  Config config_;
  FeatureOrder order_;
  std::vector<float> still_;   // (N, 13): position and pitch class, which no frame changes
  std::vector<float> planes_;  // (N + W - 1, C): a frame's bits with W/2 silent notes at each end
  std::vector<int> lags_;
  std::vector<const std::uint8_t*> past_;  // of the step at hand
};

/// The same for a single step.
///   past, x (N, F): as above; x is written whole
void encode(const Config& config, const std::uint8_t* const* past, const StepPlace& place,
            float* x);
/// Where only the frame before is looked at (no echoes).
inline void encode(const Config& config, const std::uint8_t* previous, const StepPlace& place,
                   float* x) {
  encode(config, &previous, place, x);
}

/// What note n sees of the notes below it in its own step: play and articulate of n-1, n-2, …
/// n-K (Config::lower_notes; zeros below the range), then, with Config::lower_chord, how many of
/// all notes below sound k semitones above n's pitch class, any octave, k = 0..11.
///   frame (N): only cells 0 … n-1 are read;  x (lower_inputs)
void encode_lower(const Config& config, const std::uint8_t* frame, int n, float* x);

}  // namespace toccata::network
