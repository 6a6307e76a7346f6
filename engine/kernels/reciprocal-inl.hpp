// 1/x of a vector of doubles, where a division would be what a loop waits for.
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

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
