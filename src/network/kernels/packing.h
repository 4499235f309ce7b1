#pragma once
// Weights from torch's order into the kernels'.

#include "network/kernels/step_kernels.h"

namespace toccata::network::stepping {

/// Part of a weight matrix (4H, columns): `size` of its columns from `first` on.
struct Part {
  const float* weights = nullptr;  // (4H, row)
  int row = 0, first = 0, size = 0;
};

/// A part of the weights of a layer of H units.
Packed pack(const Layout& layout, int units, const Part& part);

/// a + b (4H each; b may be null) as columns.
Buffer<float> pack_columns(const Layout& layout, int units, const float* a, const float* b);

/// Columns `first` … `first + size - 1` of a weight matrix, each as a row of columns: (size,
/// columns).
Buffer<float> pack_inputs(const Layout& layout, int units, const Part& part);

}  // namespace toccata::network::stepping
