// The operations in plain C++, one rounding at a time: for machines without the fast ones, and
// their oracle. bf16 is emulated.

#include <algorithm>
#include <cmath>
#include <cstring>

#include "base/plain_math.h"
#include "network/kernels/kernels.h"
#include "network/model/float_formats.h"

namespace toccata::network {
namespace {

using plain::sigmoid;

struct F32 {
  using Value = float;
  static float held(float x) { return x; }
  static float value(float x) { return x; }
};
struct RoundedToBf16 : F32 {
  static float held(float x) { return from_bf16(to_bf16(x)); }
};
struct Bytes {
  static constexpr int kZero = 128;
  using Value = std::uint8_t;
  static Value held(float x) { return static_cast<Value>(std::lrint(x * kSteps) + kZero); }
  static float value(Value x) { return static_cast<float>(x - kZero) * (1 / kSteps); }
};

template <typename T, typename From>
T* at(From* from, std::size_t bytes) {
  using Byte = std::conditional_t<std::is_const_v<T>, const char, char>;
  return reinterpret_cast<T*>(reinterpret_cast<Byte*>(from) + bytes);
}

// Each sum runs over the words in their order, whatever the compiler does with the columns.
void add_term(const Term& term, int row, int columns, float* sum) {
  const auto* a = reinterpret_cast<const float*>(term.a) + row * term.a_stride;
  const auto* b = reinterpret_cast<const float*>(term.b);
  for (int k = 0; k < term.words; ++k, b += columns)
    for (int c = 0; c < columns; ++c) sum[c] += a[k] * b[c];
}

void add_whole_term(const Term& term, int row, int columns, float* sum) {
  const auto* a = reinterpret_cast<const std::uint8_t*>(term.a + row * term.a_stride);
  const auto* b = reinterpret_cast<const std::int8_t*>(term.b);
  std::int32_t whole[kBlockColumns];
  std::copy_n(term.offsets, columns, whole);
  for (int k = 0; k < term.words; ++k, a += 4)
    for (int c = 0; c < columns; ++c)
      for (int j = 0; j < 4; ++j) whole[c] += *b++ * a[j];
  for (int c = 0; c < columns; ++c)
    sum[c] = std::fma(static_cast<float>(whole[c]), term.scales[c], sum[c]);
}

template <class Operand>
void product(const Product& p) {
  for (int first = 0; first < p.columns; first += kBlockColumns) {
    const int columns = std::min(kBlockColumns, p.columns - first);
    for (int r = 0; r < p.rows; ++r) {
      float sum[kBlockColumns] = {};
      if (p.before) std::copy_n(p.before + r * p.before_stride + first, columns, sum);
      for (const Term& all : {p.h, p.x}) {
        if (all.b == nullptr) continue;
        const Term term = all.from(0, first);
        if constexpr (std::is_same_v<Operand, Bytes>)
          add_whole_term(term, r, columns, sum);
        else
          add_term(term, r, columns, sum);
      }
      for (int c = 0; c < columns && p.start; ++c)
        sum[c] += p.start[r * p.start_stride + first + c];
      std::copy_n(sum, columns, p.out + r * p.out_stride + first);
    }
  }
}

template <class Operand>
void cell_forward(const CellForward& p) {
  using Value = typename Operand::Value;
  for (int r = 0; r < p.rows; ++r) {
    const float* before = p.c_before + r * p.c_stride;
    float* after = p.c_after + r * p.c_stride;
    Value* h = at<Value>(p.h, r * p.h_stride);
    Value* y = p.y ? at<Value>(p.y, p.y_row[r]) : nullptr;
    for (int first = 0; first < p.width; first += kLanes) {
      const int w = std::min(kLanes, p.width - first);
      const float* z = p.z + (static_cast<std::size_t>(r) * p.width + first) * 4;
      Value* gates = p.gates ? at<Value>(p.gates, r * p.gates_stride) + 4 * first : nullptr;
      unsigned kept = 0;
      for (int u = 0; u < w; ++u) {
        const float i = sigmoid(z[u]), f = sigmoid(z[w + u]);
        const float g = plain::tanh(z[2 * w + u]), o = sigmoid(z[3 * w + u]);
        if (gates) {
          gates[u] = Operand::held(i);
          gates[w + u] = Operand::held(f);
          gates[2 * w + u] = Operand::held(g);
          gates[3 * w + u] = Operand::held(o);
        }
        const int unit = first + u;
        if (unit >= p.units) continue;
        after[unit] = f * before[unit] + i * g;
        const float out = o * plain::tanh(after[unit]);
        h[unit] = Operand::held(out);
        if (!y) continue;
        y[unit] = h[unit];
        if (p.masks.keys) {
          const auto number = static_cast<std::uint32_t>(p.masks.first_unit + unit);
          const bool keep = p.masks.keys[r].mix(number) < p.masks.threshold;
          y[unit] = Operand::held(keep ? out * p.masks.scale : 0);
          kept |= static_cast<unsigned>(keep) << u;
        }
      }
      if (p.kept) p.kept[r * p.kept_stride + first / kLanes] = static_cast<std::uint16_t>(kept);
    }
  }
}

template <class Operand>
void head_forward(const Head& p, const float* bias, float* logits, std::size_t logits_stride) {
  for (int r = 0; r < p.rows; ++r) {
    const auto* y = at<const typename Operand::Value>(p.y, r * p.y_stride);
    for (int c = 0; c < p.channels; ++c) {
      float sum = bias[c];
      for (int u = 0; u < p.units; ++u)
        sum += Operand::value(y[u]) * p.weight[c * p.weight_stride + u];
      logits[r * logits_stride + c] = sum;
    }
  }
}

template <class Operand>
void store(const float* from, int count, void* to) {
  for (int k = 0; k < count; ++k)
    static_cast<typename Operand::Value*>(to)[k] = Operand::held(from[k]);
}

void sum(const float* const* terms, const float* scales, int count, int columns, float* out) {
  for (int column = 0; column < columns; ++column) {
    float total = 0;
    for (int k = 0; k < count; ++k) total += scales[k] * terms[k][column];
    out[column] = total;
  }
}

// Training.

void add_sum(const Sum& s) {
  for (int m = 0; m < s.groups * kGroup; ++m) {
    const float* a =
        reinterpret_cast<const float*>(s.a) + m / kGroup * s.a_group_stride + m % kGroup;
    float sum[kBlockColumns] = {};
    for (int k = 0; k < s.words; ++k) {
      const float* b =
          reinterpret_cast<const float*>(s.b) + static_cast<std::size_t>(k) * s.columns;
      for (int c = 0; c < s.columns; ++c) sum[c] += a[k * kGroup] * b[c];
    }
    for (int c = 0; c < s.columns; ++c) s.out[m * s.columns + c] += sum[c];
  }
}

void add_sparse(const SparseProduct& p) {
  for (int r = 0; r < p.rows; ++r) {
    float* out = p.out + static_cast<std::size_t>(r) * p.columns;
    for (int k = 0; k < p.count[r]; ++k) {
      const int value = p.listed[r * p.listed_stride + k];
      const float x = p.x[r * p.x_stride + value];
      const float* w = p.weight + value * p.weight_stride;
      for (int c = 0; c < p.columns; ++c) out[c] += x * w[c];
    }
  }
}

void add_sparse_sum(const SparseSum& s) {
  for (int value = 0; value < s.values; ++value) {
    float sum[kBlockColumns] = {};
    for (int k = s.first[value]; k < s.first[value + 1]; ++k) {
      const float* b =
          reinterpret_cast<const float*>(s.b) + static_cast<std::size_t>(s.row[k]) * s.columns;
      for (int c = 0; c < s.columns; ++c) sum[c] += s.x[k] * b[c];
    }
    for (int c = 0; c < s.columns; ++c) s.out[value * s.out_stride + c] += sum[c];
  }
}

template <class Operand>
void cell_backward(const CellBackward& p) {
  const int w = p.width;
  for (int r = 0; r < p.rows; ++r) {
    const float* gates = at<const float>(p.gates, r * p.gates_stride);
    float* dz = at<float>(p.dz, r * p.dz_stride);
    auto* columns = reinterpret_cast<float*>(p.dz_columns) + static_cast<std::size_t>(r) * 4 * w;
    const float* dy = p.dy + p.dy_row[r];
    const unsigned kept = p.kept ? p.kept[r * p.kept_stride] : 0xFFFFu;
    for (int u = 0; u < w; ++u) {
      float d[4] = {};
      if (u < p.units) {
        const float i = gates[u], f = gates[w + u], g = gates[2 * w + u], o = gates[3 * w + u];
        const float tanh_c = plain::tanh(p.c_after[r * p.c_stride + u]);
        const float dh = p.dh[r * p.d_stride + u] + (kept >> u & 1 ? dy[u] * p.scale : 0.0f);
        float& dc = p.dc[r * p.d_stride + u];
        dc += dh * o * (1 - tanh_c * tanh_c);
        d[0] = dc * g * i * (1 - i);
        d[1] = dc * p.c_before[r * p.c_stride + u] * f * (1 - f);
        d[2] = dc * i * (1 - g * g);
        d[3] = dh * tanh_c * o * (1 - o);
        dc *= f;
      }
      for (int gate = 0; gate < 4; ++gate) {
        p.bias_gradient[gate * w + u] += d[gate];
        dz[gate * w + u] = columns[gate * w + u] = Operand::held(d[gate]);
      }
    }
  }
}

void pack_rows(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
               std::size_t group_stride) {
  for (int r = 0; r < rows; ++r)
    for (int m = 0; m < (values + kGroup - 1) / kGroup * kGroup; ++m)
      out[m / kGroup * group_stride + static_cast<std::size_t>(r) * kGroup + m % kGroup] =
          m < values ? a[r * a_stride + m] : 0;
}

void head_gradient(const Head& p, const float* dlogits, float* weight_gradient) {
  for (int r = 0; r < p.rows; ++r)
    for (int c = 0; c < p.channels; ++c)
      for (int u = 0; u < p.units; ++u)
        weight_gradient[c * p.weight_stride + u] +=
            dlogits[r * p.channels + c] * at<const float>(p.y, r * p.y_stride)[u];
}

void head_backward(const Head& p, const float* dlogits, float* dy, std::size_t dy_stride) {
  for (int r = 0; r < p.rows; ++r)
    for (int u = 0; u < p.units; ++u) {
      float sum = 0;
      for (int c = 0; c < p.channels; ++c)
        sum += dlogits[r * p.channels + c] * p.weight[c * p.weight_stride + u];
      dy[r * dy_stride + u] = sum;
    }
}

template <class Operand>
constexpr Kernels composing(const char* name, Layout layout) {
  return {.name = name,
          .layout = layout,
          .product = product<Operand>,
          .cell_forward = cell_forward<Operand>,
          .head_forward = head_forward<Operand>,
          .store = store<Operand>,
          .sum = sum};
}

template <class Operand>
constexpr Kernels both(const char* name, Layout layout) {
  Kernels kernels = composing<Operand>(name, layout);
  kernels.add_sum = add_sum;
  kernels.add_sparse = add_sparse;
  kernels.add_sparse_sum = add_sparse_sum;
  kernels.cell_backward = cell_backward<Operand>;
  kernels.pack_rows = pack_rows;
  kernels.head_gradient = head_gradient;
  kernels.head_backward = head_backward;
  return kernels;
}

}  // namespace

std::vector<const Kernels*> plain_kernels() {
  static constexpr Kernels f32 = both<F32>("plain-f32", {});
  static constexpr Kernels bf16 = both<RoundedToBf16>("plain-bf16", {.element = Precision::bf16});
  static constexpr Kernels int8 = composing<Bytes>(
      "plain-int8", {.element = Precision::int8, .bytes = 1, .zero = Bytes::kZero});
  return {&f32, &bf16, &int8};
}

}  // namespace toccata::network
