#include "engine/potentials/lennard_jones_parameters.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/potentials/errors.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::ThrowsMessage;

LennardJonesParameters read(const std::string& text, const std::vector<std::string>& symbols = {}) {
  const ModelOptions options("lj", text, LennardJonesParameters::option_keys,
                             LennardJonesParameters::bare_options);
  return read_lennard_jones_parameters(options, symbols);
}

TEST(LennardJonesOptions, MeanTheSameWithAndWithoutKeys) {
  for (const char* text : {"5,1e-3,15", "sigma=5,epsilon=1e-3,cutoff=15"}) {
    const LennardJonesParameters parameters = read(text);
    EXPECT_EQ(parameters.truncation, Truncation::none);
    EXPECT_EQ(parameters.tail, TailWish::automatic);
    EXPECT_EQ(parameters.species_count(), 1);
    EXPECT_TRUE(parameters.species.empty());
    ASSERT_EQ(parameters.pairs.size(), 1u);
    EXPECT_EQ(parameters.pair(0, 0).sigma.value, 5);
    EXPECT_EQ(parameters.pair(0, 0).epsilon.value, 1e-3);
    EXPECT_EQ(parameters.pair(0, 0).cutoff.value, 15);
  }
}

TEST(LennardJonesOptions, ChooseTruncationAndTail) {
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,truncation=none").truncation, Truncation::none);
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,truncation=shift").truncation, Truncation::shift);
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,truncation=smooth").truncation, Truncation::smooth);
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,tail=yes").tail, TailWish::yes);
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,tail=no").tail, TailWish::no);
  EXPECT_EQ(read("sigma=5,epsilon=1,cutoff=15,tail=auto").tail, TailWish::automatic);
}

TEST(LennardJonesOptions, SwitchAtNineTenthsOfTheCutoffUnlessTold) {
  const auto switch_on = [](const std::string& text) {
    return read("sigma=5,epsilon=1,cutoff=15,truncation=smooth" + text).pair(0, 0).switch_on.value;
  };
  EXPECT_DOUBLE_EQ(switch_on(""), 13.5);
  EXPECT_DOUBLE_EQ(switch_on(",switch-on=0.5nm"), 0.5 * units::nanometre);
}

TEST(LennardJonesOptions, RefuseWhatCannotBe) {
  EXPECT_THAT(
      [] { read("0,1,15"); },
      ThrowsMessage<ModelError>("option sigma of model lj: expected more than zero, got '0'"));
  EXPECT_THAT(
      [] { read("5,-1,15"); },
      ThrowsMessage<ModelError>("option epsilon of model lj: expected zero or more, got '-1'"));
  EXPECT_THAT(
      [] { read("5,1,-15"); },
      ThrowsMessage<ModelError>("option cutoff of model lj: expected more than zero, got '-15'"));
  EXPECT_THAT([] { read("sigma=5,epsilon=1"); },
              ThrowsMessage<ModelError>(HasSubstr("option cutoff of model lj is missing")));
  EXPECT_THAT([] { read("sigma=5,epsilon=1,cutoff=15,truncation=smoth"); },
              ThrowsMessage<ModelError>(HasSubstr("did you mean 'smooth'?")));
  EXPECT_THAT([] { read("sigma=5,epsilon=1,cutoff=15,tail=maybe"); },
              ThrowsMessage<ModelError>(
                  "option tail of model lj: unknown 'maybe', expected one of auto, yes, no"));
  EXPECT_THAT([] { read("sigma=5,epsilon=1,cutoff=15,truncation=smooth,switch-on=15"); },
              ThrowsMessage<ModelError>("option switch-on of model lj: expected less than the "
                                        "cutoff 15 bohr, got 15 bohr"));
  EXPECT_THAT([] { read("sigma=5,epsilon=1,cutoff=15,switch-on=14"); },
              ThrowsMessage<ModelError>("option switch-on of model lj: it needs truncation=smooth, "
                                        "nothing else has a switch"));
}

/// Options that name a file of three species, `head` before and `tail` behind them.
class LennardJonesFile {
 public:
  explicit LennardJonesFile(const std::string& head, const std::string& tail = "")
      : file_(head + R"(
[species.Ar]
sigma = 6
epsilon = 4e-4
[species.Kr]
sigma = 8
epsilon = 9e-4
[species.Ne]
sigma = 5
epsilon = 1e-4
)" + tail) {}

