#include "engine/potentials/units.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <cmath>
#include <limits>
#include <string>

#include "engine/potentials/errors.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::ThrowsMessage;

double length(std::string_view text) {
  return parse_quantity(text, Dimension::length, "option sigma").value;
}

double energy(std::string_view text) {
  return parse_quantity(text, Dimension::energy, "option epsilon").value;
}

// Numbers from the CODATA 2018 table itself (physics.nist.gov/cuu/Constants), not from the
// constants that the code derives them from.
TEST(Units, AgreeWithTheConversionsThatCodataPublishes) {
  EXPECT_NEAR(1 / units::electronvolt, 27.211386245988, 1e-12);         // Hartree energy in eV
  EXPECT_NEAR(units::kelvin / 3.1668115634556e-6, 1, 1e-13);            // kelvin-hartree
  EXPECT_NEAR(1 / units::angstrom, 0.529177210903, 1e-15);              // Bohr radius
  EXPECT_NEAR(1 / units::kilojoule_per_mole, 2625.4996394799, 1e-9);    // E_h N_A
  EXPECT_NEAR(1 / units::kilocalorie_per_mole, 627.50947406306, 1e-9);  // the same / 4.184
}

TEST(ParseQuantity, TakesBareNumbersForAtomicUnits) {
  EXPECT_EQ(length("6.4345"), 6.4345);
  EXPECT_EQ(energy("3.7938e-4"), 3.7938e-4);
  EXPECT_EQ(energy("-1"), -1);
}

TEST(ParseQuantity, KnowsTheUnitsOfChemistry) {
  EXPECT_DOUBLE_EQ(length("3.405angstrom"), 3.405 / 0.529177210903);
  EXPECT_DOUBLE_EQ(length("0.3405nm"), 3.405 / 0.529177210903);
  EXPECT_DOUBLE_EQ(length("340.5pm"), 3.405 / 0.529177210903);
  EXPECT_DOUBLE_EQ(length("2bohr"), 2);
  EXPECT_NEAR(energy("0.0103eV"), 0.0103 / 27.211386245988, 1e-17);
  EXPECT_NEAR(energy("10.3meV"), 0.0103 / 27.211386245988, 1e-17);
  EXPECT_NEAR(energy("120K"), 120 * 3.1668115634556e-6, 1e-17);
  EXPECT_DOUBLE_EQ(energy("1.2e-3hartree"), 1.2e-3);
  EXPECT_DOUBLE_EQ(energy("2.4e-3rydberg"), 1.2e-3);
  EXPECT_NEAR(energy("5kJ/mol"), 5 / 2625.4996394799, 1e-15);
  EXPECT_NEAR(energy("1kcal/mol"), 1 / 627.50947406306, 1e-15);
}

TEST(ParseQuantity, AllowsABlankBeforeTheUnit) {
  EXPECT_EQ(length("3.405 angstrom"), length("3.405angstrom"));
}

// `1e` of `1eV` is the beginning of an exponent, to a careless reader.
TEST(ParseQuantity, TellsExponentsFromUnits) {
  EXPECT_DOUBLE_EQ(energy("1eV"), units::electronvolt);
  EXPECT_DOUBLE_EQ(energy("1e-3eV"), 1e-3 * units::electronvolt);
}

TEST(ParseQuantity, ReadsNumbersAsFortranWritesThem) {
  EXPECT_EQ(energy("1d-3"), 1e-3);
  EXPECT_EQ(energy("1D-3"), 1e-3);
  EXPECT_EQ(energy("-2.5D+02"), -250);
  EXPECT_EQ(length(".5d1"), 5);
  EXPECT_EQ(length("+6.4345"), 6.4345);
  EXPECT_EQ(length("+.5D1"), 5);
  EXPECT_EQ(energy("1d-3eV"), energy("1e-3eV"));
  EXPECT_EQ(energy("+1.5D3 meV"), energy("1.5e3 meV"));
  EXPECT_THAT([] { length("1d999"); },
              ThrowsMessage<ModelError>(HasSubstr("'1d999' does not fit")));
}

