#include "engine/potentials/lennard_jones_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "engine/potentials/errors.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;
using testing::ThrowsMessage;

LennardJonesTable read(std::string_view text) {
  return LennardJonesTable::read(TemporaryFile(text).path());
}

/// What is wrong with `text`, without the folder of the file.
std::string error_of(std::string_view text) {
  const TemporaryFile file(text);
  try {
    LennardJonesTable::read(file.path());
  } catch (const ModelError& error) {
    const std::string_view message = error.what();
    EXPECT_THAT(message, StartsWith(file.path() + ":"));
    return std::string(message.substr(file.path().size() + 1));
  }
  return "no error";
}

constexpr std::string_view two_species = R"([species.Ar]
sigma = "3.405 angstrom"
epsilon = 3.8e-4
[species.Kr]
sigma = 7
epsilon = "164 K"
)";

TEST(LennardJonesTable, HoldsWhatTheFileSays) {
  const LennardJonesTable table =
      read("mixing = 'geometric'\ncutoff = '10 angstrom'\n" + std::string(two_species) +
           "[pair.Kr-Ar]\nepsilon = '138 K'\nswitch-on = 15\n");
  EXPECT_EQ(table.mixing, Mixing::geometric);
  EXPECT_EQ(table.cutoff.value().text, "10 angstrom");
  EXPECT_FALSE(table.tail);
  ASSERT_EQ(table.species.size(), 2u);
  EXPECT_EQ(table.species.at("Ar").sigma.text, "3.405 angstrom");
  EXPECT_THAT(table.species.at("Ar").sigma.origin, EndsWith(":4: species.Ar.sigma"));
  EXPECT_EQ(table.species.at("Kr").sigma.text, "7");
  EXPECT_EQ(table.pair("Ar", "Kr").epsilon.value().text, "138 K");
  EXPECT_EQ(table.pair("Kr", "Ar").switch_on.value().text, "15");
  EXPECT_FALSE(table.pair("Ar", "Kr").sigma);
  EXPECT_FALSE(table.pair("Ar", "Ar").cutoff);
}

TEST(LennardJonesTable, KeepsNumbersExactly) {
  const LennardJonesTable table =
      read("[species.X]\nsigma = 0.1\nepsilon = 3.7938412345678901e-4\n");
  EXPECT_EQ(table.species.at("X").sigma.quantity(Dimension::length).value, 0.1);
  EXPECT_EQ(table.species.at("X").epsilon.quantity(Dimension::energy).value, 3.7938412345678901e-4);
}

TEST(LennardJonesTable, NamesAFileThatCannotBeRead) {
  EXPECT_THAT([] { LennardJonesTable::read("/nowhere/argon.toml"); },
              ThrowsMessage<ModelError>(StartsWith("/nowhere/argon.toml: ")));
}

TEST(LennardJonesTable, NamesTheLineThatIsNoToml) {
  EXPECT_THAT(error_of("[species.Ar]\nsigma = 3.4angstrom\n"), StartsWith("2: "));
}

TEST(LennardJonesTable, RefusesKeysItDoesNotKnow) {
  EXPECT_EQ(error_of("cut = 3\n" + std::string(two_species)),
            "1: cut: unknown key, expected one of mixing, cutoff, truncation, switch-on, tail, "
            "species, pair");
  EXPECT_THAT(error_of("[species.Ar]\nsigma = 1\nepsilom = 2\n"),
              StartsWith("3: species.Ar.epsilom: unknown key, expected one of sigma, epsilon (did "
                         "you mean 'epsilon'?)"));
  EXPECT_THAT(error_of(std::string(two_species) + "[pair.Ar-Kr]\nshift = 1\n"),
              StartsWith("8: pair.Ar-Kr.shift: unknown key"));
  EXPECT_THAT(error_of("mixing = 'kong'\n" + std::string(two_species)),
              StartsWith("1: mixing: unknown 'kong', expected one of lorentz-berthelot, geometric, "
                         "explicit"));
}

TEST(LennardJonesTable, RefusesWhatIsNoValue) {
  EXPECT_EQ(error_of("tail = true\n" + std::string(two_species)),
            "1: tail: expected a number, or text in quotes such as \"3.4 angstrom\"");
  EXPECT_EQ(error_of("species = 3\n"), "1: species: expected a table [species.NAME]");
  EXPECT_EQ(error_of("[species]\nAr = 3\n"), "2: species.Ar: expected a table [species.Ar]");
}

TEST(LennardJonesTable, NeedsASpeciesWithSigmaAndEpsilon) {
  EXPECT_EQ(error_of("cutoff = 3\n"),
            " expected a table [species.NAME] for each species, got none");
  EXPECT_EQ(error_of("[species.Ar]\nsigma = 1\n"), "1: species.Ar: epsilon is missing");
}

TEST(LennardJonesTable, RefusesPairsThatAreNone) {
  const std::string species(two_species);
  EXPECT_EQ(error_of(species + "[pair.Ar]\ncutoff = 1\n"),
            "7: pair.Ar: expected two species joined by '-', as in [pair.Ar-Kr]");
  EXPECT_EQ(error_of(species + "[pair.Ar-Xe]\ncutoff = 1\n"),
            "7: pair.Ar-Xe: there is no [species.Xe], expected one of Ar, Kr");
  EXPECT_EQ(error_of(species + "[pair.Ar-Ar]\nsigma = 1\n"),
            "7: pair.Ar-Ar: sigma and epsilon of like atoms belong under [species.Ar]");
  EXPECT_THAT(error_of(species + "[pair.Ar-Kr]\ncutoff = 1\n[pair.Kr-Ar]\ncutoff = 1\n"),
              testing::AllOf(StartsWith("9: pair.Kr-Ar: this pair has an entry already, "),
                             EndsWith(":7: pair.Ar-Kr")));
  EXPECT_THAT(error_of("[species.Ar-1]\nsigma = 1\nepsilon = 1\n"),
              StartsWith("1: species.Ar-1: the name of a species must not hold '-'"));
}

}  // namespace
}  // namespace forcewire
