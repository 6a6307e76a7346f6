// Pairs of the atoms of one cluster, where the pair function sees those within reach alone: two
// thirds of the lanes of a row's vectors are not, and most functions take longer than picking the
// others. (A few multiplications do not: for them, see whole_rows-inl.hpp.)
//
// The rows of a cluster are gone through three times: to find r^2 of all pairs and pack those
// within reach into full vectors; to turn that into -(1/r) du/dr, and sum up energies; and to
// unpack this for each vector of the rows, and add forces. Not row by row: a vector that is loaded
// where others begin and end must be in the cache, and what has just been stored is not yet.
//
// What is packed is stored as a whole vector, whose end the next one overwrites. To store the
// picked lanes alone is one instruction as well, but takes AMD's Zen 4 more than a hundred cycles.
//
// With AVX-512 alone: other vectors are half as long, and would have to be permuted by tables.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_PACKED_ROWS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_PACKED_ROWS_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_PACKED_ROWS_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_PACKED_ROWS_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/pair_terms-inl.hpp"

#if HWY_TARGET <= HWY_AVX3

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class PairFunction>
class PackedRows {
  static_assert(cluster_parts == 1 && cluster_lanes == 8);

 public:
  PackedRows(const LocalSystem& system, const PairFunction& pair, double* forces)
      : system_(system), pair_(pair), forces_(forces), reach_squared_(pair.reach_squared()) {}

  /// Adds energy and virial of all pairs of the atoms of an owned cluster, and their forces.
  template <Partners partners, Virial virial>
  HWY_INLINE void add_cluster(std::size_t index, LaneSums& sums) {
    constexpr bool is_half_list = partners == Partners::owned;
    const NeighborRows& rows = is_half_list ? system_.owned_rows : system_.ghost_rows;
    Stretch stretch{index, rows.begin.data() + index * cluster_slots, rows.cluster.data(),
                    0,     rows.begin[index * cluster_slots],         is_half_list};
    const std::size_t end = stretch.row_begin[cluster_slots];
    if (!is_half_list && stretch.end == end) return;

    HWY_ALIGN double on_rows[cluster_slots * row_force_numbers];
    std::fill_n(on_rows, cluster_slots * row_force_numbers, 0.0);
    Packed packed;
    do {
      stretch.begin = stretch.end;
      stretch.end = std::min(end, stretch.begin + Stretch::longest);
      pack(stretch, packed);
      evaluate(stretch, packed, sums);
      add_forces<partners, virial>(stretch, packed, on_rows, sums);
      stretch.has_own_pairs = false;
    } while (stretch.end < end);

    double* HWY_RESTRICT on_cluster = forces_ + index * cluster_force_numbers;
    for (std::size_t at = 0; at < row_force_numbers; at += cluster_lanes) {
      const V on_row = sums_of_rows<cluster_lanes>(on_rows + at);
      hn::Store(hn::Add(hn::Load(d, on_cluster + at), on_row), d, on_cluster + at);
    }
  }

 private:
  using D = ClusterTag;
  using V = hn::Vec<D>;
  static constexpr D d{};

  /// What is gone through at a time: a part of the rows of a cluster, which lie one behind the
  /// other. Small enough to stay in the first cache with the atoms and forces there.
  struct Stretch {
    static constexpr std::size_t longest = 128;

    std::size_t cluster;
    const std::size_t* HWY_RESTRICT row_begin;
    const std::int32_t* HWY_RESTRICT clusters;  // of all rows
    std::size_t begin, end;
    bool has_own_pairs;  // those of atoms of the cluster itself, in front of the rows of the list

    /// Calls visit(cluster, lanes that are partners) for all vectors of a row.
    template <class Visit>
    HWY_INLINE void for_each_vector(std::size_t lane, const Visit& visit) const {
      constexpr unsigned all = (1U << cluster_lanes) - 1;
      // An atom and those behind it.
      if (has_own_pairs) visit(cluster, all & (all - 1) << lane);
      const std::size_t row_end = std::min(end, row_begin[lane + 1]);
      for (std::size_t at = std::max(begin, row_begin[lane]); at < row_end; ++at) {
        visit(static_cast<std::size_t>(clusters[at]), all);
      }
    }
  };

  /// The pairs of a stretch that are within reach, each in the order of its row.
  struct Packed {
    static constexpr std::size_t vectors = Stretch::longest + cluster_slots;
    // A row may begin with a vector of its own, and the last one is stored where it may end.
    static constexpr std::size_t pairs = (vectors + cluster_slots + 1) * cluster_lanes;

    /// Of each pair r^2 at first, then -(1/r) du/dr.
    HWY_ALIGN double numbers[pairs];
    HWY_ALIGN double species[PairFunction::one_species ? 1 : pairs];  // those of the other atom
    std::uint32_t lanes[vectors];          // of each vector those within reach, a bit each
    std::size_t begin[cluster_slots + 1];  // where the pairs of each row are
  };

