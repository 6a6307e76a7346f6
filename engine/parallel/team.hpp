#pragma once

#include <cstddef>
#include <vector>

#include "engine/neighbor/part.hpp"
#include "engine/neighbor/replica_lists.hpp"
#include "engine/parallel/announcer.hpp"
#include "engine/parallel/communicator.hpp"
#include "engine/parallel/force_exchange.hpp"
#include "engine/parallel/idle.hpp"
#include "engine/parallel/node_layout.hpp"
#include "engine/parallel/position_pieces.hpp"

namespace forcewire {

/// Ranks that compute structures together, and what this one of them keeps for that. The root of
/// the world is the root of each team.
struct Team {
  /// @param piece see PositionPieces
  /// @param lists empty ones, of this rank
  /// @collective over `ranks`
  Team(Communicator ranks, NodeLayout nodes, Idle idle, std::size_t piece, ReplicaLists lists);

  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  bool is_shared() const { return ranks.size() > 1; }
  bool spans_nodes() const { return nodes.node_count() > 1; }

  /// What this rank computes.
  Part part() const { return {ranks.rank(), ranks.size()}; }

  /// What it does of that which the ranks of each node do together.
  Part part_of_node() const { return {nodes.node().rank(), nodes.node().size()}; }

  Communicator ranks;
  NodeLayout nodes;
  Announcer announcer;
  PositionPieces pieces;
  ForceExchange exchange;
  ReplicaLists lists;                         // of this rank's parts of structures
  std::vector<ForceExchange::Routes> routes;  // by number of the list
  bool is_solo = false;                       // of the root, though there are other ranks
};

}  // namespace forcewire
