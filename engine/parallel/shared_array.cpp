#include "engine/parallel/shared_array.hpp"

#include <utility>

#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

SharedArray::SharedArray(const Communicator& node, std::size_t count) {
  const auto bytes = static_cast<MPI_Aint>(node.is_root() ? count * sizeof(double) : 0);
  void* own = nullptr;
  check_mpi(
      MPI_Win_allocate_shared(bytes, sizeof(double), MPI_INFO_NULL, node.handle(), &own, &window_),
      "MPI_Win_allocate_shared");
  MPI_Aint size = 0;
  int unit = 0;
  void* begin = nullptr;
  check_mpi(MPI_Win_shared_query(window_, 0, &size, &unit, &begin), "MPI_Win_shared_query");
  check_mpi(MPI_Win_lock_all(MPI_MODE_NOCHECK, window_), "MPI_Win_lock_all");
  data_ = {static_cast<double*>(begin), count};
}

SharedArray::~SharedArray() {
  if (window_ == MPI_WIN_NULL) return;
  MPI_Win_unlock_all(window_);
  MPI_Win_free(&window_);
}

SharedArray::SharedArray(SharedArray&& other) noexcept
    : window_(std::exchange(other.window_, MPI_WIN_NULL)), data_(std::exchange(other.data_, {})) {}

SharedArray& SharedArray::operator=(SharedArray&& other) noexcept {
  std::swap(window_, other.window_);
  std::swap(data_, other.data_);
  return *this;
}

void SharedArray::sync() const { check_mpi(MPI_Win_sync(window_), "MPI_Win_sync"); }

}  // namespace forcewire