  HWY_INLINE void pack(const Stretch& stretch, Packed& packed) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    const V reach_squared = hn::Set(d, reach_squared_);
    std::uint32_t* HWY_RESTRICT lanes = packed.lanes;
    std::size_t pairs = 0;
    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      if constexpr (!PairFunction::one_species) pairs = end_vector(packed, pairs);
      packed.begin[lane] = pairs;
      const ClusterPart atom = row_atom(stretch, lane);
      stretch.for_each_vector(lane, [&](std::size_t cluster, unsigned partners) HWY_ATTR {
        const double* HWY_RESTRICT others = atoms + cluster * cluster_numbers;
        const ClusterPart r = displacement(atom, others);
        const V r2 = hn::MulAdd(r.x, r.x, hn::MulAdd(r.y, r.y, hn::Mul(r.z, r.z)));
        // Also what is no number.
        const __mmask8 is_near = _mm512_mask_cmp_pd_mask(static_cast<__mmask8>(partners), r2.raw,
                                                         reach_squared.raw, _CMP_NGT_UQ);
        hn::StoreU(V{_mm512_maskz_compress_pd(is_near, r2.raw)}, d, packed.numbers + pairs);
        if constexpr (!PairFunction::one_species) {
          const V species = hn::Load(d, others + 3 * cluster_slots);
          hn::StoreU(V{_mm512_maskz_compress_pd(is_near, species.raw)}, d, packed.species + pairs);
        }
        const std::uint32_t bits = _cvtmask8_u32(is_near);
        *lanes++ = bits;
        pairs += static_cast<std::size_t>(std::popcount(bits));
      });
    }
    packed.begin[cluster_slots] = pairs;
    end_vector(packed, pairs);
  }

  /// Fills up a vector with pairs out of reach, if there is one that is not full.
  /// @return where the next begins
  static HWY_INLINE std::size_t end_vector(Packed& packed, std::size_t pairs) {
    hn::StoreU(hn::Set(d, padding_distance * padding_distance), d, packed.numbers + pairs);
    if constexpr (!PairFunction::one_species) hn::StoreU(hn::Zero(d), d, packed.species + pairs);
    return (pairs + cluster_lanes - 1) / cluster_lanes * cluster_lanes;
  }

  HWY_INLINE void evaluate(const Stretch& stretch, Packed& packed, LaneSums& sums) const {
    const double* species =
        system_.atoms.data() + stretch.cluster * cluster_numbers + 3 * cluster_slots;
    if constexpr (PairFunction::one_species) {
      evaluate(packed, 0, packed.begin[cluster_slots], species, sums);
    } else {
      for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
        evaluate(packed, packed.begin[lane], packed.begin[lane + 1], species + lane, sums);
      }
    }
  }

  /// @param species that of the atom of the row
  HWY_INLINE void evaluate(Packed& packed, std::size_t begin, std::size_t end,
                           const double* species, LaneSums& sums) const {
    std::int64_t species_i;
    hwy::CopyBytes<8>(species, &species_i);
    const auto row = pair_.row(d, species_i);
    for (std::size_t at = begin; at < end; at += cluster_lanes) {
      double* HWY_RESTRICT numbers = packed.numbers + at;
      V species_j = hn::Zero(d);
      if constexpr (!PairFunction::one_species) species_j = hn::Load(d, packed.species + at);
      const PairTerms<D> terms =
          pair_(d, row, pair_distances<PairFunction>(hn::Load(d, numbers)), species_j);
      sums.energy = hn::Add(sums.energy, hn::IfThenElseZero(terms.in_range, terms.energy));
      hn::Store(hn::IfThenElseZero(terms.in_range, terms.force_over_r), d, numbers);
    }
  }

  /// Forces between the atoms of the rows and all others, and on these if they are ours.
  template <Partners partners, Virial virial>
  HWY_INLINE void add_forces(const Stretch& stretch, const Packed& packed,
                             double* HWY_RESTRICT on_rows, LaneSums& sums) const {
    const double* HWY_RESTRICT atoms = system_.atoms.data();
    double* HWY_RESTRICT forces = forces_;
    const std::uint32_t* HWY_RESTRICT lanes = packed.lanes;
    for (std::size_t lane = 0; lane < cluster_slots; ++lane) {
      double* HWY_RESTRICT on_row = on_rows + lane * row_force_numbers;
      LaneForce force = LaneForce::load(on_row);
      const double* HWY_RESTRICT pairs = packed.numbers + packed.begin[lane];
      const ClusterPart atom = row_atom(stretch, lane);
      stretch.for_each_vector(lane, [&](std::size_t cluster, unsigned) HWY_ATTR {
        const std::uint32_t bits = *lanes++;
        const V f{_mm512_maskz_expand_pd(_cvtu32_mask8(bits), hn::LoadU(d, pairs).raw)};
        pairs += std::popcount(bits);
        const ClusterPart r = displacement(atom, atoms + cluster * cluster_numbers);
        force.add(f, r);
        if constexpr (virial == Virial::of_pairs) sums.add_virial(f, r);
        if constexpr (partners == Partners::owned) {
          subtract_force(f, r, forces + cluster * cluster_force_numbers);
        }
      });
      force.store(on_row);
    }
  }

  /// The atom of a row, on all lanes.
  HWY_INLINE ClusterPart row_atom(const Stretch& stretch, std::size_t lane) const {
    const double* slot = system_.atoms.data() + stretch.cluster * cluster_numbers + lane;
    return {hn::Set(d, slot[0]), hn::Set(d, slot[cluster_slots]),
            hn::Set(d, slot[2 * cluster_slots])};
  }

  /// From the atoms of a cluster to that of the row.
  static HWY_INLINE ClusterPart displacement(const ClusterPart& atom,
                                             const double* HWY_RESTRICT cluster) {
    const ClusterPart others = load_part(cluster, 0);
    return {hn::Sub(atom.x, others.x), hn::Sub(atom.y, others.y), hn::Sub(atom.z, others.z)};
  }

  const LocalSystem& system_;
  const PairFunction& pair_;
  double* HWY_RESTRICT forces_;
  double reach_squared_;
};

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // AVX-512

#endif  // per-target include guard
