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

/// A request that cannot be answered. The text says what happened; the kind, where to look.
class PotentialFailure : public std::runtime_error {
 public:
  enum class Kind {
    structure,  ///< bad numbers in: the structure has no energy, or one of another size was due
    result,     ///< bad numbers out: an energy, force or virial that is not finite
    exception,  ///< the potential threw
    memory,     ///< there is too little
  };

  PotentialFailure(Kind kind, const std::string& text) : std::runtime_error(text), kind_(kind) {}

  Kind kind() const { return kind_; }

 private:
  Kind kind_;
};

}  // namespace forcewire
