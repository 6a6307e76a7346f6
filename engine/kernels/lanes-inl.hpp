// A vector of doubles that is written like one: what pair functions are templates over.
//
// The functions are those of one double, too, so that the same text computes a single pair.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_LANES_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_LANES_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_LANES_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_LANES_INL_HPP
#endif

#include <hwy/contrib/math/math-inl.h>
#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "engine/kernels/cluster-inl.hpp"
#include "engine/kernels/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// As many numbers as a vector holds; a number alone is the same on all lanes.
struct Lanes {
  using D = ClusterTag;
  using V = hn::Vec<D>;
  V v;

  Lanes() = default;
  HWY_INLINE Lanes(double number) : v(hn::Set(D(), number)) {}  // NOLINT: a number is meant
  HWY_INLINE explicit Lanes(V vector) : v(vector) {}

  friend HWY_INLINE Lanes operator+(Lanes a, Lanes b) { return Lanes(hn::Add(a.v, b.v)); }
  friend HWY_INLINE Lanes operator-(Lanes a, Lanes b) { return Lanes(hn::Sub(a.v, b.v)); }
  friend HWY_INLINE Lanes operator*(Lanes a, Lanes b) { return Lanes(hn::Mul(a.v, b.v)); }
  friend HWY_INLINE Lanes operator/(Lanes a, Lanes b) { return Lanes(hn::Div(a.v, b.v)); }
  friend HWY_INLINE Lanes operator-(Lanes a) { return Lanes(hn::Neg(a.v)); }
};

HWY_INLINE Lanes sqrt(Lanes x) { return Lanes(hn::Sqrt(x.v)); }
#if HWY_TARGET == HWY_SCALAR
// One lane: the C library is as fast, and right of every number.
HWY_INLINE Lanes exp(Lanes x) { return Lanes(std::exp(hn::GetLane(x.v))); }
HWY_INLINE Lanes log(Lanes x) { return Lanes(std::log(hn::GetLane(x.v))); }
HWY_INLINE Lanes sin(Lanes x) { return Lanes(std::sin(hn::GetLane(x.v))); }
HWY_INLINE Lanes cos(Lanes x) { return Lanes(std::cos(hn::GetLane(x.v))); }
HWY_INLINE Lanes tanh(Lanes x) { return Lanes(std::tanh(hn::GetLane(x.v))); }
#else
HWY_INLINE Lanes exp(Lanes x) { return Lanes(exponential(x.v)); }
/// Highway's is right of positive finite numbers alone.
HWY_INLINE Lanes log(Lanes x) {
  const Lanes::D d;
  const auto infinity = hn::Set(d, std::numeric_limits<double>::infinity());
  const auto zero = hn::Zero(d);
  const auto is_right = hn::And(hn::Gt(x.v, zero), hn::Lt(x.v, infinity));
  const auto other = hn::IfThenElse(hn::Gt(x.v, zero), x.v, hn::NaN(d));
  const auto end = hn::IfThenElse(hn::Eq(x.v, zero), hn::Neg(infinity), other);
  return Lanes(hn::IfThenElse(is_right, hn::Log(d, x.v), end));
}
HWY_INLINE Lanes sin(Lanes x) { return Lanes(hn::Sin(Lanes::D(), x.v)); }
HWY_INLINE Lanes cos(Lanes x) { return Lanes(hn::Cos(Lanes::D(), x.v)); }
HWY_INLINE Lanes tanh(Lanes x) { return Lanes(hn::Tanh(Lanes::D(), x.v)); }
#endif
HWY_INLINE Lanes abs(Lanes x) { return Lanes(hn::Abs(x.v)); }
/// Of what is no number, one of the two, on each CPU as it likes.
HWY_INLINE Lanes min(Lanes a, Lanes b) { return Lanes(hn::Min(a.v, b.v)); }
HWY_INLINE Lanes max(Lanes a, Lanes b) { return Lanes(hn::Max(a.v, b.v)); }

/// a b + c, and so on, with one rounding where the CPU can.
HWY_INLINE Lanes mul_add(Lanes a, Lanes b, Lanes c) { return Lanes(hn::MulAdd(a.v, b.v, c.v)); }
HWY_INLINE Lanes mul_sub(Lanes a, Lanes b, Lanes c) { return Lanes(hn::MulSub(a.v, b.v, c.v)); }

/// `yes` where a < b, else `no`. Both are computed.
HWY_INLINE Lanes if_less(Lanes a, Lanes b, Lanes yes, Lanes no) {
  return Lanes(hn::IfThenElse(hn::Lt(a.v, b.v), yes.v, no.v));
}

/// table[index], of indices that are whole numbers below 2^31; table[0] where the index is below
/// zero or no number. Where the table ends the caller knows: min(index, last) stays inside,
/// whatever index is, and without it pairs far beyond the cutoff read what lies behind.
HWY_INLINE Lanes look_up(const double* table, Lanes index) {
  const Lanes::D d;
  const hn::RebindToSigned<Lanes::D> d_index;
  const auto at = hn::IfThenElseZero(hn::Gt(index.v, hn::Zero(d)), index.v);
  return Lanes(hn::GatherIndex(d, table, hn::ConvertTo(d_index, at)));
}
HWY_INLINE Lanes floor(Lanes x) { return Lanes(hn::Floor(x.v)); }

using std::abs;
using std::cos;
using std::exp;
using std::floor;
using std::log;
using std::max;
using std::min;
using std::sin;
using std::sqrt;
using std::tanh;

inline double mul_add(double a, double b, double c) { return a * b + c; }
inline double mul_sub(double a, double b, double c) { return a * b - c; }
inline double if_less(double a, double b, double yes, double no) { return a < b ? yes : no; }
inline double look_up(const double* table, double index) {
  return table[index > 0 ? static_cast<std::size_t>(index) : 0];
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
