// What pair functions are written with, which gives on vectors what it gives for one number.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/engine/kernels/lanes_test.cpp"
#include "engine/kernels/simd_targets.hpp"
// Behind it:
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/kernels/lanes-inl.hpp"
#include "engine/kernels/reciprocal-inl.hpp"

#ifndef FORCEWIRE_LANES_TEST_FUNCTION
#define FORCEWIRE_LANES_TEST_FUNCTION
namespace forcewire {
enum class Function {
  exponential,
  logarithm,
  sine,
  cosine,
  hyperbolic_tangent,
  reciprocal,
  root,
  inverse_root,
  looked_up,
  choice
};
}
#endif

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

HWY_INLINE hn::Vec<ClusterTag> value(Function function, hn::Vec<ClusterTag> x) {
  static constexpr double table[] = {3, 1, 4, 1, 5, 9, 2, 6};
  switch (function) {
    case Function::exponential:
      return exp(Lanes(x)).v;
    case Function::logarithm:
      return log(Lanes(x)).v;
    case Function::sine:
      return sin(Lanes(x)).v;
    case Function::cosine:
      return cos(Lanes(x)).v;
    case Function::hyperbolic_tangent:
      return tanh(Lanes(x)).v;
    case Function::reciprocal:
      return reciprocal(x);
    case Function::root:
      return roots(x).root;
    case Function::inverse_root:
      return roots(x).inverse;
    case Function::looked_up:
      return look_up(table, min(floor(Lanes(x)), Lanes(7))).v;
    case Function::choice:
      break;
  }
  const Lanes at = min(max(floor(Lanes(x)), Lanes(0)), Lanes(7));
  return if_less(Lanes(x), Lanes(4), look_up(table, at), -Lanes(x)).v;
}

void apply(Function function, const double* x, double* y, std::size_t count) {
  const ClusterTag d;
  for (std::size_t at = 0; at < count; at += cluster_lanes) {
    hn::StoreU(value(function, hn::LoadU(d, x + at)), d, y + at);
  }
}

/// As `looked_up`, of one number.
double look_up_one(const double* table, double x) { return look_up(table, min(floor(x), 7.0)); }

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>
#include <random>
#include <vector>

