#include "engine/parallel/team_shape.hpp"

#include <numeric>

namespace forcewire {

std::vector<TeamShape> team_shapes(std::span<const int> ranks_of_nodes) {
  std::vector<TeamShape> shapes;
  for (int ranks = 1; ranks < ranks_of_nodes.front(); ranks *= 2) shapes.push_back({1, ranks});
  for (std::size_t nodes = 1; nodes < ranks_of_nodes.size(); nodes *= 2) {
    const auto ranks = ranks_of_nodes.first(nodes);
    shapes.push_back({static_cast<int>(nodes), std::reduce(ranks.begin(), ranks.end())});
  }
  shapes.push_back({static_cast<int>(ranks_of_nodes.size()),
                    std::reduce(ranks_of_nodes.begin(), ranks_of_nodes.end())});
  return shapes;
}

std::size_t team_for(std::size_t natoms, std::span<const TeamShape> shapes,
                     const FewestAtoms& fewest) {
  if (natoms < fewest.shared) return 0;
  std::size_t team = shapes.size() - 1;
  for (; team > 0; --team) {
    const TeamShape& shape = shapes[team];
    const std::size_t each = shape.nodes > 1 ? fewest.each_of_several_nodes : fewest.each;
    if (natoms / static_cast<std::size_t>(shape.ranks) >= each) break;
  }
  return team;
}

std::size_t team_for(std::size_t natoms, std::span<const TeamShape> shapes,
                     const FewestAtoms& fewest, std::size_t gathered) {
  const std::size_t team = team_for(natoms, shapes, fewest);
  if (team == 0 || team >= gathered) return team;  // the root alone need not be gathered
  return team_for(natoms + natoms / 2, shapes, fewest) >= gathered ? gathered : team;
}

}  // namespace forcewire
