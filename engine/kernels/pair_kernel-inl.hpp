// The pair kernel: energy, forces and full virial of any pair function over rows of clusters.
//
// One owned atom at a time against a vector of atoms that lie together in memory: contiguous loads,
// no gather and no transposition. Lanes whose atom is out of reach are wasted, about half of them,
// and that is still cheaper. (Clusters: S. Pall and B. Hess, Comput. Phys. Commun. 184, 2641
// (2013); rows of single atoms instead of whole clusters keep the wasted lanes few.)
//
// Of a pair of owned atoms one side is computed and given to both. Of a pair with a ghost each
// owner computes its own side, with half of its energy and virial: no force has to travel.
//
// A pair function is a type with two templates over the vector tag D:
//
//   auto row(D d, std::int64_t species_i) const;      what stays the same along a row
//   PairTerms<D> operator()(D d, const Row& row, Vec<D> r2, Vec<D> species_j) const;
//
// Lanes that are not `in_range` count nothing, whatever they hold: padding atoms are at a distance
// whose square is still a number.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_PAIR_KERNEL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_PAIR_KERNEL_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_PAIR_KERNEL_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_PAIR_KERNEL_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <array>
#include <span>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/local_sums.hpp"
#include "engine/kernels/local_system.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// Energy u and -(1/r) du/dr of a vector of pairs, and which of them are within the cutoff.
template <class D>
struct PairTerms {
  hn::Vec<D> energy;
  hn::Vec<D> force_over_r;
  hn::Mask<D> in_range;
};

/// Sums over pairs, a lane each.
struct LaneSums {
  using V = hn::Vec<ClusterTag>;
  V energy, xx, xy, xz, yy, yz, zz;
};

/// Three components of a force on each lane.
struct LaneForce {
  using V = hn::Vec<ClusterTag>;
  V x, y, z;
};

template <class PairFunction>
class PairKernel {
 public:
  PairKernel(const LocalSystem& system, const PairFunction& pair, double* forces)
      : system_(system), pair_(pair), forces_(forces) {}

  LocalSums run() {
    const V zero = hn::Zero(d);
    LaneSums sums{zero, zero, zero, zero, zero, zero, zero};
    std::fill_n(forces_, 3 * cluster_slots * system_.owned_clusters, 0.0);
    for (std::size_t cluster = 0; cluster < system_.owned_clusters; ++cluster) {
      add_cluster(cluster, sums);
    }

    const auto total = [](V v) { return hn::GetLane(hn::SumOfLanes(d, v)); };
    LocalSums result;
    result.energy = total(sums.energy);
    result.virial(0, 0) = total(sums.xx);
    result.virial(1, 1) = total(sums.yy);
    result.virial(2, 2) = total(sums.zz);
    result.virial(0, 1) = result.virial(1, 0) = total(sums.xy);
    result.virial(0, 2) = result.virial(2, 0) = total(sums.xz);
    result.virial(1, 2) = result.virial(2, 1) = total(sums.yz);
    return result;
  }

 private:
  using D = ClusterTag;
  using V = hn::Vec<D>;
  static constexpr D d{};

  const double* cluster(std::size_t index) const {
    return system_.atoms.data() + index * cluster_numbers;
  }

  HWY_INLINE void add_cluster(std::size_t index, LaneSums& sums) {
    const double* HWY_RESTRICT self = cluster(index);
    // The forces on this cluster stay here until it is done: a number stored and soon loaded as
    // part of a vector would stall the core.
    LaneForce on_self[cluster_parts];
    for (LaneForce& force : on_self) force = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};

    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      const double* HWY_RESTRICT atom = self + lane;
      const V x = hn::Set(d, atom[0]);
      const V y = hn::Set(d, atom[cluster_slots]);
      const V z = hn::Set(d, atom[2 * cluster_slots]);
      std::int64_t species;
      hwy::CopyBytes<8>(&atom[3 * cluster_slots], &species);
      const auto row = pair_.row(d, species);

