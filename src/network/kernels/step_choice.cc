#include "network/kernels/step_choice.h"

#include <algorithm>

#include "base/error.h"

namespace toccata::network {
namespace stepping {

const Kernels& choose_kernels(Precision precision, InstructionSet asked) {
  const InstructionSet set = resolved(asked);
  if (set == InstructionSet::plain)
    return plain_kernels(precision == Precision::bf16   ? Precision::bf16
                         : precision == Precision::int8 ? Precision::int8
                                                        : Precision::f32);
  const bool automatic = precision == Precision::automatic;
  const Kernels* found = nullptr;
  if (automatic || precision == Precision::int8) found = int8_kernels(set);
  if (precision == Precision::bf16) found = bf16_kernels(set);
  if (found == nullptr && (automatic || precision == Precision::f32)) found = vector_kernels(set);
  if (found == nullptr)
    fail_usage("{0}: this processor has no native {0} product among its {1} instructions; use f32",
               to_word(precision), to_word(set));
  return *found;
}

}  // namespace stepping

bool has_native_int8() {
  return std::ranges::any_of(instruction_sets(), [](InstructionSet set) {
    return stepping::int8_kernels(set) != nullptr;
  });
}

}  // namespace toccata::network
