#pragma once
// A model's weights in the order in which the stepper reads them. Packed once, then constant.

#include <array>
#include <vector>

#include "network/kernels/kernels.h"
#include "network/kernels/packing.h"
#include "network/model/input_kernel.h"
#include "network/model/weights.h"

namespace toccata::network::stepping {

struct PackedLayer {
  int units = 0;        // H
  int mask = 0;         // LayerSpec::mask
  int stride = 0;       // of rows of c and h: H up to a multiple of 16
  int columns = 0;      // gate_columns(H)
  Packed h_weights;     // W_h
  Packed x_weights;     // W_x; none in the first layer of the time axis and of the note axis
  Buffer<float> start;  // (columns): both biases
};

/// Rows of a layer's output, as a product's left operand.
struct Rows {
  const std::byte* data = nullptr;
  std::size_t stride = 0;  // words
};
inline Term operator*(const Rows& rows, const Packed& weights) {
  return weights.with(rows.data, rows.stride);
}

struct PackedNetwork {
  /// keep_prob: of the dropout in composing. int8 cannot hold an h beyond ±1, so there the weights
  /// that multiply h are scaled by 1/keep_prob instead.
  PackedNetwork(const Model& model, const Kernels& kernels, float keep_prob);
  /// Rows of a layer's output that stand `apart` rows from each other.
  Rows rows(const PackedLayer& layer, const std::byte* data, int apart = 1) const;

  Config config;
  std::vector<FeatureGroup> groups;  // of what the first time layer reads
  std::vector<int> frame_lags;       // lags(config)
  const Kernels* kernels;
  float keep_prob;
  std::vector<PackedLayer> time, note;
  std::vector<PackedLayer> mix;  // of mixes(config)
  std::vector<bool> mix_down;    // whether each goes downwards
  // Most inputs of the first time layer are zero, and some depend only on the note or only on the
  // step. So W_x times them is computed as a sum of a few of these rows.
  Buffer<float> features;  // (F, columns): W_x of the first time layer, one row per feature
  Buffer<float> still;     // (N, columns): biases, and what sees the note alone
  // The first note layer: the past, for all notes at once, and the notes below.
  Packed note_input;             // W_x of the time axis' output
  std::vector<Packed> note_mix;  // W_x of the mixing layers' outputs
  Buffer<float> lower;           // (K, 4, columns): W_x of each value of the cells n-1 … n-K
  Buffer<float> lower_chord;     // (12, columns): of the notes below by pitch class; else empty
  Buffer<float> head_weight;     // (head_count, C, stride of the last note layer)
  Buffer<float> head_bias;       // (head_count, C)

  /// Multiplications in one step of one sequence: of the time axis with all that is computed from
  /// its output at once; of the recurrence of one mixing layer; of the note axis.
  double time_work() const;
  double mix_work() const;
  double note_work() const;
};

/// What a layer remembers and writes; strides are the layer's.
struct LayerRows {
  float* c = nullptr;                // (rows, H), updated
  std::byte* h = nullptr;            // (rows, H) values, written; not the product's
  std::byte* y = nullptr;            // (rows, H) values: h after dropout; null: none
  const DropoutRow* keys = nullptr;  // (rows)
};
/// One position of a layer: the product (whose out is not used) and the cell.
void lstm(const PackedNetwork& network, const PackedLayer& layer, const Product& product,
          const LayerRows& rows);

/// The first time layer's pre-activations without W_h h: W_x times the features that encode() makes
/// of the frames before, plus both biases.
class FirstInputs {
 public:
  explicit FirstInputs(const PackedNetwork& network);
  /// For notes first … last-1: start (last - first, columns). past: as encode() takes it.
  void write(const std::uint8_t* const* past, const StepPlace& place, int first, int last,
             float* start);

 private:
  const PackedNetwork* network_;
  Buffer<float> step_;         // (columns): what sees the step alone
  Buffer<float> classes_;      // (12, columns): step_ and what sees the pitch class
  std::vector<float> values_;  // (12, F): of groups
  std::vector<const float*> terms_;
  std::vector<float> scales_;
};

/// What a note of one sequence sees of the notes below it: W_x times the features of
/// encode_lower(), as a sum of a few rows.
class LowerNotes {
 public:
  explicit LowerNotes(const PackedNetwork& network);
  void clear();
  /// Adds the cell of `note`, in ascending order.
  void add(int note, std::uint8_t cell);
  /// Whether note n sees any note below it that sounds.
  bool heard_at(int n) const;
  /// out (columns) = start (columns) + W_x times what note n sees.
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
