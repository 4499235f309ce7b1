// By bits, for processors that know neither format.
#include "network/model/float_formats.h"

#include <bit>
#include <cmath>

namespace toccata::network {

std::uint16_t to_bf16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);  // stays a NaN
  return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

float from_bf16(std::uint16_t bits) {
  return std::bit_cast<float>(std::uint32_t{bits} << 16);
}

std::uint16_t to_f16(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t sign = bits >> 16 & 0x8000u;
  const float magnitude = std::fabs(value);
  std::uint32_t half = 0;
  if (std::isnan(value)) {
    half = 0x7E00u;
  } else if (magnitude >= 65520.0f) {  // halfway from 65504, the largest, to the next: infinite
    half = 0x7C00u;
  } else if (magnitude < 0x1p-14f) {  // subnormal: whole multiples of 2^-24
    half = static_cast<std::uint32_t>(std::nearbyint(static_cast<double>(magnitude) * 0x1p24));
  } else {
    const std::uint32_t rebiased = (bits & 0x7FFFFFFFu) - (112u << 23);
    half = (rebiased + 0x0FFFu + (rebiased >> 13 & 1u)) >> 13;
  }
  return static_cast<std::uint16_t>(sign | half);
}

float from_f16(std::uint16_t bits) {
  const std::uint32_t exponent = bits >> 10 & 31u, mantissa = bits & 0x3FFu;
  float magnitude = 0;
  if (exponent == 31)
    magnitude = std::bit_cast<float>(0x7F800000u | mantissa << 13);
  else if (exponent == 0)
    magnitude = static_cast<float>(mantissa) * 0x1p-24f;
  else
    magnitude = std::bit_cast<float>((exponent + 112u) << 23 | mantissa << 13);
  return (bits & 0x8000u) != 0 ? -magnitude : magnitude;
}

}  // namespace toccata::network
