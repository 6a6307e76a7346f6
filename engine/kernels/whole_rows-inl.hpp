// Pairs of the atoms of one cluster, where the pair function sees whole vectors of a row, whatever
// is within reach. Where vectors are short or functions cheap, picking would take longer; see
// packed_rows-inl.hpp.
//
// A row is gone through twice, for distances first: inverses and roots take long, and what waits
// for them would fill the core's queues before the next pair could begin.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_WHOLE_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_WHOLE_ROWS_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_WHOLE_ROWS_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_WHOLE_ROWS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/pair_terms-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class PairFunction>
class WholeRows {
 public:
  WholeRows(const LocalSystem& system, const PairFunction& pair, double* forces)
      : system_(system), pair_(pair), forces_(forces) {}

  /// Adds energy and virial of all pairs of the atoms of an owned cluster, and their forces.
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

    HWY_ALIGN double displacements[Stretch::longest * cluster_parts * Stretch::numbers];
    HWY_ALIGN double on_rows[cluster_slots * row_force_numbers];
    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      std::size_t at = rows.begin[first + lane];
      const std::size_t end = rows.begin[first + lane + 1];
      auto atom = row_atom(cluster(index) + lane);
      if constexpr (is_half_list) add_own_cluster<virial>(index, lane, atom, on_self, sums);
      while (at < end) {
        const Stretch stretch{rows.cluster.data() + at, std::min(end - at, Stretch::longest),
                              displacements};
        find_displacements(stretch, atom);
        add_stretch<partners, virial>(stretch, atom, sums);
        at += stretch.size;
      }
      atom.force.store(on_rows + lane * row_force_numbers);
    }
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      double* HWY_RESTRICT to = forces_ + cluster_force_numbers * index + part * cluster_lanes;
      const double* rows_of_part = on_rows + part * cluster_lanes * row_force_numbers;
      const auto add = [&](V on_them, std::size_t axis) HWY_ATTR {
        const V on_row = sums_of_rows<cluster_lanes>(rows_of_part + axis * cluster_lanes);
        double* HWY_RESTRICT sum = to + axis * cluster_slots;
        hn::Store(hn::Add(hn::Load(d, sum), hn::Add(on_them, on_row)), d, sum);
      };
      add(on_self[part].x, 0);
      add(on_self[part].y, 1);
      add(on_self[part].z, 2);
    }
  }

 private:
  using D = ClusterTag;
  using V = hn::Vec<D>;
  static constexpr D d{};

  /// The atom of a row.
  template <class Row>
  struct RowAtom {
    V x, y, z;
    Row row;
    LaneForce force;
  };

  /// From the atoms of a vector to that of the row.
  struct Displacement {
    V x, y, z;
    PairDistances<D> distances;
  };

  /// A part of a row, short enough for its displacements to stay in the first cache.
  struct Stretch {
    static constexpr std::size_t longest = 32;
    static constexpr std::size_t numbers = (PairFunction::only_r2 ? 5 : 7) * cluster_lanes;

    const std::int32_t* HWY_RESTRICT clusters;
    std::size_t size;
    double* HWY_RESTRICT displacements;  // of all slots, `numbers` for a vector
  };

  /// Forces between the atom in `lane` of a cluster and those behind it there.
  template <Virial virial, class Atom>
  HWY_INLINE void add_own_cluster(std::size_t index, std::size_t lane, Atom& atom,
                                  LaneForce (&on_self)[cluster_parts], LaneSums& sums) const {
    for (std::size_t part = 0; part < cluster_parts; ++part) {
      const auto behind = hn::Gt(lane_numbers(part), hn::Set(d, static_cast<double>(lane)));
      Displacement r = displacement(atom, load_part(cluster(index), part));
      r.distances.inverse_r2 = hn::IfThenElseZero(behind, r.distances.inverse_r2);
      const V f = add_pairs<virial>(r, species_of(cluster(index), part), atom, sums);
      on_self[part].subtract(f, r);
    }
  }

  /// From the atom to all others of a stretch.
  template <class Atom>
  HWY_INLINE void find_displacements(const Stretch& stretch, const Atom& atom) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    double* HWY_RESTRICT to = stretch.displacements;
    for (std::size_t at = 0; at < stretch.size; ++at) {
      const auto index = static_cast<std::size_t>(stretch.clusters[at]);
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        store(displacement(atom, load_part(atoms + index * cluster_numbers, part)), to);
        to += Stretch::numbers;
      }
    }
  }

  /// Forces between the atom and all others of a stretch, and on these if they are ours.
  template <Partners partners, Virial virial, class Atom>
  HWY_INLINE void add_stretch(const Stretch& stretch, Atom& atom, LaneSums& sums) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    double* HWY_RESTRICT forces = forces_;
    const double* HWY_RESTRICT from = stretch.displacements;
    for (std::size_t at = 0; at < stretch.size; ++at) {
      const auto index = static_cast<std::size_t>(stretch.clusters[at]);
      const double* HWY_RESTRICT other = atoms + index * cluster_numbers;
      for (std::size_t part = 0; part < cluster_parts; ++part) {
        const Displacement r = load(from);
        const V f = add_pairs<virial>(r, species_of(other, part), atom, sums);
        from += Stretch::numbers;
        if constexpr (partners == Partners::owned) {
          subtract_force(f, r, forces + cluster_force_numbers * index + part * cluster_lanes);
        }
      }
    }
  }

  /// Adds energy and virial of a vector of pairs, and their forces on the atom of the row.
  /// @return -(1/r) du/dr
  template <Virial virial, class Atom>
  HWY_INLINE V add_pairs(const Displacement& r, V species, Atom& atom, LaneSums& sums) const {
    const PairTerms<D> terms = pair_(d, atom.row, r.distances, species);
    sums.energy = hn::Add(sums.energy, hn::IfThenElseZero(terms.in_range, terms.energy));
    const V f = hn::IfThenElseZero(terms.in_range, terms.force_over_r);
    atom.force.add(f, r);
    if constexpr (virial == Virial::of_pairs) sums.add_virial(f, r);
    return f;
  }

  template <class Atom>
  static HWY_INLINE Displacement displacement(const Atom& atom, const ClusterPart& others) {
    const V x = hn::Sub(atom.x, others.x);
    const V y = hn::Sub(atom.y, others.y);
    const V z = hn::Sub(atom.z, others.z);
    return {x, y, z,
            pair_distances<PairFunction>(hn::MulAdd(x, x, hn::MulAdd(y, y, hn::Mul(z, z))))};
  }

  static HWY_INLINE void store(const Displacement& r, double* HWY_RESTRICT to) {
    hn::Store(r.x, d, to);
    hn::Store(r.y, d, to + cluster_lanes);
    hn::Store(r.z, d, to + 2 * cluster_lanes);
    hn::Store(r.distances.r2, d, to + 3 * cluster_lanes);
    hn::Store(r.distances.inverse_r2, d, to + 4 * cluster_lanes);
    if constexpr (!PairFunction::only_r2) {
      hn::Store(r.distances.r, d, to + 5 * cluster_lanes);
      hn::Store(r.distances.inverse_r, d, to + 6 * cluster_lanes);
    }
  }

  static HWY_INLINE Displacement load(const double* HWY_RESTRICT from) {
    const auto number = [&](std::size_t at)
                            HWY_ATTR { return hn::Load(d, from + at * cluster_lanes); };
    if constexpr (PairFunction::only_r2) {
      return {number(0), number(1), number(2), with_roots(number(3), number(4))};
    } else {
      return {number(0), number(1), number(2), {number(3), number(4), number(5), number(6)}};
    }
  }

  static HWY_INLINE V species_of(const double* HWY_RESTRICT cluster, std::size_t part) {
    return hn::Load(d, cluster + 3 * cluster_slots + part * cluster_lanes);
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

  const LocalSystem& system_;
  const PairFunction& pair_;
  double* HWY_RESTRICT forces_;
};

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
