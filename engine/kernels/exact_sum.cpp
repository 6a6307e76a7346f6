#include "engine/kernels/exact_sum.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace forcewire {

namespace {

constexpr int digit_bits = 32;
constexpr std::uint64_t digit_mask = 0xffffffff;
constexpr int mantissa_bits = 52;
constexpr std::uint64_t mantissa_mask = (std::uint64_t{1} << mantissa_bits) - 1;
constexpr int exponent_mask = 0x7ff;
constexpr int lowest_exponent = -1074;

// A term adds less than 2^33 to a digit.
constexpr std::int32_t most_without_carry = 1 << 28;

}  // namespace

ExactSum::ExactSum(std::span<const std::int64_t> words) {
  std::copy_n(words.begin(), word_count, words_.begin());
  carry();
}

void ExactSum::add(double term) {
  const auto bits = std::bit_cast<std::uint64_t>(term);
  const auto exponent = static_cast<int>(bits >> mantissa_bits) & exponent_mask;
  if (exponent == exponent_mask) {
    ++words_.back();
    return;
  }
  // Numbers of the lowest exponent have no hidden bit, and weigh as those of the next one.
  const std::uint64_t hidden = exponent == 0 ? 0 : std::uint64_t{1} << mantissa_bits;
  const std::uint64_t mantissa = (bits & mantissa_mask) | hidden;
  const int place = std::max(exponent - 1, 0);
  const int shift = place % digit_bits;
  const std::uint64_t low = (mantissa & digit_mask) << shift;
  const std::uint64_t high = (mantissa >> digit_bits) << shift;
  const auto sign = term < 0 ? std::int64_t{-1} : std::int64_t{1};
  std::int64_t* digit = &words_[static_cast<std::size_t>(place / digit_bits)];
  digit[0] += sign * static_cast<std::int64_t>(low & digit_mask);
  digit[1] += sign * static_cast<std::int64_t>((low >> digit_bits) + (high & digit_mask));
  digit[2] += sign * static_cast<std::int64_t>(high >> digit_bits);
  if (++added_ == most_without_carry) carry();
}

/// Makes all digits but the highest at least 0 and below 2^32.
void ExactSum::carry() {
  std::int64_t carried = 0;
  for (std::size_t at = 0; at + 1 < digit_count; ++at) {
    const std::int64_t digit = words_[at] + carried;
    carried = digit >> digit_bits;  // towards minus infinity
    words_[at] = digit & static_cast<std::int64_t>(digit_mask);
  }
  words_[digit_count - 1] += carried;
  added_ = 0;
}

std::span<const std::int64_t> ExactSum::words() {
  carry();
  return words_;
}

double ExactSum::value() const {
  if (words_.back() != 0) return std::numeric_limits<double>::quiet_NaN();
  ExactSum magnitude = *this;
  magnitude.carry();
  const bool is_negative = magnitude.words_[digit_count - 1] < 0;
  if (is_negative) {
    for (std::int64_t& digit : magnitude.words_) digit = -digit;
    magnitude.carry();
  }
  const std::span<const std::int64_t> digits(magnitude.words_.data(), digit_count);
  const auto highest =
      std::find_if(digits.rbegin(), digits.rend(), [](std::int64_t digit) { return digit != 0; });
  if (highest == digits.rend()) return 0;
  const auto top = static_cast<int>(digits.rend() - highest) - 1;
  const auto digit = [&](int at) {
    return at < 0 ? std::uint64_t{0}
                  : static_cast<std::uint64_t>(digits[static_cast<std::size_t>(at)]);
  };

  // The 64 highest bits, and whether any is set below: the conversion to a double rounds these as
  // it would round all.
  std::uint64_t bits = digit(top) << digit_bits | digit(top - 1);
  const int free_bits = std::countl_zero(bits);
  if (free_bits > 0) bits = bits << free_bits | digit(top - 2) >> (digit_bits - free_bits);
  const bool is_more = ((digit(top - 2) << free_bits) & digit_mask) != 0 ||
                       std::any_of(digits.begin(), digits.begin() + std::max(top - 2, 0),
                                   [](std::int64_t lower) { return lower != 0; });
  if (is_more) bits |= 1;
  const double rounded =
      std::ldexp(static_cast<double>(bits), (top - 1) * digit_bits - free_bits + lowest_exponent);
  return is_negative ? -rounded : rounded;
}

}  // namespace forcewire