      LaneForce on_atom{hn::Zero(d), hn::Zero(d), hn::Zero(d)};
      // The atoms behind this one in its own cluster.
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const auto number = hn::Iota(d, static_cast<double>(part * cluster_lanes));
        const auto behind = hn::Gt(number, hn::Set(d, static_cast<double>(lane)));
        const LaneForce force = add_pairs<false>(self, part, x, y, z, row, behind, sums);
        subtract(force, on_self[part]);
        add(force, on_atom);
      }
      const std::size_t slot = index * cluster_slots + lane;
      const NeighborRows& owned = system_.owned_rows;
      for (std::size_t at = owned.begin[slot]; at < owned.begin[slot + 1]; ++at) {
        const auto other = static_cast<std::size_t>(owned.cluster[at]);
        for (std::size_t part = 0; part < cluster_parts; ++part) {
          const LaneForce force = add_pairs<false>(cluster(other), part, x, y, z, row, all(), sums);
          subtract_from_memory(force, other, part);
          add(force, on_atom);
        }
      }
      const NeighborRows& ghosts = system_.ghost_rows;
      for (std::size_t at = ghosts.begin[slot]; at < ghosts.begin[slot + 1]; ++at) {
        const auto other = static_cast<std::size_t>(ghosts.cluster[at]);
        for (std::size_t part = 0; part < cluster_parts; ++part) {
          add(add_pairs<true>(cluster(other), part, x, y, z, row, all(), sums), on_atom);
        }
      }
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const auto number = hn::Iota(d, static_cast<double>(part * cluster_lanes));
        const auto here = hn::Eq(number, hn::Set(d, static_cast<double>(lane)));
        add({hn::IfThenElseZero(here, hn::SumOfLanes(d, on_atom.x)),
             hn::IfThenElseZero(here, hn::SumOfLanes(d, on_atom.y)),
             hn::IfThenElseZero(here, hn::SumOfLanes(d, on_atom.z))},
            on_self[part]);
      }
    }
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const LaneForce& force = on_self[part];
      subtract_from_memory({hn::Neg(force.x), hn::Neg(force.y), hn::Neg(force.z)}, index, part);
    }
  }

  static hn::Mask<D> all() { return hn::Eq(hn::Zero(d), hn::Zero(d)); }

  /// The forces that the atoms of a part exert on the one at x, y, z.
  template <bool with_ghosts, class Row>
  HWY_INLINE LaneForce add_pairs(const double* HWY_RESTRICT other, std::size_t part, V x, V y, V z,
                                 const Row& row, hn::Mask<D> counted, LaneSums& sums) const {
    const ClusterPart atoms = load_part(other, part);
    const V dx = hn::Sub(x, atoms.x);
    const V dy = hn::Sub(y, atoms.y);
    const V dz = hn::Sub(z, atoms.z);
    const V r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
    const V species = hn::Load(d, other + 3 * cluster_slots + part * cluster_lanes);
    const PairTerms<D> terms = pair_(d, row, r2, species);
    const auto counts = hn::And(terms.in_range, counted);
    const V energy = hn::IfThenElseZero(counts, terms.energy);
    const V f = hn::IfThenElseZero(counts, terms.force_over_r);
    const LaneForce force{hn::Mul(f, dx), hn::Mul(f, dy), hn::Mul(f, dz)};
    if constexpr (with_ghosts) {
      const V half = hn::Set(d, 0.5);
      sums.energy = hn::MulAdd(half, energy, sums.energy);
      add_virial({hn::Mul(half, force.x), hn::Mul(half, force.y), hn::Mul(half, force.z)}, dx, dy,
                 dz, sums);
    } else {
      sums.energy = hn::Add(sums.energy, energy);
      add_virial(force, dx, dy, dz, sums);
    }
    return force;
  }

  static HWY_INLINE void add_virial(const LaneForce& force, V dx, V dy, V dz, LaneSums& sums) {
    sums.xx = hn::MulAdd(force.x, dx, sums.xx);
    sums.xy = hn::MulAdd(force.x, dy, sums.xy);
    sums.xz = hn::MulAdd(force.x, dz, sums.xz);
    sums.yy = hn::MulAdd(force.y, dy, sums.yy);
    sums.yz = hn::MulAdd(force.y, dz, sums.yz);
    sums.zz = hn::MulAdd(force.z, dz, sums.zz);
  }

  static HWY_INLINE void add(const LaneForce& force, LaneForce& sum) {
    sum.x = hn::Add(sum.x, force.x);
    sum.y = hn::Add(sum.y, force.y);
    sum.z = hn::Add(sum.z, force.z);
  }

  static HWY_INLINE void subtract(const LaneForce& force, LaneForce& sum) {
    sum.x = hn::Sub(sum.x, force.x);
    sum.y = hn::Sub(sum.y, force.y);
    sum.z = hn::Sub(sum.z, force.z);
  }

  HWY_INLINE void subtract_from_memory(const LaneForce& force, std::size_t index,
                                       std::size_t part) {
    double* HWY_RESTRICT at = forces_ + 3 * cluster_slots * index + part * cluster_lanes;
    hn::Store(hn::Sub(hn::Load(d, at), force.x), d, at);
    hn::Store(hn::Sub(hn::Load(d, at + cluster_slots), force.y), d, at + cluster_slots);
    hn::Store(hn::Sub(hn::Load(d, at + 2 * cluster_slots), force.z), d, at + 2 * cluster_slots);
  }

  const LocalSystem& system_;
  const PairFunction& pair_;
  double* HWY_RESTRICT forces_;
};

/// @param forces x of the slots of an owned cluster, then y, then z, cluster after cluster
template <class PairFunction>
LocalSums pair_kernel(const LocalSystem& system, const PairFunction& pair,
                      std::span<double> forces) {
  return PairKernel<PairFunction>(system, pair, forces.data()).run();
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
