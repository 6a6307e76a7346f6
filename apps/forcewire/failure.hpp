#pragma once

#include <exception>
#include <string>

#include "apps/forcewire/exit_status.hpp"

namespace forcewire {

/// Why the program ends before its time.
struct Failure {
  ExitStatus status;
  /// One line: what happened (where, what was expected, what came), and what to do.
  std::string text;
};

/// The one place where exceptions become exit statuses.
Failure to_failure(std::exception_ptr exception);

/// The line for standard error.
std::string error_line(const Failure& failure);

}  // namespace forcewire
