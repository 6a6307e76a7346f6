#pragma once

#include <cstddef>
#include <optional>
#include <span>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/shared_array.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {

/// What the ranks of a node share of a structure: on one node nothing large is ever copied.
struct NodeArrays {
  SharedArray<double> positions;
  SharedArray<double> places;  ///< on the grid; only for reproducible results
  SharedArray<double> forces;
  SharedArray<std::byte> order_memory;  ///< of the spatial order

  /// Makes room for `count` coordinates and half as many again as there were, so that a growing
  /// system does not come here at every request. What was there is lost.
  /// @return why there is none, and then nothing is left
  /// @collective over `world`, of which `node` holds the ranks that share memory with this one
  std::optional<PotentialFailure> grow(std::size_t count, bool with_places,
                                       const Communicator& world, const Communicator& node);
};

}  // namespace forcewire
