// The training kernels in plain C++: for machines without the fast ones, and their oracle.

#include <algorithm>
#include <cstring>

#include "base/plain_math.h"
#include "network/kernels/train_kernels.h"
#include "network/model/float_formats.h"

namespace toccata::network::train {
namespace {

using plain::sigmoid;

template <bool bf16>
float operand(float x) {
  return bf16 ? from_bf16(to_bf16(x)) : x;
}

const float* floats(const Word* words) {
  return reinterpret_cast<const float*>(words);
}

// Each sum runs over the words in their order, whatever the compiler does with the columns.
void multiply(const Product& p) {
  const int columns = p.vectors * kLanes;
  for (int r = 0; r < p.rows; ++r) {
    float* out = p.out + r * p.out_stride;
    for (int c = 0; c < columns; ++c) out[c] = p.start ? p.start[c] : 0;
    for (int k = 0; k < p.words; ++k) {
      const float a = floats(p.a)[r * p.a_stride + k];
      const float* b = floats(p.b) + static_cast<std::size_t>(k) * columns;
      for (int c = 0; c < columns; ++c) out[c] += a * b[c];
    }
  }
}

void add_sum(const Sum& s) {
  const int columns = s.vectors * kLanes;
  for (int m = 0; m < s.groups * kGroup; ++m) {
    const float* a = floats(s.a) + m / kGroup * s.a_group_stride + m % kGroup;
    float sum[kMaxVectors * kLanes] = {};
    for (int k = 0; k < s.words; ++k) {
      const float* b = floats(s.b) + static_cast<std::size_t>(k) * columns;
      for (int c = 0; c < columns; ++c) sum[c] += a[k * kGroup] * b[c];
    }
    for (int c = 0; c < columns; ++c) s.out[m * columns + c] += sum[c];
  }
}

void add_sparse(const SparseProduct& p) {
  const int columns = p.vectors * kLanes;
  for (int r = 0; r < p.rows; ++r) {
    float* out = p.out + static_cast<std::size_t>(r) * columns;
    for (int k = 0; k < p.count[r]; ++k) {
      const int value = p.listed[r * p.listed_stride + k];
      const float x = p.x[r * p.x_stride + value];
      const float* w = p.weight + static_cast<std::size_t>(value) * columns;
      for (int c = 0; c < columns; ++c) out[c] += x * w[c];
    }
  }
}

void add_sparse_sum(const SparseSum& s) {
  const int columns = s.vectors * kLanes;
  for (int value = 0; value < s.values; ++value) {
    float sum[kMaxVectors * kLanes] = {};
    for (int k = s.first[value]; k < s.first[value + 1]; ++k) {
      const float* b = floats(s.b) + static_cast<std::size_t>(s.row[k]) * columns;
      for (int c = 0; c < columns; ++c) sum[c] += s.x[k] * b[c];
    }
    for (int c = 0; c < columns; ++c) s.out[value * columns + c] += sum[c];
  }
}

template <bool bf16>
void cell_forward(const CellForward& p) {
  const int w = p.width;
  for (int r = 0; r < p.rows; ++r) {
    const float* z = p.z + static_cast<std::size_t>(r) * 4 * w;
    auto* gates = reinterpret_cast<float*>(static_cast<char*>(p.gates) + r * p.gates_stride);
    auto* h = reinterpret_cast<float*>(static_cast<char*>(p.h) + r * p.h_stride);
    auto* y = reinterpret_cast<float*>(p.y + p.y_row[r]);
    const float* before = p.c_before + r * p.c_stride;
    float* after = p.c_after + r * p.c_stride;
    unsigned kept = 0;
    for (int u = 0; u < w; ++u) {
      const float i = sigmoid(z[u]), f = sigmoid(z[w + u]);
      const float g = plain::tanh(z[2 * w + u]), o = sigmoid(z[3 * w + u]);
      gates[u] = operand<bf16>(i);
      gates[w + u] = operand<bf16>(f);
      gates[2 * w + u] = operand<bf16>(g);
      gates[3 * w + u] = operand<bf16>(o);
      if (u >= p.units) continue;
      after[u] = f * before[u] + i * g;
      const float out = o * plain::tanh(after[u]);
      h[u] = operand<bf16>(out);
      y[u] = h[u];
      if (p.masks.keys) {
        const bool keep = p.masks.keys[r].mix(static_cast<std::uint32_t>(p.masks.first_unit + u)) <
                          p.masks.threshold;
        y[u] = keep ? operand<bf16>(out * p.masks.scale) : 0;
        kept |= static_cast<unsigned>(keep) << u;
      }
    }
    if (p.masks.keys) p.kept[r * p.kept_stride] = static_cast<std::uint16_t>(kept);
  }
}

template <bool bf16>
void cell_backward(const CellBackward& p) {
  const int w = p.width;
  for (int r = 0; r < p.rows; ++r) {
    const auto* gates =
        reinterpret_cast<const float*>(static_cast<const char*>(p.gates) + r * p.gates_stride);
    auto* dz = reinterpret_cast<float*>(static_cast<char*>(p.dz) + r * p.dz_stride);
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
        dz[gate * w + u] = columns[gate * w + u] = operand<bf16>(d[gate]);
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

template <bool bf16>
void store(const float* from, int count, void* to) {
  auto* out = static_cast<float*>(to);
  for (int k = 0; k < count; ++k) out[k] = operand<bf16>(from[k]);
}

const float* row(const Head& p, int r) {
  return reinterpret_cast<const float*>(p.y + r * p.y_stride);
}

void head_forward(const Head& p, const float* bias, float* logits) {
  for (int r = 0; r < p.rows; ++r)
    for (int c = 0; c < p.channels; ++c) {
      float sum = bias[c];
      for (int u = 0; u < p.units; ++u) sum += row(p, r)[u] * p.weight[c * p.weight_stride + u];
      logits[r * p.channels + c] = sum;
    }
}

void head_gradient(const Head& p, const float* dlogits, float* weight_gradient) {
  for (int r = 0; r < p.rows; ++r)
    for (int c = 0; c < p.channels; ++c)
      for (int u = 0; u < p.units; ++u)
        weight_gradient[c * p.weight_stride + u] += dlogits[r * p.channels + c] * row(p, r)[u];
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

template <bool bf16>
constexpr Kernels table(const char* name) {
  return {name,
          1,
          64,
          multiply,
          add_sum,
          add_sparse,
          add_sparse_sum,
          cell_forward<bf16>,
          cell_backward<bf16>,
          pack_rows,
          store<bf16>,
          head_forward,
          head_gradient,
          head_backward};
}

}  // namespace

const Kernels& plain_kernels(Precision precision) {
  static constexpr Kernels f32 = table<false>("plain-f32");
  static constexpr Kernels bf16 = table<true>("plain-bf16-emulated");
  return precision == Precision::bf16 ? bf16 : f32;
}

}  // namespace toccata::network::train
