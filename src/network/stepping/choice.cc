#include "network/stepping/choice.h"

#include "base/error.h"

namespace toccata::network {
namespace stepping {
namespace {

const Kernels* f32_kernels(InstructionSet set) {
  const std::span<const Kernels> vectors = vector_kernels();
  if (set == InstructionSet::automatic)
    return vectors.empty() ? &plain_kernels(Precision::f32) : &vectors.front();
  if (set == InstructionSet::plain) return &plain_kernels(Precision::f32);
  for (const Kernels& kernels : vectors)
    if (kernels.name.starts_with(to_word(set))) return &kernels;
  return nullptr;
}

}  // namespace

const Kernels& choose_kernels(Precision precision, InstructionSet set) {
  if (set == InstructionSet::plain)
    return plain_kernels(precision == Precision::bf16   ? Precision::bf16
                         : precision == Precision::int8 ? Precision::int8
                                                        : Precision::f32);
  const bool short_fits = set == InstructionSet::automatic || set == InstructionSet::avx512;
  const bool automatic = precision == Precision::automatic;
  const Kernels* found = nullptr;
  if ((automatic || precision == Precision::bf16) && short_fits) found = bf16_kernels();
  if (precision == Precision::int8 && short_fits) found = int8_kernels();
  if (found == nullptr && (automatic || precision == Precision::f32)) found = f32_kernels(set);
  if (found == nullptr && precision != Precision::f32 && !automatic)
    fail_usage("{0}: this processor has no native {0} product{1}; use f32",
               precision == Precision::bf16 ? "bf16" : "int8",
               short_fits ? "" : fmt::format(" among its {} instructions", to_word(set)));
  if (found == nullptr)
    fail_usage("instruction set {}: this processor does not have it", to_word(set));
  return *found;
}

}  // namespace stepping

std::vector<InstructionSet> instruction_sets() {
  std::vector<InstructionSet> sets;
  for (const auto& [word, set] : kWords<InstructionSet>)
    if (set != InstructionSet::automatic && stepping::f32_kernels(set) != nullptr)
      sets.push_back(set);
  return sets;
}

bool has_native_int8() {
  return stepping::int8_kernels() != nullptr;
}

}  // namespace toccata::network
