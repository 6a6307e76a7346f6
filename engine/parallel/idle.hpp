#pragma once

namespace forcewire {

/// What ranks do between two orders of the root, who may have none for long: the server moves its
/// atoms.
enum class Idle {
  spin,       ///< look all the time: awake at once, for a core each
  automatic,  ///< look for a moment, then sleep; the moment is longer when the last wait was short
  sleep,      ///< sleep at once: each order has to wake them
};

}  // namespace forcewire
