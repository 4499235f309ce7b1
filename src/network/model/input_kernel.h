#pragma once
// The input kernel: what a note sees of the frames before it, and of the notes below it. Features
// are defined here, once, for whoever makes them. Johnson, "Composing music with recurrent neural
// networks" (2015); echoes and lower notes beyond the first are ours: docs/model.md.

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "music/batch.h"
#include "network/model/config.h"

namespace toccata::network {

/// The step that is predicted.
struct StepPlace {
  float bar_phase = 0;   // [0, 1)
  float beat_phase = 0;  // [0, 1)
  int step = 0;          // index in its piece; 0 sets the start flag
};

/// What the values of a group depend on, beside the lagged frames.
enum class Sees {
  note,         // the note alone: the same in every step
  step,         // the step alone: the same for every note
  pitch_class,  // the step and the note's pitch class
  frame,        // the cells around the note in one lagged frame
};

class Past;

/// Features that belong together. Whoever makes features walks feature_groups(): Encoder writes
/// dense rows, the stepper sums rows of weights, LibTorch's encoder makes tensors.
struct FeatureGroup {
  const char* name;
  Sees sees;
  int first = 0, width = 0;  // of a row of F
  int lag = 1;               // of the frame that it looks at: y(t - lag)
  int window = 0;            // Sees::frame: W notes n-W/2 … n+W/2, the C bits of each
  // The values of a group that sees no frame's cells; null for the others.
  //   Sees::note: of note `note`, out (width);  Sees::step: out (width);
  //   Sees::pitch_class: of each class, C first, out (12, width)
  void (*values)(const Config& config, const FeatureGroup& group, const Past* past,
                 const StepPlace& place, int note, float* out) = nullptr;
};

/// The groups in the order of a row:
///   position (1): n / (N-1), 0 where N is 1;  pitch class (12): one-hot, C first;
///   window (W, C): of y(t-1);
///   sounding (12): how many notes of y(t-1) sound k semitones above n's pitch class, any octave;
///   place (4): the step's place in its bar;  start (1): 1 where the step is its piece's first;
///   for each echo of lag L: echo (V, C): of y(t-L);  match (1): match() of y(t-1) and y(t-1-L).
std::vector<FeatureGroup> feature_groups(const Config& config);

/// The frames before a step, by lag.
class Past {
 public:
  /// frames: (N) each, in the order of lags(config)
  Past(std::span<const int> lags, const std::uint8_t* const* frames)
      : lags_(lags), frames_(frames) {}
  const std::uint8_t* ago(int lag) const;

 private:
  std::span<const int> lags_;
  const std::uint8_t* const* frames_;
};

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
  int features_;
  music::Cells cells_;
  std::vector<FeatureGroup> groups_;
  std::vector<float> still_;   // (N, F): what notes alone say, which no step changes
  std::vector<float> values_;  // of a group, for one row or for each pitch class
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
