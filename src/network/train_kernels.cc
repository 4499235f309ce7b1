#include "network/train_kernels.h"

namespace toccata::network::train {

// In files of intrinsics; null where this processor lacks the instructions.
const Kernels* avx512_f32_kernels();
const Kernels* avx512_bf16_kernels();

const Kernels& best_kernels(Precision precision) {
  const Kernels* fast = precision == Precision::bf16 ? avx512_bf16_kernels() : avx512_f32_kernels();
  return fast ? *fast : plain_kernels(precision);
}

}  // namespace toccata::network::train
