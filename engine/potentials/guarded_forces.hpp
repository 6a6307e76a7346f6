#pragma once

#include <cstddef>
#include <span>

#include "engine/kernels/aligned_vector.hpp"

namespace forcewire {

/// Forces that a potential writes, between numbers that nobody has to write to.
///
/// On either side there are 512 of these, a page; in builds with assertions eight times as many.
/// What is written farther out cannot be found out here.
class GuardedForces {
 public:
  /// So many numbers that are lost or stale. They begin where a vector may be loaded.
  void resize(std::size_t count);

  std::span<double> numbers();

  /// @throws PotentialFailure when somebody has written outside of them since `resize`
  void expect_intact() const;

 private:
  std::size_t count_ = 0;
  AlignedVector<double> memory_;  // with the guards
};

}  // namespace forcewire
