// The training kernels in f32 (and in bf16 emulated: f32 with its operands rounded) on vectors, one
// source for every instruction set that Highway knows and this program chooses at run time.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <algorithm>
#include <type_traits>

#include "network/kernels/train_kernels.h"

// As in stepping/kernels_simd.cc.
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3_DL | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/kernels/train_vectors.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

#if defined(__clang__)
#define TOCCATA_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TOCCATA_UNROLL _Pragma("GCC unroll 16")
#endif

HWY_BEFORE_NAMESPACE();
namespace toccata::network::train {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_RVV
namespace hn = hwy::HWY_NAMESPACE;

using Floats = hn::ScalableTag<float>;
using Vector = hn::Vec<Floats>;
constexpr int kWidth = static_cast<int>(hn::MaxLanes(Floats()));
// Register tiles: 32 registers of AVX-512 hold 6 rows of 64 columns, and NEON's 6 of 16; the
// others' 16 hold 6 (AVX2) or 3 (SSE4) of 16.
constexpr int kPanel = kWidth == 16 ? 64 : 16;
constexpr int kTileRows = HWY_TARGET == HWY_SSE4 ? 3 : 6;

inline const float* floats(const Word* words) {
  return reinterpret_cast<const float*>(words);
}

/// Left operand by rows: a[m * stride + k].
struct ByRows {
  const float* a;
  std::size_t stride;
  float operator()(int m, int k) const { return a[static_cast<std::size_t>(m) * stride + k]; }
};
/// Left operand packed in groups of six: a[(m / 6) * stride + k * 6 + m % 6].
struct ByGroups {
  const float* a;
  std::size_t stride;
  float operator()(int m, int k) const {
    return a[static_cast<std::size_t>(m / kGroup) * stride + k * kGroup + m % kGroup];
  }
};

/// MR rows by NV vectors of out, summed over `words`; b holds NV vectors per word.
template <int MR, int NV, bool add, class Left>
inline void tile(const Left& left, int words, const float* b, float* out, std::size_t out_stride,
                 const float* start) {
  const Floats d;
  Vector sum[MR][NV];
  TOCCATA_UNROLL for (int m = 0; m < MR; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
      sum[m][v] = start ? hn::LoadU(d, start + v * kWidth) : hn::Zero(d);
  for (int k = 0; k < words; ++k, b += NV * kWidth) {
    Vector column[NV];
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) column[v] = hn::LoadU(d, b + v * kWidth);
    TOCCATA_UNROLL for (int m = 0; m < MR; ++m) {
      const Vector a = hn::Set(d, left(m, k));
      TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[m][v] = hn::MulAdd(a, column[v], sum[m][v]);
    }
  }
  TOCCATA_UNROLL for (int m = 0; m < MR; ++m) TOCCATA_UNROLL for (int v = 0; v < NV; ++v) {
    float* to = out + static_cast<std::size_t>(m) * out_stride + v * kWidth;
    hn::StoreU(add ? hn::Add(hn::LoadU(d, to), sum[m][v]) : sum[m][v], d, to);
  }
}

template <int MR, int NV>
inline void rows_tile(int rows, const Product& p, int row, const float* b, float* out,
                      const float* start) {
  if constexpr (MR > 0) {
    if (rows < MR) return rows_tile<MR - 1, NV>(rows, p, row, b, out, start);
    tile<MR, NV, false>(ByRows{floats(p.a) + row * p.a_stride, p.a_stride}, p.words, b,
                        out + row * p.out_stride, p.out_stride, start);
  }
}

template <int MR, int NV>
void multiply_panel(const Product& p, const float* b, float* out, const float* start) {
  // Rows shared out evenly: 14 are two tiles of 7, not one of 12 and one of 2.
  const int tiles = (p.rows + MR - 1) / MR;
  int row = 0;
  for (int k = 0; k < tiles; ++k) {
    const int end = static_cast<int>(static_cast<long>(p.rows) * (k + 1) / tiles);
    rows_tile<MR, NV>(end - row, p, row, b, out, start);
    row = end;
  }
}

void multiply(const Product& p) {
  if constexpr (kPanel == 64) {
    if (p.vectors == 4) return multiply_panel<6, 4>(p, floats(p.b), p.out, p.start);
    if (p.vectors == 3) return multiply_panel<8, 3>(p, floats(p.b), p.out, p.start);
    if (p.vectors == 2) return multiply_panel<12, 2>(p, floats(p.b), p.out, p.start);
    multiply_panel<12, 1>(p, floats(p.b), p.out, p.start);
  } else {
    for (int v = 0; v < p.vectors; ++v)
      multiply_panel<kTileRows, kPanel / kWidth>(
          p, floats(p.b) + static_cast<std::size_t>(v) * p.words * kPanel, p.out + v * kPanel,
          p.start ? p.start + v * kPanel : nullptr);
  }
}

/// MR rows of out at once, of panels NV vectors wide.
template <int MR, int NV>
void sum_panel(const Sum& s, const float* b, float* out, std::size_t out_stride) {
  const int rows = s.groups * kGroup;
  int row = 0;
  const auto work = [&]<int kRows>(std::integral_constant<int, kRows>) HWY_ATTR {
    for (; row + kRows <= rows; row += kRows)
      tile<kRows, NV, true>(
          ByGroups{floats(s.a) + row / kGroup * s.a_group_stride + row % kGroup, s.a_group_stride},
          s.words, b, out + row * out_stride, out_stride, nullptr);
  };
  work(std::integral_constant<int, MR>());
  if constexpr (MR > kGroup) work(std::integral_constant<int, kGroup>());
}

void add_sum(const Sum& s) {
  const std::size_t columns = static_cast<std::size_t>(s.vectors) * kLanes;
  if constexpr (kPanel == 64) {
    if (s.vectors == 4) return sum_panel<6, 4>(s, floats(s.b), s.out, columns);
    if (s.vectors == 3) return sum_panel<6, 3>(s, floats(s.b), s.out, columns);
    if (s.vectors == 2) return sum_panel<12, 2>(s, floats(s.b), s.out, columns);
    sum_panel<12, 1>(s, floats(s.b), s.out, columns);
  } else {
    for (int v = 0; v < s.vectors; ++v)
      sum_panel<kTileRows, kPanel / kWidth>(s, floats(s.b) + v * s.b_panel_stride,
                                            s.out + v * kPanel, columns);
  }
}

/// One row's NV vectors, from `out` on: the sums stay in registers over all of the row's terms.
template <int NV>
inline void sparse_row(const SparseProduct& p, int r, int column, float* out) {
  const Floats d;
  const std::uint16_t* listed = p.listed + r * p.listed_stride;
  const float* x = p.x + r * p.x_stride;
  const std::size_t columns = static_cast<std::size_t>(p.vectors) * kLanes;
  Vector sum[NV];
  TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[v] = hn::LoadU(d, out + v * kWidth);
  for (int k = 0; k < p.count[r]; ++k) {
    const float* w = p.weight + listed[k] * columns + column;
    const Vector a = hn::Set(d, x[listed[k]]);
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[v] =
        hn::MulAdd(a, hn::LoadU(d, w + v * kWidth), sum[v]);
  }
  TOCCATA_UNROLL for (int v = 0; v < NV; ++v) hn::StoreU(sum[v], d, out + v * kWidth);
}

/// Calls work(width, first column) over whole groups of eight vectors or of 64 columns, then of 16.
template <typename Work>
inline void for_vectors(int columns, const Work& work) {
  constexpr int kMany = std::min(8, 64 / kWidth), kFew = kLanes / kWidth;
  int column = 0;
  for (; column + kMany * kWidth <= columns; column += kMany * kWidth)
    work(std::integral_constant<int, kMany>(), column);
  for (; column < columns; column += kLanes) work(std::integral_constant<int, kFew>(), column);
}

void add_sparse(const SparseProduct& p) {
  const int columns = p.vectors * kLanes;
  for (int r = 0; r < p.rows; ++r)
    for_vectors(columns, [&](auto vectors, int column) HWY_ATTR {
      sparse_row<vectors()>(p, r, column, p.out + static_cast<std::size_t>(r) * columns + column);
    });
}

/// NV vectors of one value's gradient.
template <int NV>
inline void sparse_value(const SparseSum& s, int value, int column, float* out) {
  constexpr int kPerPanel = std::min(NV, kPanel / kWidth);
  const Floats d;
  // A block narrower than a panel is one of its own width.
  const int stride = std::min(kPanel, s.vectors * kLanes);
  const float* b = floats(s.b) + column / kPanel * s.b_panel_stride + column % kPanel;
  Vector sum[NV];
  TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[v] = hn::Zero(d);
  for (int k = s.first[value]; k < s.first[value + 1]; ++k) {
    const float* row = b + s.row[k] * static_cast<std::size_t>(stride);
    const Vector x = hn::Set(d, s.x[k]);
    TOCCATA_UNROLL for (int v = 0; v < NV; ++v) sum[v] = hn::MulAdd(
        x, hn::LoadU(d, row + v / kPerPanel * s.b_panel_stride + v % kPerPanel * kWidth), sum[v]);
  }
  TOCCATA_UNROLL for (int v = 0; v < NV; ++v)
      hn::StoreU(hn::Add(hn::LoadU(d, out + v * kWidth), sum[v]), d, out + v * kWidth);
}

void add_sparse_sum(const SparseSum& s) {
  const int columns = s.vectors * kLanes;
  for_vectors(columns, [&](auto vectors, int column) HWY_ATTR {
    for (int value = 0; value < s.values; ++value)
      sparse_value<vectors()>(s, value, column,
                              s.out + static_cast<std::size_t>(value) * columns + column);
  });
}

/// 2^(scale x), the exponent held within ±126: 2^n by exponent, 2^f for f in [-1/2, 1/2] by a
/// polynomial (Remez; relative error 7.5e-8).
template <class D, class V = hn::Vec<D>>
inline V power_of_two(D d, V x, float scale) {
  const hn::RebindToSigned<D> whole;
  const V to_whole = hn::Set(d, 12582912.0f);  // 1.5 * 2^23: adding it rounds to a whole number
  V t = hn::Mul(x, hn::Set(d, scale));
  t = hn::Min(hn::Max(t, hn::Set(d, -126.0f)), hn::Set(d, 126.0f));
  const V shifted = hn::Add(t, to_whole);
  const V f = hn::Sub(t, hn::Sub(shifted, to_whole));
  V p = hn::Set(d, 0.0013276471979478776f);
  p = hn::MulAdd(p, f, hn::Set(d, 0.00967554133421605f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.05550713273542586f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.24022119723848476f));
  p = hn::MulAdd(p, f, hn::Set(d, 0.6931469670647331f));
  p = hn::MulAdd(p, f, hn::Set(d, 1.0000000716546822f));
  const auto exponent = hn::ShiftLeft<23>(hn::BitCast(whole, shifted));
  return hn::BitCast(d, hn::Add(hn::BitCast(whole, p), exponent));
}

template <class D, class V = hn::Vec<D>>
inline V reciprocal(D d, V x) {
#if HWY_TARGET == HWY_AVX3
  const V r = hn::ApproximateReciprocal(x);  // 14 bits, then one step of Newton's
  return hn::Mul(r, hn::NegMulAdd(x, r, hn::Set(d, 2.0f)));
#else
  return hn::Div(hn::Set(d, 1.0f), x);
#endif
}
template <class D, class V = hn::Vec<D>>
inline V logistic(D d, V x, float scale) {
  return reciprocal(d, hn::Add(power_of_two(d, x, scale), hn::Set(d, 1.0f)));
}
template <class D, class V = hn::Vec<D>>
inline V sigmoid(D d, V x) {
  return logistic(d, x, -1.44269504f);
}
template <class D, class V = hn::Vec<D>>
inline V hyperbolic_tangent(D d, V x) {
  return hn::NegMulAdd(hn::Set(d, 2.0f), logistic(d, x, 2.88539008f), hn::Set(d, 1.0f));
}

/// The first `left` values, zeros beyond.
template <class D>
inline hn::Vec<D> load(D d, const float* from, int left) {
  if (left >= static_cast<int>(hn::MaxLanes(d))) return hn::LoadU(d, from);
  alignas(64) float values[hn::MaxLanes(d)] = {};
  std::copy_n(from, left, values);
  return hn::Load(d, values);
}
template <class D>
inline void store(D d, hn::Vec<D> v, float* to, int left) {
  if (left >= static_cast<int>(hn::MaxLanes(d))) return hn::StoreU(v, d, to);
  alignas(64) float values[hn::MaxLanes(d)];
  hn::Store(v, d, values);
  std::copy_n(values, left, to);
}

/// As an operand holds it.
template <bool bf16, class D, class V = hn::Vec<D>>
inline V operand(D d, V x) {
  if constexpr (!bf16) return x;
  const hn::RebindToUnsigned<D> du;
  const auto bits = hn::BitCast(du, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1u));
  return hn::BitCast(
      d, hn::And(hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7FFFu))), hn::Set(du, 0xFFFF0000u)));
}

