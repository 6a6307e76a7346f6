#pragma once

#include <cstdlib>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>

#include "apps/forcewire/failure.hpp"

namespace forcewire {

/// Ends the process unless it `holds`; libFuzzer then keeps the input.
inline void expect(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "expected: " << what << std::endl;
  std::abort();
}

/// A refusal is not what it should be unless the user gets one line, and `status`.
inline void expect_orderly(std::exception_ptr refusal, ExitStatus status) {
  const Failure failure = to_failure(refusal);
  const std::string line = error_line(failure);
  const bool is_line = line.find_first_of("\n\r\x1b") == line.size() - 1;
  if (failure.status != status || !is_line) std::cerr << line;
  expect(failure.status == status, "the status of a refusal");
  expect(is_line, "one line");
}

/// What `read` returns, or nothing when it refuses what the user wrote.
template <class Read>
auto unless_refused(const Read& read) -> std::optional<decltype(read())> {
  try {
    return read();
  } catch (...) {
    expect_orderly(std::current_exception(), ExitStatus::usage);
    return std::nullopt;
  }
}

}  // namespace forcewire
