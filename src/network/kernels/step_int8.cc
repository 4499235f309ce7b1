// int8 kernels on AVX-512's sums of four products (VNNI), which the packaged Highway does not know.
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
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,avx2"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,avx2")
#endif

namespace toccata::network::stepping {
namespace avx512_int8 {

#include "network/kernels/step_avx512-inl.h"

struct Ops : Avx512 {
  using Element = std::uint8_t;
  using Weight = std::int8_t;
  using Weights = __m512i;
  using Sums = __m512i;
  static constexpr int kPair = 4, kRows = 6, kAtOnce = 4, kPanels = 3;
  static constexpr bool kWhole = true;

  static Weights load_weights(const Weight* p) { return _mm512_loadu_si512(p); }
  static Sums load_sums(const std::int32_t* p) { return _mm512_loadu_si512(p); }
  static Vector to_vector(Sums v) { return _mm512_cvtepi32_ps(v); }
  static Vector load_element(const Element* p) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const __m512i whole =
        _mm512_sub_epi32(_mm512_cvtepu8_epi32(bytes), _mm512_set1_epi32(stepping::kZero));
    return _mm512_mul_ps(_mm512_cvtepi32_ps(whole), _mm512_set1_ps(1 / stepping::kSteps));
  }
  static void store_element(Vector v, Element* p) {
    const __m512i whole =
        _mm512_add_epi32(_mm512_cvtps_epi32(_mm512_mul_ps(v, _mm512_set1_ps(stepping::kSteps))),
                         _mm512_set1_epi32(stepping::kZero));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(p), _mm512_cvtepi32_epi8(whole));
  }
  static Weights spread(const Element* p) {
    int four = 0;
    __builtin_memcpy(&four, p, sizeof four);
    return _mm512_set1_epi32(four);
  }
  static Sums multiply_add(Weights w, Weights a, Sums sum) {
    // As _mm512_dpbusd_epi32, whose sums GCC 12 keeps copying to and from the stack.
    asm("vpdpbusd %2, %1, %0" : "+v"(sum) : "v"(a), "v"(w));
    return sum;
  }
};

#include "network/kernels/step_kernels-inl.h"

}  // namespace avx512_int8
}  // namespace toccata::network::stepping

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace toccata::network::stepping {

const Kernels* int8_kernels(InstructionSet set) {
  static const Kernels kernels{"avx512-int8",     {Precision::int8, 16}, avx512_int8::product,
                               avx512_int8::lstm, avx512_int8::sum,      avx512_int8::head};
  if (set == InstructionSet::avx512 && has_avx512_vnni()) return &kernels;
  // AVX-512 without VNNI multiplies no bytes either.
  if (set == InstructionSet::avx512 || set == InstructionSet::avx2)
    return &avx2_int8_kernels(has_avx_vnni());
  return nullptr;
}

}  // namespace toccata::network::stepping

#else

namespace toccata::network::stepping {

const Kernels* int8_kernels(InstructionSet) {
  return nullptr;
}

}  // namespace toccata::network::stepping

#endif
