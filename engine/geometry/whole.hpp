#pragma once

#include <cstdint>

namespace forcewire {

/// std::floor for numbers that fit into 64 bits. Compiled for any CPU, that one is a call.
inline double whole(double x) {
  const auto truncated = static_cast<double>(static_cast<std::int64_t>(x));
  return truncated - (truncated > x ? 1 : 0);
}

}  // namespace forcewire
