#include "network/stepping/packing.h"

#include <algorithm>

#include "network/safetensors.h"

namespace toccata::network::stepping {

namespace {

void assign(float& to, float value) {
  to = value;
}
void assign(std::uint16_t& to, float value) {
  to = to_bf16(value);
}

/// Written from front to back, what is beyond the units or the inputs left zero.
template <typename E>
void write_blocks(const Layout& layout, int units, const Part& part, E* to) {
  const int pair = layout.pair();
  for (int first = 0, width = 0; first < units; first += width) {
    width = layout.width(units, first);
    const int last = std::min(units, first + width);
    for (int k = 0; k < layout.padded(part.size); k += pair, to += 4 * width * pair)
      for (int gate = 0; gate < 4; ++gate)
        for (int unit = first; unit < last; ++unit) {
          const float* from =
              part.weights + (std::ptrdiff_t{gate} * units + unit) * part.row + part.first + k;
          E* cell = to + (gate * width + unit - first) * pair;
          for (int i = 0; i < std::min(pair, part.size - k); ++i) assign(cell[i], from[i]);
        }
  }
}

}  // namespace

Packed pack(const Layout& layout, int units, const Part& part) {
  Packed packed;
  packed.units = units;
  packed.columns = layout.columns(units);
  packed.inputs = layout.padded(part.size);
  packed.data =
      Buffer<std::byte>(static_cast<std::size_t>(packed.columns) *
                        static_cast<std::size_t>(packed.inputs) * element_size(layout.element));
  if (layout.element == Element::f32)
    write_blocks(layout, units, part, reinterpret_cast<float*>(packed.data.data()));
  else
    write_blocks(layout, units, part, reinterpret_cast<std::uint16_t*>(packed.data.data()));
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
