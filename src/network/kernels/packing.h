#pragma once
// Weights from torch's order into the kernels': the one packing, of training and of composing.

#include <algorithm>
#include <cmath>

#include "network/kernels/buffer.h"
#include "network/kernels/kernels.h"

namespace toccata::network {

/// A right operand.
struct Packed {
  int inputs = 0, words = 0, columns = 0;  // inputs: values
  Buffer<Word> data;                       // panels of (words, columns)
  // Of int8 alone: Term.
  Buffer<float> scales;
  Buffer<std::int32_t> offsets;

  /// With the left operand a: (rows, words), `stride` words apart.
  Term with(const void* a, std::size_t stride) const {
    return {static_cast<const Word*>(a), stride, words, data.data(), scales.data(), offsets.data()};
  }
};

/// Packs a matrix (inputs, columns) of which value(k, column) is told; columns: a multiple of 16.
/// Memory is kept from call to call.
template <typename Value>
void pack(const Kernels& kernels, int inputs, int columns, const Value& value, Packed& packed) {
  const Layout& layout = kernels.layout;
  const int each = layout.pack(), words = layout.words(inputs);
  const bool whole = layout.element == Precision::int8;
  packed.inputs = inputs;
  packed.words = words;
  packed.columns = columns;
  packed.data.reserve(static_cast<std::size_t>(words) * static_cast<std::size_t>(columns));
  if (whole) {
    packed.scales.reserve(static_cast<std::size_t>(columns));
    packed.offsets.reserve(static_cast<std::size_t>(columns));
  }
  float row[4 * kBlockColumns], scales[kBlockColumns];
  Word* out = packed.data.data();
  for (int first = 0; first < columns; first += layout.panel) {
    const int count = std::min(layout.panel, columns - first);
    for (int column = 0; whole && column < count; ++column) {
      float largest = 0;
      for (int k = 0; k < inputs; ++k)
        largest = std::max(largest, std::fabs(value(k, first + column)));
      scales[column] = largest > 0 ? largest / kSteps : 1;
      packed.scales.data()[first + column] = scales[column] / kSteps;
      packed.offsets.data()[first + column] = 0;
    }
    for (int k = 0; k < words; ++k, out += count) {
      for (int column = 0; column < count; ++column)
        for (int j = 0; j < each; ++j) {
          const int input = k * each + j;
          row[column * each + j] = input < inputs ? value(input, first + column) : 0.0f;
        }
      if (!whole) {
        kernels.store(row, count * each, out);
        continue;
      }
      for (int at = 0; at < count * each; ++at) {
        const int column = at / each;
        const auto rounded = std::lrint(row[at] / scales[column]);
        packed.offsets.data()[first + column] -= layout.zero * static_cast<std::int32_t>(rounded);
        if (layout.bytes == 1)
          reinterpret_cast<std::int8_t*>(out)[at] = static_cast<std::int8_t>(rounded);
        else
          reinterpret_cast<std::int16_t*>(out)[at] = static_cast<std::int16_t>(rounded);
      }
    }
  }
}

/// `size` columns of a weight matrix (4H, row), from column `first` on.
struct Part {
  const float* weights = nullptr;
  int row = 0, first = 0, size = 0;
};

/// value(k, column) of the gates of a layer of H units: those of some columns of its weights, as a
/// right operand's.
inline auto gate_weights(int units, const Part& part) {
  return [=](int k, int column) {
    const auto [gate, unit] = gate_unit(units, column);
    if (unit >= units) return 0.0f;
    return part.weights[(std::ptrdiff_t{gate} * units + unit) * part.row + part.first + k];
  };
}

/// The same in f32, each input a row of columns: (size, columns).
inline void pack_rows(int units, const Part& part, Buffer<float>& rows) {
  const int columns = gate_columns(units);
  rows.reserve(static_cast<std::size_t>(part.size) * static_cast<std::size_t>(columns));
  const auto value = gate_weights(units, part);
  for (int column = 0; column < columns; ++column)
    for (int k = 0; k < part.size; ++k)
      rows.data()[std::ptrdiff_t{k} * columns + column] = value(k, column);
}

/// a + b (4H each) as columns.
inline void pack_columns(int units, const float* a, const float* b, Buffer<float>& columns) {
  columns.reserve(static_cast<std::size_t>(gate_columns(units)));
  for (int gate = 0; gate < 4; ++gate)
    for (int unit = 0; unit < units; ++unit) {
      const int row = gate * units + unit;
      columns.data()[gate_column(units, gate, unit)] = a[row] + b[row];
    }
}

}  // namespace toccata::network
