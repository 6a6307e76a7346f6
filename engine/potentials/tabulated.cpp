// Pairs by a table from a file.

#include <limits>
#include <stdexcept>
#include <string>

#include "engine/potentials/shipped.hpp"
#include "engine/potentials/spline.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/potentials/tabulated.cpp"
#include "forcewire/pair_potential.hpp"

FORCEWIRE_BEGIN
struct Tabulated {
  static constexpr auto name = "table";
  static constexpr auto summary = "pairs by a table of r and u(r) from a file, one for all species";
  static constexpr auto help =
      "Each line of the file has r and u(r), in equal steps of r; # begins a comment. Between the\n"
      "points u(r) is a natural cubic spline. Atoms closer than the first point are an error.\n\n"
      "  -m table -o file=argon.table,length-unit=1angstrom,energy-unit=1meV,cutoff=10angstrom";
  static constexpr Option options[] = {
      text_option("file", "path of the table"),
      length_option("length-unit", "what 1 in the first column is", "1bohr"),
      energy_option("energy-unit", "what 1 in the second column is", "1hartree"),
  };
  static constexpr std::size_t parameter_count = 2;  // the units, which are in the spline

  explicit Tabulated(const Setup& setup)
      : spline(read_spline(std::string(setup.text("file")), setup.number("length-unit", 0, 0),
                           setup.number("energy-unit", 0, 0))) {
    for (int a = 0; a < setup.species_count(); ++a) {
      for (int b = 0; b < setup.species_count(); ++b) {
        // The end is begin + n step; rounding must not put it before a cutoff that is the end.
        const double cutoff = setup.number("cutoff", a, b);
        if (cutoff > spline.end() * (1 + 1e-12)) {
          throw std::invalid_argument(std::string(setup.text("file")) + ": the table ends at " +
                                      std::to_string(spline.end()) +
                                      " bohr, before the cutoff of " + std::to_string(cutoff));
        }
      }
    }
  }

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V*) const {
    const V at = (r.r() - spline.begin) * (1 / spline.step);
    const V last = V(static_cast<double>(spline.intervals() - 1));
    const V interval = min(max(floor(at), V(0)), last);
    const V t = at - interval;
    // u = c0 + t (c1 + t (c2 + t c3))
    const double* c = spline.coefficients.data();
    const V c1 = look_up(c + 1, 4 * interval);
    const V c2 = look_up(c + 2, 4 * interval);
    const V c3 = look_up(c + 3, 4 * interval);
    const V energy = mul_add(t, mul_add(t, mul_add(t, c3, c2), c1), look_up(c, 4 * interval));
    const V slope = mul_add(t, mul_add(t, 3 * c3, 2 * c2), c1) * (1 / spline.step);
    const V unknown = V(std::numeric_limits<double>::quiet_NaN());
    // At the first point r may be rounded to a little less.
    return {if_less(at, V(-1e-9), unknown, energy), -slope * r.inverse_r()};
  }

  Spline spline;
};
FORCEWIRE_END_AS(Tabulated, const forcewire_plugin* forcewire::tabulated())
