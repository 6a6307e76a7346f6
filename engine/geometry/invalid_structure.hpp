#pragma once

#include <stdexcept>

namespace forcewire {

/// A structure that has no energy: a singular cell, coordinates that are no numbers, a wrong number
/// of atoms. The text says what came and what was expected.
class InvalidStructure : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace forcewire
