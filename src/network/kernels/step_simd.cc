// f32 kernels for every instruction set that Highway knows and this program chooses at run time.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include "network/kernels/step_kernels.h"

// One name, one behaviour: of AVX-512's generations the first serves all; what is older than SSE4
// and what has sizeless vectors (SVE, RISC-V) is served by NEON or plain code.
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3_DL | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/kernels/step_simd.cc"
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
  // Registers: 32 of AVX-512 and NEON hold 6 rows of 4 sums, the others' 16 hold 6 of 2.
  static constexpr bool kManyRegisters = HWY_TARGET <= HWY_AVX3 || HWY_TARGET == HWY_NEON;
  static constexpr int kRows = 6, kAtOnce = kManyRegisters ? 4 : 2;
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

#include "network/kernels/step_kernels-inl.h"

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

const Kernels* vector_kernels(InstructionSet set) {
  switch (set) {
#if HWY_TARGETS & HWY_AVX3
    case InstructionSet::avx512: {
      static const Kernels kernels = N_AVX3::make();
      return &kernels;
    }
#endif
#if HWY_TARGETS & HWY_AVX2
    case InstructionSet::avx2: {
      static const Kernels kernels = N_AVX2::make();
      return &kernels;
    }
#endif
#if HWY_TARGETS & HWY_SSE4
    case InstructionSet::sse4: {
      static const Kernels kernels = N_SSE4::make();
      return &kernels;
    }
#endif
#if HWY_TARGETS & HWY_NEON
    case InstructionSet::neon: {
      static const Kernels kernels = N_NEON::make();
      return &kernels;
    }
#endif
    default:
      return nullptr;
  }
}

}  // namespace toccata::network::stepping
#endif
