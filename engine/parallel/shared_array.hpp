#pragma once

#include <cstddef>
#include <span>

#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// Numbers or bytes that all ranks of a node read and write in place.
///
/// What one rank wrote, another one sees after: `sync` by the writer, a message or barrier between
/// the two, `sync` by the reader.
///
/// The memory is a nameless file that the root of the node makes and the others map. It is no MPI
/// window: when there is too little memory, Open MPI 4.1's MPI_Win_allocate_shared fails on one
/// rank and leaves the others waiting inside for ever. Here each step is followed by a vote.
template <typename T>
class SharedArray {
 public:
  SharedArray() = default;

  /// `count` elements, zero. @collective over `node`
  /// @throws PotentialFailure of kind memory, on all ranks, when there is too little on one
  SharedArray(const Communicator& node, std::size_t count);

  ~SharedArray();
  SharedArray(SharedArray&& other) noexcept;
  SharedArray& operator=(SharedArray&& other) noexcept;

  std::span<T> data() const { return data_; }

  /// Orders this rank's accesses before and after against those of the other ranks.
  void sync() const;

 private:
  std::span<T> data_;
};

extern template class SharedArray<double>;
extern template class SharedArray<std::byte>;

}  // namespace forcewire
