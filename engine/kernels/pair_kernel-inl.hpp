// The pair kernel: energy, forces and full virial of any pair function over rows of clusters.
//
// One owned atom at a time against a vector of atoms that lie together in memory: contiguous loads,
// no gather and no transposition. Lanes whose atom is out of reach are wasted, about half of them,
// and that is still cheaper. (Clusters: S. Pall and B. Hess, Comput. Phys. Commun. 184, 2641
// (2013); rows of single atoms instead of whole clusters keep the wasted lanes few.)
//
// Of a pair of owned atoms, or of one and an image of another, one side is computed and given to
// both. Of a pair with a ghost each owner computes its own side, with half of its energy and
// virial: no force has to travel.
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

/// Three components of a force on each lane.
struct LaneForce {
  using V = hn::Vec<ClusterTag>;
  V x, y, z;
};

/// Sums over pairs, a lane each.
struct LaneSums {
  using V = hn::Vec<ClusterTag>;
  V energy, xx, xy, xz, yy, yz, zz;

  HWY_INLINE void add_virial(const LaneForce& force, V dx, V dy, V dz) {
    xx = hn::MulAdd(force.x, dx, xx);
    xy = hn::MulAdd(force.x, dy, xy);
    xz = hn::MulAdd(force.x, dz, xz);
    yy = hn::MulAdd(force.y, dy, yy);
    yz = hn::MulAdd(force.y, dz, yz);
    zz = hn::MulAdd(force.z, dz, zz);
  }
};

template <class PairFunction>
class PairKernel {
 public:
  PairKernel(const LocalSystem& system, const PairFunction& pair, double* forces)
      : system_(system), pair_(pair), forces_(forces) {}

