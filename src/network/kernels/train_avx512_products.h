#pragma once
// The products of the AVX-512 training kernels: register tiles of up to 6 rows by 64 columns, 24
// accumulators. Included by one file for each kind of operand, which says TOCCATA_TARGET; no
// function here is called before the processor was asked.
//
// Operand::multiply_add(sum, a, b): for f32 sum + a * b in 16 lanes; for bf16 pairs
// sum + a0 * b0 + a1 * b1.

#include <immintrin.h>

#include <cstddef>

#include "network/kernels/train_kernels.h"

namespace toccata::network::train {
namespace {

/// Left operand by rows: a[m * stride + k].
struct ByRows {
  const Word* a;
  std::size_t stride;
  TOCCATA_TARGET __m512i operator()(int m, int k) const {
    return _mm512_set1_epi32(static_cast<int>(a[static_cast<std::size_t>(m) * stride + k]));
  }
};

/// Left operand packed in groups of six: a[(m / 6) * stride + k * 6 + m % 6].
struct ByGroups {
  const Word* a;
  std::size_t stride;
  TOCCATA_TARGET __m512i operator()(int m, int k) const {
    return _mm512_set1_epi32(static_cast<int>(
        a[static_cast<std::size_t>(m / kGroup) * stride + k * kGroup + m % kGroup]));
  }
};

/// MR rows by NV vectors of out, summed over `words`.
template <class Operand, class Left, int MR, int NV, bool add>
TOCCATA_TARGET void tile(const Left& left, int words, const Word* b, float* out,
                         std::size_t out_stride, const float* start) {
  __m512 sum[MR][NV];
  for (int v = 0; v < NV; ++v) {
    const __m512 first = start ? _mm512_loadu_ps(start + v * kLanes) : _mm512_setzero_ps();
    for (int m = 0; m < MR; ++m) sum[m][v] = first;
  }
  for (int k = 0; k < words; ++k, b += NV * kLanes) {
    __m512i column[NV];
#pragma GCC unroll 4
    for (int v = 0; v < NV; ++v) column[v] = _mm512_loadu_si512(b + v * kLanes);
#pragma GCC unroll 16
    for (int m = 0; m < MR; ++m) {
      const __m512i a = left(m, k);
#pragma GCC unroll 4
      for (int v = 0; v < NV; ++v) sum[m][v] = Operand::multiply_add(sum[m][v], a, column[v]);
    }
  }
  for (int m = 0; m < MR; ++m)
    for (int v = 0; v < NV; ++v) {
      float* to = out + static_cast<std::size_t>(m) * out_stride + v * kLanes;
      _mm512_storeu_ps(to, add ? _mm512_add_ps(_mm512_loadu_ps(to), sum[m][v]) : sum[m][v]);
    }
}

template <class Operand, int MR, int NV>
TOCCATA_TARGET void rows_tile(int rows, const Product& p, const Word* a, float* out) {
  if constexpr (MR > 0) {
    if (rows < MR) return rows_tile<Operand, MR - 1, NV>(rows, p, a, out);
    tile<Operand, ByRows, MR, NV, false>({a, p.a_stride}, p.words, p.b, out, p.out_stride, p.start);
  }
}

template <class Operand, int MR, int NV>
TOCCATA_TARGET void multiply_panel(const Product& p) {
  // Rows shared out evenly: 14 are two tiles of 7, not one of 12 and one of 2.
  const int tiles = (p.rows + MR - 1) / MR;
  int row = 0;
  for (int k = 0; k < tiles; ++k) {
    const int end = static_cast<int>(static_cast<long>(p.rows) * (k + 1) / tiles);
    rows_tile<Operand, MR, NV>(end - row, p, p.a + row * p.a_stride, p.out + row * p.out_stride);
    row = end;
  }
}

template <class Operand>
TOCCATA_TARGET void multiply(const Product& p) {
  if (p.vectors == 4) return multiply_panel<Operand, 6, 4>(p);
  if (p.vectors == 3) return multiply_panel<Operand, 8, 3>(p);
  if (p.vectors == 2) return multiply_panel<Operand, 12, 2>(p);
  multiply_panel<Operand, 12, 1>(p);
}

template <class Operand, int NV>
TOCCATA_TARGET void sum_panel(const Sum& s) {
  constexpr int kTogether = NV > 2 ? 1 : 2;
  constexpr std::size_t columns = NV * kLanes;
  int group = 0;
  for (; group + kTogether <= s.groups; group += kTogether)
    tile<Operand, ByGroups, kTogether * kGroup, NV, true>(
        {s.a + group * s.a_group_stride, s.a_group_stride}, s.words, s.b,
        s.out + group * kGroup * columns, columns, nullptr);
  for (; group < s.groups; ++group)
    tile<Operand, ByGroups, kGroup, NV, true>({s.a + group * s.a_group_stride, s.a_group_stride},
                                              s.words, s.b, s.out + group * kGroup * columns,
                                              columns, nullptr);
}

template <class Operand>
TOCCATA_TARGET void add_sum(const Sum& s) {
  if (s.vectors == 4) return sum_panel<Operand, 4>(s);
  if (s.vectors == 3) return sum_panel<Operand, 3>(s);
  if (s.vectors == 2) return sum_panel<Operand, 2>(s);
  sum_panel<Operand, 1>(s);
}

}  // namespace
}  // namespace toccata::network::train
