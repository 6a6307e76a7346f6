// The pair kernel: energy, forces and full virial of any pair function over rows of clusters.
//
// One owned atom at a time against a vector of atoms that lie together in memory: contiguous loads,
// no gather and no transposition. Lanes whose atom is out of reach are wasted, about half of them,
// and that is still cheaper. (Clusters: S. Pall and B. Hess, Comput. Phys. Commun. 184, 2641
// (2013); rows of single atoms instead of whole clusters keep the wasted lanes few.)
//
// Of a pair of owned atoms, or of one and an image, one side is computed and given to both. Of a
// pair with a ghost each owner computes its own side, with half of its energy and virial.
//
// A pair function is a type with two templates over the vector tag D:
//
//   auto row(D d, std::int64_t species_i) const;      what stays the same along a row
//   PairTerms<D> operator()(D d, const Row& row, Vec<D> r2, Vec<D> inverse_r2,
//                           Vec<D> species_j) const;
//
// Lanes that are not `in_range` count nothing, whatever they hold. `inverse_r2`, which is there in
// any case, is what must tell which are: it is zero for an atom that is no partner, however near,
// and no number (or infinite) for one at the same place, which is in range.
//
// A row is gone through twice, for distances first: an inverse takes long, and what waits for it
// would fill the core's queues before the next pair could begin.
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
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/pair_sums.hpp"
#include "engine/kernels/reciprocal-inl.hpp"

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

  static HWY_INLINE LaneSums zeros() {
    const V zero = hn::Zero(ClusterTag());
    return {zero, zero, zero, zero, zero, zero, zero};
  }

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
  static constexpr std::size_t force_numbers = 3 * cluster_slots;  // of a cluster

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

  /// From the atoms of a vector to that of the row.
  struct Separation {
    V x, y, z, r2;
  };

  /// A part of a row, short enough for its distances to stay in the first cache.
  struct Stretch {
    static constexpr std::size_t longest = 64;

    const std::int32_t* HWY_RESTRICT clusters;
    std::size_t size;
    double* HWY_RESTRICT inverse_r2;  // of all slots, cluster after cluster
  };

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
      add_cluster<partners, virial>(cluster, sums);
    }
    return sums;
  }

  template <Partners partners, Virial virial>
  HWY_INLINE void add_cluster(std::size_t index, LaneSums& sums) {
    constexpr bool is_half_list = partners == Partners::owned;
    const NeighborRows& rows = is_half_list ? system_.owned_rows : system_.ghost_rows;
    const std::size_t first = index * cluster_slots;
    if (!is_half_list && rows.begin[first] == rows.begin[first + cluster_slots]) return;

    // The forces on this cluster stay here until it is done: a number stored and soon loaded as
    // part of a vector would stall the core.
    LaneForce on_self[cluster_parts];
    for (LaneForce& force : on_self) force = {hn::Zero(d), hn::Zero(d), hn::Zero(d)};

    HWY_ALIGN double inverse_r2[Stretch::longest * cluster_slots];
    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      std::size_t at = rows.begin[first + lane];
      const std::size_t end = rows.begin[first + lane + 1];
      if (!is_half_list && at == end) continue;
      auto atom = row_atom(cluster(index) + lane);
      if constexpr (is_half_list) add_own_cluster<virial>(index, lane, atom, on_self, sums);
      while (at < end) {
        const Stretch stretch{rows.cluster.data() + at, std::min(end - at, Stretch::longest),
                              inverse_r2};
        find_distances(stretch, atom);
        add_stretch<partners, virial>(stretch, atom, sums);
        at += stretch.size;
      }
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const auto here = hn::Eq(lane_numbers(part), hn::Set(d, static_cast<double>(lane)));
        LaneForce& force = on_self[part];
        force.x = hn::Add(force.x, hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.x)));
        force.y = hn::Add(force.y, hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.y)));
        force.z = hn::Add(force.z, hn::IfThenElseZero(here, hn::SumOfLanes(d, atom.force.z)));
      }
    }
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      double* HWY_RESTRICT to = forces_of(index, part);
      const LaneForce& force = on_self[part];
      hn::Store(hn::Add(hn::Load(d, to), force.x), d, to);
      hn::Store(hn::Add(hn::Load(d, to + cluster_slots), force.y), d, to + cluster_slots);
      hn::Store(hn::Add(hn::Load(d, to + 2 * cluster_slots), force.z), d, to + 2 * cluster_slots);
    }
  }

  /// Forces between the atom in `lane` of a cluster and those behind it there.
  template <Virial virial, class Atom>
  HWY_INLINE void add_own_cluster(std::size_t index, std::size_t lane, Atom& atom,
                                  LaneForce (&on_self)[cluster_parts], LaneSums& sums) const {
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const auto behind = hn::Gt(lane_numbers(part), hn::Set(d, static_cast<double>(lane)));
      const Separation r = separation(atom, load_part(cluster(index), part));
      const V inverse_r2 = hn::IfThenElseZero(behind, reciprocal(r.r2));
      const V f = add_pairs<virial>(r, inverse_r2, species_of(cluster(index), part), atom, sums);
      LaneForce& force = on_self[part];
      force = {hn::NegMulAdd(f, r.x, force.x), hn::NegMulAdd(f, r.y, force.y),
               hn::NegMulAdd(f, r.z, force.z)};
    }
  }

  /// From the atom to all others of a stretch.
  template <class Atom>
  HWY_INLINE void find_distances(const Stretch& stretch, const Atom& atom) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    double* HWY_RESTRICT inverse_r2 = stretch.inverse_r2;
    for (std::size_t at = 0; at < stretch.size; ++at) {
      const auto index = static_cast<std::size_t>(stretch.clusters[at]);
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const Separation r = separation(atom, load_part(atoms + index * cluster_numbers, part));
        hn::Store(reciprocal(r.r2), d, inverse_r2);
        inverse_r2 += cluster_lanes;
      }
    }
  }

  /// Forces between the atom and all others of a stretch, and on these if they are ours.
  template <Partners partners, Virial virial, class Atom>
  HWY_INLINE void add_stretch(const Stretch& stretch, Atom& atom, LaneSums& sums) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    double* HWY_RESTRICT forces = forces_;
    const double* HWY_RESTRICT inverse_r2 = stretch.inverse_r2;
    for (std::size_t at = 0; at < stretch.size; ++at) {
      const auto index = static_cast<std::size_t>(stretch.clusters[at]);
      const double* HWY_RESTRICT other = atoms + index * cluster_numbers;
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const Separation r = separation(atom, load_part(other, part));
        const V f =
            add_pairs<virial>(r, hn::Load(d, inverse_r2), species_of(other, part), atom, sums);
        inverse_r2 += cluster_lanes;
        if constexpr (partners == Partners::owned) {
          double* HWY_RESTRICT to = forces + force_numbers * index + part * cluster_lanes;
          hn::Store(hn::NegMulAdd(f, r.x, hn::Load(d, to)), d, to);
          hn::Store(hn::NegMulAdd(f, r.y, hn::Load(d, to + cluster_slots)), d, to + cluster_slots);
          hn::Store(hn::NegMulAdd(f, r.z, hn::Load(d, to + 2 * cluster_slots)), d,
                    to + 2 * cluster_slots);
        }
      }
    }
  }

  /// Adds energy and virial of a vector of pairs, and their forces on the atom of the row.
  /// @return -(1/r) du/dr
  template <Virial virial, class Atom>
  HWY_INLINE V add_pairs(const Separation& r, V inverse_r2, V species, Atom& atom,
                         LaneSums& sums) const {
    const PairTerms<D> terms = pair_(d, atom.row, r.r2, inverse_r2, species);
    sums.energy = hn::Add(sums.energy, hn::IfThenElseZero(terms.in_range, terms.energy));
    const V f = hn::IfThenElseZero(terms.in_range, terms.force_over_r);
    atom.force.x = hn::MulAdd(f, r.x, atom.force.x);
    atom.force.y = hn::MulAdd(f, r.y, atom.force.y);
    atom.force.z = hn::MulAdd(f, r.z, atom.force.z);
    if constexpr (virial == Virial::of_pairs) {
      sums.add_virial({hn::Mul(f, r.x), hn::Mul(f, r.y), hn::Mul(f, r.z)}, r.x, r.y, r.z);
    }
    return f;
  }

  template <class Atom>
  static HWY_INLINE Separation separation(const Atom& atom, const ClusterPart& others) {
    const V x = hn::Sub(atom.x, others.x);
    const V y = hn::Sub(atom.y, others.y);
    const V z = hn::Sub(atom.z, others.z);
    return {x, y, z, hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z)))};
  }

  static HWY_INLINE V species_of(const double* HWY_RESTRICT cluster, std::size_t part) {
    return hn::Load(d, cluster + 3 * cluster_slots + part * cluster_lanes);
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

  HWY_INLINE const double* cluster(std::size_t index) const {
    return system_.atoms.data() + index * cluster_numbers;
  }

  HWY_INLINE double* forces_of(std::size_t index, std::size_t part) const {
    return forces_ + force_numbers * index + part * cluster_lanes;
  }

  const LocalSystem& system_;
  const PairFunction& pair_;
  double* HWY_RESTRICT forces_;
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
