#include "engine/parallel/teams.hpp"

#include <span>
#include <utility>

namespace forcewire {

namespace {

/// Of each node.
std::vector<int> rank_numbers(const Communicator& world, const NodeLayout& nodes) {
  std::vector<int> numbers(static_cast<std::size_t>(nodes.node_count()), 0);
  for (const int node : world.gather_to_all(nodes.number())) {
    ++numbers[static_cast<std::size_t>(node)];
  }
  return numbers;
}

}  // namespace

Teams::Teams(const Communicator& world, int pretended_nodes, const FewestAtoms& fewest, Make make)
    : world_(world), make_(std::move(make)), fewest_(fewest) {
  NodeLayout nodes(world, pretended_nodes);
  shapes_ = team_shapes(rank_numbers(world, nodes));
  teams_.resize(shapes_.size());
  made_.resize(shapes_.size());
  teams_.back() = make_(Communicator(world.handle()), std::move(nodes));
  made_.back() = true;
  if (shapes_.size() == 1) return;
  if (world.is_root()) {
    Communicator alone = Communicator::self();
    NodeLayout own(alone);
    teams_.front() = make_(std::move(alone), std::move(own));
    teams_.front()->is_solo = true;
  }
  made_.front() = true;
}

Team* Teams::find(std::size_t number) {
  if (!made_[number]) {
    const NodeLayout& nodes = all().nodes;
    const bool is_in_it = shapes_[number].contains(nodes.number(), nodes.node().rank());
    Communicator ranks = world_.split(is_in_it ? 0 : 1);
    if (is_in_it) {
      NodeLayout its_nodes = nodes.among(ranks);
      teams_[number] = make_(std::move(ranks), std::move(its_nodes));
    }
    made_[number] = true;
  }
  return teams_[number].get();
}

}  // namespace forcewire