/// Calls work(d) with the widest vectors that a block is a whole number of.
template <typename Work>
inline void with_vectors_of(int width, const Work& work) {
  if (width % kWidth == 0) return work(Floats());
  if constexpr (kWidth > 8) {
    if (width == 8) return work(hn::CappedTag<float, 8>());
  }
  work(hn::CappedTag<float, 4>());
}

/// Which of a vector of units from `unit` on dropout keeps: DropoutRow::mix.
template <class D>
inline auto kept_units(D, const DropoutRow& key, hn::Vec<hn::RebindToUnsigned<D>> spread_units,
                       std::uint32_t threshold) {
  const hn::RebindToUnsigned<D> du;
  auto x = hn::Xor(hn::Set(du, key.first), spread_units);
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<16>(x)), hn::Set(du, 0x7FEB352Du));
  x = hn::Xor(x, hn::Set(du, key.second));
  x = hn::Mul(hn::Xor(x, hn::ShiftRight<15>(x)), hn::Set(du, 0x846CA68Bu));
  x = hn::Xor(x, hn::ShiftRight<16>(x));
  return hn::Lt(x, hn::Set(du, threshold));
}

template <bool bf16, class D>
void cell_forward_units(D d, const CellForward& p, int u) {
  const hn::RebindToUnsigned<D> du;
  constexpr int kStep = static_cast<int>(hn::MaxLanes(d));
  const int w = p.width, left = p.units - u;
  const auto spread_units = hn::Mul(
      hn::Iota(du, static_cast<std::uint32_t>(p.masks.first_unit + u)), hn::Set(du, 0x9E3779B9u));
  const auto scale = hn::Set(d, p.masks.scale);
  for (int r = 0; r < p.rows; ++r) {
    const float* z = p.z + static_cast<std::size_t>(r) * 4 * w + u;
    const auto i = sigmoid(d, hn::LoadU(d, z));
    const auto f = sigmoid(d, hn::LoadU(d, z + w));
    const auto g = hyperbolic_tangent(d, hn::LoadU(d, z + 2 * w));
    const auto o = sigmoid(d, hn::LoadU(d, z + 3 * w));
    auto* gates = reinterpret_cast<float*>(static_cast<char*>(p.gates) + r * p.gates_stride) + u;
    hn::StoreU(operand<bf16>(d, i), d, gates);
    hn::StoreU(operand<bf16>(d, f), d, gates + w);
    hn::StoreU(operand<bf16>(d, g), d, gates + 2 * w);
    hn::StoreU(operand<bf16>(d, o), d, gates + 3 * w);
    const auto before = load(d, p.c_before + r * p.c_stride + u, left);
    const auto c = hn::MulAdd(f, before, hn::Mul(i, g));
    store(d, c, p.c_after + r * p.c_stride + u, left);
    auto h = hn::Mul(o, hyperbolic_tangent(d, c));
    store(d, operand<bf16>(d, h),
          reinterpret_cast<float*>(static_cast<char*>(p.h) + r * p.h_stride) + u, left);
    if (p.masks.keys) {
      const auto kept = kept_units(d, p.masks.keys[r], spread_units, p.masks.threshold);
      std::uint8_t bits[8] = {};
      hn::StoreMaskBits(du, kept, bits);
      const unsigned all = (bits[0] | static_cast<unsigned>(bits[1]) << 8) & ((1u << kStep) - 1);
      std::uint16_t& row = p.kept[r * p.kept_stride];
      row = static_cast<std::uint16_t>(u == 0 ? all : row | all << u);
      h = hn::IfThenElseZero(hn::RebindMask(d, kept), hn::Mul(h, scale));
    }
    store(d, operand<bf16>(d, h), reinterpret_cast<float*>(p.y + p.y_row[r]) + u, left);
  }
}

