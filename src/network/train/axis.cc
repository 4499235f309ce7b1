#include "network/train/axis.h"

#include <algorithm>

namespace toccata::network::train {

void AxisSlice::clear_gradient() {
  for (LayerGradient& layer : gradient) {
    layer.weight.zero();
    layer.bias.zero();
    layer.sparse.zero();
  }
}

std::size_t AxisSlice::bytes() const {
  std::size_t sum = work.bytes();
  for (const LayerGradient& layer : gradient)
    sum += layer.weight.bytes() + layer.bias.bytes() + layer.sparse.bytes();
  return sum;
}

Axis::Axis(const Kernels& kernels, const std::vector<LayerSpec>& layers, int below)
    : kernels_(kernels) {
  for (const LayerSpec& layer : layers) {
    const bool features = shapes_.empty() && below == 0;
    shapes_.emplace_back(kernels, layer.input, layer.units, below, features);
    masks_.push_back(layer.mask);
    below = layer.units;
  }
  // One stride for all: threads at different layers share a buffer, and each keeps to its rows.
  std::size_t stride = 0;
  for (const LayerShape& shape : shapes_) stride = std::max(stride, shape.below_stride);
  for (LayerShape& shape : shapes_) shape.below_stride = stride;
  packed_.resize(layers.size());
  traces_.resize(layers.size());
}

void Axis::pack(const std::vector<LstmSlice<const float>>& weights) {
  for (int k = 0; k < layers(); ++k) pack_layer(kernels_, shapes_[k], weights[k], packed_[k]);
}

void Axis::reserve(int positions, std::size_t rows) {
  for (int k = 0; k < layers(); ++k) {
    traces_[k].reserve(kernels_, shapes_[k], positions, rows);
    dx_[k % 2].reserve(static_cast<std::size_t>(positions) * rows * shapes_[k].below_stride);
  }
}

void Axis::reserve(AxisSlice& slice) const {
  const int rows = slice.rows.count();
  slice.gradient.resize(shapes_.size());
  for (int k = 0; k < layers(); ++k) {
    slice.work.reserve(kernels_, shapes_[k], rows);
    slice.gradient[k].weight.reserve(shapes_[k].gradient_size());
    slice.gradient[k].bias.reserve(shapes_[k].gate_values);
    slice.gradient[k].sparse.reserve(static_cast<std::size_t>(shapes_[k].sparse) *
                                     shapes_[k].gate_values);
  }
  slice.out_rows.resize(rows);
  slice.in_rows.resize(rows);
}

char* Axis::input(int position, std::size_t row) const {
  return reinterpret_cast<char*>(traces_[0].operand_row(shapes_[0], position, row)) +
         shapes_[0].hidden * kernels_.layout.bytes;
}

char* Axis::hidden(int layer, int position, std::size_t row) const {
  return reinterpret_cast<char*>(traces_[layer].operand_row(shapes_[layer], position, row));
}

float* Axis::cell(int layer, int position, std::size_t row) const {
  return traces_[layer].c_row(shapes_[layer], position, row);
}

void Axis::clear_state(std::size_t first, int rows) const {
  for (int k = 0; k < layers(); ++k)
    for (std::size_t row = first; row < first + static_cast<std::size_t>(rows); ++row) {
      std::fill_n(hidden(k, 0, row), shapes_[k].hidden * kernels_.layout.bytes, '\0');
      std::fill_n(cell(k, 0, row), shapes_[k].unit_stride, 0.0f);
    }
}

RowTable<char> Axis::next_input(AxisSlice& slice, int k) const {
  const LayerShape& above = shapes_[k + 1];
  const Trace& trace = traces_[k + 1];
  const std::size_t stride = above.row_stride * sizeof(Word);
  for (std::size_t r = 0; r < slice.out_rows.size(); ++r) slice.out_rows[r] = r * stride;
  return {reinterpret_cast<char*>(trace.operand_row(above, 0, slice.rows.first)) +
              above.hidden * kernels_.layout.bytes,
          slice.out_rows.data(), static_cast<std::ptrdiff_t>(trace.rows * stride)};
}

RowTable<const float> Axis::layer_gradient(AxisSlice& slice, int k) const {
  const std::size_t stride = shapes_[k + 1].below_stride;
  for (std::size_t r = 0; r < slice.in_rows.size(); ++r) slice.in_rows[r] = r * stride;
  return {dx_[(k + 1) % 2].data() + slice.rows.first * stride, slice.in_rows.data(),
          static_cast<std::ptrdiff_t>(traces_[k + 1].rows * stride)};
}

void Axis::collect(const AxisSlice& slice, const std::vector<LstmSlice<float>>& into) const {
  for (int k = 0; k < layers(); ++k) add_gradient(shapes_[k], slice.gradient[k], into[k]);
}

std::size_t Axis::bytes() const {
  std::size_t sum = dx_[0].bytes() + dx_[1].bytes();
  for (const Trace& trace : traces_) sum += trace.bytes();
  for (const PackedLayer& packed : packed_) sum += packed.bytes();
  return sum;
}

std::size_t Axis::bytes_per_row() const {
  std::size_t sum = 0, dx[2] = {};
  for (int k = 0; k < layers(); ++k) {
    const LayerShape& shape = shapes_[k];
    sum += shape.row_stride * sizeof(Word) + shape.sparse * sizeof(float) +
           shape.unit_stride * sizeof(float) +
           static_cast<std::size_t>(shape.gate_values) * kernels_.layout.bytes +
           static_cast<std::size_t>(shape.blocks) * sizeof(std::uint16_t);
    dx[k % 2] = std::max(dx[k % 2], shape.below_stride * sizeof(float));
  }
  return sum + dx[0] + dx[1];
}

}  // namespace toccata::network::train
