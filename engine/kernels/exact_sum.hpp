#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace forcewire {

/// A sum of doubles without rounding: the same, whatever their order and however they are shared
/// out.
///
/// The sum is a fixed-point number wide enough for every double (U. Kulisch and W. L. Miranker,
/// Computer Arithmetic in Theory and Practice, Academic Press (1981)), in digits of 32 bits with
/// room for carries, as in R. M. Neal, arXiv:1505.05571 (2015). It is rounded once, when it is
/// asked for.
class ExactSum {
 public:
  /// Numbers that stand for the sum; see `words`.
  static constexpr std::size_t word_count = 69;

  ExactSum() = default;

  /// The sum of several, from the element-wise sum of their words. @param words `word_count`
  explicit ExactSum(std::span<const std::int64_t> words);

  void add(double term);

  /// Rounded to the nearest double; NaN when a term was infinite or no number.
  double value() const;

  /// Those of several sums, up to 2^30 of them, may be added up.
  std::span<const std::int64_t> words();

 private:
  static constexpr std::size_t digit_count = word_count - 1;

  void carry();

  // Digits, the lowest first, which weighs 2^-1074; behind them, how many terms were not finite.
  std::array<std::int64_t, word_count> words_{};
  std::int32_t added_ = 0;  // since the last carry
};

}  // namespace forcewire
