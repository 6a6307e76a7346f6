// Buckingham pairs.

#include "engine/potentials/shipped.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/potentials/buckingham.cpp"
#include "forcewire/pair_potential.hpp"

FORCEWIRE_BEGIN
struct Buckingham {
  static constexpr auto name = "buckingham";
  static constexpr auto summary = "Buckingham pairs, A exp(-r / rho) - C / r^6";
  static constexpr auto help =
      "R. A. Buckingham, Proc. R. Soc. Lond. A 168, 264 (1938). At short distances it has no\n"
      "bottom: atoms that come closer than the maximum of the energy fall into each other.\n\n"
      "  -m buckingham -o A=1388.773eV,rho=0.3623188angstrom,C=175eV*angstrom^6,cutoff=8angstrom";
  static constexpr Option options[] = {
      energy_option("A", "strength of the repulsion"),
      length_option("rho", "range of the repulsion"),
      quantity_option(1, 6, "C", "strength of the attraction"),
  };

  static constexpr std::size_t parameter_count = 3;
  static void prepare(const double* given, double* p) {
    if (!(given[1] > 0)) throw std::invalid_argument("expected rho above zero");
    p[0] = given[0];
    p[1] = 1 / given[1];
    p[2] = given[2];
  }

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V* p) const {
    const V repulsion = p[0] * exp(-p[1] * r.r());
    const V attraction = p[2] * r.inverse_r2 * r.inverse_r2 * r.inverse_r2;
    return {repulsion - attraction,
            p[1] * repulsion * r.inverse_r() - 6 * attraction * r.inverse_r2};
  }
};
FORCEWIRE_END_AS(Buckingham, const forcewire_plugin* forcewire::buckingham())
