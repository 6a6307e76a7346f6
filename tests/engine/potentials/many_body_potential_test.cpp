#include "engine/potentials/many_body_potential.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace forcewire {
namespace {

/// Each owned atom has an energy of 1.
class Counting : public ManyBodyPotential {
 public:
  double cutoff() const override { return 1; }
  std::vector<AtomListKind> atom_lists() const override { return {{1, false, false}}; }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }

  LocalSums compute_atoms(const AtomSystem& system, std::span<double>) override {
    LocalSums sums;
    sums.energy = static_cast<double>(system.owned);
    return sums;
  }
};

TEST(ManyBodyPotential, GetsItsMemoryWhenItPrepares) {
  const std::int32_t slot = 0;
  AtomSlots atoms;
  atoms.slot = std::span(&slot, std::size_t{1} << 60);  // more than a vector can say
  LocalSystem system;
  system.by_atom = &atoms;
  EXPECT_THROW(Counting().prepare(system), std::length_error);
}

}  // namespace
}  // namespace forcewire
