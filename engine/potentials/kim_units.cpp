#include "engine/potentials/kim_units.hpp"

#include <fmt/format.h>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

double size_of(KIM::LengthUnit unit) {
  namespace kim = KIM::LENGTH_UNIT;
  if (unit == kim::A) return units::angstrom;
  if (unit == kim::Bohr) return units::bohr;
  if (unit == kim::nm) return units::nanometre;
  if (unit == kim::cm) return 1e7 * units::nanometre;
  if (unit == kim::m) return 1e9 * units::nanometre;
  throw ModelError(
      fmt::format("unit of length '{}', expected A, Bohr, nm, cm or m", unit.ToString()));
}

double size_of(KIM::EnergyUnit unit) {
  namespace kim = KIM::ENERGY_UNIT;
  if (unit == kim::eV) return units::electronvolt;
  if (unit == kim::Hartree) return units::hartree;
  if (unit == kim::kcal_mol) return units::kilocalorie_per_mole;
  if (unit == kim::J) return units::joule;
  if (unit == kim::erg) return 1e-7 * units::joule;
  if (unit == kim::amu_A2_per_ps2) return units::dalton_angstrom2_per_picosecond2;
  throw ModelError(
      fmt::format("unit of energy '{}', expected eV, Hartree, kcal_mol, J, erg or amu_A2_per_ps2",
                  unit.ToString()));
}

}  // namespace forcewire
