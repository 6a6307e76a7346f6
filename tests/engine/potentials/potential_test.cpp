#include "engine/potentials/potential.hpp"

#include <gmock/gmock.h>

#include <array>

#include "engine/parallel/fewest_atoms.hpp"

namespace forcewire {
namespace {

/// Three species that do not interact.
class Ideal : public Potential {
 public:
  double cutoff() const override { return 1; }
  LocalSums compute(const LocalSystem&, std::span<double>) override { return {}; }
  int species_count() const override { return 3; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }
};

TEST(Potential, IsNoPairPotentialUnlessItSaysSo) {
  EXPECT_EQ(Ideal().pair_energy(0, 1, 0.5), std::nullopt);
  EXPECT_EQ(Ideal().why_fully_periodic(), std::nullopt);
  EXPECT_EQ(Ideal().tail({}, 1).energy, 0);
}

/// Atoms that take long.
class Slow : public Ideal {
 public:
  explicit Slow(double microseconds) : microseconds_(microseconds) {}
  double microseconds_per_atom() const override { return microseconds_; }

 private:
  double microseconds_;
};

TEST(FewestAtoms, AreWorthWakingASecondRank) {
  EXPECT_EQ(fewest_atoms(Ideal()).shared, 1000U);
  EXPECT_EQ(fewest_atoms(Slow(3)).shared, 34U);
  EXPECT_EQ(fewest_atoms(Slow(350)).shared, 2U);  // one cannot be shared
  EXPECT_EQ(fewest_atoms(Slow(1e-300)).shared, 1'000'000'000U);
}

TEST(FewestAtoms, AreWorthOneMoreRank) {
  EXPECT_EQ(fewest_atoms(Ideal()).each, 100U);
  EXPECT_EQ(fewest_atoms(Ideal()).each_of_several_nodes, 4000U);
  EXPECT_DOUBLE_EQ(fewest_atoms(Ideal()).sent, 0.02);
  EXPECT_EQ(fewest_atoms(Slow(40)).each, 1U);
  EXPECT_EQ(fewest_atoms(Slow(40)).each_of_several_nodes, 10U);
  EXPECT_DOUBLE_EQ(fewest_atoms(Slow(40)).sent, 0.00005);
}

/// Atoms that ask for lists of their own.
class ByAtom : public Slow {
 public:
  using Slow::Slow;
  std::vector<AtomListKind> atom_lists() const override { return {{cutoff(), false, false}}; }
};

TEST(ListBuildCost, IsInForcesWhereRowsAreComputedToTheirEnd) {
  EXPECT_EQ(list_build_cost(Ideal()), 4) << "of Lennard-Jones";
  EXPECT_DOUBLE_EQ(list_build_cost(Slow(5)), 0.08);
  for (const double microseconds : {0.5, 12.5, 350.0}) {
    EXPECT_EQ(list_build_cost(ByAtom(microseconds)), 1) << "who leaves out what is too far";
  }
}

TEST(AtomsOfEachSpecies, AreCounted) {
  const std::array<std::int32_t, 5> species{2, 0, 2, 2, 0};
  EXPECT_THAT(atoms_of_each_species(Ideal(), species, 5), testing::ElementsAre(2, 0, 3));
  EXPECT_THAT(atoms_of_each_species(Ideal(), {}, 5), testing::ElementsAre(5, 0, 0));
}

}  // namespace
}  // namespace forcewire
