#include <unistd.h>

#include <exception>
#include <iostream>

#include "apps/forcewire/failure.hpp"
#include "apps/forcewire/launcher.hpp"
#include "apps/forcewire/program.hpp"
#include "apps/forcewire/standard_streams.hpp"
#include "engine/parallel/mpi_environment.hpp"

// About mpirun: whatever program ends with a status other than 0, Open MPI adds a paragraph of its
// own to standard error. Nothing that we print, and nothing that a program can switch off, because
// mpirun writes it after the ranks are gone; `mpirun --quiet` leaves it out, and mpirun still
// returns our status.
int main(int argc, char** argv) {
  const pid_t launcher = ::getppid();  // MPI takes its time to begin
  forcewire::open_closed_standard_streams();
  try {
    const forcewire::MpiEnvironment mpi(argc, argv);
    const auto world = forcewire::Communicator::world();
    if (world.size() > 1) forcewire::end_with_launcher(launcher);
    return static_cast<int>(forcewire::run_program(world, argc, argv));
  } catch (...) {
    const auto failure = forcewire::to_failure(std::current_exception());
    std::cerr << forcewire::error_line(failure) << std::flush;
    // The other ranks may be waiting for this one in a collective operation.
    forcewire::MpiEnvironment::abort(static_cast<int>(failure.status));
  }
}
