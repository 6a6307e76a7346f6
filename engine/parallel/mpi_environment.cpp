#include "engine/parallel/mpi_environment.hpp"

#include <mpi.h>
#include <sys/prctl.h>

#include <array>
#include <cstdlib>
#include <exception>

#include "engine/parallel/mpi_error.hpp"

namespace forcewire {

MpiEnvironment::MpiEnvironment(int& argc, char**& argv)
    : exceptions_at_start_(std::uncaught_exceptions()) {
  // Only the main thread talks to MPI; potentials may use threads of their own.
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(&argc, &argv, MPI_THREAD_FUNNELED, &provided), "MPI_Init_thread");
  // By default Linux lets a sleep last 50 us longer than asked for: that is a rank's whole share of
  // a small system. A refusal only means that.
  ::prctl(PR_SET_TIMERSLACK, 1000UL);  // ns
}

MpiEnvironment::~MpiEnvironment() {
  if (std::uncaught_exceptions() == exceptions_at_start_) MPI_Finalize();
}

std::string MpiEnvironment::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check_mpi(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  const std::string version(text.data(), static_cast<std::size_t>(length));
  // Open MPI appends its build host and date behind commas.
  return version.substr(0, version.find_first_of(",\n"));
}

void MpiEnvironment::abort(int status) {
  MPI_Abort(MPI_COMM_WORLD, status);
  std::abort();
}

}  // namespace forcewire
