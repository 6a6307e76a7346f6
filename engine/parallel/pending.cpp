#include "engine/parallel/pending.hpp"

#include <utility>

#include "engine/parallel/doze.hpp"
#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

Pending::Pending(std::vector<MPI_Request> requests) : requests_(std::move(requests)) {}

bool Pending::test() {
  int ended = 0;
  check_mpi(MPI_Testall(static_cast<int>(requests_.size()), requests_.data(), &ended,
                        MPI_STATUSES_IGNORE),
            "MPI_Testall");
  return ended != 0;
}

void Pending::wait() {
  doze_until([this] { return test(); });
}

}  // namespace forcewire
