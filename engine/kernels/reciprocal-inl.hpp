// What the pair kernel does with vectors otherwise than Highway: inverses and roots without a
// division, which would be what a loop waits for, and a comparison.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_RECIPROCAL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_RECIPROCAL_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_RECIPROCAL_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_RECIPROCAL_INL_HPP
#endif

#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// 1/x to the last bit but one, of positive numbers; of zero infinity or no number, and of infinity
/// zero or no number.
HWY_INLINE hn::Vec<ClusterTag> reciprocal(hn::Vec<ClusterTag> x) {
  const hn::Vec<ClusterTag> one = hn::Set(ClusterTag(), 1.0);
#if HWY_TARGET <= HWY_AVX3
  // A division of eight numbers takes Intel's cores 16 cycles. These five instructions take four:
  // an estimate of 14 bits, and twice Newton's y + y (1 - x y), which doubles them.
  hn::Vec<ClusterTag> y{_mm512_rcp14_pd(x.raw)};
  y = hn::MulAdd(y, hn::NegMulAdd(x, y, one), y);
  return hn::MulAdd(y, hn::NegMulAdd(x, y, one), y);
#else
  return hn::Div(one, x);
#endif
}

/// sqrt(x) and 1/sqrt(x).
struct Roots {
  hn::Vec<ClusterTag> root, inverse;
};

/// Both to the last bits, of positive numbers; of zero the inverse is infinite or no number, and of
/// infinity zero or no number.
HWY_INLINE Roots roots(hn::Vec<ClusterTag> x) {
  const ClusterTag d;
  const hn::Vec<ClusterTag> one = hn::Set(d, 1.0);
#if HWY_TARGET <= HWY_AVX3
  // An estimate again, and twice Newton's y + y/2 (1 - x y^2).
  const hn::Vec<ClusterTag> half = hn::Set(d, 0.5);
  hn::Vec<ClusterTag> y{_mm512_rsqrt14_pd(x.raw)};
  y = hn::MulAdd(hn::Mul(half, y), hn::NegMulAdd(hn::Mul(x, y), y, one), y);
  y = hn::MulAdd(hn::Mul(half, y), hn::NegMulAdd(hn::Mul(x, y), y, one), y);
  return {hn::Mul(x, y), y};
#else
  const hn::Vec<ClusterTag> root = hn::Sqrt(x);
  return {root, hn::Div(one, root)};
#endif
}

/// Whether not a <= b: of what is no number, too.
HWY_INLINE hn::Mask<ClusterTag> not_at_most(hn::Vec<ClusterTag> a, hn::Vec<ClusterTag> b) {
#if HWY_TARGET <= HWY_AVX3
  // The compiler would compare and then negate.
  return hn::Mask<ClusterTag>{_mm512_cmp_pd_mask(a.raw, b.raw, _CMP_NLE_UQ)};
#else
  return hn::Not(hn::Le(a, b));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
