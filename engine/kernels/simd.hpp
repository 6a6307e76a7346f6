#pragma once

#include <cstddef>

namespace forcewire {

/// The instruction set that the kernels run with on this machine, for `--version`.
const char* simd_target();

/// Slots of a cluster, 4 or 8: what the kernels of this machine take.
std::size_t cluster_width();

inline constexpr std::size_t largest_cluster = 8;

}  // namespace forcewire
