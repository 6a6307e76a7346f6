#include "engine/potentials/potential.hpp"

#include <gmock/gmock.h>

#include <array>

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

TEST(FewestShared, AreThoseWhoAreWorthWakingASecondRank) {
  EXPECT_EQ(fewest_shared(Ideal()), 1000U);
  EXPECT_EQ(fewest_shared(Slow(3)), 34U);
  EXPECT_EQ(fewest_shared(Slow(350)), 2U);  // one cannot be shared
  EXPECT_EQ(fewest_shared(Slow(1e-300)), 1'000'000'000U);
}

TEST(AtomsOfEachSpecies, AreCounted) {
  const std::array<std::int32_t, 5> species{2, 0, 2, 2, 0};
  EXPECT_THAT(atoms_of_each_species(Ideal(), species, 5), testing::ElementsAre(2, 0, 3));
  EXPECT_THAT(atoms_of_each_species(Ideal(), {}, 5), testing::ElementsAre(5, 0, 0));
}

}  // namespace
}  // namespace forcewire
