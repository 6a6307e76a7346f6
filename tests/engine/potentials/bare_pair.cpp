// A pair potential that says no more than it must.

#include <forcewire/pair_potential.hpp>

FORCEWIRE_BEGIN
struct BarePair {
  auto operator()(const auto& r, const auto*) const {
    return PairValue{r.inverse_r2, 2 * r.inverse_r2 * r.inverse_r2};
  }
};
FORCEWIRE_END(BarePair)
