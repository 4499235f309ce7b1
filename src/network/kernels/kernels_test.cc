#include "network/kernels/kernels.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/random.h"
#include "network/kernels/packing.h"
#include "network/model/float_formats.h"

namespace toccata::network {
namespace {

/// Every table that runs here, emulated bf16 too; AVX2's int8 with AVX-VNNI and without.
std::vector<const Kernels*> all_kernels() {
  std::vector<const Kernels*> all;
  for (const InstructionSet set : instruction_sets())
    for (const Kernels* kernels : kernels_of(set)) all.push_back(kernels);
  return all;
}

std::vector<float> random_values(std::size_t count, std::uint64_t stream, float size) {
  const Random random(3, stream);
  std::vector<float> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = size * static_cast<float>(2 * random.uniform_at(i) - 1);
  return values;
}

/// What a value of a row stands for.
float stored(const Layout& layout, const std::byte* row, int k) {
  if (layout.element == Precision::int8) {
    const int held = layout.bytes == 2  ? reinterpret_cast<const std::int16_t*>(row)[k]
                     : layout.zero == 0 ? reinterpret_cast<const std::int8_t*>(row)[k]
                                        : std::to_integer<int>(row[k]);
    return static_cast<float>(held - layout.zero) / 127.0f;
  }
  return layout.bytes == 4 ? reinterpret_cast<const float*>(row)[k]
                           : from_bf16(reinterpret_cast<const std::uint16_t*>(row)[k]);
}

/// Rows of weights likewise: int8 has a scale a row.
void store_weights(Precision element, int rows, std::vector<float>& weights) {
  if (element == Precision::bf16)
    for (float& weight : weights) weight = from_bf16(to_bf16(weight));
  if (element != Precision::int8) return;
  const std::size_t size = weights.size() / static_cast<std::size_t>(rows);
  for (auto row = weights.begin(); size != 0 && row != weights.end();) {
    const auto end = row + static_cast<std::ptrdiff_t>(size);
    float largest = 0;
    for (auto w = row; w != end; ++w) largest = std::max(largest, std::fabs(*w));
    for (; row != end; ++row) *row = std::nearbyint(*row * 127 / largest) * largest / 127;
  }
}

/// A matrix of elements with room beside each row, its padding zero.
struct Elements {
  Elements(const Kernels& kernels, int rows, int size, std::uint64_t stream)
      : kind(kernels.layout),
        stride((size + 15) / 16 * 16 + 16),
        values(random_values(static_cast<std::size_t>(rows * size), stream, 1)),
        data(static_cast<std::size_t>(rows * stride * kind.bytes)) {
    std::memset(data.data(), kind.zero, data.size());
    for (int r = 0; r < rows; ++r) {
      float* row = values.data() + r * size;
      kernels.store(row, size, data.data() + r * stride * kind.bytes);
      for (int k = 0; k < size; ++k) row[k] = at(r, k);
    }
  }
  float at(int row, int k) const { return stored(kind, data.data(), row * stride + k); }
  Term times(const Packed& weights) const {
    return weights.with(data.data(), static_cast<std::size_t>(kind.words(stride)));
  }
  Layout kind;
  int stride;
  std::vector<float> values;  // (rows, size)
  Buffer<std::byte> data;
};

/// One layer with everything around it, and what it must give, in double.
struct Layer {
  Layer(const Kernels& k, int units, int rows, int x_size, int h_size)
      : kernels(k),
        H(units),
        R(rows),
        x(k, rows, x_size, 1),
        h(k, rows, h_size, 2),
        out(k, rows, units, 3),
        w_x(random_values(static_cast<std::size_t>(4 * units * x_size), 4, 0.5f)),
        w_h(random_values(static_cast<std::size_t>(4 * units * h_size), 5, 0.5f)),
        bias(random_values(static_cast<std::size_t>(4 * units), 6, 1)),
        c_stride((units + 15) / 16 * 16),
        c(static_cast<std::size_t>(rows * c_stride)) {
    columns = gate_columns(units);
    pack(k, x_size, columns, gate_weights(units, {w_x.data(), x_size, 0, x_size}), packed_x);
    pack(k, h_size, columns, gate_weights(units, {w_h.data(), h_size, 0, h_size}), packed_h);
    store_weights(k.layout.element, 4 * units, w_x);
    store_weights(k.layout.element, 4 * units, w_h);
    const std::vector<float> none(bias.size());
    pack_columns(units, bias.data(), none.data(), start);
    for (int r = 0; r < rows; ++r)
      for (int u = 0; u < units; ++u)
        c.data()[r * c_stride + u] = 0.25f * static_cast<float>(u % 7);
    product = {.rows = rows,
               .columns = columns,
               .h = h.times(packed_h),
               .x = x.times(packed_x),
               .start = start.data(),
               .start_stride = 0};
  }

