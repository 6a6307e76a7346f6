#pragma once

#include <stdexcept>

namespace forcewire {

/// A structure whose energy cannot be computed: a singular cell, coordinates that are not finite or
/// too large to be resolved, an axis that must be periodic and is not, more periodic images than a
/// rank can hold. The text says what came and what was expected.
class InvalidStructure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace forcewire
