#include "engine/parallel/team.hpp"

#include <utility>

namespace forcewire {

Team::Team(Communicator its_ranks, NodeLayout its_nodes, Idle idle, std::size_t piece,
           ReplicaLists its_lists)
    : ranks(std::move(its_ranks)),
      nodes(std::move(its_nodes)),
      announcer(ranks, nodes.node(), idle),
      pieces(nodes, piece),
      exchange(ranks, nodes.node()),
      lists(std::move(its_lists)),
      routes(static_cast<std::size_t>(ReplicaLists::Bounds{}.lists)) {}

}  // namespace forcewire
