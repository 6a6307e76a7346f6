// Loads scattered atoms into vectors, one lane an atom.
//
// Atoms are 32-byte records (x y | z species). Two atoms a 128-bit block apart interleave into two
// lanes of x and y; wider vectors are built of such blocks. That beats gather instructions by a
// factor of about two.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_ATOM_BLOCK_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_ATOM_BLOCK_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_ATOM_BLOCK_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_ATOM_BLOCK_INL_HPP
#endif

#include <hwy/highway.h>

#include <cstdint>

#include "engine/kernels/local_system.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class D>
struct AtomBlock {
  hn::Vec<D> x, y, z;
  hn::Vec<D> species;  ///< bits of an int64
};

#if HWY_TARGET != HWY_SCALAR
/// The 128-bit halves at `offset` doubles into atoms index[0], index[2], index[4], ...
template <class D>
HWY_INLINE hn::Vec<D> load_every_other(D d, const PackedAtom* atoms, const std::int32_t* index,
                                       std::size_t offset) {
  if constexpr (hn::MaxLanes(D()) == 2) {
    return hn::Load(d, &atoms[index[0]].x + offset);
  } else {
    const hn::Half<D> half;
    return hn::Combine(d, load_every_other(half, atoms, index + hn::MaxLanes(half), offset),
                       load_every_other(half, atoms, index, offset));
  }
}
#endif

/// Atoms index[0], index[1], ..., one a lane.
template <class D>
HWY_INLINE AtomBlock<D> load_atoms(D d, const PackedAtom* atoms, const std::int32_t* index) {
#if HWY_TARGET == HWY_SCALAR
  const double* atom = &atoms[*index].x;
  return {hn::Load(d, atom), hn::Load(d, atom + 1), hn::Load(d, atom + 2), hn::Load(d, atom + 3)};
#else
  const auto even_xy = load_every_other(d, atoms, index, 0);
  const auto odd_xy = load_every_other(d, atoms, index + 1, 0);
  const auto even_zs = load_every_other(d, atoms, index, 2);
  const auto odd_zs = load_every_other(d, atoms, index + 1, 2);
  return {hn::InterleaveLower(d, even_xy, odd_xy), hn::InterleaveUpper(d, even_xy, odd_xy),
          hn::InterleaveLower(d, even_zs, odd_zs), hn::InterleaveUpper(d, even_zs, odd_zs)};
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
