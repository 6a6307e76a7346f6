// Morse pairs.

#include "engine/potentials/shipped.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/potentials/morse.cpp"
#include "forcewire/pair_potential.hpp"

FORCEWIRE_BEGIN
struct Morse {
  static constexpr auto name = "morse";
  static constexpr auto summary = "Morse pairs, depth ((1 - exp(-a (r - r0)))^2 - 1)";
  static constexpr auto help =
      "P. M. Morse, Phys. Rev. 34, 57 (1929).\n\n"
      "  -m morse -o depth=0.3429eV,a=1.3588/angstrom,r0=2.866angstrom,cutoff=8angstrom";
  static constexpr Option options[] = {energy_option("depth", "of the well"),
                                       inverse_length_option("a", "how narrow the well is"),
                                       length_option("r0", "where it is deepest")};

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V* p) const {
    const V x = exp(p[1] * (p[2] - r.r()));
    return {p[0] * x * (x - 2), 2 * p[0] * p[1] * x * (x - 1) * r.inverse_r()};
  }
};
FORCEWIRE_END_AS(Morse, const forcewire_plugin* forcewire::morse())
