// The training kernels in single precision on AVX-512.

#include "network/train_kernels.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 warns of the undefined operands in its own headers of intrinsics.
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#define TOCCATA_TARGET \
  __attribute__((target("avx2,fma,bmi,bmi2,avx512f,avx512bw,avx512vl,avx512dq")))

#include "network/kernels/avx512_cell.h"
#include "network/kernels/avx512_products.h"

namespace toccata::network::train {
namespace {

struct Floats {
  static constexpr int kPack = 1;

  TOCCATA_TARGET static __m512 multiply_add(__m512 sum, __m512i a, __m512i b) {
    return _mm512_fmadd_ps(_mm512_castsi512_ps(a), _mm512_castsi512_ps(b), sum);
  }
  template <bool full>
  TOCCATA_TARGET static void store(char* to, __mmask16 lanes, __m512 x) {
    train::store<full>(reinterpret_cast<float*>(to), lanes, x);
  }
  TOCCATA_TARGET static __m512 load(const char* from, int first, __mmask16 lanes) {
    return _mm512_maskz_loadu_ps(lanes, reinterpret_cast<const float*>(from) + first);
  }
  template <bool full>
  TOCCATA_TARGET static void store_gates(char* to, int width, __m512 i, __m512 f, __m512 g,
                                         __m512 o) {
    auto* gates = reinterpret_cast<float*>(to);
    const __mmask16 lanes = first_lanes(width);
    train::store<full>(gates, lanes, i);
    train::store<full>(gates + width, lanes, f);
    train::store<full>(gates + 2 * width, lanes, g);
    train::store<full>(gates + 3 * width, lanes, o);
  }
  template <bool full>
  TOCCATA_TARGET static __m512 gate(const char* from, int gate, int width, __mmask16 lanes) {
    return train::load<full>(reinterpret_cast<const float*>(from) + gate * width, lanes);
  }
  template <bool full>
  TOCCATA_TARGET static void store_gradients(char* dz, Word* columns, int width, __mmask16 lanes,
                                             __m512 i, __m512 f, __m512 g, __m512 o) {
    const __m512 all[4] = {i, f, g, o};
    for (int k = 0; k < 4; ++k) {
      train::store<full>(reinterpret_cast<float*>(dz) + k * width, lanes, all[k]);
      train::store<full>(reinterpret_cast<float*>(columns) + k * width, lanes, all[k]);
    }
  }
};

TOCCATA_TARGET void pack_rows(int rows, int values, const Word* a, std::size_t a_stride, Word* out,
                              std::size_t group_stride) {
  for (int r = 0; r < rows; ++r, a += a_stride, out += kGroup)
    for (int m = 0; m < values; m += kGroup) {
      const int left = values - m;
      const __mmask8 lanes = static_cast<__mmask8>((1u << (left < kGroup ? left : kGroup)) - 1);
      // Two words too many: the next row's, which writes them after.
      _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + m / kGroup * group_stride),
                          _mm256_maskz_loadu_epi32(lanes, a + m));
    }
}

}  // namespace

const Kernels* avx512_f32_kernels() {
  static constexpr Kernels kernels = {"avx512-f32",
                                      1,
                                      multiply<Floats>,
                                      add_sum<Floats>,
                                      cell_forward<Floats>,
                                      cell_backward<Floats>,
                                      pack_rows,
                                      store_operands<Floats>,
                                      head_forward<Floats>,
                                      head_gradient<Floats>,
                                      head_backward<Floats>};
  const bool runs = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  return runs ? &kernels : nullptr;
}

}  // namespace toccata::network::train

#else
namespace toccata::network::train {
const Kernels* avx512_f32_kernels() {
  return nullptr;
}
}  // namespace toccata::network::train
#endif
