#pragma once

#include <cstddef>

namespace forcewire {

/// The share of a rank: part `index` of `count`, all as large as can be.
struct Part {
  int index = 0;
  int count = 1;

  std::size_t begin(std::size_t total) const { return bound(total, index); }
  std::size_t end(std::size_t total) const { return bound(total, index + 1); }

  /// Which part element `at` of `total` belongs to.
  int owner(std::size_t total, std::size_t at) const {
    int part = static_cast<int>(at * static_cast<std::size_t>(count) / total);
    while (bound(total, part + 1) <= at) ++part;
    return part;
  }

 private:
  std::size_t bound(std::size_t total, int part) const {
    return total * static_cast<std::size_t>(part) / static_cast<std::size_t>(count);
  }
};

}  // namespace forcewire
