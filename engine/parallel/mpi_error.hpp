#pragma once

#include <chrono>
#include <stdexcept>
#include <string>

namespace forcewire {

/// An MPI call failed.
class MpiError : public std::runtime_error {
 public:
  MpiError(const std::string& function, int code);

  int code() const { return code_; }

 private:
  int code_;
};

/// The ranks of the program do not reach each other.
class NoContact : public std::runtime_error {
 public:
  /// @param patience they have tried for so long
  explicit NoContact(std::chrono::nanoseconds patience);
};

/// Turns the return code of MPI function `function` into an exception.
/// @throws MpiError when `code` is not MPI_SUCCESS
void check_mpi(int code, const char* function);

}  // namespace forcewire
