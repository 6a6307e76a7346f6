#pragma once

#include <sys/types.h>

namespace forcewire {

/// From now on this process ends as soon as the one that started it is gone: mpirun, or the daemon
/// that stands in for it on this node.
///
/// That one may be killed, by the system when memory is short for example, and nobody is left then
/// to end the ranks. MPI finds out, but only in its own time: ranks that compute, or wait for each
/// other, were seen to live on for ten seconds. For ranks of an MPI job only; a program that a
/// shell or a script started may outlive it.
///
/// @param parent getppid() when the program began; later it may be that of an orphan already
void end_with_launcher(pid_t parent);

}  // namespace forcewire
