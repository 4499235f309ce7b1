#pragma once
// Elementary functions of our own, made of additions, multiplications and divisions in a fixed
// order: every compiler and processor that rounds as IEEE 754 asks gives the same bits, as long as
// it does not contract a * b + c into one rounding (-ffp-contract=off, cmake/Dependencies.cmake).
// A C library promises no such thing of its own ones. Branch-free, so that loops over them can be
// vectorised. Errors, tested against the C library's long double: below 3 units in the last place
// of a double, below 0.51 of a float.
//
// Method: reduction to a small interval and a Taylor series there, as in W. Cody & W. Waite,
// "Software Manual for the Elementary Functions", 1980.

#include <array>
#include <bit>
#include <cstdint>
#include <limits>

namespace toccata::plain {

namespace detail {

inline constexpr double kLog2High = 0x1.62e42fee00000p-1;  // log(2), its last 21 bits zero
inline constexpr double kLog2Low = 0x1.a39ef35793c76p-33;  // and the rest of it

inline constexpr auto kInverseFactorial = [] {
  std::array<double, 14> list{1};
  for (double k = 1, factorial = 1; k < 14; ++k) list[static_cast<int>(k)] = 1 / (factorial *= k);
  return list;
}();
inline constexpr auto kInverseOdd = [] {
  std::array<double, 18> list{};
  for (int k = 0; k < 18; ++k) list[k] = 1.0 / (2 * k + 1);
  return list;
}();

/// e^x = scale * (1 + rest)
struct Exponential {
  double scale, rest;
};

/// For -708 <= x <= 709, where the scale is a normal number.
inline Exponential exponential(double x) {
  constexpr double kLog2e = 0x1.71547652b82fep+0;
  constexpr double kToWhole = 0x1.8p52;  // adding it rounds to a whole number
  const double shifted = x * kLog2e + kToWhole, whole = shifted - kToWhole;
  const double r = (x - whole * kLog2High) - whole * kLog2Low;  // |r| <= log(2) / 2
  double sum = kInverseFactorial[13];
  for (int k = 12; k >= 2; --k) sum = sum * r + kInverseFactorial[k];
  const auto bits = std::bit_cast<std::uint64_t>(shifted) + 1023;  // the exponent, in the low bits
  return {std::bit_cast<double>(bits << 52), (sum * r) * r + r};
}

/// Σ s^(2k) / (2k + 1) for k in 1 … terms, so that atanh(s) = s + s * this.
template <int terms>
double atanh_rest(double s) {
  const double square = s * s;
  double sum = 0;
  for (int k = terms; k >= 1; --k) sum = (sum + kInverseOdd[k]) * square;
  return sum;
}

inline double bounded(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}

}  // namespace detail

/// e^x; below -708 (3e-308) it is 0, above 709 (8e307) infinity.
inline double exp(double x) {
  const detail::Exponential e = detail::exponential(detail::bounded(x, -708, 709));
  const double inside = e.scale + e.scale * e.rest;
  return x > 709 ? std::numeric_limits<double>::infinity() : x < -708 ? 0 : inside;
}
inline float exp(float x) {
  return static_cast<float>(exp(static_cast<double>(x)));
}

/// e^x - 1 for x <= 0, without cancellation near 0.
inline double expm1(double x) {
  const detail::Exponential e = detail::exponential(detail::bounded(x, -708, 0));
  return e.scale * e.rest + (e.scale - 1);
}

/// tanh(x) = (e^2x - 1) / (e^2x + 1), without cancellation near 0.
inline double tanh(double x) {
  const double size = x < 0 ? -x : x;
  const double minus_one = expm1(-2 * size);
  const double result = -minus_one / (minus_one + 2);
  return x < 0 ? -result : result;
}
inline float tanh(float x) {
  return static_cast<float>(tanh(static_cast<double>(x)));
}

/// 1 / (1 + e^-x)
inline double sigmoid(double x) {
  return 1 / (1 + exp(-x));
}
inline float sigmoid(float x) {
  return static_cast<float>(sigmoid(static_cast<double>(x)));
}

/// The natural logarithm of a positive, normal x.
inline double log(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  // m = x / 2^k in [sqrt(1/2), sqrt(2))
  constexpr std::uint64_t kRootHalf = 0x3FE6A09E667F3BCD;
  const std::uint64_t above = bits - kRootHalf;
  const double k = static_cast<double>(static_cast<std::int64_t>(above) >> 52);
  const double m = std::bit_cast<double>(bits - (above & 0xFFF0000000000000));
  const double f = m - 1, s = f / (m + 1);
  const double half_square = 0.5 * f * f;
  // atanh's form with its greatest error taken out: s = f/2 - s f/2
  const double rest = s * (half_square + 2 * detail::atanh_rest<11>(s));
  return k * detail::kLog2High + (f - (half_square - (rest + k * detail::kLog2Low)));
}

/// log(1 + x) for 0 <= x <= 1.
inline double log1p(double x) {
  const double s = x / (x + 2);
  return 2 * (s + s * detail::atanh_rest<17>(s));
}

/// log(1 + e^x), without overflow or cancellation.
inline double softplus(double x) {
  return (x > 0 ? x : 0) + log1p(exp(x > 0 ? -x : x));
}

/// x^y for a positive, normal x; as exact as y * log(x) is.
inline double pow(double x, double y) {
  return exp(y * log(x));
}

/// sin(2 pi turns) and cos(2 pi turns) for 0 <= turns <= 1.
inline double sin_turns(double turns) {
  constexpr double kTwoPi = 0x1.921fb54442d18p+2;
  // Onto the quarter from -1/4 to 1/4, where the series is short.
  const double folded = turns > 0.75 ? turns - 1 : turns > 0.25 ? 0.5 - turns : turns;
  const double x = folded * kTwoPi, square = x * x;
  double sum = 0;
  for (int k = 10; k >= 1; --k) sum = (sum + 1) * (-square / ((2 * k) * (2 * k + 1)));
  return x + x * sum;
}
inline double cos_turns(double turns) {
  return sin_turns(turns >= 0.75 ? turns - 0.75 : turns + 0.25);
}

}  // namespace toccata::plain
