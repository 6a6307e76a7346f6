#include "engine/potentials/many_body_potential.hpp"

#include <gmock/gmock.h>

#include <array>
#include <cstddef>
#include <stdexcept>
#include <vector>

namespace forcewire {
namespace {

/// Counts how often it is called.
class Counting : public ManyBodyPotential {
 public:
  explicit Counting(bool is_collective = false) : is_collective_(is_collective) {}

  double cutoff() const override { return 1; }
  std::vector<AtomListKind> atom_lists() const override { return {{1, false, false}}; }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }

  bool is_collective() const override { return is_collective_; }

  LocalSums compute_atoms(const AtomSystem&, std::span<double>) override {
    ++calls;
    LocalSums sums;
    sums.energy = calls;
    return sums;
  }

  int calls = 0;

 private:
  bool is_collective_;
};

TEST(ManyBodyPotential, GetsItsMemoryWhenItPrepares) {
  const std::int32_t slot = 0;
  AtomSlots atoms;
  atoms.slot = std::span(&slot, std::size_t{1} << 60);  // more than a vector can say
  LocalSystem system;
  system.by_atom = &atoms;
  EXPECT_THROW(Counting().prepare(system), std::length_error);
}

TEST(ManyBodyPotential, ComputesNoAtomsOnlyWhereItCommunicates) {
  const AtomSlots no_atoms;
  LocalSystem system;
  system.width = 4;
  system.by_atom = &no_atoms;
  for (const bool is_collective : {false, true}) {
    Counting potential(is_collective);
    potential.prepare(system);
    EXPECT_EQ(potential.compute(system, {}).energy, is_collective ? 1 : 0);
    EXPECT_EQ(potential.calls, is_collective ? 1 : 0);
  }
}

}  // namespace
}  // namespace forcewire
