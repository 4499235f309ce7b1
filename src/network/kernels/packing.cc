#include "network/kernels/packing.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "network/model/float_formats.h"

namespace toccata::network::stepping {

namespace {

const float* row_of(const Part& part, int row) {
  return part.weights + std::ptrdiff_t{row} * part.row + part.first;
}

/// Written from front to back, what is beyond the units or the inputs left zero.
///   stored(weight, row): the element
template <typename E, typename Stored>
void write_blocks(const Layout& layout, int units, const Part& part, E* to, const Stored& stored) {
  const int pair = layout.pair();
  for (int first = 0, width = 0; first < units; first += width) {
    width = layout.width(units, first);
    const int last = std::min(units, first + width);
    for (int k = 0; k < layout.padded(part.size); k += pair, to += 4 * width * pair)
      for (int gate = 0; gate < 4; ++gate)
        for (int unit = first; unit < last; ++unit) {
          const int row = gate * units + unit;
          const float* from = row_of(part, row) + k;
          E* cell = to + (gate * width + unit - first) * pair;
          for (int i = 0; i < std::min(pair, part.size - k); ++i) cell[i] = stored(from[i], row);
        }
  }
}

/// E: how a whole number is held.
template <typename E>
void write_int8(const Layout& layout, int units, const Part& part, Packed& packed) {
  packed.scales = Buffer<float>(static_cast<std::size_t>(packed.columns));
  packed.offsets = Buffer<std::int32_t>(static_cast<std::size_t>(packed.columns));
  std::vector<float> scales;  // (4H)
  const auto stored = [&](float weight, int row) {
    return static_cast<E>(std::lrint(weight / scales[static_cast<std::size_t>(row)]));
  };
  for (int row = 0; row < 4 * units; ++row) {
    const float* weights = row_of(part, row);
    float largest = 0;
    for (int k = 0; k < part.size; ++k) largest = std::max(largest, std::fabs(weights[k]));
    scales.push_back(largest > 0 ? largest / kSteps : 1);
    std::int32_t sum = 0;
    for (int k = 0; k < part.size; ++k) sum += stored(weights[k], row);
    const int column = layout.column(units, row / units, row % units);
    packed.scales.data()[column] = scales.back() / kSteps;
    packed.offsets.data()[column] = -layout.silence() * sum;
  }
  write_blocks(layout, units, part, reinterpret_cast<E*>(packed.data.data()), stored);
}

}  // namespace

Packed pack(const Layout& layout, int units, const Part& part) {
  Packed packed;
  packed.units = units;
  packed.columns = layout.columns(units);
  packed.inputs = layout.padded(part.size);
  packed.data = Buffer<std::byte>(static_cast<std::size_t>(packed.columns) *
                                  static_cast<std::size_t>(packed.inputs) * layout.bytes());
  switch (layout.element) {
    case Precision::f32:
      write_blocks(layout, units, part, reinterpret_cast<float*>(packed.data.data()),
                   [](float weight, int) { return weight; });
      break;
    case Precision::bf16:
      write_blocks(layout, units, part, reinterpret_cast<std::uint16_t*>(packed.data.data()),
                   [](float weight, int) { return to_bf16(weight); });
      break;
    default:  // int8
      if (layout.wide)
        write_int8<std::int16_t>(layout, units, part, packed);
      else
        write_int8<std::int8_t>(layout, units, part, packed);
  }
  return packed;
}

Buffer<float> pack_columns(const Layout& layout, int units, const float* a, const float* b) {
  Buffer<float> columns(static_cast<std::size_t>(layout.columns(units)));
  for (int gate = 0; gate < 4; ++gate)
    for (int unit = 0; unit < units; ++unit) {
      const int row = gate * units + unit;
      columns.data()[layout.column(units, gate, unit)] = a[row] + (b != nullptr ? b[row] : 0.0f);
    }
  return columns;
}

Buffer<float> pack_inputs(const Layout& layout, int units, const Part& part) {
  const int columns = layout.columns(units);
  Buffer<float> inputs(static_cast<std::size_t>(part.size) * static_cast<std::size_t>(columns));
  for (int k = 0; k < part.size; ++k)
    for (int gate = 0; gate < 4; ++gate)
      for (int unit = 0; unit < units; ++unit)
        inputs.data()[std::ptrdiff_t{k} * columns + layout.column(units, gate, unit)] =
            part.weights[(std::ptrdiff_t{gate} * units + unit) * part.row + part.first + k];
  return inputs;
}

}  // namespace toccata::network::stepping
