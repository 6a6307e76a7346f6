#pragma once

#include <mpi.h>

#include <cstddef>
#include <span>

#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// Doubles that all ranks of a node read and write in place.
///
/// What one rank wrote, another one sees after: `sync` by the writer, a message or barrier between
/// the two, `sync` by the reader.
class SharedArray {
 public:
  SharedArray() = default;

  /// `count` doubles in the memory of the root of `node`. @collective
  /// @throws MpiError on all ranks when there is no memory
  SharedArray(const Communicator& node, std::size_t count);

  /// @collective
  ~SharedArray();
  SharedArray(SharedArray&& other) noexcept;
  SharedArray& operator=(SharedArray&& other) noexcept;

  std::span<double> data() const { return data_; }

  /// Orders this rank's accesses before and after against those of the other ranks.
  void sync() const;

 private:
  MPI_Win window_ = MPI_WIN_NULL;
  std::span<double> data_;
};

}  // namespace forcewire
