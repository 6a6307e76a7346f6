// What pair functions are written with: on vectors it gives what it gives for one number.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/engine/kernels/lanes_test.cpp"
#include "engine/kernels/simd_targets.hpp"
// Behind it:
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/kernels/lanes-inl.hpp"
#include "engine/kernels/reciprocal-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

/// Applies `function` of a vector to as many numbers as a vector holds, again and again.
template <class Function>
void apply(const Function& function, const double* x, double* y, std::size_t count) {
  const ClusterTag d;
  for (std::size_t at = 0; at < count; at += cluster_lanes) {
    hn::StoreU(function(hn::LoadU(d, x + at)), d, y + at);
  }
}

void exponentials(const double* x, double* y, std::size_t count) {
  apply([](hn::Vec<ClusterTag> v) HWY_ATTR { return exp(Lanes(v)).v; }, x, y, count);
}
void reciprocals(const double* x, double* y, std::size_t count) {
  apply([](hn::Vec<ClusterTag> v) HWY_ATTR { return reciprocal(v); }, x, y, count);
}
void square_roots(const double* x, double* y, std::size_t count) {
  apply([](hn::Vec<ClusterTag> v) HWY_ATTR { return roots(v).root; }, x, y, count);
}
void inverse_roots(const double* x, double* y, std::size_t count) {
  apply([](hn::Vec<ClusterTag> v) HWY_ATTR { return roots(v).inverse; }, x, y, count);
}
void choices(const double* x, double* y, std::size_t count) {
  static constexpr double table[] = {3, 1, 4, 1, 5, 9, 2, 6};
  apply(
      [](hn::Vec<ClusterTag> v) HWY_ATTR {
        const Lanes at = min(max(floor(Lanes(v)), Lanes(0)), Lanes(7));
        return if_less(Lanes(v), Lanes(4), look_up(table, at), -Lanes(v)).v;
      },
      x, y, count);
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

HWY_EXPORT(exponentials);
HWY_EXPORT(reciprocals);
HWY_EXPORT(square_roots);
HWY_EXPORT(inverse_roots);
HWY_EXPORT(choices);

using Apply = std::function<void(const double*, double*, std::size_t)>;

std::vector<double> applied(const Apply& apply, std::vector<double> x) {
  x.resize((x.size() + 7) / 8 * 8, 1.0);
  std::vector<double> y(x.size());
  apply(x.data(), y.data(), x.size());
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

void expect_near(const Apply& apply, const std::vector<double>& x,
                 const std::function<long double(long double)>& function) {
  const std::vector<double> y = applied(apply, x);
  for (std::size_t at = 0; at < x.size(); ++at) {
    const long double expected = function(x[at]);
    ASSERT_LE(std::abs(y[at] - expected), 3e-16L * std::abs(expected)) << "of " << x[at];
  }
}

const double infinity = std::numeric_limits<double>::infinity();

TEST(Lanes, InversesAndRootsAreRightToTheLastBits) {
  const std::vector<double> x = numbers(-30, 40);
  expect_near(HWY_DYNAMIC_POINTER(reciprocals), x, [](long double of) { return 1 / of; });
  expect_near(HWY_DYNAMIC_POINTER(square_roots), x, [](long double of) { return std::sqrt(of); });
  expect_near(HWY_DYNAMIC_POINTER(inverse_roots), x,
              [](long double of) { return 1 / std::sqrt(of); });
}

TEST(Lanes, NothingFiniteComesOfZero) {
  EXPECT_FALSE(std::isfinite(applied(HWY_DYNAMIC_POINTER(reciprocals), {0.0})[0]));
  EXPECT_FALSE(std::isfinite(applied(HWY_DYNAMIC_POINTER(inverse_roots), {0.0})[0]));
}

TEST(Lanes, ExponentialsAreRightToTheLastBits) {
  std::mt19937_64 random(2);
  std::vector<double> x(4000);
  for (const double reach : {1e-9, 1.0, 20.0, 708.0}) {
    std::uniform_real_distribution<double> exponent(-reach, reach);
    for (double& number : x) number = exponent(random);
    expect_near(HWY_DYNAMIC_POINTER(exponentials), x, [](long double of) { return std::exp(of); });
  }
}

TEST(Lanes, ExponentialsEndInZeroAndInfinity) {
  const std::vector<double> y =
      applied(HWY_DYNAMIC_POINTER(exponentials),
              {0.0, -746.0, -1e20, -infinity, 711.0, 1e20, infinity, std::nan("")});
  EXPECT_EQ(y[0], 1);
  for (const std::size_t small : {1, 2, 3}) EXPECT_EQ(y[small], 0) << small;
  for (const std::size_t large : {4, 5, 6}) EXPECT_EQ(y[large], infinity) << large;
  EXPECT_TRUE(std::isnan(y[7]));
}

TEST(Lanes, EachLaneChoosesForItself) {
  const std::vector<double> y =
      applied(HWY_DYNAMIC_POINTER(choices), {0.5, 3.5, 4.0, -2.0, 1.0, 2.0, 100.0, 3.0});
  EXPECT_EQ(y, (std::vector<double>{3, 1, -4, 3, 1, 4, -100, 1}));
}

}  // namespace
}  // namespace forcewire
#endif  // HWY_ONCE
