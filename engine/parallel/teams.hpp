#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/fewest_atoms.hpp"
#include "engine/parallel/node_layout.hpp"
#include "engine/parallel/team.hpp"
#include "engine/parallel/team_shape.hpp"

namespace forcewire {

/// The teams that structures are shared out to, by their number of atoms: few atoms are for few
/// ranks, since more would wait for each other longer than they compute.
///
/// A team is made when it is needed for the first time: most runs need one of them.
class Teams {
 public:
  /// Makes a team on the ranks that are in it. @collective over these
  using Make = std::function<std::unique_ptr<Team>(Communicator ranks, NodeLayout nodes)>;

  /// @param pretended_nodes see NodeLayout
  /// @collective over `world`, which is kept by reference
  Teams(const Communicator& world, int pretended_nodes, const FewestAtoms& fewest, Make make);

  /// The number of the team for so many atoms, after that of number `last`, or 0.
  std::size_t number_for(std::size_t natoms, std::size_t last) const {
    return team_for(natoms, shapes_, fewest_, last);
  }

  const TeamShape& shape(std::size_t number) const { return shapes_[number]; }

  std::size_t number_of_all() const { return shapes_.size() - 1; }

  /// That of all ranks.
  Team& all() { return *teams_.back(); }
  const Team& all() const { return *teams_.back(); }

  /// That of this number, or null on ranks that are not in it. (0, the root alone, is there from
  /// the start, as that of all is.)
  /// @collective over the world the first time
  Team* find(std::size_t number);

 private:
  const Communicator& world_;
  Make make_;
  FewestAtoms fewest_;
  std::vector<TeamShape> shapes_;
  std::vector<std::unique_ptr<Team>> teams_;  // by number
  std::vector<bool> made_;
};

}  // namespace forcewire
