#include "network/stepping/packing.h"

#include "network/safetensors.h"

namespace toccata::network::stepping {

Packed pack(const Layout& layout, int units, const Part& x, const Part& h) {
  Packed packed;
  packed.units = units;
  packed.columns = layout.columns(units);
  packed.inputs = layout.padded(x.size) + layout.padded(h.size);
  const int pair = layout.pair();
  packed.data =
      Buffer<std::byte>(static_cast<std::size_t>(packed.columns) *
                        static_cast<std::size_t>(packed.inputs) * element_size(layout.element));
  for (int unit = 0; unit < units; ++unit) {
    const int first = unit / layout.block * layout.block;
    const int width = layout.width(units, first);
    for (int gate = 0; gate < 4; ++gate) {
      std::ptrdiff_t input = 0;  // of x and h together
      for (const Part* part : {&x, &h}) {
        for (int k = 0; k < part->size; ++k) {
          const std::ptrdiff_t place =
              std::ptrdiff_t{4} * first * packed.inputs + (input + k / pair * pair) * 4 * width +
              static_cast<std::ptrdiff_t>(gate * width + unit - first) * pair + k % pair;
          const float value =
              part->weights[(std::ptrdiff_t{gate} * units + unit) * part->row + part->first + k];
          if (layout.element == Element::f32)
            reinterpret_cast<float*>(packed.data.data())[place] = value;
          else
            reinterpret_cast<std::uint16_t*>(packed.data.data())[place] = to_bf16(value);
        }
        input += layout.padded(part->size);
      }
    }
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
