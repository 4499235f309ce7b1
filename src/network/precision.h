#pragma once
// The number formats of training, and whether this processor has them.

namespace toccata::network {

/// What training computes in. bf16: the operands of products (weights, inputs, outputs, gradients
/// by pre-activations) and the gates kept for the way back are rounded to bfloat16; sums, cell
/// state and gradients of parameters are f32.
enum class Precision { f32, bf16 };

/// Whether this processor multiplies bf16 itself, and both training and composing use it. Where it
/// does not, bf16 can only be emulated, at 0.28 of f32's speed.
bool has_native_bf16();

}  // namespace toccata::network
