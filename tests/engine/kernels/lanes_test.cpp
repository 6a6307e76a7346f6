// What pair functions are written with: on vectors it gives what it gives for one number.

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
enum class Function { exponential, reciprocal, root, inverse_root, choice };
#endif

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

HWY_INLINE hn::Vec<ClusterTag> value(Function function, hn::Vec<ClusterTag> x) {
  static constexpr double table[] = {3, 1, 4, 1, 5, 9, 2, 6};
  switch (function) {
    case Function::exponential:
      return exp(Lanes(x)).v;
    case Function::reciprocal:
      return reciprocal(x);
    case Function::root:
      return roots(x).root;
    case Function::inverse_root:
      return roots(x).inverse;
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
  for (const double reach : {1e-9, 1.0, 20.0, 708.0}) {
    std::uniform_real_distribution<double> exponent(-reach, reach);
    for (double& number : x) number = exponent(random);
    expect_near(Function::exponential, x, [](long double of) { return std::exp(of); });
  }
}

TEST(Lanes, ExponentialsEndInZeroAndInfinity) {
  const std::vector<double> y = values(
      Function::exponential, {0.0, -746.0, -1e20, -infinity, 711.0, 1e20, infinity, std::nan("")});
  EXPECT_EQ(y[0], 1);
  for (const std::size_t small : {1U, 2U, 3U}) EXPECT_EQ(y[small], 0) << small;
  for (const std::size_t large : {4U, 5U, 6U}) EXPECT_EQ(y[large], infinity) << large;
  EXPECT_TRUE(std::isnan(y[7]));
}

TEST(Lanes, EachLaneChoosesForItself) {
  const std::vector<double> y =
      values(Function::choice, {0.5, 3.5, 4.0, -2.0, 1.0, 2.0, 100.0, 3.0});
  EXPECT_EQ(y, (std::vector<double>{3, 1, -4, 3, 1, 4, -100, 1}));
}

}  // namespace
}  // namespace forcewire
#endif  // HWY_ONCE
