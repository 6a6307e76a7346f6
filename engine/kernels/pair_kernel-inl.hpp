// The pair kernel: energy, forces and full virial of any pair function over rows of clusters.
//
// One owned atom at a time against a vector of atoms that lie together in memory: contiguous loads,
// no gather and no transposition. Lanes whose atom is out of reach are wasted, half of them or
// more. (Clusters: S. Pall and B. Hess, Comput. Phys. Commun. 184, 2641 (2013); rows of single
// atoms instead of whole clusters keep the wasted lanes few.) For distances and forces that is
// still cheaper than anything else; how many lanes the pair function is wasted on, WholeRows and
// PackedRows say.
//
// Of a pair of owned atoms, or of one and an image, one side is computed and given to both. Of a
// pair with a ghost each owner computes its own side, with half of its energy and virial.
//
// A pair function is a type with two templates over the vector tag D, and some more:
//
//   auto row(D d, std::int64_t species_i) const;      what stays the same along a row
//   PairTerms<D> operator()(D d, const Row& row, const PairDistances<D>& distances,
//                           Vec<D> species_j) const;
//   double reach_squared() const;                     beyond which r^2 no pair is in range
//   static constexpr bool only_r2;                    it is a short one, and has no use for r, 1/r
//   static constexpr bool one_species;                all pairs are alike, whatever the species
//
// Lanes that are not `in_range` count nothing, whatever they hold. `inverse_r2` is what must tell
// which are: it is zero for an atom that is no partner, however near, and no number (or infinite)
// for one at the same place, which is in range. The lanes of a vector are pairs of one atom with
// any others: those of one cluster, or the near ones of several.
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
#include <cstddef>
#include <span>
#include <type_traits>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/packed_rows-inl.hpp"
#include "engine/kernels/pair_sums.hpp"
#include "engine/kernels/pair_terms-inl.hpp"
#include "engine/kernels/whole_rows-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How the rows of a cluster are gone through. A function is cheap if it is short and finds its
/// parameters in registers.
template <class PairFunction>
#if HWY_TARGET <= HWY_AVX3
using RowsFor = std::conditional_t<PairFunction::only_r2 && PairFunction::one_species,
                                   WholeRows<PairFunction>, PackedRows<PairFunction>>;
#else
using RowsFor = WholeRows<PairFunction>;
#endif

template <class PairFunction>
class PairKernel {
 public:
  PairKernel(const LocalSystem& system, const PairFunction& pair, double* forces)
      : system_(system), forces_(forces), rows_(system, pair, forces) {}

  PairSums run() {
    std::fill_n(forces_, system_.force_numbers(), 0.0);
    const LaneSums owned = system_.only_ghosts ? LaneSums::zeros() : add_owned();
    const LaneSums ghosts = add_all<Partners::ghosts, Virial::of_pairs>();

    // Of a pair with a ghost half is ours.
    const auto total = [](V of_owned, V of_ghosts) {
      const V half = hn::Set(d, 0.5);
      return hn::GetLane(hn::SumOfLanes(d, hn::MulAdd(half, of_ghosts, of_owned)));
    };
    const double xy = total(owned.xy, ghosts.xy);
    const double xz = total(owned.xz, ghosts.xz);
    const double yz = total(owned.yz, ghosts.yz);
    return {total(owned.energy, ghosts.energy),
            {{total(owned.xx, ghosts.xx), xy, xz},
             {xy, total(owned.yy, ghosts.yy), yz},
             {xz, yz, total(owned.zz, ghosts.zz)}}};
  }

 private:
  using D = ClusterTag;
  using V = hn::Vec<D>;
  static constexpr D d{};

  HWY_INLINE LaneSums add_owned() {
    if (!system_.compact) return add_all<Partners::owned, Virial::of_pairs>();
    LaneSums sums = add_all<Partners::owned, Virial::of_atoms>();
    add_moments(sums);
    return sums;
  }

  template <Partners partners, Virial virial>
  HWY_INLINE LaneSums add_all() {
    LaneSums sums = LaneSums::zeros();
    for (std::size_t cluster = 0; cluster < system_.owned_clusters; ++cluster) {
      rows_.template add_cluster<partners, virial>(cluster, sums);
    }
    return sums;
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
        const ClusterPart atoms = load_part(system_.atoms.data() + index * cluster_numbers, part);
        const double* at = forces_ + index * cluster_force_numbers + part * cluster_lanes;
        const LaneForce force{hn::Load(d, at), hn::Load(d, at + cluster_slots),
                              hn::Load(d, at + 2 * cluster_slots)};
        sums.add_virial(force, hn::Sub(atoms.x, x0), hn::Sub(atoms.y, y0), hn::Sub(atoms.z, z0));
      }
    }
  }

  const LocalSystem& system_;
  double* HWY_RESTRICT forces_;
  RowsFor<PairFunction> rows_;
};

/// @param forces as LocalSystem::force_numbers says
template <class PairFunction>
PairSums pair_kernel(const LocalSystem& system, const PairFunction& pair,
                     std::span<double> forces) {
  return PairKernel<PairFunction>(system, pair, forces.data()).run();
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
