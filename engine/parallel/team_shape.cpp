#include "engine/parallel/team_shape.hpp"

#include <cmath>
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
  // In atoms: those of a rank, and what it costs to have the others.
  const auto cost = [&](const TeamShape& shape) {
    const double of_node = static_cast<double>(shape.ranks) / shape.nodes;
    return static_cast<double>(natoms) / shape.ranks +
           static_cast<double>(fewest.each) * std::log2(of_node) +
           static_cast<double>(fewest.each_of_several_nodes) * std::log2(shape.nodes) +
           (shape.nodes > 1 ? fewest.sent * static_cast<double>(natoms) : 0);
  };
  std::size_t best = 0;
  for (std::size_t team = 1; team < shapes.size(); ++team) {
    if (cost(shapes[team]) <= cost(shapes[best])) best = team;
  }
  return best;
}

std::size_t team_for(std::size_t natoms, std::span<const TeamShape> shapes,
                     const FewestAtoms& fewest, std::size_t last) {
  const std::size_t team = team_for(natoms, shapes, fewest);
  if (team == 0 || team >= last) return team;  // the root alone need not be gathered
  return team_for(natoms + natoms / 2, shapes, fewest) >= last ? last : team;
}

}  // namespace forcewire
