// Which clusters do the atoms of one cluster see? First the boxes around clusters are compared,
// then the atoms of those that remain, and what is left goes to the row of each atom that sees it.

#include "engine/kernels/search_kernel.hpp"

#include <algorithm>

#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/search_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using V = hn::Vec<ClusterTag>;
using NumberTag = hn::CappedTag<std::int32_t, search_padding>;

/// Writes the lanes of `numbers` in `mask` one behind the other.
/// @return how many
template <class D, class M>
HWY_INLINE std::size_t write_some(D d, hn::Vec<D> numbers, M mask, std::int32_t* to) {
  // Not CompressStore, which some CPUs do in microcode.
  hn::StoreU(hn::Compress(numbers, mask), d, to);
  return hn::CountTrue(d, mask);
}

/// Distance between two boxes along one axis, 0 where they overlap.
HWY_INLINE V gap(V low, V high, const double* other_low, const double* other_high) {
  const ClusterTag d;
  const V below = hn::Sub(low, hn::LoadU(d, other_high));
  const V above = hn::Sub(hn::LoadU(d, other_low), high);
  return hn::Max(hn::Zero(d), hn::Max(below, above));
}

/// The candidates whose box is in reach.
/// @return how many
std::size_t find_near(const SearchedClusters& clusters, std::int32_t self,
                      std::span<const IndexRange> candidates, double radius_squared,
                      std::int32_t* HWY_RESTRICT near) {
  const ClusterTag d;
  const hn::Rebind<std::int32_t, ClusterTag> d_number;
  constexpr auto lanes = static_cast<std::int32_t>(cluster_lanes);
  V low[3];
  V high[3];
  for (std::size_t axis = 0; axis < 3; ++axis) {
    low[axis] = hn::Set(d, clusters.low[axis][self]);
    high[axis] = hn::Set(d, clusters.high[axis][self]);
  }
  const V limit = hn::Set(d, radius_squared);
  std::size_t count = 0;
  for (const IndexRange range : candidates) {
    for (std::int32_t j = range.begin; j < range.end; j += lanes) {
      V distance = hn::Zero(d);
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const V g = gap(low[axis], high[axis], clusters.low[axis] + j, clusters.high[axis] + j);
        distance = hn::MulAdd(g, g, distance);
      }
      std::uint8_t hits[8];
      hn::StoreMaskBits(d, hn::Le(distance, limit), hits);
      const std::int32_t left = range.end - j;
      if (left < lanes) hits[0] &= static_cast<std::uint8_t>((1 << left) - 1);
      // 32-bit lanes: Highway's compression of 64-bit ones goes through a table in memory.
      const auto number = hn::Iota(d_number, j);
      hn::StoreU(hn::CompressBits(number, hits), d_number, near + count);
      count += hwy::PopCount(hits[0]);
    }
  }
  return count;
}

/// A bit for each slot of cluster `self` whose atom has one of cluster `other` in reach.
template <class SelfPart>
HWY_INLINE std::int32_t seeing_slots(const SelfPart& self, const double* HWY_RESTRICT other,
                                     V limit) {
  const ClusterTag d;
  std::int32_t bits = 0;
  for (std::size_t part = 0; part < cluster_parts; ++part) {
    V nearest = hn::Set(d, 1e300);
    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      const V dx = hn::Sub(self[part].x, hn::Set(d, other[lane]));
      const V dy = hn::Sub(self[part].y, hn::Set(d, other[lane + cluster_slots]));
      const V dz = hn::Sub(self[part].z, hn::Set(d, other[lane + 2 * cluster_slots]));
      nearest = hn::Min(nearest, hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz))));
    }
    std::uint8_t hits[8];
    hn::StoreMaskBits(d, hn::Le(nearest, limit), hits);
    bits |= hits[0] << (part * cluster_lanes);
  }
  return bits;
}

void run(const SearchedClusters& clusters, std::int32_t self,
         std::span<const IndexRange> candidates, double radius_squared,
         std::span<std::int32_t> scratch, std::int32_t* HWY_RESTRICT rows,
         std::size_t* HWY_RESTRICT row_end) {
  const ClusterTag d;
  const NumberTag d_number;
  // Clusters in reach, and behind them which slots see each.
  std::int32_t* HWY_RESTRICT near = scratch.data();
  const std::size_t near_count = find_near(clusters, self, candidates, radius_squared, near);
  std::int32_t* HWY_RESTRICT seen_by = near + near_count;

  const auto atoms_of = [&](std::int32_t index) {
    return clusters.atoms + static_cast<std::size_t>(index) * cluster_numbers;
  };
  ClusterPart self_parts[cluster_parts];
  for (std::size_t part = 0; part < cluster_parts; ++part) {
    self_parts[part] = load_part(atoms_of(self), part);
  }
  // Padding sees padding of other clusters, at the same place in spite of them.
  const std::int32_t filled = (std::int32_t{1} << clusters.atom_count[self]) - 1;
  const V limit = hn::Set(d, radius_squared);
  std::size_t seen = 0;
  for (std::size_t at = 0; at < near_count; ++at) {
    const std::int32_t bits = seeing_slots(self_parts, atoms_of(near[at]), limit) & filled;
    near[seen] = near[at];
    seen_by[seen] = bits;
    seen += bits != 0 ? 1 : 0;
  }

  // Whatever lies behind the last one is seen by nobody.
  std::fill_n(seen_by + seen, search_padding, 0);
  std::size_t end = 0;
  for (std::size_t slot = 0; slot < cluster_slots; ++slot) {
    const auto bit = hn::Set(d_number, std::int32_t{1} << slot);
    for (std::size_t at = 0; at < seen; at += hn::Lanes(d_number)) {
      const auto sees = hn::TestBit(hn::LoadU(d_number, seen_by + at), bit);
      end += write_some(d_number, hn::LoadU(d_number, near + at), sees, rows + end);
    }
    row_end[slot] = end;
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(run);
}

void find_rows(const SearchedClusters& clusters, std::int32_t self,
               std::span<const IndexRange> candidates, double radius_squared,
               std::span<std::int32_t> scratch, std::int32_t* rows, std::size_t* row_end) {
  HWY_DYNAMIC_DISPATCH(run)
  (clusters, self, candidates, radius_squared, scratch, rows, row_end);
}

}  // namespace forcewire
#endif  // HWY_ONCE
