#include "engine/parallel/node_arrays.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/neighbor/spatial_order.hpp"
#include "engine/parallel/attempt.hpp"

namespace forcewire {

std::optional<PotentialFailure> NodeArrays::grow(std::size_t count, bool with_places,
                                                 const Communicator& world,
                                                 const Communicator& node) {
  const std::size_t capacity = std::max(count, positions.data().size() * 3 / 2);
  Attempt attempt;
  attempt([&] {
    *this = {};      // the old ones first, both sizes together may not fit
    node.barrier();  // memory is free when the last rank has let go of it
    positions = SharedArray<double>(node, capacity);
    if (with_places) places = SharedArray<double>(node, capacity);
    forces = SharedArray<double>(node, capacity);
    order_memory =
        SharedArray<std::byte>(node, SpatialOrder::bytes_needed(capacity / 3, node.size()));
  });
  const auto failure = attempt.first_failure(world);
  if (!failure) return std::nullopt;
  *this = {};
  return PotentialFailure(
      failure->kind(),
      fmt::format("{} (the ranks of a node share positions, forces and order of {} atoms)",
                  failure->what(), count / 3));
}

}  // namespace forcewire
