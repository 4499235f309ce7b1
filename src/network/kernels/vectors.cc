// The plain training kernels with their products on the processor's own vectors, multiplied and
// added in one rounding: AVX2 with FMA, or NEON. Products are where most of the time goes.

#include "network/train_kernels.h"

#if defined(__x86_64__)
#define TOCCATA_TARGET __attribute__((target("avx2,fma")))
#define TOCCATA_VECTOR_BYTES 32
#elif defined(__aarch64__)
#define TOCCATA_TARGET
#define TOCCATA_VECTOR_BYTES 16
#endif

#ifdef TOCCATA_TARGET
#include "network/kernels/vector_products.h"

namespace toccata::network::train {

const Kernels* vector_kernels(Precision precision) {
  const auto with_products = [](const Kernels& plain, const char* name) {
    Kernels kernels = plain;
    kernels.name = name;
    kernels.multiply = vector_multiply;
    kernels.add_sum = vector_add_sum;
    return kernels;
  };
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma")) return nullptr;
  const char* const names[] = {"avx2-f32", "avx2-bf16-emulated"};
#else
  const char* const names[] = {"neon-f32", "neon-bf16-emulated"};
#endif
  static const Kernels f32 = with_products(plain_kernels(Precision::f32), names[0]);
  static const Kernels bf16 = with_products(plain_kernels(Precision::bf16), names[1]);
  return precision == Precision::bf16 ? &bf16 : &f32;
}

}  // namespace toccata::network::train

#else
namespace toccata::network::train {
const Kernels* vector_kernels(Precision) {
  return nullptr;
}
}  // namespace toccata::network::train
#endif
