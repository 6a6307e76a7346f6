#pragma once

#include <string>

namespace forcewire {

/// MPI for the length of its life: the first object of `main`.
class MpiEnvironment {
 public:
  /// @throws MpiError when MPI cannot be initialised
  MpiEnvironment(int& argc, char**& argv);

  /// Finalizes, unless an exception unwinds: the other ranks may be waiting in a collective, and
  /// finalizing would wait for them for ever.
  ~MpiEnvironment();

  MpiEnvironment(const MpiEnvironment&) = delete;
  MpiEnvironment& operator=(const MpiEnvironment&) = delete;

  /// Name and version of the MPI library, one line.
  static std::string library_version();

  /// Ends all ranks at once: for bugs of ours, when nothing else is left to do.
  [[noreturn]] static void abort(int status);

 private:
  int exceptions_at_start_;
};

}  // namespace forcewire
