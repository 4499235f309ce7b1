// bf16 and int8 kernels for x86-64, which the packaged Highway does not know: AVX-512's dot
// products of pairs (BF16) and of fours (VNNI); for AVX2 the latter with AVX-VNNI, on half the
// width, and without. Without, a product of bytes would saturate; so the same whole numbers are
// held in 16 bits each, and VPMADDWD multiplies and adds pairs of them. The sums are the same.
#include "network/kernels/step_kernels.h"

#if defined(__x86_64__)
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

// What stands between BEGIN_TARGET("…") and END_TARGET is compiled for these extensions alone.
#define PRAGMA(text) _Pragma(#text)
#if defined(__clang__)
#define BEGIN_TARGET(extensions) \
  PRAGMA(clang attribute push(__attribute__((target(extensions))), apply_to = function))
#define END_TARGET PRAGMA(clang attribute pop)
#else
#define BEGIN_TARGET(extensions) PRAGMA(GCC push_options) PRAGMA(GCC target(extensions))
#define END_TARGET PRAGMA(GCC pop_options)
#endif

namespace toccata::network::stepping {

// The operations on vectors of f32 that step_kernels-inl.h wants of an Ops.
BEGIN_TARGET("avx512f,avx512bw,avx512vl,avx512dq,fma,avx2")
struct Avx512 {
  using Vector = __m512;
  static constexpr int kLanes = 16;

  static Vector load(const float* p) { return _mm512_loadu_ps(p); }
  static void store(Vector v, float* p) { _mm512_storeu_ps(p, v); }
  static Vector set(float x) { return _mm512_set1_ps(x); }
  static Vector fma(Vector a, Vector b, Vector c) { return _mm512_fmadd_ps(a, b, c); }
  static Vector add(Vector a, Vector b) { return _mm512_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm512_sub_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm512_mul_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm512_div_ps(a, b); }
  static Vector min(Vector a, Vector b) { return _mm512_min_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm512_max_ps(a, b); }
  static Vector round(Vector v) { return _mm512_roundscale_ps(v, 0); }
  static Vector scale(Vector y, Vector whole) { return _mm512_scalef_ps(y, whole); }
  static float reduce(Vector v) { return _mm512_reduce_add_ps(v); }
};
END_TARGET

BEGIN_TARGET("avx2,fma")
struct Avx2 {
  using Vector = __m256;
  static constexpr int kLanes = 8;

  static Vector load(const float* p) { return _mm256_loadu_ps(p); }
  static void store(Vector v, float* p) { _mm256_storeu_ps(p, v); }
  static Vector set(float x) { return _mm256_set1_ps(x); }
  static Vector fma(Vector a, Vector b, Vector c) { return _mm256_fmadd_ps(a, b, c); }
  static Vector add(Vector a, Vector b) { return _mm256_add_ps(a, b); }
  static Vector subtract(Vector a, Vector b) { return _mm256_sub_ps(a, b); }
  static Vector multiply(Vector a, Vector b) { return _mm256_mul_ps(a, b); }
  static Vector divide(Vector a, Vector b) { return _mm256_div_ps(a, b); }
  static Vector min(Vector a, Vector b) { return _mm256_min_ps(a, b); }
  static Vector max(Vector a, Vector b) { return _mm256_max_ps(a, b); }
  static Vector round(Vector v) {
    return _mm256_round_ps(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  }
  /// y * 2^whole, through the exponent's bits.
  static Vector scale(Vector y, Vector whole) {
    const __m256i bits =
        _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(whole), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(y, _mm256_castsi256_ps(bits));
  }
  static float reduce(Vector v) {
    __m128 sum = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    sum = _mm_add_ps(sum, _mm_movehl_ps(sum, sum));
    return _mm_cvtss_f32(_mm_add_ss(sum, _mm_shuffle_ps(sum, sum, 1)));
  }
};
END_TARGET

BEGIN_TARGET("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16,fma,avx2")
namespace avx512_bf16 {

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
END_TARGET

BEGIN_TARGET("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni,fma,avx2")
namespace avx512_int8 {

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
END_TARGET

BEGIN_TARGET("avx2,fma")
namespace avx2_int8 {

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
END_TARGET

const Kernels* bf16_kernels(InstructionSet set) {
  static const Kernels kernels{"avx512-bf16",     {Precision::bf16, 16}, avx512_bf16::product,
                               avx512_bf16::lstm, avx512_bf16::sum,      avx512_bf16::head};
  return set == InstructionSet::avx512 && has_native_bf16() ? &kernels : nullptr;
}

const Kernels& avx2_int8_kernels(bool vnni) {
  static const Kernels fours{"avx2-int8",         {Precision::int8, 8}, avx_vnni_int8::product,
                             avx_vnni_int8::lstm, avx_vnni_int8::sum,   avx_vnni_int8::head};
  static const Kernels pairs{"avx2-int8",        {Precision::int8, 8, true},
                             avx2_int8::product, avx2_int8::lstm,
                             avx2_int8::sum,     avx2_int8::head};
  return vnni ? fours : pairs;
}

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

const Kernels* bf16_kernels(InstructionSet) {
  return nullptr;
}
const Kernels* int8_kernels(InstructionSet) {
  return nullptr;
}
const Kernels& avx2_int8_kernels(bool) {
  return plain_kernels(Precision::int8);  // nobody asks: InstructionSet::avx2 does not run here
}

}  // namespace toccata::network::stepping

#endif
