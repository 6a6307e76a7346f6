// The examples of the models' page work as they stand there.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "engine/potentials/registry.hpp"
#include "engine/potentials/units.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string page() {
  std::ostringstream text;
  text << std::ifstream(FORCEWIRE_MODELS_PAGE).rdbuf();
  return text.str();
}

/// The first block of the page in `language`.
std::string block(const std::string& language) {
  const std::string text = page();
  const std::string fence = "```" + language + "\n";
  const std::size_t begin = text.find(fence) + fence.size();
  return text.substr(begin, text.find("```", begin) - begin);
}

TEST(ModelsPage, HasATableOfArgonAndKryptonThatLoads) {
  const TemporaryFile file(block("toml"));
  const Model model = make_model({"lj", "parameters=" + file.path(), {"Ar", "Kr"}});
  EXPECT_THAT(model.species_names, ElementsAre("Ar", "Kr"));
  EXPECT_NEAR(model.potential->cutoff(), 10 * units::angstrom, 1e-12);
  EXPECT_NEAR(model.potential->pair_energy(0, 0, 3.405 * units::angstrom).value(), 0, 1e-15);
  EXPECT_NEAR(
      model.potential->pair_energy(0, 1, 3.5175 * std::pow(2.0, 1.0 / 6) * units::angstrom).value(),
      -138 * units::kelvin, 1e-15);
}

TEST(ModelsPage, NamesEveryUnit) {
  for (const Unit& unit : known_units()) {
    EXPECT_THAT(page(), HasSubstr("| `" + std::string(unit.name) + "` |"));
  }
}

TEST(ModelsPage, HasOptionsThatAreUnderstood) {
  std::istringstream lines(block("text"));
  int examples = 0;
  for (std::string line; std::getline(lines, line);) {
    const std::string prefix = "-m lj -o ";
    ASSERT_EQ(line.substr(0, prefix.size()), prefix);
    EXPECT_NO_THROW(make_model({"lj", line.substr(prefix.size()), {}})) << line;
    ++examples;
  }
  EXPECT_GE(examples, 3);
}

}  // namespace
}  // namespace forcewire
