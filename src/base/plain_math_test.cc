#include "base/plain_math.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <numbers>

#include "base/random.h"

namespace toccata {
namespace {

/// The greatest error over numbers drawn from [low, high], in units in the last place of the truth.
template <typename Real>
double worst_ulp(double low, double high, const std::function<Real(Real)>& found,
                 const std::function<long double(long double)>& truth) {
  Random random(1, 2);
  double worst = 0;
  for (int i = 0; i < 100000; ++i) {
    const auto x = static_cast<Real>(low + (high - low) * random.uniform());
    const long double exact = truth(x);
    const auto size = static_cast<Real>(std::fabs(exact));
    const long double ulp = std::nextafter(size, std::numeric_limits<Real>::max()) - size;
    worst = std::max(worst, static_cast<double>(std::fabs(found(x) - exact) / ulp));
  }
  return worst;
}

using Long = long double;

TEST(PlainMath, DoublesLieWithinThreeUnitsInTheLastPlace) {
  const auto worst = [](double low, double high, double (*found)(double), Long (*truth)(Long)) {
    return worst_ulp<double>(low, high, found, truth);
  };
  const auto e = [](Long x) { return std::exp(x); };
  EXPECT_LT(worst(-1, 1, plain::exp, e), 1);
  EXPECT_LT(worst(-708, 709, plain::exp, e), 1);
  const auto e1 = [](Long x) { return std::expm1(x); };
  EXPECT_LT(worst(-1e-3, 0, plain::expm1, e1), 2);
  EXPECT_LT(worst(-40, 0, plain::expm1, e1), 2);
  const auto t = [](Long x) { return std::tanh(x); };
  EXPECT_LT(worst(-1e-3, 1e-3, plain::tanh, t), 3);
  EXPECT_LT(worst(-1, 1, plain::tanh, t), 3);
  EXPECT_LT(worst(-30, 30, plain::tanh, t), 3);
  const auto l = [](Long x) { return std::log(x); };
  EXPECT_LT(worst(0.9, 1.1, plain::log, l), 1);
  EXPECT_LT(worst(1e-300, 1, plain::log, l), 1);
  EXPECT_LT(worst(1, 1e9, plain::log, l), 1);
  const auto l1 = [](Long x) { return std::log1p(x); };
  EXPECT_LT(worst(0, 1e-3, plain::log1p, l1), 2);
  EXPECT_LT(worst(0, 1, plain::log1p, l1), 2);
  const auto softplus = [](Long x) {
    return x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x));
  };
  EXPECT_LT(worst(-50, 50, plain::softplus, softplus), 3);
  const auto logistic = [](Long x) { return 1 / (1 + std::exp(-x)); };
  EXPECT_LT(worst(-50, 50, plain::sigmoid, logistic), 3);
}

TEST(PlainMath, FloatsAreRoundedOnce) {
  const auto worst = [](double low, double high, float (*found)(float), Long (*truth)(Long)) {
    return worst_ulp<float>(low, high, found, truth);
  };
  EXPECT_LT(worst(-80, 80, plain::exp, [](Long x) { return std::exp(x); }), 0.51);
  EXPECT_LT(worst(-10, 10, plain::tanh, [](Long x) { return std::tanh(x); }), 0.51);
  EXPECT_LT(worst(-20, 20, plain::sigmoid, [](Long x) { return 1 / (1 + std::exp(-x)); }), 0.51);
}

TEST(PlainMath, PowersAndTurnsAreThoseOfTheCLibraryToFifteenDigits) {
  for (const double x : {1e-100, 1e-3, 0.3, 0.999, 1.0, 7.0})
    for (const double y : {0.01, 0.98, 1.0, 2.0})
      EXPECT_NEAR(plain::pow(x, y) / std::pow(x, y), 1, 1e-12) << x << " " << y;
  for (int i = 0; i <= 960; ++i) {
    const double turns = i / 960.0;
    EXPECT_NEAR(plain::sin_turns(turns), std::sin(2 * std::numbers::pi * turns), 1e-15) << turns;
    EXPECT_NEAR(plain::cos_turns(turns), std::cos(2 * std::numbers::pi * turns), 1e-15) << turns;
  }
}

TEST(PlainMath, EndsOfTheRangesAreWhatTheyMustBe) {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(plain::exp(0.0), 1);
  EXPECT_EQ(plain::exp(-kInfinity), 0);
  EXPECT_EQ(plain::exp(kInfinity), kInfinity);
  EXPECT_EQ(plain::exp(-709.0), 0);
  EXPECT_EQ(plain::exp(710.0), kInfinity);
  EXPECT_TRUE(std::isnan(plain::exp(std::nan(""))));
  EXPECT_EQ(plain::tanh(0.0), 0);
  EXPECT_EQ(plain::tanh(1e9), 1);
  EXPECT_EQ(plain::tanh(-kInfinity), -1);
  EXPECT_TRUE(std::isnan(plain::tanh(std::nan(""))));
  EXPECT_EQ(plain::sigmoid(-1e4f), 0);
  EXPECT_EQ(plain::sigmoid(1e4f), 1);
  EXPECT_EQ(plain::log(1.0), 0);
  EXPECT_EQ(plain::log1p(0.0), 0);
  EXPECT_EQ(plain::softplus(-kInfinity), 0);
  EXPECT_EQ(plain::softplus(1e6), 1e6);
  EXPECT_EQ(plain::sin_turns(0), 0);
  EXPECT_EQ(plain::sin_turns(0.5), 0);
  EXPECT_EQ(plain::cos_turns(0.25), 0);
  EXPECT_EQ(plain::cos_turns(0.75), 0);
}

}  // namespace
}  // namespace toccata
