#pragma once

#include <KIM_EnergyUnit.hpp>
#include <KIM_LengthUnit.hpp>

namespace forcewire {

/// Size of a unit of KIM's [bohr].
/// @throws ModelError when it is none that has a size
double size_of(KIM::LengthUnit unit);

/// Size of a unit of KIM's [hartree].
/// @throws ModelError when it is none that has a size
double size_of(KIM::EnergyUnit unit);

}  // namespace forcewire
