#pragma once
// Number formats of stored values, and the two 16-bit ones as bits.

#include <cstdint>

#include "base/words.h"

namespace toccata::network {

/// Of the values of a tensor in a file, by safetensors' names. Precision (precision.h) is what is
/// computed in.
enum class DType { f32, bf16, f16, f64, i64, u8 };
constexpr auto words(DType) {  // those that weights may have
  return word_list<DType>({{"f32", DType::f32}, {"bf16", DType::bf16}, {"f16", DType::f16}});
}

/// The nearest bf16 or f16, ties to even; a value out of range becomes infinite.
std::uint16_t to_bf16(float value);
float from_bf16(std::uint16_t bits);
std::uint16_t to_f16(float value);
float from_f16(std::uint16_t bits);

}  // namespace toccata::network
