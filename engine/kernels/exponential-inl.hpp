// e^x of a vector of doubles. With AVX-512, which multiplies by powers of two in one instruction,
// it takes a third less than Highway's.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_EXPONENTIAL_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_EXPONENTIAL_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_EXPONENTIAL_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_EXPONENTIAL_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <limits>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

#if HWY_TARGET <= HWY_AVX3
/// e^r of |r| <= ln(2)/2: 1 + r + r^2 q(r), q interpolated at Chebyshev's points, which is off by
/// 2e-17 of the whole.
HWY_INLINE hn::Vec<ClusterTag> exp_of_remainder(hn::Vec<ClusterTag> r) {
  const ClusterTag d;
  const auto line = [&](double constant, double slope)
                        HWY_ATTR { return hn::MulAdd(r, hn::Set(d, slope), hn::Set(d, constant)); };
  const auto r2 = hn::Mul(r, r);
  const auto r4 = hn::Mul(r2, r2);
  const auto q0 = line(0.5000000000000001, 0.16666666666666669);
  const auto q2 = line(0.04166666666662413, 0.008333333333330062);
  const auto q4 = line(0.0013888888917213717, 0.00019841269863053618);
  const auto q6 = line(2.4801521295954376e-05, 2.7557268459997064e-06);
  const auto q8 = line(2.7620088445409746e-07, 2.510038549551032e-08);
  const auto low = hn::MulAdd(q2, r2, q0);
  const auto high = hn::MulAdd(q6, r2, q4);
  const auto q = hn::MulAdd(q8, hn::Mul(r4, r4), hn::MulAdd(high, r4, low));
  return hn::Add(hn::Set(d, 1.0), hn::MulAdd(r2, q, r));
}
#endif

/// e^x to the last bits. It may be infinite above 709.78, just before the numbers end, and zero
/// below -708.39, where the normal ones do.
HWY_INLINE hn::Vec<ClusterTag> exponential(hn::Vec<ClusterTag> x) {
  const ClusterTag d;
#if HWY_TARGET <= HWY_AVX3
  // x = n ln(2) + r. What is added and taken away again leaves whole numbers; of two numbers, one
  // of them none, the minimum is the second.
  const auto bounded = hn::Min(hn::Set(d, 710.0), x);
  const auto to_whole = hn::Set(d, 6755399441055744.0);  // 1.5 2^52
  const auto log2_e = hn::Set(d, 1.4426950408889634);
  const auto n = hn::Sub(hn::MulAdd(bounded, log2_e, to_whole), to_whole);
  const auto ln2_high = hn::Set(d, 0.6931471805599453);
  const auto ln2_low = hn::Set(d, 2.3190468138462996e-17);
  const auto r = hn::NegMulAdd(n, ln2_low, hn::NegMulAdd(n, ln2_high, bounded));
  // Numbers below the normal ones would take Intel's cores hundreds of cycles.
  const auto is_normal = _mm512_cmp_pd_mask(x.raw, hn::Set(d, -708.39).raw, _CMP_NLT_UQ);
  return hn::Vec<ClusterTag>{_mm512_maskz_scalef_pd(is_normal, exp_of_remainder(r).raw, n.raw)};
#else
  // Highway takes neither too large numbers for what they are nor those that are none.
  const auto is_right = hn::Le(x, hn::Set(d, 709.78));
  return hn::IfThenElse(is_right, hn::Exp(d, x),
                        hn::Mul(x, hn::Set(d, std::numeric_limits<double>::infinity())));
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
