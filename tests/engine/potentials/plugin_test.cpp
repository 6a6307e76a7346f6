#include "engine/potentials/plugin.hpp"
#include "engine/parallel/fewest_atoms.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <cmath>
#include <string>
#include <vector>

#include "engine/kernels/simd.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/plugin_values.hpp"
#include "engine/potentials/registry.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::DoubleNear;
using testing::HasSubstr;
using testing::Optional;
using testing::ThrowsMessage;

/// The path of a plug-in of these tests.
std::string plugin(const std::string& name) {
  return std::string(FORCEWIRE_TEST_PLUGINS) + "/" + name + ".so";
}

Model make(const std::string& name, const std::string& options = "") {
  return make_model({plugin(name), options, {}});
}

auto refuses(const std::string& why) { return ThrowsMessage<ModelError>(HasSubstr(why)); }

TEST(Plugin, InPlainCIsUnderstood) {
  const Model model = make("faulty_NO_FAULT", "k=2eV/angstrom^2");
  EXPECT_EQ(model.potential->cutoff(), 5);
  EXPECT_EQ(model.potential->species_count(), 1);
  EXPECT_EQ(model.foreign_name, "plug-in faulty (" + plugin("faulty_NO_FAULT") + ")");
  const ModelInfo info = find_model(plugin("faulty_NO_FAULT"));
  EXPECT_EQ(info.name, "faulty");
  EXPECT_THAT(info.help, HasSubstr("k=QUANTITY           stiffness [hartree*bohr^-2] (default 1)"));
}

TEST(Plugin, ThatIsNoneIsRefusedWithThePath) {
  EXPECT_THAT(
      [] {
        make_model({"./nothing.so", "", {}});
      },
      ThrowsMessage<ModelError>(
          AllOf(HasSubstr("./nothing.so"), HasSubstr("cannot open shared object"))));
  const TemporaryFile text("no shared object");
  EXPECT_THAT([&] { make_model({text.path(), "", {}}); }, refuses("cannot load the potential"));
  EXPECT_THAT([] { make_model({"libm.so.6/..", "", {}}); }, refuses("cannot load the potential"));
  EXPECT_THAT(
      [] {
        make_model({FORCEWIRE_SOME_LIBRARY, "", {}});
      },
      refuses("is no potential for forcewire: it has no function forcewire_get_plugin"));
}

TEST(Plugin, OfAnotherVersionIsRefusedWithBothVersions) {
  EXPECT_THAT([] { make("faulty_OTHER_VERSION"); },
              refuses("version 5 of the interface for potentials, this forcewire has version 4"));
}

TEST(Plugin, ThatDoesNotSayAllItMustIsRefused) {
  EXPECT_THAT([] { make("faulty_NO_NAME"); }, refuses("it has no name"));
  EXPECT_THAT([] { make("faulty_NO_COMPUTE"); },
              refuses("it has neither compute nor compute_atoms"));
  EXPECT_THAT([] { make("faulty_BAD_KEY"); }, refuses("option 'k:1' has a key that cannot be"));
  EXPECT_THAT([] { make("faulty_SAME_KEYS"); }, refuses("two of its options have the key k"));
  EXPECT_THAT([] { make("faulty_BAD_KIND"); }, refuses("option k is of a kind that does not"));
  EXPECT_THAT([] { make("faulty_BAD_SPECIES"); }, refuses("option k belongs to 3 species"));
  EXPECT_THAT([] { make("faulty_TEXT_OF_SPECIES"); },
              refuses("option word is a text, which is one for all species, but belongs to 1"));
  EXPECT_THAT([] { make("faulty_NEGATIVE_COST"); }, refuses("its microseconds_per_atom are -1"));
  EXPECT_THAT([] { make("faulty_LISTS_OF_PAIRS"); }, refuses("compute, for pairs, and says which"));
}

