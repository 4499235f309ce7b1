#pragma once
// The machine's matrix-product peak, as oneDNN reaches it: the ceiling that training is measured
// against.

namespace toccata::bench {

enum class GemmType { f32, bf16 };

/// GFLOP/s of square products of side `size`, one product per thread at the same time, each in one
/// thread: the best of `repeats`. bf16: operands in bf16, sums in f32.
double gemm_peak(GemmType type, int threads, int size, int repeats);

}  // namespace toccata::bench
