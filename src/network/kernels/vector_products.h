#pragma once
// The products of floats in the compiler's own vectors, tiles of up to 6 rows by 16 columns.
// Included by one file for each instruction set, which says TOCCATA_TARGET (it may be empty).

#include <cstddef>

#include "network/train_kernels.h"

namespace toccata::network::train {
namespace {

// 16 floats, in as many registers as the machine needs.
using Lanes = float __attribute__((vector_size(64), aligned(4), may_alias));

/// MR rows of one column of 16: out = start + sum of a(m, k) * b(k).
template <int MR, bool add>
TOCCATA_TARGET void vector_tile(int words, const float* a, std::size_t a_row, std::size_t a_word,
                                const float* b, std::size_t b_word, float* out, std::size_t out_row,
                                const float* start) {
  Lanes sum[MR] = {};
  if (start)
    for (int m = 0; m < MR; ++m) sum[m] = *reinterpret_cast<const Lanes*>(start);
  for (int k = 0; k < words; ++k, a += a_word, b += b_word) {
    const Lanes column = *reinterpret_cast<const Lanes*>(b);
#pragma GCC unroll 8
    for (int m = 0; m < MR; ++m) sum[m] += a[static_cast<std::size_t>(m) * a_row] * column;
  }
  for (int m = 0; m < MR; ++m) {
    auto* to = reinterpret_cast<Lanes*>(out + static_cast<std::size_t>(m) * out_row);
    *to = add ? *to + sum[m] : sum[m];
  }
}

template <int MR>
TOCCATA_TARGET void vector_rows(int rows, const Product& p, int row, int v) {
  if constexpr (MR > 0) {
    if (rows < MR) return vector_rows<MR - 1>(rows, p, row, v);
    vector_tile<MR, false>(p.words, reinterpret_cast<const float*>(p.a + row * p.a_stride),
                           p.a_stride, 1, reinterpret_cast<const float*>(p.b) + v * kLanes,
                           static_cast<std::size_t>(p.vectors) * kLanes,
                           p.out + row * p.out_stride + v * kLanes, p.out_stride,
                           p.start ? p.start + v * kLanes : nullptr);
  }
}

TOCCATA_TARGET void vector_multiply(const Product& p) {
  for (int v = 0; v < p.vectors; ++v)
    for (int row = 0; row < p.rows; row += kGroup)
      vector_rows<kGroup>(p.rows - row < kGroup ? p.rows - row : kGroup, p, row, v);
}

TOCCATA_TARGET void vector_add_sum(const Sum& s) {
  const std::size_t columns = static_cast<std::size_t>(s.vectors) * kLanes;
  for (int group = 0; group < s.groups; ++group)
    for (int v = 0; v < s.vectors; ++v)
      vector_tile<kGroup, true>(
          s.words, reinterpret_cast<const float*>(s.a + group * s.a_group_stride), 1, kGroup,
          reinterpret_cast<const float*>(s.b) + v * kLanes, columns,
          s.out + static_cast<std::size_t>(group) * kGroup * columns + v * kLanes, columns,
          nullptr);
}

}  // namespace
}  // namespace toccata::network::train
