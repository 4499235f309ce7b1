#pragma once

namespace toccata::network {

/// What training computes in. bf16: the operands of products (weights, inputs, outputs, gradients
/// by pre-activations) and the gates kept for the way back are rounded to bfloat16; sums, cell
/// state and gradients of parameters are f32.
enum class Precision { f32, bf16 };

}  // namespace toccata::network
