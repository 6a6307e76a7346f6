#include "engine/potentials/kim_units.hpp"

#include <gmock/gmock.h>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

TEST(KimUnits, HaveTheSizesOfCodata2018) {
  EXPECT_EQ(size_of(KIM::LENGTH_UNIT::Bohr), 1);
  EXPECT_EQ(size_of(KIM::LENGTH_UNIT::A), units::angstrom);
  EXPECT_DOUBLE_EQ(size_of(KIM::LENGTH_UNIT::nm), 10 * units::angstrom);
  EXPECT_DOUBLE_EQ(size_of(KIM::LENGTH_UNIT::cm), 1e8 * units::angstrom);
  EXPECT_DOUBLE_EQ(size_of(KIM::LENGTH_UNIT::m), 1e10 * units::angstrom);
  EXPECT_EQ(size_of(KIM::ENERGY_UNIT::Hartree), 1);
  EXPECT_EQ(size_of(KIM::ENERGY_UNIT::eV), units::electronvolt);
  EXPECT_EQ(size_of(KIM::ENERGY_UNIT::kcal_mol), units::kilocalorie_per_mole);
  EXPECT_DOUBLE_EQ(size_of(KIM::ENERGY_UNIT::J), 1 / 4.3597447222071e-18);
  EXPECT_DOUBLE_EQ(size_of(KIM::ENERGY_UNIT::erg), 1e-7 / 4.3597447222071e-18);
  // The dalton is 931.49410242 MeV/c^2, and c 299792458 m/s.
  EXPECT_NEAR(size_of(KIM::ENERGY_UNIT::amu_A2_per_ps2) / units::electronvolt,
              931.49410242e6 / (2.99792458e6 * 2.99792458e6), 1e-13);
}

TEST(KimUnits, WithoutASizeAreRefused) {
  EXPECT_THAT([] { size_of(KIM::LENGTH_UNIT::unused); },
              ThrowsMessage<ModelError>(HasSubstr("unit of length 'unused'")));
  EXPECT_THAT([] { size_of(KIM::ENERGY_UNIT::unused); },
              ThrowsMessage<ModelError>(HasSubstr("unit of energy 'unused'")));
}

}  // namespace
}  // namespace forcewire
