#include "network/train_kernels.h"

namespace toccata::network::train {

// In files of their own; null where this processor lacks the instructions.
const Kernels* avx512_f32_kernels();
const Kernels* avx512_bf16_kernels();
const Kernels* vector_kernels(Precision precision);

std::vector<const Kernels*> all_kernels(Precision precision) {
  if (precision == Precision::automatic)
    precision = has_native_bf16() ? Precision::bf16 : Precision::f32;
  std::vector<const Kernels*> found;
  for (const Kernels* kernels :
       {precision == Precision::bf16 ? avx512_bf16_kernels() : avx512_f32_kernels(),
        vector_kernels(precision), &plain_kernels(precision)})
    if (kernels) found.push_back(kernels);
  return found;
}

}  // namespace toccata::network::train
