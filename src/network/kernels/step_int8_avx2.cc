// int8 kernels for AVX2: with AVX-VNNI, whose sums of four products are AVX-512's on half the
// width, and without. Without, a product of bytes would saturate; so the same whole numbers are
// held in 16 bits each, and VPMADDWD multiplies and adds pairs of them. The sums are the same.
#include "network/kernels/step_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace toccata::network::stepping {
namespace avx2_int8 {

#include "network/kernels/step_avx2-inl.h"

struct Ops : Avx2 {
  using Element = std::int16_t;
  using Weight = std::int16_t;
  using Weights = __m256i;
  using Sums = __m256i;
  static constexpr int kPair = 2, kRows = 6, kAtOnce = 2, kPanels = 2;
  static constexpr bool kWhole = true;

  static Weights load_weights(const Weight* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Sums load_sums(const std::int32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Vector to_vector(Sums v) { return _mm256_cvtepi32_ps(v); }
  static Vector load_element(const Element* p) {
    const __m128i short_ = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(_mm256_cvtepi16_epi32(short_)),
                         _mm256_set1_ps(1 / stepping::kSteps));
  }
  static void store_element(Vector v, Element* p) {
    const __m256i whole = _mm256_cvtps_epi32(_mm256_mul_ps(v, _mm256_set1_ps(stepping::kSteps)));
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(p),
        _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1)));
  }
  static Weights spread(const Element* p) {
    int pair = 0;
    __builtin_memcpy(&pair, p, sizeof pair);
    return _mm256_set1_epi32(pair);
  }
  static Sums multiply_add(Weights w, Weights a, Sums sum) {
    return _mm256_add_epi32(sum, _mm256_madd_epi16(w, a));
  }
};

#include "network/kernels/step_kernels-inl.h"

}  // namespace avx2_int8

namespace avx_vnni_int8 {

#include "network/kernels/step_avx2-inl.h"

struct Ops : Avx2 {
  using Element = std::uint8_t;
  using Weight = std::int8_t;
  using Weights = __m256i;
  using Sums = __m256i;
  static constexpr int kPair = 4, kRows = 6, kAtOnce = 2, kPanels = 2;
  static constexpr bool kWhole = true;

  static Weights load_weights(const Weight* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Sums load_sums(const std::int32_t* p) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  }
  static Vector to_vector(Sums v) { return _mm256_cvtepi32_ps(v); }
  static Vector load_element(const Element* p) {
    const __m128i bytes = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(p));
    const __m256i whole =
        _mm256_sub_epi32(_mm256_cvtepu8_epi32(bytes), _mm256_set1_epi32(stepping::kZero));
    return _mm256_mul_ps(_mm256_cvtepi32_ps(whole), _mm256_set1_ps(1 / stepping::kSteps));
  }
  static void store_element(Vector v, Element* p) {
    const __m256i whole =
        _mm256_add_epi32(_mm256_cvtps_epi32(_mm256_mul_ps(v, _mm256_set1_ps(stepping::kSteps))),
                         _mm256_set1_epi32(stepping::kZero));
    const __m128i half =
        _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(p), _mm_packus_epi16(half, half));
  }
  static Weights spread(const Element* p) {
    int four = 0;
    __builtin_memcpy(&four, p, sizeof four);
    return _mm256_set1_epi32(four);
  }
  static Sums multiply_add(Weights w, Weights a, Sums sum) {
    // VPDPBUSD as AVX-VNNI encodes it. GCC 12 would keep copying its intrinsic's sums.
    asm("%{vex%} vpdpbusd %2, %1, %0" : "+x"(sum) : "x"(a), "x"(w));
    return sum;
  }
};

#include "network/kernels/step_kernels-inl.h"

}  // namespace avx_vnni_int8
}  // namespace toccata::network::stepping

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

namespace toccata::network::stepping {

const Kernels& avx2_int8_kernels(bool vnni) {
  static const Kernels pairs{"avx2-int8",        {Precision::int8, 8, true},
                             avx2_int8::product, avx2_int8::lstm,
                             avx2_int8::sum,     avx2_int8::head};
  static const Kernels fours{"avx2-int8",         {Precision::int8, 8}, avx_vnni_int8::product,
                             avx_vnni_int8::lstm, avx_vnni_int8::sum,   avx_vnni_int8::head};
  return vnni ? fours : pairs;
}

}  // namespace toccata::network::stepping

#else

namespace toccata::network::stepping {

const Kernels& avx2_int8_kernels(bool) {
  return plain_kernels(Precision::int8);  // nobody asks: InstructionSet::avx2 does not run here
}

}  // namespace toccata::network::stepping

#endif
