#include "engine/kernels/exact_sum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

namespace forcewire {
namespace {

using Limits = std::numeric_limits<double>;

double sum_of(const std::vector<double>& terms) {
  ExactSum sum;
  for (const double term : terms) sum.add(term);
  return sum.value();
}

TEST(ExactSum, OfNothingIsZero) { EXPECT_EQ(std::bit_cast<std::uint64_t>(sum_of({})), 0U); }

TEST(ExactSum, OfOneTermIsThatTerm) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 100000; ++i) {
    const auto term = std::bit_cast<double>(static_cast<std::uint64_t>(random()));
    if (!std::isfinite(term)) continue;
    ASSERT_EQ(sum_of({term}), term);
  }
  for (const double term : {Limits::min(), Limits::denorm_min(), Limits::max(), 1.0, 0x1p-1073}) {
    EXPECT_EQ(sum_of({term}), term);
    EXPECT_EQ(sum_of({-term}), -term);
    EXPECT_EQ(sum_of({term, -term}), 0);
  }
}

TEST(ExactSum, LosesNothing) {
  EXPECT_EQ(sum_of({1e300, 1e-300, -1e300}), 1e-300);
  EXPECT_EQ(sum_of({Limits::max(), Limits::max(), -Limits::max(), 1, -Limits::max()}), 1);
  EXPECT_EQ(sum_of({1, 0x1p-100, -1, -0x1p-101}), 0x1p-101);
  EXPECT_EQ(sum_of({Limits::max(), Limits::max()}), Limits::infinity());
}

TEST(ExactSum, RoundsOnceToTheNearest) {
  EXPECT_EQ(sum_of({1, 0x1p-53}), 1);  // a tie, to even
  EXPECT_EQ(sum_of({1, 0x1p-53, 0x1p-1000}), 1 + 0x1p-52);
  EXPECT_EQ(sum_of({1, 0x1p-53, -0x1p-1000}), 1);
  EXPECT_EQ(sum_of({1 + 0x1p-52, 0x1p-53}), 1 + 0x1p-51);
  EXPECT_EQ(sum_of({-1, -0x1p-53, -0x1p-90}), -1 - 0x1p-52);
}

TEST(ExactSum, EveryOrderAndPartitionGivesTheSameBits) {
  std::mt19937_64 random(2);
  std::uniform_real_distribution<double> mantissa(-1, 1);
  std::uniform_int_distribution<int> exponent(-80, 80);
  std::vector<double> terms(2000);
  for (double& term : terms) term = std::ldexp(mantissa(random), exponent(random));
  const double expected = sum_of(terms);
  for (const std::size_t parts : {2U, 3U, 7U, 64U}) {
    std::ranges::shuffle(terms, random);
    ASSERT_EQ(sum_of(terms), expected);
    std::vector<ExactSum> sums(parts);
    for (std::size_t at = 0; at < terms.size(); ++at) sums[at * at % parts].add(terms[at]);
    std::vector<std::int64_t> words(ExactSum::word_count, 0);
    for (ExactSum& sum : sums) {
      std::ranges::transform(words, sum.words(), words.begin(), std::plus<>());
    }
    ASSERT_EQ(ExactSum(words).value(), expected);
  }
}

TEST(ExactSum, IsThatOfWholeNumbers) {
  std::mt19937_64 random(3);
  std::uniform_int_distribution<std::int64_t> number(-(std::int64_t{1} << 52),
                                                     std::int64_t{1} << 52);
  for (int i = 0; i < 1000; ++i) {
    std::int64_t expected = 0;
    ExactSum sum;
    for (int j = 0; j < 100; ++j) {
      const std::int64_t term = number(random);
      expected += term;
      sum.add(static_cast<double>(term));
    }
    ASSERT_EQ(sum.value(), static_cast<double>(expected));  // both round to nearest
  }
}

TEST(ExactSum, SaysWhenATermIsNotFinite) {
  for (const double term : {Limits::infinity(), -Limits::infinity(), Limits::quiet_NaN()}) {
    EXPECT_TRUE(std::isnan(sum_of({1, term, 2})));
    ExactSum sum;
    sum.add(term);
    const auto words = sum.words();
    EXPECT_TRUE(std::isnan(ExactSum(words).value()));
  }
}

}  // namespace
}  // namespace forcewire
