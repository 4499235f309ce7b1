#pragma once
// An axis of the network in training: a stack of LSTM layers over the rows of a group of windows.

#include <vector>

#include "network/train/layer.h"

namespace toccata::network::train {

/// What one thread holds of one axis.
struct AxisSlice {
  Rows rows;
  std::vector<LayerGradient> gradient;  // of each layer
  Workspace work;
  std::vector<std::size_t> out_rows, in_rows;  // row tables, (rows)

  void clear_gradient();
  std::size_t bytes() const;  // of what its rows need, and of its gradient
};

class Axis {
 public:
  /// A gradient is asked for by the first `below` values of the first layer's x; where by none, x
  /// is features, mostly zeros: sparse.
  Axis(const Kernels& kernels, const std::vector<LayerSpec>& layers, int below);

  void pack(const std::vector<LstmSlice<const float>>& weights);
  /// Makes room for a group: positions and rows of all slices together.
  void reserve(int positions, std::size_t rows);
  void reserve(AxisSlice& slice) const;

  /// Row `row` of what enters the axis at a position: `input` operand values.
  char* input(int position, std::size_t row) const;
  /// The same where x is sparse: floats.
  float* sparse_input(int position, std::size_t row) const {
    return traces_[0].sparse_row(shapes_[0], position, row);
  }
  /// Layer k's state before `position`: H operand values, H floats.
  char* hidden(int layer, int position, std::size_t row) const;
  float* cell(int layer, int position, std::size_t row) const;
  void clear_state(std::size_t first, int rows) const;

  /// All layers over a slice. Before each position of the first layer calls before(position), after
  /// each of the last after(position).
  ///   y: where the last layer's output goes
  template <typename Before, typename After>
  void forward(AxisSlice& slice, const RowTable<char>& y, const DropoutMasks* masks,
               float keep_prob, const Before& before, const After& after) const {
    for (int k = 0; k < layers(); ++k) {
      const RowTable<char> to = k + 1 < layers() ? next_input(slice, k) : y;
      const Layer layer(kernels_, shapes_[k]);
      for (int p = 0; p < slice.rows.positions(); ++p) {
        if (k == 0) before(p);
        layer.forward(packed_[k], traces_[k], slice.rows, p, to, layer_masks(k, masks, keep_prob),
                      slice.work);
        if (k + 1 == layers()) after(p);
      }
    }
  }

  /// The backward pass. Before each position of the last layer calls before(position).
  ///   dy: the gradient by the last layer's output
  template <typename Before>
  void backward(AxisSlice& slice, const RowTable<const float>& dy, const DropoutMasks* masks,
                float keep_prob, const Before& before) {
    for (int k = layers() - 1; k >= 0; --k) {
      const RowTable<const float> from = k + 1 < layers() ? layer_gradient(slice, k) : dy;
      const auto first = [&](int p) {
        if (k + 1 == layers()) before(p);
      };
      Layer(kernels_, shapes_[k])
          .backward(packed_[k], traces_[k], slice.rows, from, dx_[k % 2].data(),
                    layer_masks(k, masks, keep_prob), slice.gradient[k], slice.work, first);
    }
  }

  /// The gradient by what entered the axis: (L, R, input_gradient_stride()) floats.
  float* input_gradient() const { return dx_[0].data(); }
  std::size_t input_gradient_stride() const { return shapes_[0].below_stride; }

  /// Adds a slice's gradient to the flat buffer's slices.
  void collect(const AxisSlice& slice, const std::vector<LstmSlice<float>>& into) const;

  int layers() const { return static_cast<int>(shapes_.size()); }
  const LayerShape& shape(int k) const { return shapes_[k]; }
  std::size_t bytes() const;
  /// Kept for the backward pass, bytes per row and position.
  std::size_t bytes_per_row() const;

 private:
  RowTable<char> next_input(AxisSlice& slice, int k) const;
  RowTable<const float> layer_gradient(AxisSlice& slice, int k) const;
  LayerMasks layer_masks(int k, const DropoutMasks* masks, float keep_prob) const {
    return {masks, masks_[static_cast<std::size_t>(k)], keep_prob};
  }

  const Kernels& kernels_;
  std::vector<int> masks_;  // of each layer: LayerSpec::mask
  std::vector<LayerShape> shapes_;
  std::vector<PackedLayer> packed_;
  std::vector<Trace> traces_;
  Buffer<float> dx_[2];  // gradients between layers: layer k's by its x is in dx_[k % 2]
};

}  // namespace toccata::network::train
