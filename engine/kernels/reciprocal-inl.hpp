// 1/x and 1/sqrt(x) of a vector of doubles, where a division would be what a loop waits for.
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

#if HWY_TARGET <= HWY_AVX3
/// 1/sqrt(x) of positive numbers, to the last bits: an estimate, and twice Newton's
/// y + y/2 (1 - x y^2).
HWY_INLINE hn::Vec<ClusterTag> inverse_root_by_newton(hn::Vec<ClusterTag> x) {
  const ClusterTag d;
  const hn::Vec<ClusterTag> one = hn::Set(d, 1.0);
  const hn::Vec<ClusterTag> half = hn::Set(d, 0.5);
  hn::Vec<ClusterTag> y{_mm512_rsqrt14_pd(x.raw)};
  y = hn::MulAdd(hn::Mul(half, y), hn::NegMulAdd(hn::Mul(x, y), y, one), y);
  return hn::MulAdd(hn::Mul(half, y), hn::NegMulAdd(hn::Mul(x, y), y, one), y);
}
#endif

/// 1/sqrt(x) like `reciprocal`, when 1/x is there already.
HWY_INLINE hn::Vec<ClusterTag> inverse_square_root([[maybe_unused]] hn::Vec<ClusterTag> x,
                                                   [[maybe_unused]] hn::Vec<ClusterTag> inverse) {
#if HWY_TARGET <= HWY_AVX3
  return inverse_root_by_newton(x);
#else
  return hn::Sqrt(inverse);
#endif
}

/// The square root of x, likewise.
HWY_INLINE hn::Vec<ClusterTag> square_root(hn::Vec<ClusterTag> x) {
#if HWY_TARGET <= HWY_AVX3
  // What s^2 is off by mends its last bits.
  const hn::Vec<ClusterTag> y = inverse_root_by_newton(x);
  const hn::Vec<ClusterTag> s = hn::Mul(x, y);
  return hn::MulAdd(hn::NegMulAdd(s, s, x), hn::Mul(hn::Set(ClusterTag(), 0.5), y), s);
#else
  return hn::Sqrt(x);
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
