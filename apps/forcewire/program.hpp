#pragma once

#include "apps/forcewire/exit_status.hpp"
#include "engine/parallel/communicator.hpp"

namespace forcewire {

/// The whole program on one rank. Failures end up as one line on standard error, from one rank, and
/// as a status that is the same on all ranks. @collective
///
/// @throws only what is a bug, or a failure of MPI itself
ExitStatus run_program(const Communicator& world, int argc, const char* const* argv);

}  // namespace forcewire