template <bool bf16>
void cell_forward(const CellForward& p) {
  with_vectors_of(p.width, [&](auto d) HWY_ATTR {
    for (int u = 0; u < p.width; u += static_cast<int>(hn::MaxLanes(d)))
      cell_forward_units<bf16>(d, p, u);
  });
}

template <bool bf16, class D>
void cell_backward_units(D d, const CellBackward& p, int u) {
  const hn::RebindToUnsigned<D> du;
  const int w = p.width, left = p.units - u;
  const auto one = hn::Set(d, 1.0f), scale = hn::Set(d, p.scale);
  const auto unit_bits = hn::Shl(hn::Set(du, 1u), hn::Iota(du, static_cast<std::uint32_t>(u)));
  hn::Vec<D> bias[4] = {hn::Zero(d), hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  float* columns[4];  // where the gates stand among the panels
  for (int gate = 0; gate < 4; ++gate) {
    const int column = gate * w + u;
    columns[gate] = reinterpret_cast<float*>(p.dz_columns) + column / kPanel * p.dz_panel_stride +
                    column % kPanel;
  }
  const int columns_stride = std::min(kPanel, 4 * w);
  for (int r = 0; r < p.rows; ++r) {
    const auto* gates =
        reinterpret_cast<const float*>(static_cast<const char*>(p.gates) + r * p.gates_stride) + u;
    const auto i = hn::LoadU(d, gates), f = hn::LoadU(d, gates + w);
    const auto g = hn::LoadU(d, gates + 2 * w), o = hn::LoadU(d, gates + 3 * w);
    const std::size_t at = r * p.d_stride + u;
    const auto tanh_c = hyperbolic_tangent(d, load(d, p.c_after + r * p.c_stride + u, left));
    const auto before = load(d, p.c_before + r * p.c_stride + u, left);
    auto dy = load(d, p.dy + p.dy_row[r] + u, left);
    if (p.kept)
      dy = hn::IfThenElseZero(
          hn::RebindMask(
              d, hn::TestBit(hn::Set(du, std::uint32_t{p.kept[r * p.kept_stride]}), unit_bits)),
          dy);
    const auto dh = hn::MulAdd(dy, scale, load(d, p.dh + at, left));
    const auto dh_o = hn::Mul(dh, o);
    const auto dc = hn::MulAdd(dh_o, hn::NegMulAdd(tanh_c, tanh_c, one), load(d, p.dc + at, left));
    store(d, hn::Mul(dc, f), p.dc + at, left);
    const hn::Vec<D> by_gate[4] = {hn::Mul(hn::Mul(dc, g), hn::NegMulAdd(i, i, i)),
                                   hn::Mul(hn::Mul(dc, before), hn::NegMulAdd(f, f, f)),
                                   hn::Mul(hn::Mul(dc, i), hn::NegMulAdd(g, g, one)),
                                   hn::Mul(hn::Mul(dh_o, tanh_c), hn::Sub(one, o))};
    float* dz = reinterpret_cast<float*>(static_cast<char*>(p.dz) + r * p.dz_stride) + u;
    TOCCATA_UNROLL for (int gate = 0; gate < 4; ++gate) {
      bias[gate] = hn::Add(bias[gate], by_gate[gate]);
      const auto rounded = operand<bf16>(d, by_gate[gate]);
      hn::StoreU(rounded, d, dz + gate * w);
      hn::StoreU(rounded, d, columns[gate]);
      columns[gate] += columns_stride;
    }
  }
  for (int gate = 0; gate < 4; ++gate) {
    float* to = p.bias_gradient + gate * w + u;
    hn::StoreU(hn::Add(hn::LoadU(d, to), bias[gate]), d, to);
  }
}

template <bool bf16>
void cell_backward(const CellBackward& p) {
  with_vectors_of(p.width, [&](auto d) HWY_ATTR {
    for (int u = 0; u < p.width; u += static_cast<int>(hn::MaxLanes(d)))
      cell_backward_units<bf16>(d, p, u);
  });
}

void pack_rows(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
               std::size_t group_stride) {
  for (int r = 0; r < rows; ++r, a += a_stride, out += kGroup) {
    int m = 0;
    // Two words too many: the next row's, which writes them after.
    for (; m + 8 <= values; m += kGroup)
      __builtin_memcpy(out + m / kGroup * group_stride, a + m, 8 * sizeof(Word));
    for (; m < values; m += kGroup) {
      Word group[kGroup] = {};
      std::copy_n(a + m, std::min(kGroup, values - m), group);
      std::copy_n(group, kGroup, out + m / kGroup * group_stride);
    }
  }
}

template <bool bf16>
void store_operands(const float* from, int count, void* to) {
  const Floats d;
  for (int k = 0; k < count; k += kWidth)
    store(d, operand<bf16>(d, load(d, from + k, count - k)), static_cast<float*>(to) + k,
          count - k);
}

inline const float* row_of(const Head& p, int r) {
  return reinterpret_cast<const float*>(p.y + r * p.y_stride);
}

void head_forward(const Head& p, const float* bias, float* logits) {
  const Floats d;
  for (int r = 0; r < p.rows; ++r)
    for (int c = 0; c < p.channels; ++c) {
      Vector sum = hn::Zero(d);
      for (int u = 0; u < p.units; u += kWidth)
        sum = hn::MulAdd(load(d, row_of(p, r) + u, p.units - u),
                         load(d, p.weight + c * p.weight_stride + u, p.units - u), sum);
      logits[r * p.channels + c] = bias[c] + hn::GetLane(hn::SumOfLanes(d, sum));
    }
}

void head_gradient(const Head& p, const float* dlogits, float* weight_gradient) {
  const Floats d;
  for (int u = 0; u < p.units; u += kWidth)
    for (int c = 0; c < p.channels; ++c) {
      float* to = weight_gradient + c * p.weight_stride + u;
      Vector sum = hn::Zero(d);
      for (int r = 0; r < p.rows; ++r)
        sum = hn::MulAdd(load(d, row_of(p, r) + u, p.units - u),
                         hn::Set(d, dlogits[r * p.channels + c]), sum);
      store(d, hn::Add(load(d, to, p.units - u), sum), to, p.units - u);
    }
}

void head_backward(const Head& p, const float* dlogits, float* dy, std::size_t dy_stride) {
  const Floats d;
  for (int r = 0; r < p.rows; ++r)
    for (int u = 0; u < p.units; u += kWidth) {
      Vector sum = hn::Zero(d);
      for (int c = 0; c < p.channels; ++c)
        sum = hn::MulAdd(load(d, p.weight + c * p.weight_stride + u, p.units - u),
                         hn::Set(d, dlogits[r * p.channels + c]), sum);
      store(d, sum, dy + r * dy_stride + u, p.units - u);
    }
}

template <bool bf16>
const Kernels* table() {
  static constexpr const char* kNames[] = {HWY_TARGET == HWY_AVX3   ? "avx512-f32"
                                           : HWY_TARGET == HWY_AVX2 ? "avx2-f32"
                                           : HWY_TARGET == HWY_SSE4 ? "sse4-f32"
                                                                    : "neon-f32",
                                           HWY_TARGET == HWY_AVX3   ? "avx512-bf16-emulated"
                                           : HWY_TARGET == HWY_AVX2 ? "avx2-bf16-emulated"
                                           : HWY_TARGET == HWY_SSE4 ? "sse4-bf16-emulated"
                                                                    : "neon-bf16-emulated"};
  static constexpr Kernels kernels = {kNames[bf16],
                                      1,
                                      kPanel,
                                      multiply,
                                      add_sum,
                                      add_sparse,
                                      add_sparse_sum,
                                      cell_forward<bf16>,
                                      cell_backward<bf16>,
                                      pack_rows,
                                      store_operands<bf16>,
                                      head_forward,
                                      head_gradient,
                                      head_backward};
  return &kernels;
}

const Kernels* kernels_of(Precision precision) {
  return precision == Precision::bf16 ? table<true>() : table<false>();
}

#endif
}  // namespace HWY_NAMESPACE
}  // namespace toccata::network::train
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace toccata::network::train {

const Kernels* vector_kernels([[maybe_unused]] Precision precision, InstructionSet set) {
  switch (set) {
#if HWY_TARGETS & HWY_AVX3
    case InstructionSet::avx512:
      return N_AVX3::kernels_of(precision);
#endif
#if HWY_TARGETS & HWY_AVX2
    case InstructionSet::avx2:
      return N_AVX2::kernels_of(precision);
#endif
#if HWY_TARGETS & HWY_SSE4
    case InstructionSet::sse4:
      return N_SSE4::kernels_of(precision);
#endif
#if HWY_TARGETS & HWY_NEON
    case InstructionSet::neon:
      return N_NEON::kernels_of(precision);
#endif
    default:
      return nullptr;
  }
}

}  // namespace toccata::network::train
#endif
