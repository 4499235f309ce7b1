#pragma once
// A model's weights as the stepper reads them: packed once, never changed.

#include <array>
#include <vector>

#include "network/input_kernel.h"
#include "network/stepping/kernels.h"
#include "network/weights.h"

namespace toccata::network::stepping {

inline int row_stride(int units) {
  return (units + 15) / 16 * 16;
}

struct PackedLayer {
  int units = 0;        // H
  int stride = 0;       // of rows of c and h: H up to a multiple of 16
  int columns = 0;      // 4H, padded
  Packed h_weights;     // W_h
  Packed x_weights;     // W_x; of the first layer of the time and of the note axis: none
  Buffer<float> start;  // (columns): both biases
};

struct PackedNetwork {
  /// keep_prob: of the dropout that will be kept on. int8 holds no h beyond ±1, so that the factor
  /// of what is kept goes into the weights that it is multiplied by.
  PackedNetwork(const Model& model, const Kernels& kernels, float keep_prob);

  Config config;
  FeatureOrder order;
  const Kernels* kernels;
  std::vector<PackedLayer> time, note;
  std::vector<PackedLayer> mix;  // up, down; or empty
  // The first time layer's input is mostly zeros, and partly a function of the note or of the step
  // alone: its product is a sum of few of these rows.
  Buffer<float> features;  // (F, columns): W_x of the first time layer, a row a feature
  Buffer<float> still;     // (N, columns): biases, position and pitch class
  // The first note layer's: the time axis's part, for all notes at once, and the notes below.
  Packed note_input;             // W_x of the time axis's output
  std::vector<Packed> note_mix;  // W_x of what is mixed of it: up, down; or empty
  Buffer<float> lower;           // (K, 4, columns): W_x of each value of the cells n-1 … n-K
  Buffer<float> lower_chord;     // (12, columns): of the notes below by pitch class; else empty
  Buffer<float> head_weight;     // (head_count, C, stride of the last note layer)
  Buffer<float> head_bias;       // (head_count, C)

  /// Multiplications of a step of one sequence: along time with all that is made of it before the
  /// notes' turn but the recurrence of the mix, of that in one direction, and along the notes.
  double time_work() const;
  double mix_work() const;
  double note_work() const;
};

/// The first time layer's pre-activations without W_h, from the frames before: what encode() times
/// W_x plus both biases gives.
class FirstInputs {
 public:
  explicit FirstInputs(const PackedNetwork& network);
  /// For notes first … last-1: start (last - first, columns). past: as encode() takes it.
  void write(const std::uint8_t* const* past, const StepPlace& place, int first, int last,
             float* start);

 private:
  const PackedNetwork* network_;
  Buffer<float> step_;     // (columns): place and start flag
  Buffer<float> classes_;  // (12, columns): step_ and the sounding notes as a pitch class sees them
  std::vector<const float*> terms_;
  std::vector<float> scales_;
};

/// The notes of one sequence that sound below the note at hand: what encode_lower() times W_x
/// gives, as a sum of few rows.
class LowerNotes {
 public:
  explicit LowerNotes(const PackedNetwork& network);
  void clear();
  /// The cell of note n-1 before note n's turn.
  void add(int note, std::uint8_t cell);
  /// Whether anything below note n is seen from it.
  bool heard_at(int n) const;
  /// out (columns) = start (columns) + what note n sees below it.
  void write(int n, const float* start, float* out);

 private:
  struct Note {
    int note;
    std::uint8_t cell;
  };
  const PackedNetwork* network_;
  std::vector<Note> notes_;      // ascending
  std::array<int, 12> chord_{};  // sounding notes by their number modulo 12
  std::vector<const float*> terms_;
  std::vector<float> scales_;
};

}  // namespace toccata::network::stepping
