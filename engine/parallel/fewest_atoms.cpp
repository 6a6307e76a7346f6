#include "engine/parallel/fewest_atoms.hpp"

#include <algorithm>
#include <cmath>

#include "engine/potentials/potential.hpp"

namespace forcewire {

FewestAtoms fewest_atoms(const Potential& potential) {
  // Microseconds. The ranks of a node meet some five times in a step, which takes a microsecond
  // each time for twice as many ranks: what each of them computes must be worth more. To other
  // nodes all positions have to go, and forces to come back and be added up. By the model of
  // apps/bench/scaling (8 to 128 ranks on each of 1 to 8 nodes, 10 GB/s between them, 0.03 to 0.08
  // ns to add a byte, 1000 to 4 million atoms) the best choice is 15 % faster than this one at
  // most.
  constexpr double waking = 50;
  constexpr double meeting = 10;
  constexpr double meeting_of_nodes = 400;
  constexpr double sending = 0.002;  // an atom
  const auto atoms = [&](double time, double fewest) {
    const double worth_it = std::ceil(time / potential.microseconds_per_atom());
    return static_cast<std::size_t>(std::clamp(worth_it, fewest, 1e9));
  };
  // Of two ranks, each saves half of the time.
  return {atoms(2 * waking, 2), atoms(meeting, 1), atoms(meeting_of_nodes, 1),
          sending / potential.microseconds_per_atom()};
}

}  // namespace forcewire
