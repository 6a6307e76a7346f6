#include "engine/potentials/unit_product.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

double product(std::string_view text, UnitPowers powers) {
  return parse_product(text, powers, "option C");
}

TEST(ParseProduct, TakesBareNumbersForAtomicUnits) {
  EXPECT_EQ(product("2.5", {1, 6}), 2.5);
  EXPECT_EQ(product("-1d-3", {0, 0}), -1e-3);
}

TEST(ParseProduct, MultipliesDividesAndRaises) {
  const double a = units::angstrom;
  const double eV = units::electronvolt;
  EXPECT_DOUBLE_EQ(product("175eV*angstrom^6", {1, 6}), 175 * eV * std::pow(a, 6));
  EXPECT_DOUBLE_EQ(product("1.2/angstrom", {0, -1}), 1.2 / a);
  EXPECT_DOUBLE_EQ(product("1.2angstrom^-1", {0, -1}), 1.2 / a);
  EXPECT_DOUBLE_EQ(product("3 kJ/mol / nm", {1, -1}),
                   3 * units::kilojoule_per_mole / units::nanometre);
  EXPECT_DOUBLE_EQ(product("2 eV / angstrom ^ 2", {1, -2}), 2 * eV / (a * a));
  EXPECT_DOUBLE_EQ(product("2 eV/angstrom/angstrom", {1, -2}), 2 * eV / (a * a));
  EXPECT_DOUBLE_EQ(product("5meV", {1, 0}), 5e-3 * eV);
}

TEST(ParseProduct, RefusesWhatItDoesNotUnderstand) {
  const auto refuses = [](std::string_view text, UnitPowers powers, const char* why) {
    EXPECT_THAT([=] { product(text, powers); }, ThrowsMessage<ModelError>(HasSubstr(why))) << text;
  };
  refuses("eV", {1, 0}, "option C: 'eV' is not a number");
  refuses("1e999", {1, 0}, "does not fit");
  refuses("inf", {1, 0}, "not a finite number");
  refuses("1eV", {0, 1}, "expected units such as bohr");
  refuses("1eV*angstrom^5", {1, 6}, "expected units such as hartree*bohr^6");
  refuses("1eV", {0, 0}, "expected a number without a unit");
  refuses("1ev", {1, 0}, "unknown unit 'ev'");
  refuses("1eV*", {1, 1}, "a unit is missing at the end");
  refuses("1eV^x", {1, 0}, "expected a whole number behind ^");
  refuses("1eV^1000", {1, 0}, "expected a whole number behind ^");
  refuses("1eV angstrom", {1, 1}, "expected * or /");
  refuses("1/", {0, -1}, "a unit is missing at the end");
}

TEST(AtomicUnitName, SaysWhatABareNumberIs) {
  EXPECT_EQ(atomic_unit_name({1, 6}), "hartree*bohr^6");
  EXPECT_EQ(atomic_unit_name({0, -1}), "bohr^-1");
  EXPECT_EQ(atomic_unit_name({0, 0}), "");
}

}  // namespace
}  // namespace forcewire
