#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "engine/parallel/communicator.hpp"
#include "engine/parallel/shared_array.hpp"

namespace forcewire {

/// Wakes ranks of a node that sleep: they cost nothing until then, and are awake at once.
///
/// A rank that waits for something reads `rings`, looks whether it is there, and sleeps until the
/// bell was rung since it read.
class Doorbell {
 public:
  /// Where the ranks of the node can share no memory the bell can be rung but makes no sound, and
  /// nobody may sleep: see `exists`.
  /// @collective over `node`
  explicit Doorbell(const Communicator& node);

  /// The same on all ranks of the node.
  bool exists() const { return !memory_.data().empty(); }

  /// How often it was rung.
  std::uint32_t rings() const;

  /// Wakes all who sleep.
  void ring() const;

  /// Returns when `rings` is not `heard` any more, after a signal, or after `at_most`.
  void sleep(std::uint32_t heard, std::chrono::nanoseconds at_most) const;

 private:
  std::uint32_t* word(std::size_t index) const;

  SharedArray<std::byte> memory_;  // how often it was rung; how many sleep
};

}  // namespace forcewire
