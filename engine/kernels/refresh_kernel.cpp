// The step between two rebuilds: positions in, local atoms and their images out, displacements
// tested on the way. One pass, linear, bound by memory.

#include "engine/kernels/refresh_kernel.hpp"

#include <hwy/cache_control.h>

#include <algorithm>
#include <limits>

#include "engine/geometry/coordinates.hpp"
#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/refresh_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How many slots ahead positions are asked for: on all ranks but one they have to come from the
/// cache of another core, and not in an order that the CPU could guess.
constexpr std::size_t ahead = 64;

template <class V>
struct Vector3 {
  V x, y, z;
};

/// base + matrix * v; fused where the CPU can, so that a coordinate many cells away comes home with
/// one rounding.
template <class D, class V = hn::Vec<D>>
HWY_INLINE Vector3<V> multiply_add(D d, const Eigen::Matrix3d& matrix, const Vector3<V>& v,
                                   const Vector3<V>& base) {
  const auto component = [&](int row, V sum) HWY_ATTR {
    sum = hn::MulAdd(hn::Set(d, matrix(row, 0)), v.x, sum);
    sum = hn::MulAdd(hn::Set(d, matrix(row, 1)), v.y, sum);
    return hn::MulAdd(hn::Set(d, matrix(row, 2)), v.z, sum);
  };
  return {component(0, base.x), component(1, base.y), component(2, base.z)};
}

double run(const LocalSources& sources, const Cell& cell, const double* HWY_RESTRICT positions,
           std::size_t clusters, std::size_t watched, double* HWY_RESTRICT atoms) {
  using V = hn::Vec<ClusterTag>;
  const ClusterTag d;
  const hn::RebindToSigned<ClusterTag> d_index;
  const Vector3<V> zero{hn::Zero(d), hn::Zero(d), hn::Zero(d)};
  const auto infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto largest = hn::Set(d, largest_coordinate);
  const auto is_periodic = [&](std::size_t axis)
                               HWY_ATTR { return hn::Set(d, cell.periodic()[axis] ? 1.0 : 0.0); };
  const Vector3<V> periodic{is_periodic(0), is_periodic(1), is_periodic(2)};
  auto longest = hn::Zero(d);  // squared

  const std::size_t end = clusters * cluster_slots;
  for (std::size_t at = 0; at < end; at += cluster_lanes) {
    for (std::size_t lane = 0; lane < cluster_lanes; ++lane) {
      hwy::Prefetch(positions + sources.position[std::min(at + lane + ahead, end - 1)]);
    }
    const auto offset = hn::LoadU(d_index, sources.position + at);
    const Vector3<V> sent{hn::GatherIndex(d, positions, offset),
                          hn::GatherIndex(d, positions + 1, offset),
                          hn::GatherIndex(d, positions + 2, offset)};
    // s - s_ref = lattice vectors jumped + motion
    const Vector3<V> s = multiply_add(d, cell.inverse(), sent, zero);
    const Vector3<V> ds{hn::Sub(s.x, hn::LoadU(d, sources.reference[0] + at)),
                        hn::Sub(s.y, hn::LoadU(d, sources.reference[1] + at)),
                        hn::Sub(s.z, hn::LoadU(d, sources.reference[2] + at))};
    const Vector3<V> jump{hn::Mul(periodic.x, hn::Round(ds.x)),
                          hn::Mul(periodic.y, hn::Round(ds.y)),
                          hn::Mul(periodic.z, hn::Round(ds.z))};
    const Vector3<V> image{hn::Sub(hn::LoadU(d, sources.image[0] + at), jump.x),
                           hn::Sub(hn::LoadU(d, sources.image[1] + at), jump.y),
                           hn::Sub(hn::LoadU(d, sources.image[2] + at), jump.z)};
    const Vector3<V> now = multiply_add(d, cell.matrix(), image, sent);
    double* HWY_RESTRICT slot = atoms + slot_offset(at);
    hn::Store(now.x, d, slot);
    hn::Store(now.y, d, slot + cluster_slots);
    hn::Store(now.z, d, slot + 2 * cluster_slots);
    const auto species = hn::BitCast(d, hn::LoadU(d_index, sources.species + at));
    hn::Store(species, d, slot + 3 * cluster_slots);

    if (at >= watched * cluster_slots) continue;
    const Vector3<V> motion{hn::Sub(ds.x, jump.x), hn::Sub(ds.y, jump.y), hn::Sub(ds.z, jump.z)};
    const Vector3<V> moved = multiply_add(d, cell.matrix(), motion, zero);
    const auto distance =
        hn::MulAdd(moved.x, moved.x, hn::MulAdd(moved.y, moved.y, hn::Mul(moved.z, moved.z)));
    // Modulo lattice vectors, an atom at 1e300 is as good as not moved.
    const auto farthest = hn::Max(hn::Abs(sent.x), hn::Max(hn::Abs(sent.y), hn::Abs(sent.z)));
    // A NaN has gone infinitely far, too: it is not <= anything.
    const auto is_good = hn::And(hn::Le(distance, infinity), hn::Le(farthest, largest));
    longest = hn::Max(longest, hn::IfThenElse(is_good, distance, infinity));
  }
  return hn::GetLane(hn::MaxOfLanes(d, longest));
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(run);
}

double refresh_atoms(const LocalSources& sources, const Cell& cell, const double* positions,
                     std::size_t clusters, std::size_t watched, double* atoms) {
  return HWY_DYNAMIC_DISPATCH(run)(sources, cell, positions, clusters, watched, atoms);
}

}  // namespace forcewire
#endif  // HWY_ONCE
