// Which atoms have moved far since a list was built, and does it miss a pair of one?

#include "engine/kernels/motion_kernel.hpp"

#include <bit>

#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/motion_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = ClusterTag;
using V = hn::Vec<D>;

HWY_INLINE V distance_squared(const ClusterPart& a, const ClusterPart& b) {
  const V x = hn::Sub(a.x, b.x);
  const V y = hn::Sub(a.y, b.y);
  const V z = hn::Sub(a.z, b.z);
  return hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z)));
}

HWY_INLINE ClusterPart everywhere(const double* slot) {
  const D d;
  return {hn::Set(d, slot[0]), hn::Set(d, slot[cluster_slots]),
          hn::Set(d, slot[2 * cluster_slots])};
}

std::size_t find(const MovedClusters& moved, std::size_t clusters, double limit_squared,
                 std::span<std::int32_t> fast) {
  const D d;
  const V limit = hn::Set(d, limit_squared);
  std::size_t found = 0;
  for (std::size_t cluster = 0; cluster < clusters; ++cluster) {
    const std::size_t at = cluster * cluster_numbers;
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const V distance =
          distance_squared(load_part(moved.now + at, part), load_part(moved.then + at, part));
      const auto is_fast = hn::Gt(distance, limit);
      if (HWY_LIKELY(hn::AllFalse(d, is_fast))) continue;
      std::uint8_t hits[8];
      hn::StoreMaskBits(d, is_fast, hits);
      for (std::uint32_t bits = hits[0]; bits != 0; bits &= bits - 1) {
        const std::size_t lane =
            part * cluster_lanes + static_cast<std::size_t>(std::countr_zero(bits));
        if (lane >= static_cast<std::size_t>(moved.atom_count[cluster])) break;  // padding
        if (found == fast.size()) return found;
        fast[found++] = static_cast<std::int32_t>(cluster * cluster_slots + lane);
      }
    }
  }
  return found;
}

bool misses(const MovedClusters& moved, std::int32_t slot, std::span<const std::int32_t> candidates,
            double cutoff, double list_cutoff) {
  // Far more than the rounding of a distance, far less than matters.
  constexpr double margin = 1e-10;
  const D d;
  const std::size_t own = slot_offset(static_cast<std::size_t>(slot));
  const ClusterPart now = everywhere(moved.now + own);
  const ClusterPart then = everywhere(moved.then + own);
  const V near = hn::Set(d, cutoff * cutoff * (1 + margin));
  const V listed = hn::Set(d, list_cutoff * list_cutoff * (1 - margin));
  for (const std::int32_t cluster : candidates) {
    const std::size_t at = static_cast<std::size_t>(cluster) * cluster_numbers;
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const auto is_near = hn::Lt(distance_squared(now, load_part(moved.now + at, part)), near);
      const auto was_listed =
          hn::Le(distance_squared(then, load_part(moved.then + at, part)), listed);
      if (!hn::AllFalse(d, hn::AndNot(was_listed, is_near))) return true;
    }
  }
  return false;
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(find);
HWY_EXPORT(misses);
}  // namespace

std::size_t find_fast(const MovedClusters& moved, std::size_t clusters, double limit_squared,
                      std::span<std::int32_t> fast) {
  return HWY_DYNAMIC_DISPATCH(find)(moved, clusters, limit_squared, fast);
}

bool misses_pair(const MovedClusters& moved, std::int32_t slot,
                 std::span<const std::int32_t> candidates, double cutoff, double list_cutoff) {
  return HWY_DYNAMIC_DISPATCH(misses)(moved, slot, candidates, cutoff, list_cutoff);
}

}  // namespace forcewire
#endif  // HWY_ONCE
