// One operation at a time, in the order that every kernel keeps: the oracle of the others, and what
// runs where no vectors are known.
#include <algorithm>
#include <cmath>
#include <type_traits>

#include "base/plain_math.h"
#include "network/kernels/step_kernels.h"
#include "network/model/float_formats.h"

namespace toccata::network::stepping {
namespace {

using plain::sigmoid;

float value_of(float element) {
  return element;
}
float value_of(std::uint16_t element) {
  return from_bf16(element);
}
float value_of(std::uint8_t element) {
  return static_cast<float>(element - kZero) * (1 / kSteps);
}
void assign(float& element, float value) {
  element = value;
}
void assign(std::uint16_t& element, float value) {
  element = to_bf16(value);
}
void assign(std::uint8_t& element, float value) {
  element = static_cast<std::uint8_t>(std::lrint(value * kSteps) + kZero);
}

template <typename E>
const E* row_of(const Rows& rows, int row) {
  return static_cast<const E*>(rows.data) + row * rows.stride;
}

/// The four gates of one unit; blocks are one unit wide.
template <typename E>
void gates_of(const Product& p, int row, int unit, float* z) {
  constexpr int kPair = 4 / sizeof(E);
  const std::ptrdiff_t column = std::ptrdiff_t{4} * unit;
  for (int gate = 0; gate < 4; ++gate)
    z[gate] = p.before == nullptr ? 0.0f : p.before[row * p.before_stride + column + gate];
  for (const Operand* part : {&p.h, &p.x}) {
    if (part->weights == nullptr) continue;
    const E* a = row_of<E>(part->rows, row);
    const std::byte* weights = part->weights->data.data();
    if constexpr (std::is_same_v<E, std::uint8_t>) {
      std::int32_t whole[4];
      std::copy_n(part->weights->offsets.data() + column, 4, whole);
      const auto* w =
          reinterpret_cast<const std::int8_t*>(weights) + column * part->weights->inputs;
      for (int k = 0; k < part->rows.size; k += kPair)
        for (std::int32_t& sum : whole)
          for (int of_pair = 0; of_pair < kPair; ++of_pair) sum += *w++ * a[k + of_pair];
      for (int gate = 0; gate < 4; ++gate)
        z[gate] = std::fma(static_cast<float>(whole[gate]),
                           part->weights->scales.data()[column + gate], z[gate]);
    } else {
      const auto* w = reinterpret_cast<const E*>(weights) + column * part->weights->inputs;
      for (int k = 0; k < part->rows.size; k += kPair)
        for (int gate = 0; gate < 4; ++gate)
          for (int of_pair = 0; of_pair < kPair; ++of_pair)
            z[gate] += value_of(*w++) * value_of(a[k + of_pair]);
    }
  }
  if (p.start == nullptr) return;
  for (int gate = 0; gate < 4; ++gate) z[gate] += p.start[row * p.start_stride + column + gate];
}

template <typename E>
void product(const Product& p, float* out, std::ptrdiff_t out_stride) {
  for (int row = 0; row < p.rows; ++row)
    for (int unit = 0; unit < p.columns / 4; ++unit)
      gates_of<E>(p, row, unit, out + row * out_stride + 4 * unit);
}

template <typename E>
void lstm(const Product& p, const Cell& cell) {
  for (int row = 0; row < p.rows; ++row) {
    float* c = cell.c + row * cell.c_stride;
    E* h = static_cast<E*>(cell.h) + row * cell.h_stride;
    for (int unit = 0; unit < p.columns / 4; ++unit) {
      float z[4];
      gates_of<E>(p, row, unit, z);
      c[unit] = sigmoid(z[1]) * c[unit] + sigmoid(z[0]) * plain::tanh(z[2]);
      assign(h[unit], sigmoid(z[3]) * plain::tanh(c[unit]));
    }
  }
}

void sum(const float* const* terms, const float* scales, int count, int columns, float* out) {
  for (int column = 0; column < columns; ++column) {
    float total = 0;
    for (int k = 0; k < count; ++k) total += scales[k] * terms[k][column];
    out[column] = total;
  }
}

template <typename E>
void head(const Head& task) {
  for (int row = 0; row < task.rows; ++row)
    for (int channel = 0; channel < task.channels; ++channel) {
      float total = task.bias[channel];
      for (int k = 0; k < task.h.size; ++k)
        total += task.weights[channel * task.h.size + k] * value_of(row_of<E>(task.h, row)[k]);
      task.logits[row * task.stride + channel] = total;
    }
}

}  // namespace

const Kernels& plain_kernels(Precision element) {
  static const Kernels f32{"plain-f32", {Precision::f32, 1}, product<float>, lstm<float>,
                           sum,         head<float>};
  static const Kernels bf16{
      "plain-bf16", {Precision::bf16, 1}, product<std::uint16_t>, lstm<std::uint16_t>,
      sum,          head<std::uint16_t>};
  static const Kernels int8{
      "plain-int8", {Precision::int8, 1}, product<std::uint8_t>, lstm<std::uint8_t>,
      sum,          head<std::uint8_t>};
  return element == Precision::f32 ? f32 : element == Precision::bf16 ? bf16 : int8;
}

}  // namespace toccata::network::stepping
