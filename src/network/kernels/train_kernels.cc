#include "network/kernels/train_kernels.h"

#include "base/error.h"

namespace toccata::network::train {

// In files of their own; null where the set or its instructions are absent.
const Kernels* avx512_bf16_kernels();
const Kernels* vector_kernels(Precision precision, InstructionSet set);

const Kernels& kernels_for(Precision precision, InstructionSet set) {
  if (precision == Precision::int8) fail_usage("training computes in f32 or bf16, not int8");
  set = resolved(set);
  if (precision == Precision::automatic)
    precision =
        set == InstructionSet::avx512 && bf16_is_faster() ? Precision::bf16 : Precision::f32;
  if (set == InstructionSet::plain) return plain_kernels(precision);
  const Kernels* found = nullptr;
  if (precision == Precision::bf16 && set == InstructionSet::avx512) found = avx512_bf16_kernels();
  if (found == nullptr) found = vector_kernels(precision, set);
  if (found == nullptr) fail_usage("instruction set {}: built without it", to_word(set));
  return *found;
}

}  // namespace toccata::network::train
