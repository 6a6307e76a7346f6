#include "apps/forcewire/launcher.hpp"

#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace forcewire {

namespace {

/// Nobody reads it any more.
constexpr int status_of_an_orphan = 1;

volatile pid_t launcher = 0;

// Linux sends the signal when the *thread* that started us ends, and Open MPI starts many ranks of
// a node from threads that live no longer than that: only a new parent means that the launcher is
// gone. The last of its threads to end finds us with one.
extern "C" void end_if_orphan(int /*number*/) {
  if (::getppid() != launcher) ::_exit(status_of_an_orphan);
}

}  // namespace

void end_with_launcher(pid_t parent) {
  const int number = SIGRTMIN + 12;  // nobody else's: a profiler may have the first ones
  launcher = parent;
  struct sigaction action {};
  action.sa_handler = end_if_orphan;
  action.sa_flags = SA_RESTART;
  sigemptyset(&action.sa_mask);
  ::sigaction(number, &action, nullptr);
  // Where that is refused, it is up to MPI.
  ::prctl(PR_SET_PDEATHSIG, static_cast<unsigned long>(number));
  end_if_orphan(number);  // it may have gone meanwhile
}

}  // namespace forcewire
