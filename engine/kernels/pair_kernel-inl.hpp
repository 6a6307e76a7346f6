// The pair kernel: energy, forces and full virial of any pair function over a full neighbour list.
//
// One owned atom at a time against a vector of its neighbours. Both sides of every pair are
// computed (each for its own atom), which costs arithmetic but no communication, no scatter and no
// dependence of a force on who owns the neighbour. Per vector: four loads a lane pair, the pair
// function, three force and six virial accumulations.
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

#include <span>

#include "engine/kernels/atom_block-inl.hpp"
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

template <class PairFunction>
LocalSums pair_kernel(const LocalSystem& system, const PairFunction& pair,
                      std::span<double> forces) {
  using D = hn::CappedTag<double, NeighborRows::row_multiple>;
  using V = hn::Vec<D>;
  const D d;
  constexpr std::size_t lanes = hn::MaxLanes(D());
  const PackedAtom* HWY_RESTRICT atoms = system.atoms.data();
  const std::int32_t* HWY_RESTRICT index = system.neighbors.index.data();

  V energy = hn::Zero(d);
  V xx = hn::Zero(d), xy = hn::Zero(d), xz = hn::Zero(d);
  V yy = hn::Zero(d), yz = hn::Zero(d), zz = hn::Zero(d);
  for (std::size_t i = 0; i < system.owned; ++i) {
    const V xi = hn::Set(d, atoms[i].x);
    const V yi = hn::Set(d, atoms[i].y);
    const V zi = hn::Set(d, atoms[i].z);
    const auto row = pair.row(d, atoms[i].species);
    V fx = hn::Zero(d), fy = hn::Zero(d), fz = hn::Zero(d);
    const std::size_t end = system.neighbors.row_begin[i + 1];
    for (std::size_t at = system.neighbors.row_begin[i]; at < end; at += lanes) {
      const AtomBlock<D> other = load_atoms(d, atoms, index + at);
      const V dx = hn::Sub(xi, other.x);
      const V dy = hn::Sub(yi, other.y);
      const V dz = hn::Sub(zi, other.z);
      const V r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
      const PairTerms<D> terms = pair(d, row, r2, other.species);
      energy = hn::Add(energy, hn::IfThenElseZero(terms.in_range, terms.energy));
      const V f = hn::IfThenElseZero(terms.in_range, terms.force_over_r);
      const V gx = hn::Mul(f, dx);
      const V gy = hn::Mul(f, dy);
      const V gz = hn::Mul(f, dz);
      fx = hn::Add(fx, gx);
      fy = hn::Add(fy, gy);
      fz = hn::Add(fz, gz);
      xx = hn::MulAdd(gx, dx, xx);
      xy = hn::MulAdd(gx, dy, xy);
      xz = hn::MulAdd(gx, dz, xz);
      yy = hn::MulAdd(gy, dy, yy);
      yz = hn::MulAdd(gy, dz, yz);
      zz = hn::MulAdd(gz, dz, zz);
    }
    forces[3 * i] = hn::GetLane(hn::SumOfLanes(d, fx));
    forces[3 * i + 1] = hn::GetLane(hn::SumOfLanes(d, fy));
    forces[3 * i + 2] = hn::GetLane(hn::SumOfLanes(d, fz));
  }

  // Every pair was met from both sides.
  const auto half_sum = [d](V v) { return 0.5 * hn::GetLane(hn::SumOfLanes(d, v)); };
  LocalSums sums;
  sums.energy = half_sum(energy);
  sums.virial(0, 0) = half_sum(xx);
  sums.virial(1, 1) = half_sum(yy);
  sums.virial(2, 2) = half_sum(zz);
  sums.virial(0, 1) = sums.virial(1, 0) = half_sum(xy);
  sums.virial(0, 2) = sums.virial(2, 0) = half_sum(xz);
  sums.virial(1, 2) = sums.virial(2, 1) = half_sum(yz);
  return sums;
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
