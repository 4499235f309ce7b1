// The kernels for vectors, one source for every instruction set that Highway knows and this program
// chooses at run time: in f32, in bf16 (emulated, or with AVX512_BF16) and in int8.
#if defined(__GNUC__) && !defined(__clang__)
// GCC 12 takes the undefined vectors in its own AVX-512 header for mistakes (its bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <algorithm>
#include <type_traits>

#include "network/kernels/kernels.h"

// One name, one behaviour: of AVX-512's generations the first serves all; what is older than SSE4
// and what has sizeless vectors (SVE, RISC-V) is served by NEON or plain code.
#define HWY_DISABLED_TARGETS \
  (HWY_AVX3_DL | HWY_SSSE3 | HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "network/kernels/vectors.cc"
#include <hwy/foreach_target.h>  // IWYU pragma: keep
//
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace toccata::network {
namespace HWY_NAMESPACE {
#if HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128 && HWY_TARGET != HWY_RVV

#include "network/kernels/operand-inl.h"
//
#include "network/kernels/product-inl.h"
//
#include "network/kernels/cell-inl.h"

template <class O>
constexpr Kernels composing(const char* name) {
  return {.name = name,
          .layout = O::kLayout,
          .product = product<O>,
          .cell_forward = cell_forward<O>,
          .head_forward = head_forward<O>,
          .store = store_values<O>,
          .sum = sum};
}

/// Q: whose words are multiplied; emulated bf16 shares F32's products.
template <class O, class Q = O>
constexpr Kernels both(const char* name) {
  Kernels kernels = composing<O>(name);
  kernels.product = product<Q>;
  kernels.add_sum = add_sum<Q>;
  kernels.add_sparse = add_sparse;
  kernels.add_sparse_sum = add_sparse_sum<Q>;
  kernels.cell_backward = cell_backward<O>;
  kernels.pack_rows = pack_rows<Q>;
  kernels.head_gradient = head_gradient<O>;
  kernels.head_backward = head_backward;
  return kernels;
}

#if HWY_TARGET == HWY_AVX3
#define TOCCATA_SET "avx512"
#elif HWY_TARGET == HWY_AVX2
#define TOCCATA_SET "avx2"
#elif HWY_TARGET == HWY_SSE4
#define TOCCATA_SET "sse4"
#else
#define TOCCATA_SET "neon"
#endif

std::vector<const Kernels*> tables() {
  static constexpr Kernels f32 = both<F32>(TOCCATA_SET "-f32");
  static constexpr Kernels rounded = both<RoundedToBf16, F32>(TOCCATA_SET "-bf16-emulated");
  std::vector<const Kernels*> all{&f32};
#if HWY_TARGET == HWY_AVX3
  static constexpr Kernels bf16 = both<Bf16Pairs>("avx512-bf16");
  static constexpr Kernels fours = composing<Fours>("avx512-int8");
  if (has_native_bf16()) all.push_back(&bf16);
  if (has_avx512_vnni()) all.push_back(&fours);
#elif HWY_TARGET == HWY_AVX2
  static constexpr Kernels fours = composing<Fours>("avx2-int8");
  static constexpr Kernels pairs = composing<WholePairs>("avx2-int8");
  if (has_avx_vnni()) all.push_back(&fours);
  all.push_back(&pairs);
#elif HWY_TARGET == HWY_NEON && HWY_ARCH_ARM_A64
  static constexpr Kernels fours = composing<Fours>("neon-int8");
  if (has_dot_product()) all.push_back(&fours);
#endif
  all.push_back(&rounded);
  return all;
}
#undef TOCCATA_SET

#endif
}  // namespace HWY_NAMESPACE
}  // namespace toccata::network
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace toccata::network {

std::vector<const Kernels*> vector_kernels(InstructionSet set) {
  switch (set) {
#if HWY_TARGETS & HWY_AVX3
    case InstructionSet::avx512:
      return N_AVX3::tables();
#endif
#if HWY_TARGETS & HWY_AVX2
    case InstructionSet::avx2:
      return N_AVX2::tables();
#endif
#if HWY_TARGETS & HWY_SSE4
    case InstructionSet::sse4:
      return N_SSE4::tables();
#endif
#if HWY_TARGETS & HWY_NEON
    case InstructionSet::neon:
      return N_NEON::tables();
#endif
    default:
      return {};
  }
}

}  // namespace toccata::network
#endif
