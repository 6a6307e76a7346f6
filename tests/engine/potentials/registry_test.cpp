#include "engine/potentials/registry.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/lennard_jones_parameters.hpp"
#include "engine/potentials/units.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::ThrowsMessage;

TEST(Registry, MakesLennardJonesOfOneSpeciesWhateverTheTemplateSays) {
  const Model model = make_model({"lj", "5,1e-3,15", {"Ar", "Kr", "Ar"}});
  EXPECT_EQ(model.potential->cutoff(), 15);
  EXPECT_EQ(model.potential->species_count(), 1);
  EXPECT_THAT(model.species, IsEmpty());
  EXPECT_THAT(model.species_names, IsEmpty());
}

TEST(Registry, GivesEachAtomOfAMixtureItsSpecies) {
  const TemporaryFile file(
      "cutoff = 15\n[species]\nAr = {sigma = 6, epsilon = 4e-4}\nKr = {sigma = 7, epsilon = "
      "5e-4}\n");
  const Model model = make_model({"lj", "parameters=" + file.path(), {"Kr", "Ar", "Ar", "Kr"}});
  EXPECT_EQ(model.potential->species_count(), 2);
  EXPECT_THAT(model.species_names, ElementsAre("Kr", "Ar"));
  EXPECT_THAT(model.species, ElementsAre(0, 1, 1, 0));
}

TEST(Registry, AnswersForTheModelsThatItHas) {
  EXPECT_EQ(make_model({"lj", "5,1e-3,15", {}}).foreign_name, "");
  EXPECT_EQ(make_model({"morse", "depth=1,a=1,r0=1,cutoff=5", {}}).foreign_name, "");
}

TEST(Registry, NamesItsModelsWhenOneIsUnknown) {
  EXPECT_THAT(
      [] {
        make_model({"ljj", "5,1e-3,15", {}});
      },
      ThrowsMessage<ModelError>(
          "unknown model 'ljj', expected one of lj, morse, buckingham, table, kim, "
          "or the path of a potential of your own, as in ./morse.so"));
}

TEST(Registry, ExplainsEveryOptionAndUnit) {
  const auto lj = std::ranges::find(models(), "lj", &ModelInfo::name);
  ASSERT_NE(lj, models().end());
  EXPECT_THAT(std::string(lj->summary), HasSubstr("Lennard-Jones"));
  const std::string help(lj->help);
  for (const std::string_view key : LennardJonesParameters::option_keys) {
    EXPECT_THAT(help, HasSubstr("  " + std::string(key) + "="));
  }
  for (const Unit& unit : known_units()) EXPECT_THAT(help, HasSubstr(std::string(unit.name)));
}

}  // namespace
}  // namespace forcewire
