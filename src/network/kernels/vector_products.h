#pragma once
// The products of floats in the compiler's own vectors, register tiles of up to 6 rows by two
// vectors. Included by one file for each instruction set, which says TOCCATA_TARGET (it may be
// empty) and TOCCATA_VECTOR_BYTES, the width of a register: wider vectors would live in memory.

#include <cstddef>

#include "network/train_kernels.h"

namespace toccata::network::train {
namespace {

using Vector = float __attribute__((vector_size(TOCCATA_VECTOR_BYTES), aligned(4), may_alias));
constexpr int kVector = TOCCATA_VECTOR_BYTES / 4;  // floats
constexpr int kTileColumns = 2 * kVector;          // kLanes is a multiple of it

/// MR rows of kTileColumns columns: out = start + sum of a(m, k) * b(k).
template <int MR, bool add>
TOCCATA_TARGET void vector_tile(int words, const float* a, std::size_t a_row, std::size_t a_word,
                                const float* b, std::size_t b_word, float* out, std::size_t out_row,
                                const float* start) {
  Vector sum[MR][2] = {};
  if (start)
    for (int m = 0; m < MR; ++m)
      for (int v = 0; v < 2; ++v) sum[m][v] = *reinterpret_cast<const Vector*>(start + v * kVector);
  for (int k = 0; k < words; ++k, a += a_word, b += b_word) {
    const Vector b0 = *reinterpret_cast<const Vector*>(b);
    const Vector b1 = *reinterpret_cast<const Vector*>(b + kVector);
#pragma GCC unroll 8
    for (int m = 0; m < MR; ++m) {
      const float each = a[static_cast<std::size_t>(m) * a_row];
      sum[m][0] += each * b0;
      sum[m][1] += each * b1;
    }
  }
  for (int m = 0; m < MR; ++m)
    for (int v = 0; v < 2; ++v) {
      auto* to =
          reinterpret_cast<Vector*>(out + static_cast<std::size_t>(m) * out_row + v * kVector);
      *to = add ? *to + sum[m][v] : sum[m][v];
    }
}

template <int MR>
TOCCATA_TARGET void vector_rows(int rows, const Product& p, int row, int column) {
  if constexpr (MR > 0) {
    if (rows < MR) return vector_rows<MR - 1>(rows, p, row, column);
    vector_tile<MR, false>(
        p.words, reinterpret_cast<const float*>(p.a + row * p.a_stride), p.a_stride, 1,
        reinterpret_cast<const float*>(p.b) + column, static_cast<std::size_t>(p.vectors) * kLanes,
        p.out + row * p.out_stride + column, p.out_stride, p.start ? p.start + column : nullptr);
  }
}

TOCCATA_TARGET void vector_multiply(const Product& p) {
  for (int column = 0; column < p.vectors * kLanes; column += kTileColumns)
    for (int row = 0; row < p.rows; row += kGroup)
      vector_rows<kGroup>(p.rows - row < kGroup ? p.rows - row : kGroup, p, row, column);
}

TOCCATA_TARGET void vector_add_sum(const Sum& s) {
  const std::size_t columns = static_cast<std::size_t>(s.vectors) * kLanes;
  for (int group = 0; group < s.groups; ++group)
    for (std::size_t column = 0; column < columns; column += kTileColumns)
      vector_tile<kGroup, true>(
          s.words, reinterpret_cast<const float*>(s.a + group * s.a_group_stride), 1, kGroup,
          reinterpret_cast<const float*>(s.b) + column, columns,
          s.out + static_cast<std::size_t>(group) * kGroup * columns + column, columns, nullptr);
}

}  // namespace
}  // namespace toccata::network::train
