#pragma once

#include <string>
#include <string_view>

namespace forcewire {

/// What a quantity is measured in: energy^energy length^length.
struct UnitPowers {
  int energy;
  int length;

  bool operator==(const UnitPowers&) const = default;
};

/// Reads a number with units multiplied, divided and raised to whole powers, `12.5eV*angstrom^6`,
/// `1.2/angstrom` or `3 kJ/mol/nm`; a bare number is in atomic units.
///
/// @param origin where the text stands, for errors: `option C of model buckingham`
/// @return the number in atomic units
/// @throws ModelError when `text` is no finite number, or its units are unknown or others than
///         `powers` says
double parse_product(std::string_view text, UnitPowers powers, std::string_view origin);

/// The atomic unit: `hartree*bohr^6`; nothing for a plain number.
std::string atomic_unit_name(UnitPowers powers);

}  // namespace forcewire
