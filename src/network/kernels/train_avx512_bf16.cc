// The training kernels in bfloat16 on AVX-512 with its dot product of bf16 pairs (Intel, "BFLOAT16
// - hardware numerics definition", 2018).

#include "network/kernels/train_kernels.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of the undefined operands in its own headers of intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#define TOCCATA_TARGET \
  __attribute__((target("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

#include "network/kernels/train_avx512_cell.h"
#include "network/kernels/train_avx512_products.h"

namespace toccata::network::train {
namespace {

TOCCATA_TARGET inline __m512 widen(__m256i bf16) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bf16), 16));
}
TOCCATA_TARGET inline __m256i narrow(__m512 x) {
  return (__m256i)_mm512_cvtneps_pbh(x);
}
/// low's 16 values, then high's.
TOCCATA_TARGET inline __m512i narrow(__m512 low, __m512 high) {
  return (__m512i)_mm512_cvtne2ps_pbh(high, low);
}

struct Bf16Pairs {
  static constexpr int kPack = 2;

  TOCCATA_TARGET static __m512 multiply_add(__m512 sum, __m512i a, __m512i b) {
    return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
  }
  template <bool full>
  TOCCATA_TARGET static void store(char* to, __mmask16 lanes, __m512 x) {
    if (full)
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), narrow(x));
    else
      _mm256_mask_storeu_epi16(to, lanes, narrow(x));
  }
  TOCCATA_TARGET static __m512 load(const char* from, int first, __mmask16 lanes) {
    return widen(_mm256_maskz_loadu_epi16(lanes, from + 2 * first));
  }
  template <bool full>
  TOCCATA_TARGET static void store_gates(char* to, int width, __m512 i, __m512 f, __m512 g,
                                         __m512 o) {
    if (full) {
      _mm512_storeu_si512(to, narrow(i, f));
      _mm512_storeu_si512(to + 64, narrow(g, o));
      return;
    }
    const __mmask16 lanes = first_lanes(width);
    store<false>(to, lanes, i);
    store<false>(to + 2 * width, lanes, f);
    store<false>(to + 4 * width, lanes, g);
    store<false>(to + 6 * width, lanes, o);
  }
  template <bool full>
  TOCCATA_TARGET static __m512 gate(const char* from, int gate, int width, __mmask16 lanes) {
    if (full) return widen(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 32 * gate)));
    return load(from, gate * width, lanes);
  }
  /// One gate of two rows: by rows, and as pairs.
  template <bool full>
  TOCCATA_TARGET static void store_pair(char* dz0, char* dz1, Word* columns, int gate, int width,
                                        __mmask16 lanes, __m512 d0, __m512 d1) {
    const __m512i both = narrow(d0, d1);
    const __m512i order =
        _mm512_set_epi16(31, 15, 30, 14, 29, 13, 28, 12, 27, 11, 26, 10, 25, 9, 24, 8, 23, 7, 22, 6,
                         21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
    const __m512i pairs = _mm512_permutexvar_epi16(order, both);
    const __m256i low = _mm512_castsi512_si256(both), high = _mm512_extracti64x4_epi64(both, 1);
    if (full) {
      _mm512_storeu_si512(columns + gate * kLanes, pairs);
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(dz0 + 32 * gate), low);
      if (dz1) _mm256_storeu_si256(reinterpret_cast<__m256i*>(dz1 + 32 * gate), high);
      return;
    }
    _mm512_mask_storeu_epi32(columns + gate * width, lanes, pairs);
    _mm256_mask_storeu_epi16(dz0 + 2 * gate * width, lanes, low);
    if (dz1) _mm256_mask_storeu_epi16(dz1 + 2 * gate * width, lanes, high);
  }
};

TOCCATA_TARGET void pack_rows(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
                              std::size_t group_stride) {
  constexpr int kTile = 96;  // values: 16 groups of six, three vectors of two rows' pairs each
  const __m512i low = _mm512_set_epi16(47, 15, 46, 14, 45, 13, 44, 12, 43, 11, 42, 10, 41, 9, 40, 8,
                                       39, 7, 38, 6, 37, 5, 36, 4, 35, 3, 34, 2, 33, 1, 32, 0);
  const __m512i high = _mm512_add_epi16(low, _mm512_set1_epi16(16));
  alignas(64) Word pairs[kTile + kLanes];
  for (int r = 0; r < rows; r += 2, a += 2 * a_stride, out += kGroup)
    for (int first = 0; first < values; first += kTile) {
      const int count = values - first < kTile ? values - first : kTile;
      for (int m = 0; m < count; m += 32) {
        const auto lanes = static_cast<__mmask32>(count - m < 32 ? (1u << (count - m)) - 1 : ~0u);
        const Word* from = a + (first + m) / 2;
        const __m512i row0 = _mm512_maskz_loadu_epi16(lanes, from);
        const __m512i row1 = r + 1 < rows ? _mm512_maskz_loadu_epi16(lanes, from + a_stride)
                                          : _mm512_setzero_si512();
        _mm512_store_si512(pairs + m, _mm512_permutex2var_epi16(row0, low, row1));
        _mm512_store_si512(pairs + m + 16, _mm512_permutex2var_epi16(row0, high, row1));
      }
      Word* to = out + first / kGroup * group_stride;
      // Two words too many: the next rows', which write them after.
      for (int m = 0; m < count; m += kGroup, to += group_stride)
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                            _mm256_loadu_si256(reinterpret_cast<const __m256i*>(pairs + m)));
    }
}