TEST(ParseQuantity, TakesDForAnExponentOnlyBeforeDigits) {
  EXPECT_THAT([] { length("1d"); }, ThrowsMessage<ModelError>(HasSubstr("unknown unit 'd'")));
  EXPECT_THAT([] { length("1d-"); }, ThrowsMessage<ModelError>(HasSubstr("unknown unit 'd-'")));
  EXPECT_THAT([] { length("1dm"); }, ThrowsMessage<ModelError>(HasSubstr("unknown unit 'dm'")));
  EXPECT_THAT([] { length("1 d3"); }, ThrowsMessage<ModelError>(HasSubstr("unknown unit 'd3'")));
  EXPECT_THAT([] { length("1e2d3"); }, ThrowsMessage<ModelError>(HasSubstr("unknown unit 'd3'")));
  EXPECT_THAT([] { length("d3"); }, ThrowsMessage<ModelError>(HasSubstr("is not a length")));
}

TEST(ParseQuantity, NamesTheUnitsWhenOneIsUnknown) {
  EXPECT_THAT(
      [] { length("3.4angstroms"); },
      ThrowsMessage<ModelError>(
          "option sigma: '3.4angstroms' has the unknown unit 'angstroms', expected a length, "
          "a number in bohr or with a unit, one of bohr, angstrom, nm, pm (did you mean "
          "'angstrom'?)"));
  EXPECT_THAT([] { energy("1ev"); }, ThrowsMessage<ModelError>(HasSubstr("did you mean 'eV'?")));
  EXPECT_THAT([] { energy("1eV 2"); }, ThrowsMessage<ModelError>(HasSubstr("unit 'eV 2'")));
  EXPECT_THAT([] { length("3,4"); }, ThrowsMessage<ModelError>(HasSubstr("unit ',4'")));
  EXPECT_THAT([] { length("0x10"); }, ThrowsMessage<ModelError>(HasSubstr("unit 'x10'")));
}

TEST(ParseQuantity, RefusesAnotherDimension) {
  EXPECT_THAT([] { length("3.4eV"); },
              ThrowsMessage<ModelError>("option sigma: '3.4eV' is an energy, expected a length, a "
                                        "number in bohr or with a unit, one of bohr, angstrom, nm, "
                                        "pm"));
  EXPECT_THAT([] { energy("3 angstrom"); },
              ThrowsMessage<ModelError>(
                  AllOf(HasSubstr("is a length, expected an energy"), HasSubstr("kcal/mol"))));
}

TEST(ParseQuantity, RefusesWhatIsNoFiniteNumber) {
  for (const char* text :
       {"", "angstrom", "+-3", "-+3", "++3", "--3", "+", "+angstrom", "e5", " 3"}) {
    EXPECT_THAT([&] { length(text); },
                ThrowsMessage<ModelError>(
                    HasSubstr("option sigma: '" + std::string(text) + "' is not a length")));
  }
  for (const char* text : {"inf", "-inf", "nan", "infinity", "nan eV"}) {
    EXPECT_THAT([&] { length(text); }, ThrowsMessage<ModelError>(HasSubstr("not a finite number")));
  }
  EXPECT_THAT([] { length("1e999"); },
              ThrowsMessage<ModelError>("option sigma: '1e999' does not fit into a double"));
  EXPECT_THAT(
      [] { length("1e308angstrom"); },
      ThrowsMessage<ModelError>("option sigma: '1e308angstrom' does not fit into a double"));
}

TEST(ParseQuantity, ReadsBackWhatWasWrittenInAnyUnit) {
  EXPECT_TRUE(rc::check("number and unit survive", [] {
    const double number = *rc::gen::arbitrary<double>();
    const Unit unit =
        *rc::gen::elementOf(std::vector<Unit>(known_units().begin(), known_units().end()));
    const Quantity quantity =
        parse_quantity(fmt::format("{}{}", number, unit.name), unit.dimension, "");
    RC_ASSERT(quantity.value == number * unit.size);
    RC_ASSERT(quantity.unit->name == unit.name);
  }));
}

TEST(QuantityText, ShowsAtomicUnitsAndTheUsersOwn) {
  EXPECT_EQ(to_string(parse_quantity("3.405angstrom", Dimension::length, "")),
            "6.43452 bohr (3.405 angstrom)");
  EXPECT_EQ(to_string(parse_quantity("119.8K", Dimension::energy, "")),
            "0.000379384 hartree (119.8 K)");
  EXPECT_EQ(to_string(parse_quantity("6.5", Dimension::length, "")), "6.5 bohr");
  EXPECT_EQ(to_string(parse_quantity("6.5bohr", Dimension::length, "")), "6.5 bohr");
}

}  // namespace
}  // namespace forcewire
