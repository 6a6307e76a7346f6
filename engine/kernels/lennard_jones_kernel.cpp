// Lennard-Jones over the pair kernel, compiled once per instruction set and picked at run time.

#include "engine/kernels/lennard_jones_kernel.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/lennard_jones_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/pair_kernel-inl.hpp"
#include "engine/kernels/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// u(r) = (c12 r^-12 - c6 r^-6 - shift) S(t); see lennard_jones_kernel.hpp.
template <Truncation truncation, bool one_species>
class LennardJonesFunction {
 public:
  LennardJonesFunction(std::span<const LennardJonesCoefficients> table, int species_count)
      : table_(table), species_count_(species_count) {}

  /// The coefficients as vectors: those of the only pair of species; of several, each lane has its
  /// own, and `coefficients` is where they are.
  template <class D>
  struct Row {
    const LennardJonesCoefficients* coefficients;
    hn::Vec<D> inverse_cutoff_squared, c12, c6, twelve_c12, six_c6, shift, switch_on_squared,
        switch_scale;
  };

  template <class D>
  Row<D> row(D d, std::int64_t species) const {
    const LennardJonesCoefficients* begin = table_.data() + species * species_count_;
    return {begin,
            hn::Set(d, begin->inverse_cutoff_squared),
            hn::Set(d, begin->c12),
            hn::Set(d, begin->c6),
            hn::Set(d, 12 * begin->c12),
            hn::Set(d, 6 * begin->c6),
            hn::Set(d, begin->shift),
            hn::Set(d, begin->switch_on_squared),
            hn::Set(d, begin->switch_scale)};
  }

  template <class D>
  HWY_INLINE PairTerms<D> operator()(D d, const Row<D>& row, hn::Vec<D> r2, hn::Vec<D> inverse_r2,
                                     hn::Vec<D> species) const {
    const Row<D> c = one_species ? row : row_of_lanes(d, row.coefficients, species);
    const auto inverse_r6 = hn::Mul(inverse_r2, hn::Mul(inverse_r2, inverse_r2));
    auto energy = hn::Mul(inverse_r6, hn::MulSub(c.c12, inverse_r6, c.c6));
    // -(1/r) du/dr = r^-8 (12 c12 r^-6 - 6 c6)
    auto force =
        hn::Mul(hn::Mul(inverse_r6, inverse_r2), hn::MulSub(c.twelve_c12, inverse_r6, c.six_c6));
    if constexpr (truncation == Truncation::shift) energy = hn::Sub(energy, c.shift);
    if constexpr (truncation == Truncation::smooth) {
      const auto one = hn::Set(d, 1.0);
      const auto t =
          hn::Clamp(hn::Mul(hn::Sub(r2, c.switch_on_squared), c.switch_scale), hn::Zero(d), one);
      // S = 1 + t^3 (-10 + t (15 - 6 t)) and dS/dt = -30 t^2 (1 - t)^2
      const auto t2 = hn::Mul(t, t);
      const auto inner =
          hn::MulAdd(t, hn::NegMulAdd(hn::Set(d, 6.0), t, hn::Set(d, 15.0)), hn::Set(d, -10.0));
      const auto s = hn::MulAdd(hn::Mul(t2, t), inner, one);
      const auto falling = hn::Sub(one, t);
      const auto slope = hn::Mul(hn::Mul(hn::Set(d, -30.0), t2), hn::Mul(falling, falling));
      // (1/r) dS/dr = 2 dS/dt switch_scale
      const auto slope_over_r = hn::Mul(hn::Add(slope, slope), c.switch_scale);
      force = hn::NegMulAdd(energy, slope_over_r, hn::Mul(force, s));
      energy = hn::Mul(energy, s);
    }
    return {energy, force, hn::Gt(inverse_r2, c.inverse_cutoff_squared)};
  }

 private:
  /// The coefficients of each lane's own pair of species.
  template <class D>
  HWY_INLINE Row<D> row_of_lanes(D d, const LennardJonesCoefficients* begin,
                                 hn::Vec<D> species) const {
    const hn::RebindToSigned<D> di;
    // Species j is 6 j doubles on; shifts, because few instruction sets multiply 64-bit integers.
    static_assert(sizeof(LennardJonesCoefficients) == 6 * sizeof(double));
    const auto index = hn::BitCast(di, species);
    const auto at = hn::Add(hn::ShiftLeft<2>(index), hn::ShiftLeft<1>(index));
    const double* field = &begin->inverse_cutoff_squared;
    const auto c12 = hn::GatherIndex(d, field + 1, at);
    const auto c6 = hn::GatherIndex(d, field + 2, at);
    Row<D> lanes{begin,
                 hn::GatherIndex(d, field, at),
                 c12,
                 c6,
                 hn::Mul(hn::Set(d, 12.0), c12),
                 hn::Mul(hn::Set(d, 6.0), c6),
                 hn::Zero(d),
                 hn::Zero(d),
                 hn::Zero(d)};
    if constexpr (truncation == Truncation::shift) lanes.shift = hn::GatherIndex(d, field + 3, at);
    if constexpr (truncation == Truncation::smooth) {
      lanes.switch_on_squared = hn::GatherIndex(d, field + 4, at);
      lanes.switch_scale = hn::GatherIndex(d, field + 5, at);
    }
    return lanes;
  }

  std::span<const LennardJonesCoefficients> table_;
  std::int64_t species_count_;
};

template <Truncation truncation>
LocalSums run_truncated(const LocalSystem& system, std::span<const LennardJonesCoefficients> table,
                        int species_count, std::span<double> forces) {
  if (species_count == 1) {
    return pair_kernel(system, LennardJonesFunction<truncation, true>(table, species_count),
                       forces);
  }
  return pair_kernel(system, LennardJonesFunction<truncation, false>(table, species_count), forces);
}

LocalSums run(const LocalSystem& system, std::span<const LennardJonesCoefficients> table,
              int species_count, Truncation truncation, std::span<double> forces) {
  switch (truncation) {
    case Truncation::none:
      return run_truncated<Truncation::none>(system, table, species_count, forces);
    case Truncation::shift:
      return run_truncated<Truncation::shift>(system, table, species_count, forces);
    case Truncation::smooth:
      return run_truncated<Truncation::smooth>(system, table, species_count, forces);
  }
  return {};
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(run);
}

LocalSums lennard_jones_kernel(const LocalSystem& system,
                               std::span<const LennardJonesCoefficients> table, int species_count,
                               Truncation truncation, std::span<double> forces) {
  if (system.width != cluster_width()) {
    throw std::invalid_argument(
        fmt::format("clusters of {} slots, expected {}", system.width, cluster_width()));
  }
  const std::size_t numbers = system.force_numbers();
  if (forces.size() != numbers) {
    throw std::invalid_argument(
        fmt::format("room for {} components of forces, expected {}", forces.size(), numbers));
  }
  return HWY_DYNAMIC_DISPATCH(run)(system, table, species_count, truncation, forces);
}

}  // namespace forcewire
#endif  // HWY_ONCE