TEST(Plugin, ThatCannotBeMadeIsRefused) {
  EXPECT_THAT([] { make("faulty_CREATE_FAILS"); }, refuses("k is too soft"));
  EXPECT_THAT([] { make("faulty_ZERO_CUTOFF"); }, refuses("its cutoff is 0 bohr"));
  EXPECT_THAT([] { make("faulty_INFINITE_CUTOFF"); }, refuses("its cutoff is inf bohr"));
  EXPECT_THAT([] { make("faulty_NO_FAULT", "stiff=1"); }, refuses("unknown option 'stiff'"));
}

TEST(Plugin, ThatThrowsIsRefusedWithItsText) {
  EXPECT_THAT([] { make("throwing_plugin", "what=no luck,cutoff=5"); }, refuses("no luck"));
  EXPECT_THAT([] { make("throwing_plugin", "what=number,cutoff=5"); },
              refuses("an exception that is no std::exception"));
}

TEST(Plugin, ThatPreparesMoreThanItMayIsRefused) {
  make("throwing_plugin", "what=nothing,cutoff=5");
  EXPECT_THAT([] { make("throwing_plugin", "what=nothing,unused=1,cutoff=5"); },
              refuses("prepare writes more parameters than its parameter_count of 2"));
}

TEST(Plugin, ThatWasCompiledForOtherClustersIsRefused) {
  const Plugin lj(plugin("outside_lennard_jones"));
  const PluginValues values("outside-lj", lj.options(), "1,0.25,2", {});
  const int own = static_cast<int>(cluster_width());
  const int other = own == 4 ? 8 : 4;
  const forcewire_setup setup{1, other, nullptr, values.values().data()};
  void* self = nullptr;
  forcewire_error error{};
  EXPECT_NE(lj.functions().create(&setup, &self, &error), 0);
  EXPECT_EQ(self, nullptr);
  EXPECT_THAT(std::string(error.text),
              HasSubstr(fmt::format("with clusters of {} atoms; those of forcewire on "
                                    "this CPU have {}. Compile it without -march",
                                    own, other)));
}

TEST(Plugin, MayEndAtItsCutoffFromBelow) {
  const Model model = make("throwing_plugin", "what=nothing,end=5,cutoff=5");
  EXPECT_THAT(model.potential->pair_energy(0, 0, 4), Optional(DoubleNear(std::exp(-1.0), 1e-15)));
  make("throwing_plugin", "what=nothing,end=5,cutoff=5,truncation=shift");
}

TEST(Plugin, ThatThrowsWhereItMustNotIsRefusedWithItsText) {
  for (const char* where : {"GET", "CREATE", "CUTOFF", "LIST_COUNT", "KINDS_OF_LISTS"}) {
    SCOPED_TRACE(where);
    EXPECT_THAT([&] { make(std::string("throws_in_") + where); }, refuses("threw: no luck"));
  }
  EXPECT_THAT([] { make("throwing_cutoff"); }, refuses("no cutoff today"));
}

TEST(Plugin, OfPairsRefusesBadCutoffs) {
  const auto lj = [](const char* options) {
    return [=] { make("outside_lennard_jones", options); };
  };
  EXPECT_THAT(lj("sigma=1,epsilon=1"), refuses("option cutoff of model outside-lj is missing"));
  EXPECT_THAT(lj("sigma=1,epsilon=1,cutoff=0"), refuses("expected a cutoff above zero"));
  EXPECT_THAT(lj("sigma=1,epsilon=1,cutoff=-1"), refuses("expected a cutoff above zero"));
  EXPECT_THAT(lj("sigma=1,epsilon=1,cutoff=nan"), refuses("not a finite number"));
  EXPECT_THAT(lj("sigma=1,epsilon=1,cutoff=1,truncation=no"), refuses("expected none or shift"));
  EXPECT_THAT(lj("sigma=1e60,epsilon=1,cutoff=1"), refuses("is no finite number"));
}

