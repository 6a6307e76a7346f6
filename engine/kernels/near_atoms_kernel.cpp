// Neighbours out of a list with a skin, as the pair kernel wants them. Bound by the loads of atoms
// from all over memory; a branch that nobody can guess for each would take longer.

#include "engine/kernels/near_atoms_kernel.hpp"

#include <algorithm>

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

// As far as padding is to be, and so beyond every limit [bohr].
constexpr double far = 1e20;

constexpr std::size_t numbers = 4;  // of an atom

std::size_t run(const double* HWY_RESTRICT atoms, std::size_t self,
                const std::int32_t* HWY_RESTRICT listed, std::size_t count, double limit_squared,
                NearAtomsRoom& room, double* HWY_RESTRICT clusters) {
  using V = hn::Vec<ClusterTag>;
  const ClusterTag d;
  const std::size_t end = hwy::RoundUpTo(count, cluster_slots);
  if (room.near.size() < numbers * (end + 1)) {  // one is written and may not be counted
    room.listed.resize(2 * numbers * (end + 1));
    room.near.resize(2 * numbers * (end + 1));
  }
  const auto copy = [](const double* from, double* to) {
    hwy::CopyBytes<numbers * sizeof(double)>(from, to);
  };

  double* HWY_RESTRICT all = room.listed.data();
  for (std::size_t at = 0; at < count; ++at) {
    copy(atoms + numbers * static_cast<std::size_t>(listed[at]), all + numbers * at);
  }
  std::fill(all + numbers * count, all + numbers * end, far);

  const V self_x = hn::Set(d, atoms[numbers * self]);
  const V self_y = hn::Set(d, atoms[numbers * self + 1]);
  const V self_z = hn::Set(d, atoms[numbers * self + 2]);
  const V limit = hn::Set(d, limit_squared);
  double* HWY_RESTRICT near = room.near.data();
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
    for (std::size_t lane = 0; lane < cluster_lanes; ++lane) {
      copy(all + numbers * (at + lane), near + numbers * found);
      found += (bits[0] >> lane) & 1U;
    }
  }

  const std::size_t slots = hwy::RoundUpTo(found, cluster_slots);
  for (std::size_t at = found; at < slots; ++at) {
    const double x = far * static_cast<double>(at % cluster_slots + 1);
    const double padding[numbers] = {x, 0, 0, 0};
    copy(padding, near + numbers * at);
  }
  for (std::size_t at = 0; at < slots; at += cluster_lanes) {
    V x, y, z, species;
    hn::LoadInterleaved4(d, near + numbers * at, x, y, z, species);
    double* HWY_RESTRICT to = clusters + slot_offset(at);
    hn::Store(hn::Sub(x, self_x), d, to);
    hn::Store(hn::Sub(y, self_y), d, to + cluster_slots);
    hn::Store(hn::Sub(z, self_z), d, to + 2 * cluster_slots);
    hn::Store(species, d, to + 3 * cluster_slots);
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
