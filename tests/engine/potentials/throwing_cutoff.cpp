// A many-body potential that throws when it is asked for its cutoff.

#include <forcewire/many_body_potential.hpp>
#include <stdexcept>

using namespace forcewire;

struct ThrowingCutoff {
  static constexpr auto name = "throwing-cutoff";
  static constexpr auto summary = "has no cutoff";
  static constexpr Option options[] = {number_option("unused", "a parameter", "0")};

  explicit ThrowingCutoff(const Setup&) {}
  double cutoff() const { throw std::runtime_error("no cutoff today"); }
  void compute(const Atoms&, Output&) {}
};
FORCEWIRE_MANY_BODY(ThrowingCutoff)
