// What the pair kernel gives to a pair function and gets from it, and what it sums up.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_PAIR_TERMS_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_PAIR_TERMS_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_PAIR_TERMS_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_PAIR_TERMS_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstddef>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/reciprocal-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How far the two atoms of each pair are apart.
template <class D>
struct PairDistances {
  hn::Vec<D> r2, inverse_r2, r, inverse_r;
};

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

  static HWY_INLINE LaneForce zeros() {
    const V zero = hn::Zero(ClusterTag());
    return {zero, zero, zero};
  }

  static HWY_INLINE LaneForce load(const double* HWY_RESTRICT from) {
    const ClusterTag d;
    return {hn::Load(d, from), hn::Load(d, from + cluster_lanes),
            hn::Load(d, from + 2 * cluster_lanes)};
  }

  HWY_INLINE void store(double* HWY_RESTRICT to) const {
    const ClusterTag d;
    hn::Store(x, d, to);
    hn::Store(y, d, to + cluster_lanes);
    hn::Store(z, d, to + 2 * cluster_lanes);
  }

  /// Adds the force of pairs, f = -(1/r) du/dr, on the atom that their displacement `r` leads to.
  template <class Displacement>
  HWY_INLINE void add(V f, const Displacement& r) {
    x = hn::MulAdd(f, r.x, x);
    y = hn::MulAdd(f, r.y, y);
    z = hn::MulAdd(f, r.z, z);
  }

  /// Adds the force on the other atom.
  template <class Displacement>
  HWY_INLINE void subtract(V f, const Displacement& r) {
    x = hn::NegMulAdd(f, r.x, x);
    y = hn::NegMulAdd(f, r.y, y);
    z = hn::NegMulAdd(f, r.z, z);
  }
};

/// The same, where the forces on a part of a cluster are.
template <class Displacement>
HWY_INLINE void subtract_force(hn::Vec<ClusterTag> f, const Displacement& r,
                               double* HWY_RESTRICT from) {
  const ClusterTag d;
  double* HWY_RESTRICT y = from + cluster_slots;
  double* HWY_RESTRICT z = from + 2 * cluster_slots;
  hn::Store(hn::NegMulAdd(f, r.x, hn::Load(d, from)), d, from);
  hn::Store(hn::NegMulAdd(f, r.y, hn::Load(d, y)), d, y);
  hn::Store(hn::NegMulAdd(f, r.z, hn::Load(d, z)), d, z);
}

/// Sums over pairs, a lane each.
struct LaneSums {
  using V = hn::Vec<ClusterTag>;
  V energy, xx, xy, xz, yy, yz, zz;

  static HWY_INLINE LaneSums zeros() {
    const V zero = hn::Zero(ClusterTag());
    return {zero, zero, zero, zero, zero, zero, zero};
  }

  template <class Displacement>
  HWY_INLINE void add_virial(V f, const Displacement& r) {
    add_virial({hn::Mul(f, r.x), hn::Mul(f, r.y), hn::Mul(f, r.z)}, r.x, r.y, r.z);
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

enum class Partners { owned, ghosts };
enum class Virial {
  of_pairs,  ///< summed up pair by pair
  of_atoms,  ///< not here: it follows from forces and positions
};

/// The compiler leaves the roots out, unless the function wants them though it said it does not.
HWY_INLINE PairDistances<ClusterTag> with_roots(hn::Vec<ClusterTag> r2,
                                                hn::Vec<ClusterTag> inverse_r2) {
  const Roots r = roots(r2);
  return {r2, inverse_r2, r.root, r.inverse};
}

template <class PairFunction>
HWY_INLINE PairDistances<ClusterTag> pair_distances(hn::Vec<ClusterTag> r2) {
  if constexpr (PairFunction::only_r2) {
    return with_roots(r2, reciprocal(r2));
  } else {
    const Roots r = roots(r2);
    return {r2, hn::Mul(r.inverse, r.inverse), r.root, r.inverse};
  }
}

/// The force on the atom of a row, a component for each lane.
inline constexpr std::size_t row_force_numbers = 3 * cluster_lanes;

/// How many numbers the forces on a cluster are.
inline constexpr std::size_t cluster_force_numbers = 3 * cluster_slots;

/// Sums over the lanes of each of `count` vectors, which lie `row_force_numbers` apart: lane k has
/// that of the k-th once `count` is the number of lanes.
template <std::size_t count>
HWY_INLINE hn::Vec<ClusterTag> sums_of_rows(const double* HWY_RESTRICT row) {
  const ClusterTag d;
#if HWY_TARGET == HWY_SCALAR  // one lane, of which there are no halves
  return hn::Load(d, row);
#else
  if constexpr (count == 1) {
    return hn::Load(d, row);
  } else {
    const auto first = sums_of_rows<count / 2>(row);
    const auto second = sums_of_rows<count / 2>(row + count / 2 * row_force_numbers);
    return hn::Add(hn::ConcatEven(d, second, first), hn::ConcatOdd(d, second, first));
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
