// Lennard-Jones as a user would write it, with the arithmetic of the built-in one.

#include <cmath>
#include <forcewire/pair_potential.hpp>

FORCEWIRE_BEGIN
struct OutsideLennardJones {
  static constexpr auto name = "outside-lj";
  static constexpr auto summary = "Lennard-Jones pairs";
  static constexpr Option options[] = {length_option("sigma", "where the energy is zero"),
                                       energy_option("epsilon", "depth of the well")};
  static constexpr bool only_r2 = true;
  static void prepare(const double* given, double* p) {
    const double sigma6 = std::pow(given[0], 6);
    p[0] = 4 * given[1] * sigma6 * sigma6;
    p[1] = 4 * given[1] * sigma6;
  }

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V* p) const {
    const V inverse_r6 = r.inverse_r2 * (r.inverse_r2 * r.inverse_r2);
    return {inverse_r6 * mul_sub(p[0], inverse_r6, p[1]),
            (inverse_r6 * r.inverse_r2) * mul_sub(12 * p[0], inverse_r6, 6 * p[1])};
  }
};
FORCEWIRE_END(OutsideLennardJones)