  LennardJonesParameters read(const std::vector<std::string>& symbols,
                              const std::string& more_options = "") const {
    return forcewire::read("parameters=" + file_.path() + more_options, symbols);
  }

 private:
  TemporaryFile file_;
};

TEST(LennardJonesFile, GivesIndicesToTheSpeciesThatOccur) {
  const LennardJonesFile file("cutoff = 20");
  const LennardJonesParameters parameters = file.read({"Kr", "Ar", "Kr"});
  EXPECT_THAT(parameters.species, ElementsAre("Kr", "Ar"));
  EXPECT_EQ(parameters.species_count(), 2);
  EXPECT_EQ(parameters.pair(0, 0).sigma.value, 8);
  EXPECT_EQ(parameters.pair(1, 1).sigma.value, 6);
}

TEST(LennardJonesFile, MixesByLorentzAndBerthelotUnlessTold) {
  for (const char* head : {"cutoff = 20", "cutoff = 20\nmixing = 'lorentz-berthelot'"}) {
    const LennardJonesParameters parameters = LennardJonesFile(head).read({"Ar", "Kr"});
    EXPECT_DOUBLE_EQ(parameters.pair(0, 1).sigma.value, 7);
    EXPECT_DOUBLE_EQ(parameters.pair(0, 1).epsilon.value, 6e-4);
    EXPECT_DOUBLE_EQ(parameters.pair(1, 0).sigma.value, 7);
    EXPECT_DOUBLE_EQ(parameters.pair(1, 0).epsilon.value, 6e-4);
  }
}

TEST(LennardJonesFile, MixesGeometrically) {
  const LennardJonesParameters parameters =
      LennardJonesFile("cutoff = 20\nmixing = 'geometric'").read({"Ar", "Kr"});
  EXPECT_DOUBLE_EQ(parameters.pair(0, 1).sigma.value, std::sqrt(48.0));
  EXPECT_DOUBLE_EQ(parameters.pair(0, 1).epsilon.value, 6e-4);
}

TEST(LennardJonesFile, PrefersWhatItSaysOfAPair) {
  const LennardJonesFile file("cutoff = 20\ntruncation = 'smooth'", R"(
[pair.Kr-Ar]
epsilon = 5e-4
cutoff = 25
[pair.Ar-Ar]
switch-on = 15
)");
  const LennardJonesParameters parameters = file.read({"Ar", "Kr"});
  EXPECT_DOUBLE_EQ(parameters.pair(0, 1).sigma.value, 7);
  EXPECT_DOUBLE_EQ(parameters.pair(0, 1).epsilon.value, 5e-4);
  EXPECT_DOUBLE_EQ(parameters.pair(0, 1).cutoff.value, 25);
  EXPECT_DOUBLE_EQ(parameters.pair(1, 0).switch_on.value, 22.5);
  EXPECT_DOUBLE_EQ(parameters.pair(0, 0).cutoff.value, 20);
  EXPECT_DOUBLE_EQ(parameters.pair(0, 0).switch_on.value, 15);
  EXPECT_DOUBLE_EQ(parameters.pair(1, 1).switch_on.value, 18);
}

TEST(LennardJonesFile, GivesEachUnlikePairWhenMixingIsExplicit) {
  const LennardJonesFile file("cutoff = 20\nmixing = 'explicit'", R"(
[pair.Ar-Kr]
sigma = 7.1
epsilon = 5e-4
[pair.Ar-Ne]
sigma = 5.3
)");
  const LennardJonesParameters parameters = file.read({"Ar", "Kr"});
  EXPECT_EQ(parameters.pair(0, 1).sigma.value, 7.1);
  EXPECT_EQ(parameters.pair(0, 1).epsilon.value, 5e-4);
  EXPECT_THAT(
      [&] {
        file.read({"Ne", "Kr"});
      },
      ThrowsMessage<ModelError>(
          HasSubstr(": mixing is explicit, so [pair.Ne-Kr] must be there with sigma and epsilon")));
  EXPECT_THAT(
      [&] {
        file.read({"Ar", "Ne"});
      },
      ThrowsMessage<ModelError>(
          HasSubstr(":16: pair.Ar-Ne: mixing is explicit, so [pair.Ar-Ne] must be there")));
}

