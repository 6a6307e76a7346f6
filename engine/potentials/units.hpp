#pragma once

#include <span>
#include <string>
#include <string_view>

namespace forcewire {

/// Common units in Hartree atomic units: `3.4 * units::angstrom` is a length in bohr, and
/// `length / units::angstrom` one in angstrom.
///
/// All follow from the CODATA 2018 values of the Bohr radius and the Hartree energy (E. Tiesinga,
/// P. J. Mohr, D. B. Newell and B. N. Taylor, Rev. Mod. Phys. 93, 025010 (2021)) and from the
/// constants that define the SI since 2019, which are exact.
namespace units {

namespace codata_2018 {
inline constexpr double bohr_radius = 5.29177210903e-11;           ///< [m]
inline constexpr double hartree_energy = 4.3597447222071e-18;      ///< [J]
inline constexpr double elementary_charge = 1.602176634e-19;       ///< [C], exact
inline constexpr double boltzmann_constant = 1.380649e-23;         ///< [J/K], exact
inline constexpr double avogadro_constant = 6.02214076e23;         ///< [1/mol], exact
inline constexpr double thermochemical_calorie = 4.184;            ///< [J], by definition
inline constexpr double atomic_mass_constant = 1.66053906660e-27;  ///< [kg]
}  // namespace codata_2018

inline constexpr double bohr = 1;
inline constexpr double angstrom = 1e-10 / codata_2018::bohr_radius;
inline constexpr double nanometre = 1e-9 / codata_2018::bohr_radius;
inline constexpr double picometre = 1e-12 / codata_2018::bohr_radius;

inline constexpr double hartree = 1;
inline constexpr double rydberg = 0.5;
inline constexpr double electronvolt = codata_2018::elementary_charge / codata_2018::hartree_energy;
/// k_B times one kelvin.
inline constexpr double kelvin = codata_2018::boltzmann_constant / codata_2018::hartree_energy;
inline constexpr double kilojoule_per_mole =
    1e3 / codata_2018::avogadro_constant / codata_2018::hartree_energy;
inline constexpr double kilocalorie_per_mole =
    codata_2018::thermochemical_calorie * kilojoule_per_mole;
inline constexpr double joule = 1 / codata_2018::hartree_energy;
/// A mass of one dalton times the square of one angstrom per picosecond.
inline constexpr double dalton_angstrom2_per_picosecond2 =
    codata_2018::atomic_mass_constant * (1e-20 / 1e-24) * joule;

}  // namespace units

/// What kind of quantity a number is.
enum class Dimension { length, energy };

/// A unit that users may write behind a number.
struct Unit {
  std::string_view name;
  Dimension dimension;
  double size;  ///< in atomic units
};

/// All units that users may write; of each dimension the atomic unit comes first.
std::span<const Unit> known_units();

/// A length or an energy, and the unit it was given in, so that users see their own number again.
struct Quantity {
  double value;      ///< in atomic units
  const Unit* unit;  ///< one of `known_units`
};

/// Reads a number with an optional unit, `3.405angstrom` or `120 K`; a bare number is in atomic
/// units. The exponent may be Fortran's, `1d-3`. Independent of the locale.
///
/// @param origin where the text stands, for errors: `option sigma of model lj`
/// @throws ModelError when `text` is no finite number, or its unit is unknown or another
/// dimension's
Quantity parse_quantity(std::string_view text, Dimension dimension, std::string_view origin);

/// The value in atomic units and, if different, in its own unit: `6.43452 bohr (3.405 angstrom)`.
std::string to_string(const Quantity& quantity);

}  // namespace forcewire
