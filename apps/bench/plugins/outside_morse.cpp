// Morse as a user would write it.

#include <forcewire/pair_potential.hpp>

FORCEWIRE_BEGIN
struct OutsideMorse {  // D ((1 - exp(-a (r - r0)))^2 - 1)
  static constexpr Option options[] = {energy_option("D"), inverse_length_option("a"),
                                       length_option("r0")};
  auto operator()(const auto& r, const auto* p) const {
    const auto x = exp(p[1] * (p[2] - r.r()));
    return PairValue{p[0] * x * (x - 2), 2 * p[0] * p[1] * x * (x - 1) * r.inverse_r()};
  }
};
FORCEWIRE_END(OutsideMorse)