template <int NV>
TOCCATA_TARGET void sparse_product(const SparseProduct& p) {
  constexpr int columns = NV * kLanes;
  for (int r = 0; r < p.rows; ++r) {
    float* out = p.out + static_cast<std::size_t>(r) * columns;
    const std::uint16_t* listed = p.listed + r * p.listed_stride;
    __m512 sum[NV];
    for (int v = 0; v < NV; ++v) sum[v] = _mm512_loadu_ps(out + v * kLanes);
    for (int k = 0; k < p.count[r]; ++k) {
      const float* w = p.weight + static_cast<std::size_t>(listed[k]) * columns;
      const __m512 x = _mm512_set1_ps(p.x[r * p.x_stride + listed[k]]);
      for (int v = 0; v < NV; ++v)
        sum[v] = _mm512_fmadd_ps(x, _mm512_loadu_ps(w + v * kLanes), sum[v]);
    }
    for (int v = 0; v < NV; ++v) _mm512_storeu_ps(out + v * kLanes, sum[v]);
  }
}

TOCCATA_TARGET void add_sparse(const SparseProduct& p) {
  if (p.vectors == 4) return sparse_product<4>(p);
  if (p.vectors == 3) return sparse_product<3>(p);
  if (p.vectors == 2) return sparse_product<2>(p);
  sparse_product<1>(p);
}

/// What stands at (row, 16 columns from b on) of pairs of rows.
TOCCATA_TARGET inline __m512 of_pair(const Word* b, bool second) {
  const __m512i pairs = _mm512_loadu_si512(b);
  return _mm512_castsi512_ps(second ? _mm512_and_si512(pairs, _mm512_set1_epi32(-65536))
                                    : _mm512_slli_epi32(pairs, 16));
}

template <int NV>
TOCCATA_TARGET void sparse_sum(const SparseSum& s) {
  constexpr int columns = NV * kLanes;
  for (int value = 0; value < s.values; ++value) {
    __m512 sum[NV];
    for (int v = 0; v < NV; ++v) sum[v] = _mm512_setzero_ps();
    for (int k = s.first[value]; k < s.first[value + 1]; ++k) {
      const Word* b = s.b + static_cast<std::size_t>(s.row[k] / 2) * columns;
      const __m512 x = _mm512_set1_ps(s.x[k]);
      for (int v = 0; v < NV; ++v)
        sum[v] = _mm512_fmadd_ps(x, of_pair(b + v * kLanes, s.row[k] % 2 != 0), sum[v]);
    }
    float* out = s.out + static_cast<std::size_t>(value) * columns;
    for (int v = 0; v < NV; ++v)
      _mm512_storeu_ps(out + v * kLanes, _mm512_add_ps(_mm512_loadu_ps(out + v * kLanes), sum[v]));
  }
}

TOCCATA_TARGET void add_sparse_sum(const SparseSum& s) {
  if (s.vectors == 4) return sparse_sum<4>(s);
  if (s.vectors == 3) return sparse_sum<3>(s);
  if (s.vectors == 2) return sparse_sum<2>(s);
  sparse_sum<1>(s);
}

}  // namespace

const Kernels* avx512_bf16_kernels() {
  static constexpr Kernels kernels = {"avx512-bf16",
                                      2,
                                      64,
                                      multiply<Bf16Pairs>,
                                      add_sum<Bf16Pairs>,
                                      add_sparse,
                                      add_sparse_sum,
                                      cell_forward<Bf16Pairs>,
                                      cell_backward<Bf16Pairs>,
                                      pack_rows,
                                      store_operands<Bf16Pairs>,
                                      head_forward<Bf16Pairs>,
                                      head_gradient<Bf16Pairs>,
                                      head_backward<Bf16Pairs>};
  return has_native_bf16() ? &kernels : nullptr;
}

}  // namespace toccata::network::train

#else
namespace toccata::network::train {
const Kernels* avx512_bf16_kernels() {
  return nullptr;
}
}  // namespace toccata::network::train
#endif
