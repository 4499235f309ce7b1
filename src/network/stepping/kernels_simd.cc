// f32 kernels for every instruction set that Highway knows and this program chooses at run time.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <vector>

#include "network/stepping/kernels.h"

// One name, one behaviour: of AVX-512's generations the first serves all; what is older than SSE4
// and what has sizeless vectors (SVE, RISC-V) is served by NEON or plain code.
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3_DL | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/stepping/kernels_simd.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace toccata::network::stepping {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_RVV
namespace hn = hwy::HWY_NAMESPACE;

struct Ops {
  using Tag = hn::ScalableTag<float>;
  using Element = float;
  using Vector = hn::Vec<Tag>;
  using Weights = Vector;
  static constexpr int kLanes = static_cast<int>(hn::MaxLanes(Tag()));
  static constexpr int kPair = 1;
  static constexpr bool kWhole = false;
  // Registers: 32 of AVX-512 and NEON hold 6 rows of 4 sums, the others' 16 hold 3.
  static constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON;
  static constexpr int kRows = kManyRegisters ? 6 : 3;
  static constexpr int kPanels = kManyRegisters ? 3 : 2;

  static Vector load(const float* p) { return hn::LoadU(Tag(), p); }
  static Vector load_weights(const float* p) { return hn::LoadU(Tag(), p); }
  static Vector load_element(const float* p) { return hn::LoadU(Tag(), p); }
  static void store(Vector v, float* p) { hn::StoreU(v, Tag(), p); }
  static void store_element(Vector v, float* p) { hn::StoreU(v, Tag(), p); }
  static Vector set(float x) { return hn::Set(Tag(), x); }
  static Vector spread(const float* p) { return hn::Set(Tag(), *p); }
  static Vector multiply_add(Vector w, Vector a, Vector sum) { return hn::MulAdd(w, a, sum); }
  static Vector fma(Vector a, Vector b, Vector c) { return hn::MulAdd(a, b, c); }
  static Vector add(Vector a, Vector b) { return hn::Add(a, b); }
  static Vector subtract(Vector a, Vector b) { return hn::Sub(a, b); }
  static Vector multiply(Vector a, Vector b) { return hn::Mul(a, b); }
  static Vector divide(Vector a, Vector b) { return hn::Div(a, b); }
  static Vector min(Vector a, Vector b) { return hn::Min(a, b); }
  static Vector max(Vector a, Vector b) { return hn::Max(a, b); }
  static Vector round(Vector v) { return hn::Round(v); }
  /// y * 2^whole, through the exponent's bits.
  static Vector scale(Vector y, Vector whole) {
    const hn::RebindToSigned<Tag> di;
    const auto bits = hn::ShiftLeft<23>(hn::Add(hn::ConvertTo(di, whole), hn::Set(di, 127)));
    return hn::Mul(y, hn::BitCast(Tag(), bits));
  }
  static float reduce(Vector v) { return hn::GetLane(hn::SumOfLanes(Tag(), v)); }
};

#include "network/stepping/kernels-inl.h"

Kernels make() {
  const char* name = HWY_TARGET == HWY_AVX3   ? "avx512-f32"
                     : HWY_TARGET == HWY_AVX2 ? "avx2-f32"
                     : HWY_TARGET == HWY_SSE4 ? "sse4-f32"
                     : HWY_TARGET == HWY_NEON ? "neon-f32"
                                              : "vector-f32";
  return {name, {Precision::f32, kLanes}, product, lstm, sum, head};
}

#endif
}  // namespace HWY_NAMESPACE
}  // namespace toccata::network::stepping
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace toccata::network::stepping {

namespace {

/// The targets among those compiled that this processor runs, as Highway's own SupportedTargets
/// says: that one lives in its library, and a build with its headers alone shall do.
[[maybe_unused]] bool runs(std::int64_t target) {
#if HWY_ARCH_X86
  const bool sse4 = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul") &&
                    __builtin_cpu_supports("aes");
  const bool avx2 = sse4 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                    __builtin_cpu_supports("bmi") &&
                    __builtin_cpu_supports("bmi2");  // F16C came before
  const bool avx3 = avx2 && __builtin_cpu_supports("avx512f") &&
                    __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
                    __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512cd");
  return (target == HWY_SSE4 && sse4) || (target == HWY_AVX2 && avx2) ||
         (target == HWY_AVX3 && avx3);
#else
  return (HWY_STATIC_TARGET & target) != 0;
#endif
}

}  // namespace

std::span<const Kernels> vector_kernels() {
  static const std::vector<Kernels> kernels = [] {
    std::vector<Kernels> list;
#if HWY_TARGETS & HWY_AVX3
    if (runs(HWY_AVX3)) list.push_back(N_AVX3::make());
#endif
#if HWY_TARGETS & HWY_AVX2
    if (runs(HWY_AVX2)) list.push_back(N_AVX2::make());
#endif
#if HWY_TARGETS & HWY_SSE4
    if (runs(HWY_SSE4)) list.push_back(N_SSE4::make());
#endif
#if HWY_TARGETS & HWY_NEON
    if (runs(HWY_NEON)) list.push_back(N_NEON::make());
#endif
    return list;
  }();
  return kernels;
}

}  // namespace toccata::network::stepping
#endif
