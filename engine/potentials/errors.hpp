#pragma once

#include <stdexcept>
#include <string>

namespace forcewire {

/// A model that cannot be set up as asked: unknown name, bad option, bad file. The text says what
/// was expected, what came, and where.
class ModelError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// A request that cannot be answered: bad numbers in, bad numbers out, or an exception on a rank.
class PotentialFailure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace forcewire