  void multiply(Product p, float* to, int stride) const {
    p.out = to;
    p.out_stride = static_cast<std::size_t>(stride);
    kernels.product(p);
  }
  /// The product and the cell, block by block.
  void step() {
    std::vector<float> z(static_cast<std::size_t>(R * kBlockColumns));
    for (int first = 0; first < H; first += kLanes) {
      Product part = product;
      part.columns = 4 * block_width(H, first);
      part.h = part.h.from(0, 4 * first);
      part.x = part.x.from(0, 4 * first);
      part.start += 4 * first;
      multiply(part, z.data(), part.columns);
      CellForward cell;
      cell.rows = R;
      cell.width = block_width(H, first);
      cell.units = std::min(cell.width, H - first);
      cell.z = z.data();
      cell.c_before = cell.c_after = c.data() + first;
      cell.c_stride = static_cast<std::size_t>(c_stride);
      cell.h = out.data.data() + first * kernels.layout.bytes;
      cell.h_stride = static_cast<std::size_t>(out.stride * kernels.layout.bytes);
      kernels.cell_forward(cell);
    }
  }

  /// The pre-activation of a gate of a unit.
  double z(int row, int gate, int unit) const {
    const auto at = static_cast<std::size_t>(gate * H + unit);
    double sum = bias[at];
    const auto add = [&](const std::vector<float>& w, const Elements& a) {
      const std::size_t size = w.size() / static_cast<std::size_t>(4 * H);
      for (std::size_t k = 0; k < size; ++k)
        sum += static_cast<double>(w[at * size + k]) *
               a.values[static_cast<std::size_t>(row) * size + k];
    };
    add(w_x, x);
    add(w_h, h);
    return sum;
  }

