// bf16 kernels on AVX-512's dot product of pairs, which the packaged Highway does not know.
#include "network/kernels/step_kernels.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(                                                          \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")
#endif

namespace toccata::network::stepping {
namespace avx512_bf16 {

#include "network/kernels/step_avx512-inl.h"

struct Ops : Avx512 {
  using Element = std::uint16_t;
  using Weights = __m512bh;
  static constexpr int kPair = 2, kRows = 6, kAtOnce = 4, kPanels = 3;
  static constexpr bool kWhole = false;

  static Weights load_weights(const Element* p) {
    return reinterpret_cast<Weights>(_mm512_loadu_si512(p));
  }
  static Vector load_element(const Element* p) {
    const __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
    return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
  }
  static void store_element(Vector v, Element* p) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(p),
                        reinterpret_cast<__m256i>(_mm512_cvtneps_pbh(v)));
  }
  static Weights spread(const Element* p) {
    int pair = 0;
    __builtin_memcpy(&pair, p, sizeof pair);
    return reinterpret_cast<Weights>(_mm512_set1_epi32(pair));
  }
  static Vector multiply_add(Weights w, Weights a, Vector sum) {
    return _mm512_dpbf16_ps(sum, w, a);
  }
};

#include "network/kernels/step_kernels-inl.h"

}  // namespace avx512_bf16
}  // namespace toccata::network::stepping

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace toccata::network::stepping {

const Kernels* bf16_kernels(InstructionSet set) {
  static const Kernels kernels{"avx512-bf16",     {Precision::bf16, 16}, avx512_bf16::product,
                               avx512_bf16::lstm, avx512_bf16::sum,      avx512_bf16::head};
  return set == InstructionSet::avx512 && has_native_bf16() ? &kernels : nullptr;
}

}  // namespace toccata::network::stepping

#else

namespace toccata::network::stepping {

const Kernels* bf16_kernels(InstructionSet) {
  return nullptr;
}

}  // namespace toccata::network::stepping

#endif
