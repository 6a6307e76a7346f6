#include "engine/potentials/plugin_values.hpp"

#include <gmock/gmock.h>

#include <array>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/units.hpp"
#include "forcewire/options.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

constexpr std::array options{per_pair(energy_option("depth", "of the well")),
                             length_option("r0", "where it is", "2angstrom"),
                             text_option("file", "a path", "none")};

PluginValues values(std::string_view text, std::vector<std::string> species = {}) {
  return {"morse", options, text, species};
}

TEST(PluginValues, AreInAtomicUnits) {
  const PluginValues given = values("depth=1eV,r0=3,file=a.dat");
  EXPECT_EQ(given.values()[0].numbers[0], units::electronvolt);
  EXPECT_EQ(given.values()[1].numbers[0], 3);
  EXPECT_STREQ(given.values()[2].text, "a.dat");
  EXPECT_THAT(given.description(), Contains(Pair("depth", "0.0367493 hartree (1eV)")));
}

TEST(PluginValues, HaveDefaults) {
  const PluginValues given = values("0.5");
  EXPECT_EQ(given.values()[0].numbers[0], 0.5);
  EXPECT_EQ(given.values()[1].numbers[0], 2 * units::angstrom);
  EXPECT_STREQ(given.values()[2].text, "none");
}

TEST(PluginValues, OfAPairGoBeforeThoseOfAll) {
  const PluginValues given = values("depth=1,depth:Ni-Al=2", {"Al", "Ni"});
  const double* depth = given.values()[0].numbers;
  EXPECT_EQ(std::vector<double>(depth, depth + 4), (std::vector<double>{1, 2, 2, 1}));
  EXPECT_THAT(given.description(), Contains(Pair("depth Al-Ni", "2 hartree")));
}

TEST(PluginValues, OfASpeciesGoBeforeThoseOfAll) {
  const std::vector<std::string> species{"Al", "Ni"};
  constexpr std::array charge{per_species(number_option("charge", "of a nucleus"))};
  const PluginValues given("ions", charge, "charge=1,charge:Ni=2", species);
  const double* numbers = given.values()[0].numbers;
  EXPECT_EQ(std::vector<double>(numbers, numbers + 2), (std::vector<double>{1, 2}));
  EXPECT_THAT(given.description(), Contains(Pair("charge Ni", "2")));
  EXPECT_THAT([&] { PluginValues("ions", charge, "charge:Ni=2", species); },
              ThrowsMessage<ModelError>(HasSubstr("give charge or charge:Al")));
}

TEST(PluginValues, MayBeGivenPairByPair) {
  const PluginValues given = values("depth:A-A=1,depth:A-B=2,depth:B-B=3", {"A", "B"});
  EXPECT_EQ(given.values()[0].numbers[3], 3);
}

TEST(PluginValues, RefuseWhatIsWrong) {
  const auto refuses = [](std::string_view text, const char* why,
                          std::vector<std::string> species = {}) {
    EXPECT_THAT([&] { values(text, species); }, ThrowsMessage<ModelError>(HasSubstr(why))) << text;
  };
  refuses("", "option depth of model morse is missing");
  refuses("dept=1", "did you mean 'depth'?");
  refuses("depth=1,depth=2", "given twice");
  refuses("depth=1angstrom", "option depth of model morse: '1angstrom'");
  refuses("depth:A-B=1", "unknown option 'depth:A-B'");
  refuses("depth=1,depth:A-C=1", "unknown option 'depth:A-C'", {"A", "B"});
  refuses("depth=1,depth:A-B=1,depth:B-A=2", "the same pair", {"A", "B"});
  refuses("depth:A-A=1,depth:B-B=1", "give depth or depth:A-B", {"A", "B"});
}

}  // namespace
}  // namespace forcewire
