#pragma once

#include <cstddef>

namespace forcewire {

/// The share of a rank: part `index` of `count`, all as large as can be. Where there are fewer
/// elements than parts, the first part, that of the root, still has one.
struct Part {
  int index = 0;
  int count = 1;

  std::size_t begin(std::size_t total) const { return bound(total, index); }
  std::size_t end(std::size_t total) const { return bound(total, index + 1); }

  /// Which part element `at` of `total` belongs to.
  int owner(std::size_t total, std::size_t at) const {
    return static_cast<int>(at * static_cast<std::size_t>(count) / total);
  }

 private:
  /// Part p begins with the first element that is no less than total p / count.
  std::size_t bound(std::size_t total, int part) const {
    const auto parts = static_cast<std::size_t>(count);
    return (total * static_cast<std::size_t>(part) + parts - 1) / parts;
  }
};

}  // namespace forcewire
