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
  automatic,  // bf16 where the processor multiplies it natively, else f32
  f32,        // what exact likelihood uses
  bf16,       // half the memory traffic, twice the speed; logits within about 1e-2
  int8,       // composing only: half again, and twice the speed of bf16's products; logits within
              // about 5e-2
};
constexpr auto words(Precision) {
  return word_list<Precision>({{"auto", Precision::automatic},
                               {"f32", Precision::f32},
                               {"bf16", Precision::bf16},
                               {"int8", Precision::int8}});
}

/// Whether this processor multiplies bf16 itself, and both training and composing use it. Where it
/// does not, bf16 can only be emulated, at 0.28 of f32's speed.
bool has_native_bf16();

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

/// What this processor can run, best first; the last is InstructionSet::plain.
std::vector<InstructionSet> instruction_sets();
/// Whether Precision::int8 can be asked for here other than of InstructionSet::plain; `automatic`
/// never chooses it.
bool has_native_int8();

}  // namespace toccata::network
