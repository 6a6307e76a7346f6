// Clusters as vectors.
//
// A cluster has as many slots as a vector has lanes, but at least four: shorter vectors take it in
// parts. With fewer slots, rows would be long; with more than eight, mostly of atoms out of reach.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_CLUSTER_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_CLUSTER_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_CLUSTER_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_CLUSTER_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

#include "engine/kernels/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using ClusterTag = hn::CappedTag<double, largest_cluster>;

inline constexpr std::size_t cluster_lanes = hn::MaxLanes(ClusterTag());
inline constexpr std::size_t cluster_slots = cluster_lanes < 4 ? 4 : cluster_lanes;
inline constexpr std::size_t cluster_parts = cluster_slots / cluster_lanes;

/// Numbers that a cluster takes: x, y, z and species of its slots.
inline constexpr std::size_t cluster_numbers = 4 * cluster_slots;

/// Where the numbers of a slot are: its x, and `cluster_slots` on its y, and so on.
HWY_INLINE std::size_t slot_offset(std::size_t slot) {
  return slot / cluster_slots * cluster_numbers + slot % cluster_slots;
}

/// Positions of one part of a cluster.
struct ClusterPart {
  hn::Vec<ClusterTag> x, y, z;
};

HWY_INLINE ClusterPart load_part(const double* HWY_RESTRICT cluster, std::size_t part) {
  const ClusterTag d;
  const double* at = cluster + part * cluster_lanes;
  return {hn::Load(d, at), hn::Load(d, at + cluster_slots), hn::Load(d, at + 2 * cluster_slots)};
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