  const Kernels& kernels;
  int H, R, columns = 0;
  Elements x, h, out;
  std::vector<float> w_x, w_h, bias;
  int c_stride;
  Buffer<float> c, start;
  Packed packed_x, packed_h;
  Product product;
};

double sigmoid(double x) {
  return 1 / (1 + std::exp(-x));
}

struct Shape {
  int units, rows, x, h;
};
constexpr Shape kShapes[] = {{1, 1, 1, 1},    {3, 2, 5, 3},      {16, 6, 8, 16}, {20, 7, 0, 20},
                             {37, 13, 9, 37}, {100, 1, 30, 100}, {52, 1, 4, 0},  {60, 5, 31, 60},
                             {28, 11, 3, 28}, {200, 12, 20, 50}, {65, 3, 1, 65}, {8, 4, 2, 8}};

TEST(Kernels, ProductsEqualTheirDefinition) {
  for (const Kernels* kernels : all_kernels())
    for (const Shape& s : kShapes) {
      const Layer layer(*kernels, s.units, s.rows, s.x, s.h);
      const int columns = layer.columns, stride = columns + 16;
      std::vector<float> out(static_cast<std::size_t>(s.rows * stride), -7.0f);
      layer.multiply(layer.product, out.data(), stride);
      for (int r = 0; r < s.rows; ++r) {
        for (int gate = 0; gate < 4; ++gate)
          for (int u = 0; u < s.units; ++u) {
            const int column = gate_column(s.units, gate, u);
            ASSERT_NEAR(out[static_cast<std::size_t>(r * stride + column)], layer.z(r, gate, u),
                        1e-5)
                << kernels->name << " units " << s.units << " row " << r << " gate " << gate;
          }
        for (int k = columns; k < stride; ++k)
          ASSERT_EQ(out[static_cast<std::size_t>(r * stride + k)], -7.0f);
      }
    }
}

TEST(Kernels, CellsEqualTheirDefinition) {
  for (const Kernels* kernels : all_kernels())
    for (const Shape& s : kShapes) {
      Layer layer(*kernels, s.units, s.rows, s.x, s.h);
      layer.step();
      for (int r = 0; r < s.rows; ++r) {
        for (int u = 0; u < s.units; ++u) {
          const double c = sigmoid(layer.z(r, 1, u)) * 0.25 * (u % 7) +
                           sigmoid(layer.z(r, 0, u)) * std::tanh(layer.z(r, 2, u));
          const double h = sigmoid(layer.z(r, 3, u)) * std::tanh(c);
          ASSERT_NEAR(layer.c.data()[r * layer.c_stride + u], c, 1e-5) << kernels->name;
          ASSERT_NEAR(layer.out.at(r, u), h,
                      1e-5 + (kernels->layout.element == Precision::bf16   ? std::fabs(h) / 256
                              : kernels->layout.element == Precision::int8 ? 0.5 / 127
                                                                           : 0))
              << kernels->name;
        }
        // Pairs and heads read beyond the units: zeros.
        for (int u = s.units; u < (s.units + 3) / 4 * 4; ++u) ASSERT_EQ(layer.out.at(r, u), 0.0f);
      }
    }
}

TEST(Kernels, ARowComesOutTheSameWhateverRowsAreBesideIt) {
  for (const Kernels* kernels : all_kernels())
    for (const int units : {100, 37}) {
      Layer layer(*kernels, units, 13, 9, units);
      const int stride = layer.columns;
      std::vector<float> all(static_cast<std::size_t>(13 * stride)), one(all);
      layer.multiply(layer.product, all.data(), stride);
      for (int rows = 1; rows <= 13; ++rows) {
        std::ranges::fill(one, 0.0f);
        Product part = layer.product;
        part.rows = rows;
        layer.multiply(part, one.data(), stride);
        for (std::ptrdiff_t i = 0; i < rows * stride; ++i)
          ASSERT_EQ(one[static_cast<std::size_t>(i)], all[static_cast<std::size_t>(i)])
              << kernels->name << " " << rows << " rows";
      }
    }
}

TEST(Kernels, ASumThatWasBegunBeforeEndsTheSame) {
  for (const Kernels* kernels : all_kernels())
    for (const Shape& s : kShapes) {
      const Layer layer(*kernels, s.units, s.rows, s.x, s.h);
      const int columns = layer.columns, stride = columns + 4;
      const auto size = static_cast<std::size_t>(s.rows * stride);
      std::vector<float> whole(size), before(size), rest(size);
      layer.multiply(layer.product, whole.data(), stride);
      layer.multiply({.rows = s.rows, .columns = columns, .h = layer.product.h}, before.data(),
                     stride);
      Product second = layer.product;
      second.h = {};
      second.before = before.data();
      second.before_stride = static_cast<std::size_t>(stride);
      layer.multiply(second, rest.data(), stride);
      EXPECT_EQ(rest, whole) << kernels->name << " units " << s.units;
    }
}

TEST(Kernels, WholeNumbersAreSummedExactly) {
  const auto products = [](const Kernels& kernels, const Shape& s) {
    const Layer layer(kernels, s.units, s.rows, s.x, s.h);
    const int columns = layer.columns;
    std::vector<float> all(static_cast<std::size_t>(s.rows * columns)), by_unit;
    layer.multiply(layer.product, all.data(), columns);
    for (int r = 0; r < s.rows; ++r)
      for (int gate = 0; gate < 4; ++gate)
        for (int u = 0; u < s.units; ++u)
          by_unit.push_back(
              all[static_cast<std::size_t>(r * columns + gate_column(s.units, gate, u))]);
    return by_unit;
  };
  for (const Shape& s : kShapes) {
    const std::vector<float> expected =
        products(composing_kernels(Precision::int8, InstructionSet::plain), s);
    for (const Kernels* kernels : all_kernels()) {
      if (kernels->layout.element != Precision::int8) continue;
      EXPECT_EQ(products(*kernels, s), expected) << kernels->name << ", " << s.units << " units";
    }
  }
}

TEST(Kernels, GatesAreAccurateFromEndToEnd) {
  // No weights: start values alone, one gate swept at a time.
  for (const Kernels* kernels : all_kernels()) {
    if (kernels->layout.element != Precision::f32) continue;  // h is coarser; c is checked above
    double worst = 0;
    for (int gate = 0; gate < 4; ++gate)
      for (double z = -120; z <= 120; z += z > -12 && z < 12 ? 0.00390625 : 0.5) {
        Layer layer(*kernels, 1, 1, 0, 0);
        const float before = 0.75f;
        double gates[4] = {0.5, -0.25, 0.75, 1};
        gates[gate] = z;
        for (int k = 0; k < 4; ++k)
          layer.start.data()[gate_column(1, k, 0)] = static_cast<float>(gates[k]);
        layer.c.data()[0] = before;
        layer.step();
        const double c = sigmoid(gates[1]) * before + sigmoid(gates[0]) * std::tanh(gates[2]);
        const double h = sigmoid(gates[3]) * std::tanh(c);
        worst =
            std::max({worst, std::fabs(layer.c.data()[0] - c), std::fabs(layer.out.at(0, 0) - h)});
      }
    EXPECT_LT(worst, 1e-6) << kernels->name;
  }
}

TEST(Kernels, LargeCellsSaturateAndStayFinite) {
  for (const Kernels* kernels : all_kernels()) {
    Layer layer(*kernels, 1, 1, 0, 0);
    for (const float start : {1e4f, -1e4f}) {
      for (int gate = 0; gate < 4; ++gate)
        layer.start.data()[gate_column(1, gate, 0)] = gate == 2 ? start : 1e4f;
      layer.c.data()[0] = 0;
      for (int step = 1; step <= 1000; ++step) layer.step();
      EXPECT_NEAR(layer.c.data()[0], std::copysign(1000.0f, start), 0.1) << kernels->name;
      EXPECT_NEAR(layer.out.at(0, 0), std::copysign(1.0f, start), 1e-6) << kernels->name;
    }
  }
}

TEST(Kernels, SumsAndHeadsEqualTheirDefinition) {
  for (const Kernels* kernels : all_kernels())
    for (const int units : {1, 16, 37, 100, 200}) {
      const int columns = gate_columns(units);
      const std::vector<float> terms = random_values(static_cast<std::size_t>(3 * columns), 1, 1);
      const float* rows[3] = {terms.data(), terms.data() + columns, terms.data() + 2 * columns};
      const float scales[3] = {1, -0.5f, 3};
      std::vector<float> out(static_cast<std::size_t>(columns));
      kernels->sum(rows, scales, 3, columns, out.data());
      for (int k = 0; k < columns; ++k)
        ASSERT_NEAR(out[static_cast<std::size_t>(k)],
                    rows[0][k] - 0.5 * rows[1][k] + 3.0 * rows[2][k], 1e-6);

      const int stride = (units + 15) / 16 * 16, count = 5;
      const Elements h(*kernels, count, units, 2);
      Buffer<float> weights(static_cast<std::size_t>(2 * stride));
      const std::vector<float> dense = random_values(static_cast<std::size_t>(2 * units), 7, 1);
      for (int channel = 0; channel < 2; ++channel)
        std::copy_n(dense.begin() + channel * units, units, weights.data() + channel * stride);
      const float bias[2] = {0.5f, -2};
      std::vector<float> logits(count * 3, -7.0f);
      kernels->head_forward({.rows = count,
                             .units = units,
                             .channels = 2,
                             .y = h.data.data(),
                             .y_stride = static_cast<std::size_t>(h.stride * h.kind.bytes),
                             .weight = weights.data(),
                             .weight_stride = static_cast<std::size_t>(stride)},
                            bias, logits.data(), 3);
      for (int r = 0; r < count; ++r) {
        for (int channel = 0; channel < 2; ++channel) {
          double sum = bias[channel];
          for (int u = 0; u < units; ++u)
            sum += static_cast<double>(dense[static_cast<std::size_t>(channel * units + u)]) *
                   h.at(r, u);
          ASSERT_NEAR(logits[static_cast<std::size_t>(3 * r + channel)], sum, 1e-5);
        }
        ASSERT_EQ(logits[static_cast<std::size_t>(3 * r + 2)], -7.0f);
      }
    }
}

}  // namespace
}  // namespace toccata::network
