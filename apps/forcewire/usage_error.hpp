#pragma once

#include <stdexcept>

namespace forcewire {

/// The user asked for something impossible. The text says what, where, what was expected and what
/// came, and ends with what to do: it is shown as it is.
class UsageError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace forcewire
