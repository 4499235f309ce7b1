#pragma once
// The number formats and the instruction sets of training and composing, and which of them this
// processor has.

#include <vector>

#include "base/words.h"

namespace toccata::network {

/// How weights and the outputs of layers are held. Gates, cell states, sums and gradients of
/// parameters are f32 in each. bf16 in training also rounds inputs, gradients by pre-activations
/// and the gates kept for the backward pass.
enum class Precision {
  automatic,  // the fastest that costs less than 0.002 nats per step (docs/model.md): composing in
              // int8 where there are kernels for it, training in bf16 where that is faster; else
              // f32
  f32,        // what exact likelihood uses
  bf16,       // half the memory traffic; logits within about 1e-2
  int8,       // composing only: a quarter of it; logits within about 5e-2
};
constexpr auto words(Precision) {
  return word_list<Precision>({{"auto", Precision::automatic},
                               {"f32", Precision::f32},
                               {"bf16", Precision::bf16},
                               {"int8", Precision::int8}});
}

/// `plain` has no vectors and is far slower: the oracle of the others, and the last resort.
enum class InstructionSet { automatic, avx512, avx2, sse4, neon, plain };
constexpr auto words(InstructionSet) {  // the best first
  return word_list<InstructionSet>({{"auto", InstructionSet::automatic},
                                    {"avx512", InstructionSet::avx512},
                                    {"avx2", InstructionSet::avx2},
                                    {"sse4", InstructionSet::sse4},
                                    {"neon", InstructionSet::neon},
                                    {"plain", InstructionSet::plain}});
}

/// What kernels may use here, the best first; the last is `plain`. The environment variable
/// TOCCATA_ISA names the best that is allowed, for tests and measurements ("avx2" is AVX2 alone,
/// without AVX-VNNI). Throws Error (usage) where it names none, or one that this processor lacks.
const std::vector<InstructionSet>& instruction_sets();
/// Whether `set` is one of them.
bool runs(InstructionSet set);
/// `set`, or the best there is for `automatic`. Throws Error (usage) where it does not run here.
InstructionSet resolved(InstructionSet set);

/// Whether this processor multiplies bf16 itself (AVX-512's dot product of pairs), and both
/// training and composing use it. Where it does not, bf16 can only be emulated in training, no
/// faster than f32.
bool has_native_bf16();
/// Whether the native product of bf16 is faster than that of f32: it is twice as fast on AMD's
/// processors, and no faster on Intel's.
bool bf16_is_faster();
/// Whether Precision::int8 can be asked for here other than of InstructionSet::plain.
bool has_native_int8();
/// Whether AVX-512 sums four products of bytes at once (VNNI), and whether AVX2 does.
bool has_avx512_vnni();
bool has_avx_vnni();
/// Whether NEON sums four products of bytes at once (the dot product of Armv8.2).
bool has_dot_product();

}  // namespace toccata::network