namespace forcewire {
namespace {

HWY_EXPORT(apply);
HWY_EXPORT(look_up_one);

std::vector<double> values(Function function, std::vector<double> x) {
  x.resize((x.size() + 7) / 8 * 8, 1.0);
  std::vector<double> y(x.size());
  HWY_DYNAMIC_DISPATCH(apply)(function, x.data(), y.data(), x.size());
  return y;
}

/// Numbers of all magnitudes.
std::vector<double> numbers(double lowest_exponent, double highest_exponent) {
  std::mt19937_64 random(1);
  std::uniform_real_distribution<double> exponent(lowest_exponent, highest_exponent);
  std::vector<double> x(4000);
  for (double& number : x) number = std::pow(10.0, exponent(random));
  return x;
}

void expect_near(Function function, const std::vector<double>& x,
                 const std::function<long double(long double)>& exact) {
  const std::vector<double> y = values(function, x);
  for (std::size_t at = 0; at < x.size(); ++at) {
    const long double expected = exact(x[at]);
    ASSERT_LE(std::abs(y[at] - expected), 3e-16L * std::abs(expected)) << "of " << x[at];
  }
}

const double infinity = std::numeric_limits<double>::infinity();

TEST(Lanes, InversesAndRootsAreRightToTheLastBits) {
  const std::vector<double> x = numbers(-30, 40);
  expect_near(Function::reciprocal, x, [](long double of) { return 1 / of; });
  expect_near(Function::root, x, [](long double of) { return std::sqrt(of); });
  expect_near(Function::inverse_root, x, [](long double of) { return 1 / std::sqrt(of); });
}

TEST(Lanes, NothingFiniteComesOfZero) {
  EXPECT_FALSE(std::isfinite(values(Function::reciprocal, {0.0})[0]));
  EXPECT_FALSE(std::isfinite(values(Function::inverse_root, {0.0})[0]));
}

TEST(Lanes, ExponentialsAreRightToTheLastBits) {
  std::mt19937_64 random(2);
  std::vector<double> x(4000);
  for (const double reach : {1e-9, 1.0, 20.0, 708.3}) {
    std::uniform_real_distribution<double> exponent(-reach, reach);
    for (double& number : x) number = exponent(random);
    expect_near(Function::exponential, x, [](long double of) { return std::exp(of); });
  }
}

TEST(Lanes, ExponentialsEndInZeroAndInfinity) {
  expect_near(Function::exponential, std::vector<double>(8, 709.7),
              [](long double of) { return std::exp(of); });
  const std::vector<double> y = values(
      Function::exponential, {0.0, -746.0, -1e20, -infinity, 711.0, 1e20, infinity, std::nan("")});
  EXPECT_EQ(y[0], 1);
  for (const std::size_t small : {1U, 2U, 3U}) EXPECT_EQ(y[small], 0) << small;
  for (const std::size_t large : {4U, 5U, 6U}) EXPECT_EQ(y[large], infinity) << large;
  EXPECT_TRUE(std::isnan(y[7]));
}

TEST(Lanes, LogarithmsAreRightOrNoNumbers) {
  expect_near(Function::logarithm, numbers(-300, 300), [](long double of) { return std::log(of); });
  const std::vector<double> y = values(
      Function::logarithm, {1.0, 0.0, infinity, -1.0, -1e-300, -infinity, std::nan(""), 0.5});
  EXPECT_EQ(y[0], 0);
  EXPECT_EQ(y[1], -infinity);
  EXPECT_EQ(y[2], infinity);
  for (const std::size_t none : {3U, 4U, 5U, 6U}) EXPECT_TRUE(std::isnan(y[none])) << none;
}

TEST(Lanes, CirclesAndHyperbolas) {
  std::mt19937_64 random(3);
  std::uniform_real_distribution<double> angle(-100, 100);
  std::vector<double> x(4000);
  for (double& number : x) number = angle(random);
  const auto expect = [&](Function function, double (*exact)(double)) {
    const std::vector<double> y = values(function, x);
    for (std::size_t at = 0; at < x.size(); ++at) ASSERT_NEAR(y[at], exact(x[at]), 1e-15) << x[at];
    EXPECT_TRUE(std::isnan(values(function, {std::nan("")})[0]));
  };
  expect(Function::sine, std::sin);
  expect(Function::cosine, std::cos);
  expect(Function::hyperbolic_tangent, std::tanh);
}

TEST(Lanes, EachLaneChoosesForItself) {
  const std::vector<double> y =
      values(Function::choice, {0.5, 3.5, 4.0, -2.0, 1.0, 2.0, 100.0, 3.0});
  EXPECT_EQ(y, (std::vector<double>{3, 1, -4, 3, 1, 4, -100, 1}));
}

TEST(Lanes, NobodyReadsOutsideOfATable) {
  const std::vector<double> x{
      std::nan(""), -std::nan(""), -1,    -infinity, -1e300, -0.5, 0, -0.0, 1.5, 7, 8,
      1e10,         1e19,          1e300, infinity,  5};
  const std::vector<double> expected{3, 3, 3, 3, 3, 3, 3, 3, 1, 6, 6, 6, 6, 6, 6, 9};
  // Of what is no number `min` may give either: the first or the last.
  const auto expect = [&](std::size_t at, double got) {
    EXPECT_TRUE(got == expected[at] || (std::isnan(x[at]) && got == 6)) << x[at] << ": " << got;
  };
  const std::vector<double> y = values(Function::looked_up, x);
  const double table[] = {3, 1, 4, 1, 5, 9, 2, 6};
  for (std::size_t at = 0; at < x.size(); ++at) {
    expect(at, y[at]);
    expect(at, HWY_DYNAMIC_DISPATCH(look_up_one)(table, x[at]));
  }
}

}  // namespace
}  // namespace forcewire
#endif  // HWY_ONCE
