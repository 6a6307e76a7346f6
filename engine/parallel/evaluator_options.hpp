#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "engine/geometry/periodicity.hpp"
#include "engine/parallel/fewest_atoms.hpp"
#include "engine/parallel/idle.hpp"

namespace forcewire {

struct EvaluatorOptions {
  Periodicity periodicity;            ///< which axes are periodic; default: by the lattice vectors
  std::vector<std::int32_t> species;  ///< of each atom; empty = all of species 0
  std::optional<double> skin;         ///< of all lists [bohr]; default: see Skin
  int pretended_nodes = 0;            ///< split the ranks into this many nodes; 0 = the real ones
  Idle idle = Idle::automatic;        ///< how ranks wait for the root
  FewestAtoms fewest_atoms;           ///< for more ranks; default: all share all structures
  /// Results are the same in every bit for any number of ranks and nodes, any lattice vectors added
  /// to positions, and whatever was evaluated before; for pair potentials. See ReproduciblePairs,
  /// and PositionGrid for how positions are rounded. (On CPUs of one kind: other instruction sets
  /// round otherwise.) Without it, a sequence of requests that is repeated on the same ranks has
  /// the same results: nothing in here is chosen by the clock.
  bool reproducible = false;
  /// Longer arrays go from node to node in pieces of so many numbers. A mebibyte: an order to all
  /// ranks, which each costs besides, takes little of the time in which a socket or a network moves
  /// so many bytes; and the one piece that overlaps with nothing is little of an array for which
  /// all this is worth while.
  std::size_t piece = (std::size_t{1} << 20) / sizeof(double);
};

}  // namespace forcewire
