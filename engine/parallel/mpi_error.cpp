#include "engine/parallel/mpi_error.hpp"

#include <fmt/format.h>
#include <mpi.h>

#include <array>

namespace forcewire {

namespace {
std::string error_text(int code) {
  std::array<char, MPI_MAX_ERROR_STRING> text{};
  int length = 0;
  if (MPI_Error_string(code, text.data(), &length) != MPI_SUCCESS) return "unknown error";
  return {text.data(), static_cast<std::size_t>(length)};
}
}  // namespace

MpiError::MpiError(const std::string& function, int code)
    : std::runtime_error(function + " failed: " + error_text(code)), code_(code) {}

NoContact::NoContact(std::chrono::nanoseconds patience)
    : std::runtime_error(fmt::format("the ranks do not reach each other (tried for {:g} s)",
                                     std::chrono::duration<double>(patience).count())) {}

void check_mpi(int code, const char* function) {
  if (code != MPI_SUCCESS) throw MpiError(function, code);
}

}  // namespace forcewire