TEST(Plugin, KnowsTheEnergyOfAPair) {
  const Model plain = make("outside_lennard_jones", "1,0.25,2");
  EXPECT_DOUBLE_EQ(plain.potential->pair_energy(0, 0, 1.5).value(),
                   std::pow(1.5, -12) - std::pow(1.5, -6));
  EXPECT_EQ(plain.potential->pair_energy(0, 0, 2), 0);
  const Model shifted =
      make("outside_lennard_jones", "sigma=1,epsilon=0.25,cutoff=2,truncation=shift");
  EXPECT_NEAR(shifted.potential->pair_energy(0, 0, 2 - 1e-9).value(), 0, 1e-9);
}

/// One atom of one cluster, which sees nobody.
struct LonelyAtom {
  std::vector<double> atoms;
  std::vector<std::size_t> begin;
  LocalSystem system;

  LonelyAtom() : atoms(4 * cluster_width(), 1e20), begin(cluster_width() + 1, 0) {
    system.width = cluster_width();
    system.owned_clusters = 1;
    system.atoms = atoms;
    system.owned_rows = system.ghost_rows = {begin, {}};
  }

  LocalSums compute(Potential& potential) {
    std::vector<double> forces(system.force_numbers());
    return potential.compute(system, forces);
  }
};

TEST(Plugin, ThatFailsWhileItComputesSaysWhy) {
  const Model failing = make("faulty_COMPUTE_FAILS");
  EXPECT_THAT([&] { LonelyAtom().compute(*failing.potential); },
              ThrowsMessage<PotentialFailure>(AllOf(HasSubstr("too hot"), HasSubstr("faulty ("))));
  const Model endless = make("faulty_ENDLESS_ERROR");
  EXPECT_THAT([&] { LonelyAtom().compute(*endless.potential); },
              ThrowsMessage<PotentialFailure>(HasSubstr("xxx")));
  const auto told_to = [](const char* word) {
    return [=] {
      const Model model = make("faulty_NO_FAULT", std::string("word=") + word);
      LonelyAtom().compute(*model.potential);
    };
  };
  const auto fails = [](const char* why) {
    return ThrowsMessage<PotentialFailure>(HasSubstr(why));
  };
  EXPECT_THAT(told_to("say nothing"), fails("failed: it says no more than that its status is 7"));
  EXPECT_THAT(told_to("say too much"), fails("yyy... (and more, beyond the 1024 characters"));
  EXPECT_THAT(told_to("write behind its error"), fails("wrote outside its error"));
  EXPECT_THAT(told_to("write behind its sums"), fails("wrote outside its sums"));
}

TEST(Plugin, ThatThrowsThePairEnergyOfARequestFailsIt) {
  const Model model = make("throws_in_PAIR_ENERGY");
  EXPECT_THAT([&] { static_cast<void>(model.potential->pair_energy(0, 0, 2)); },
              ThrowsMessage<PotentialFailure>(HasSubstr(".so) threw: no luck")));
}

TEST(Plugin, OfPairsNeedsToSayLittle) {
  const Model model = make("bare_pair", "cutoff=4");
  EXPECT_EQ(model.potential->pair_energy(0, 0, 2), 0.25);
  const ModelInfo info = find_model(plugin("bare_pair"));
  EXPECT_EQ(info.name, "BarePair");
  EXPECT_THAT(info.help, HasSubstr("cutoff=LENGTH"));
}

TEST(Plugin, MaySayWhatAnAtomCosts) {
  EXPECT_EQ(fewest_atoms(*make("faulty_NO_FAULT").potential).shared, 1000U);
  EXPECT_EQ(fewest_atoms(*make("many_body_NO_FAULT").potential).shared, 8U);
  EXPECT_EQ(fewest_atoms(*make("bare_many_body").potential).shared, 4U);
}

TEST(Plugin, ThatForgetsTheEnergyHasNone) {
  const Model model = make("faulty_FORGETS_ENERGY");
  EXPECT_TRUE(std::isnan(LonelyAtom().compute(*model.potential).energy));
}

}  // namespace
}  // namespace forcewire