  LocalSums run() {
    const V zero = hn::Zero(d);
    LaneSums sums{zero, zero, zero, zero, zero, zero, zero};
    std::fill_n(forces_, system_.force_numbers(), 0.0);
    if (system_.compact) {
      add_all<Partners::owned, Virial::of_atoms>(sums);
      add_moments(sums);
    } else {
      add_all<Partners::owned, Virial::of_pairs>(sums);
    }
    add_all<Partners::ghosts, Virial::of_pairs>(sums);

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

  enum class Partners { owned, ghosts };
  enum class Virial {
    of_pairs,  ///< summed up pair by pair
    of_atoms,  ///< not here: it follows from forces and positions
  };

  /// The atom of a row.
  template <class Row>
  struct RowAtom {
    V x, y, z;
    Row row;
    LaneForce force;
  };

  template <Partners partners, Virial virial>
  HWY_INLINE void add_all(LaneSums& sums) {
    for (std::size_t cluster = 0; cluster < system_.owned_clusters; ++cluster) {
      add_cluster<partners, virial>(cluster, sums);
    }
  }

  template <Partners partners, Virial virial>
  HWY_INLINE void add_cluster(std::size_t index, LaneSums& sums) {
    constexpr bool is_half_list = partners == Partners::owned;
    const NeighborRows& rows = is_half_list ? system_.owned_rows : system_.ghost_rows;
    const std::size_t first = index * cluster_slots;
    if (!is_half_list && rows.begin[first] == rows.begin[first + cluster_slots]) return;

    const double* HWY_RESTRICT self = cluster(index);
    // The forces on this cluster stay here until it is done: a number stored and soon loaded as
    // part of a vector would stall the core.
    LaneForce on_self[cluster_parts];
    for (LaneForce& force : on_self) force = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};

    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      std::size_t at = rows.begin[first + lane];
      const std::size_t end = rows.begin[first + lane + 1];
      if (!is_half_list && at == end) continue;
      auto atom = row_atom(self + lane);
      if constexpr (is_half_list) {
        // The atoms behind this one in its own cluster.
        for (std::size_t part = 0; part < cluster_parts; ++part) {
          const auto behind = hn::Gt(lane_numbers(part), hn::Set(d, static_cast<double>(lane)));
          subtract(add_pairs<partners, virial>(self, part, behind, atom, sums), on_self[part]);
        }
      }
      for (; at < end; ++at) {
        const auto other = static_cast<std::size_t>(rows.cluster[at]);
        for (std::size_t part = 0; part < cluster_parts; ++part) {
          const auto all = hn::Eq(hn::Zero(d), hn::Zero(d));
          const LaneForce force =
              add_pairs<partners, virial>(cluster(other), part, all, atom, sums);
          if constexpr (is_half_list) subtract_from_memory(force, other, part);
        }
      }
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const auto here = hn::Eq(lane_numbers(part), hn::Set(d, static_cast<double>(lane)));
        add({hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.x)),
             hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.y)),
             hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.z))},
            on_self[part]);
      }
    }
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const LaneForce& force = on_self[part];
      subtract_from_memory({hn::Neg(force.x), hn::Neg(force.y), hn::Neg(force.z)}, index, part);
    }
  }

  /// Adds the forces that the atoms of a part exert on the one of the row, those in `counted`.
  /// @return them, a lane each
  template <Partners partners, Virial virial, class Atom>
  HWY_INLINE LaneForce add_pairs(const double* HWY_RESTRICT other, std::size_t part,
                                 hn::Mask<D> counted, Atom& atom, LaneSums& sums) const {
    const ClusterPart atoms = load_part(other, part);
    const V dx = hn::Sub(atom.x, atoms.x);
    const V dy = hn::Sub(atom.y, atoms.y);
    const V dz = hn::Sub(atom.z, atoms.z);
    const V r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
    const V species = hn::Load(d, other + 3 * cluster_slots + part * cluster_lanes);
    const PairTerms<D> terms = pair_(d, atom.row, r2, species);
    const auto counts = hn::And(terms.in_range, counted);
    const V energy = hn::IfThenElseZero(counts, terms.energy);
    const V f = hn::IfThenElseZero(counts, terms.force_over_r);
    const LaneForce force{hn::Mul(f, dx), hn::Mul(f, dy), hn::Mul(f, dz)};
    add(force, atom.force);
    if constexpr (partners == Partners::owned) {
      sums.energy = hn::Add(sums.energy, energy);
      if constexpr (virial == Virial::of_pairs) sums.add_virial(force, dx, dy, dz);
    } else {
      const V half = hn::Set(d, 0.5);
      sums.energy = hn::MulAdd(half, energy, sums.energy);
      sums.add_virial({hn::Mul(half, force.x), hn::Mul(half, force.y), hn::Mul(half, force.z)}, dx,
                      dy, dz);
    }
    return force;
  }

  /// Adds the virial of pairs of owned atoms and images, from the forces of all of them and of
  /// nobody else: sum r_ij x f_ij over pairs = sum x_i x f_i over atoms, since f_ij = -f_ji.
  HWY_INLINE void add_moments(LaneSums& sums) const {
    const V x0 = hn::Set(d, system_.center[0]);
    const V y0 = hn::Set(d, system_.center[1]);
    const V z0 = hn::Set(d, system_.center[2]);
    const std::size_t clusters = system_.owned_clusters + system_.image_clusters;
    for (std::size_t index = 0; index < clusters; ++index) {
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const ClusterPart atoms = load_part(cluster(index), part);
        const double* at = forces_of(index, part);
        const LaneForce force{hn::Load(d, at), hn::Load(d, at + cluster_slots),
                              hn::Load(d, at + 2 * cluster_slots)};
        sums.add_virial(force, hn::Sub(atoms.x, x0), hn::Sub(atoms.y, y0), hn::Sub(atoms.z, z0));
      }
    }
  }

  HWY_INLINE auto row_atom(const double* HWY_RESTRICT slot) const {
    std::int64_t species;
    hwy::CopyBytes<8>(slot + 3 * cluster_slots, &species);
    using Row = decltype(pair_.row(d, species));
    return RowAtom<Row>{hn::Set(d, slot[0]),
                        hn::Set(d, slot[cluster_slots]),
                        hn::Set(d, slot[2 * cluster_slots]),
                        pair_.row(d, species),
                        {hn::Zero(d), hn::Zero(d), hn::Zero(d)}};
  }

  static HWY_INLINE V lane_numbers(std::size_t part) {
    return hn::Iota(d, static_cast<double>(part * cluster_lanes));
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
    double* HWY_RESTRICT at = forces_of(index, part);
    hn::Store(hn::Sub(hn::Load(d, at), force.x), d, at);
    hn::Store(hn::Sub(hn::Load(d, at + cluster_slots), force.y), d, at + cluster_slots);
    hn::Store(hn::Sub(hn::Load(d, at + 2 * cluster_slots), force.z), d, at + 2 * cluster_slots);
  }

  HWY_INLINE const double* cluster(std::size_t index) const {
    return system_.atoms.data() + index * cluster_numbers;
  }

  HWY_INLINE double* forces_of(std::size_t index, std::size_t part) const {
    return forces_ + 3 * cluster_slots * index + part * cluster_lanes;
  }

  const LocalSystem& system_;
  const PairFunction& pair_;
  double* HWY_RESTRICT forces_;
};

/// @param forces as LocalSystem::force_numbers says
template <class PairFunction>
LocalSums pair_kernel(const LocalSystem& system, const PairFunction& pair,
                      std::span<double> forces) {
  return PairKernel<PairFunction>(system, pair, forces.data()).run();
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
