// Neighbours out of a list with a skin, as the pair kernel wants them. Bound by the loads of atoms
// from all over memory; a branch that nobody can guess for each would take longer.

#include "engine/kernels/near_atoms_kernel.hpp"

#include <algorithm>

#include "engine/kernels/local_system.hpp"
#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/near_atoms_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

constexpr std::size_t numbers = 4;  // of an atom

/// Which lanes come first when those of a mask are moved to the front, by the bits of the mask.
/// (Highway's own Compress of 64-bit lanes has such a table, too, but GCC copies it at each call.)
struct FrontLanes {
  static constexpr std::size_t masks = std::size_t{1} << cluster_lanes;

  constexpr FrontLanes() {
    for (std::size_t mask = 0; mask < masks; ++mask) {
      std::size_t count = 0;
      for (std::size_t lane = 0; lane < cluster_lanes; ++lane) {
        if ((mask >> lane & 1) != 0) lanes[mask][count++] = static_cast<std::int64_t>(lane);
      }
    }
  }

  alignas(64) std::int64_t lanes[masks][cluster_lanes]{};
};
constexpr FrontLanes front_lanes;

std::size_t run(const double* HWY_RESTRICT atoms, std::size_t self,
                const std::int32_t* HWY_RESTRICT listed, std::size_t count, double limit_squared,
                NearAtomsRoom& room, double* HWY_RESTRICT clusters) {
  using V = hn::Vec<ClusterTag>;
  const ClusterTag d;
  const std::size_t end = hwy::RoundUpTo(count, cluster_slots);
  const std::size_t stride = end + cluster_slots;  // whole vectors are written
  if (room.near.size() < numbers * stride) {
    room.listed.resize(2 * numbers * stride);
    room.near.resize(2 * numbers * stride);
  }
  // First all together: what waits for memory does not wait for what is computed.
  double* HWY_RESTRICT all = room.listed.data();
  for (std::size_t at = 0; at < count; ++at) {
    hwy::CopyBytes<numbers * sizeof(double)>(atoms + numbers * static_cast<std::size_t>(listed[at]),
                                             all + numbers * at);
  }
  std::fill(all + numbers * count, all + numbers * end, padding_distance);

  const V self_x = hn::Set(d, atoms[numbers * self]);
  const V self_y = hn::Set(d, atoms[numbers * self + 1]);
  const V self_z = hn::Set(d, atoms[numbers * self + 2]);
  const V limit = hn::Set(d, limit_squared);
  double* HWY_RESTRICT near_x = room.near.data();
  double* HWY_RESTRICT near_y = near_x + stride;
  double* HWY_RESTRICT near_z = near_y + stride;
  double* HWY_RESTRICT near_species = near_z + stride;
  std::size_t found = 0;
  for (std::size_t at = 0; at < end; at += cluster_lanes) {
    V x, y, z, species;
    hn::LoadInterleaved4(d, all + numbers * at, x, y, z, species);
    x = hn::Sub(x, self_x);
    y = hn::Sub(y, self_y);
    z = hn::Sub(z, self_z);
    const auto is_near = hn::Le(hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z))), limit);
    std::uint8_t bits[8] = {};
    hn::StoreMaskBits(d, is_near, bits);
    const auto front = hn::SetTableIndices(d, front_lanes.lanes[bits[0]]);
    hn::StoreU(hn::TableLookupLanes(x, front), d, near_x + found);
    hn::StoreU(hn::TableLookupLanes(y, front), d, near_y + found);
    hn::StoreU(hn::TableLookupLanes(z, front), d, near_z + found);
    hn::StoreU(hn::TableLookupLanes(species, front), d, near_species + found);
    found += hn::CountTrue(d, is_near);
  }

  const std::size_t slots = hwy::RoundUpTo(found, cluster_slots);
  for (std::size_t at = found; at < slots; ++at) {
    near_x[at] = padding_distance * static_cast<double>(at % cluster_slots + 1);
    near_y[at] = near_z[at] = near_species[at] = 0;
  }
  for (std::size_t at = 0; at < slots; at += cluster_lanes) {
    double* HWY_RESTRICT to = clusters + slot_offset(at);
    hn::Store(hn::LoadU(d, near_x + at), d, to);
    hn::Store(hn::LoadU(d, near_y + at), d, to + cluster_slots);
    hn::Store(hn::LoadU(d, near_z + at), d, to + 2 * cluster_slots);
    hn::Store(hn::LoadU(d, near_species + at), d, to + 3 * cluster_slots);
  }
  return found;
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(run);
}

std::size_t take_near_atoms(std::span<const double> atoms, std::size_t self,
                            std::span<const std::int32_t> listed, double limit_squared,
                            NearAtomsRoom& room, std::span<double> clusters) {
  return HWY_DYNAMIC_DISPATCH(run)(atoms.data(), self, listed.data(), listed.size(), limit_squared,
                                   room, clusters.data());
}

}  // namespace forcewire
#endif  // HWY_ONCE
