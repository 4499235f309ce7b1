#include "network/kernels/kernels.h"

#include <algorithm>

#include "base/error.h"

namespace toccata::network {

// In files of their own.
std::vector<const Kernels*> plain_kernels();
std::vector<const Kernels*> vector_kernels(InstructionSet set);

namespace {

/// The best table of a set; null where there is none. `native`: not emulated.
const Kernels* find(InstructionSet set, Precision element, bool native = false) {
  for (const Kernels* kernels : kernels_of(set))
    if (kernels->layout.element == element &&
        !(native && element == Precision::bf16 && kernels->layout.bytes == 4))
      return kernels;
  return nullptr;
}

}  // namespace

std::vector<const Kernels*> kernels_of(InstructionSet set) {
  if (!runs(set)) return {};
  if (set == InstructionSet::plain) return plain_kernels();
  std::vector<const Kernels*> all = vector_kernels(set);
  // AVX-512 without VNNI multiplies no bytes either.
  if (set == InstructionSet::avx512)
    for (const Kernels* kernels : vector_kernels(InstructionSet::avx2))
      if (kernels->layout.element == Precision::int8) all.push_back(kernels);
  return all;
}

const Kernels& training_kernels(Precision precision, InstructionSet asked) {
  if (precision == Precision::int8) fail_usage("training computes in f32 or bf16, not int8");
  const InstructionSet set = resolved(asked);
  if (precision == Precision::automatic)
    precision =
        set == InstructionSet::avx512 && bf16_is_faster() ? Precision::bf16 : Precision::f32;
  const Kernels* found = find(set, precision);
  if (found == nullptr) fail_usage("instruction set {}: built without it", to_word(set));
  return *found;
}

const Kernels& composing_kernels(Precision precision, InstructionSet asked) {
  const InstructionSet set = resolved(asked);
  const bool automatic = precision == Precision::automatic, plain = set == InstructionSet::plain;
  const Kernels* found = nullptr;
  if (!automatic || !plain) found = find(set, automatic ? Precision::int8 : precision, !plain);
  if (found == nullptr && automatic) found = find(set, Precision::f32);
  if (found == nullptr)
    fail_usage("{0}: this processor has no native {0} product among its {1} instructions; use f32",
               to_word(precision), to_word(set));
  return *found;
}

bool has_native_int8() {
  return std::ranges::any_of(instruction_sets(), [](InstructionSet set) {
    return set != InstructionSet::plain && find(set, Precision::int8) != nullptr;
  });
}

}  // namespace toccata::network
