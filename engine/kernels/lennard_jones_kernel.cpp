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

#include "engine/kernels/pair_table-inl.hpp"
#include "engine/kernels/simd.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// u(r) = (c12 r^-12 - c6 r^-6) S(t); see lennard_jones_kernel.hpp.
template <bool smooth>
struct LennardJonesFunction {
  static constexpr bool only_r2 = !smooth;           // a short one unless it ends smoothly
  static constexpr std::size_t parameter_count = 4;  // the table is the same for all truncations

  template <class V>
  HWY_INLINE PairValue<V> operator()(const Separation<V>& r, const V* parameters) const {
    const V c12 = parameters[0];
    const V c6 = parameters[1];
    const V inverse_r6 = r.inverse_r2 * (r.inverse_r2 * r.inverse_r2);
    const V energy = inverse_r6 * mul_sub(c12, inverse_r6, c6);
    // -(1/r) du/dr = r^-8 (12 c12 r^-6 - 6 c6)
    const V force = (inverse_r6 * r.inverse_r2) * mul_sub(12 * c12, inverse_r6, 6 * c6);
    if constexpr (!smooth) return {energy, force};

    const V t = min(max((r.r2 - parameters[2]) * parameters[3], V(0)), V(1));
    // S = 1 + t^3 (-10 + t (15 - 6 t)) and dS/dt = -30 t^2 (1 - t)^2
    const V t2 = t * t;
    const V s = mul_add(t2 * t, mul_add(t, mul_add(V(-6), t, V(15)), V(-10)), V(1));
    const V falling = 1 - t;
    const V slope = (-30 * t2) * (falling * falling);
    // (1/r) dS/dr = 2 dS/dt switch_scale
    return {energy * s, force * s - energy * ((slope + slope) * parameters[3])};
  }
};

PairSums run(const LocalSystem& system, std::span<const LennardJonesCoefficients> table,
             int species_count, Truncation truncation, std::span<double> forces) {
  const double* numbers = &table.data()->inverse_cutoff_squared;
  if (truncation == Truncation::smooth) {
    return pair_table_kernel(system, LennardJonesFunction<true>(), numbers, species_count, false,
                             forces);
  }
  return pair_table_kernel(system, LennardJonesFunction<false>(), numbers, species_count,
                           truncation == Truncation::shift, forces);
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
  return to_local_sums(HWY_DYNAMIC_DISPATCH(run)(system, table, species_count, truncation, forces));
}

}  // namespace forcewire
#endif  // HWY_ONCE