TEST(LennardJonesFile, SaysTruncationAndTail) {
  const LennardJonesFile file("cutoff = 20\ntruncation = 'shift'\ntail = 'no'");
  EXPECT_EQ(file.read({"Ar"}).truncation, Truncation::shift);
  EXPECT_EQ(file.read({"Ar"}).tail, TailWish::no);
}

TEST(LennardJonesFile, YieldsToTheCommandLine) {
  const LennardJonesFile file("cutoff = 20\ntruncation = 'shift'\ntail = 'no'");
  const LennardJonesParameters parameters =
      file.read({"Ar"}, ",cutoff=1nm,truncation=smooth,switch-on=0.8nm,tail=yes");
  EXPECT_EQ(parameters.pair(0, 0).cutoff.value, units::nanometre);
  EXPECT_EQ(parameters.pair(0, 0).switch_on.value, 0.8 * units::nanometre);
  EXPECT_EQ(parameters.truncation, Truncation::smooth);
  EXPECT_EQ(parameters.tail, TailWish::yes);
}

TEST(LennardJonesFile, RefusesOptionsThatCouldMeanTwoThings) {
  const LennardJonesFile file("cutoff = 20", "[pair.Ar-Kr]\ncutoff = 25\n");
  EXPECT_THAT([&] { file.read({"Ar"}, ",sigma=5"); },
              ThrowsMessage<ModelError>(
                  AllOf(HasSubstr("option sigma of model lj: it cannot stand beside parameters="),
                        HasSubstr("which has one for each species"))));
  EXPECT_THAT(
      [&] {
        file.read({"Ar", "Kr"}, ",cutoff=22");
      },
      ThrowsMessage<ModelError>(
          AllOf(HasSubstr("option cutoff of model lj: it is not clear whether it holds for the "
                          "pair that has its own ("),
                HasSubstr(":12: pair.Ar-Kr.cutoff); give both in the file"))));
  EXPECT_EQ(file.read({"Ar"}, ",cutoff=22").pair(0, 0).cutoff.value, 22);
}

TEST(LennardJonesFile, NeedsParametersForEachAtom) {
  const LennardJonesFile file("cutoff = 20");
  EXPECT_THAT(
      [&] {
        file.read({"Ar", "Xe", "Rn", "Xe"});
      },
      ThrowsMessage<ModelError>(HasSubstr(": no parameters for the species Xe, Rn of the "
                                          "template; add [species.Xe]")));
  EXPECT_THAT([&] { file.read({}); },
              ThrowsMessage<ModelError>(HasSubstr(
                  ": it has 3 species (Ar, Kr, Ne), and nothing says which atom is which; "
                  "pass a structure file with --template")));
}

TEST(LennardJonesFile, NeedsACutoffForEachPair) {
  const LennardJonesFile file("", "[pair.Ar-Ar]\ncutoff = 25\n");
  EXPECT_EQ(file.read({"Ar"}).pair(0, 0).cutoff.value, 25);
  EXPECT_THAT(
      [&] {
        file.read({"Ar", "Kr"});
      },
      ThrowsMessage<ModelError>(
          HasSubstr(": the pair Ar-Kr has no cutoff; put one above the tables, for all pairs, or "
                    "under [pair.Ar-Kr]")));
}

TEST(LennardJonesFile, SaysWhereAWrongValueStands) {
  const LennardJonesFile file("cutoff = '20 K'");
  EXPECT_THAT([&] { file.read({"Ar"}); },
              ThrowsMessage<ModelError>(HasSubstr(":1: cutoff: '20 K' is an energy")));
}

TEST(LennardJonesFile, NeedsNoTemplateForOneSpecies) {
  const TemporaryFile file("cutoff = 20\n[species.Ar]\nsigma = 6\nepsilon = 4e-4\n");
  const LennardJonesParameters parameters = read("parameters=" + file.path());
  EXPECT_THAT(parameters.species, ElementsAre("Ar"));
  EXPECT_EQ(parameters.pair(0, 0).epsilon.value, 4e-4);
}

}  // namespace
}  // namespace forcewire
