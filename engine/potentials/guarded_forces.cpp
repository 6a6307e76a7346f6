#include "engine/potentials/guarded_forces.hpp"

#include <algorithm>

#include "engine/neighbor/resize_anew.hpp"
#include "engine/potentials/errors.hpp"

namespace forcewire {

namespace {

#ifdef NDEBUG
constexpr std::size_t guards = 512;
#else
constexpr std::size_t guards = 4096;
#endif
static_assert(guards * sizeof(double) % 64 == 0);  // the numbers are aligned as the guards are

/// A small one: whatever is added to it changes it.
constexpr double guard = 1.25e-300;

/// Goes through all of them: a loop without a way out is one for vectors.
bool all_guards(std::span<const double> numbers) {
  std::size_t others = 0;
  for (const double number : numbers) others += number == guard ? 0 : 1;
  return others == 0;
}

}  // namespace

void GuardedForces::resize(std::size_t count) {
  resize_anew(memory_, count + 2 * guards);
  count_ = count;
  std::fill_n(memory_.begin(), guards, guard);
  std::fill_n(memory_.end() - guards, guards, guard);
}

std::span<double> GuardedForces::numbers() {
  return std::span<double>(memory_).subspan(std::min(guards, memory_.size()), count_);
}

void GuardedForces::expect_intact() const {
  const std::span<const double> all(memory_);
  if (all_guards(all.first(guards)) && all_guards(all.last(guards))) return;
  throw PotentialFailure(PotentialFailure::Kind::exception,
                         "the potential wrote outside its array of forces");
}

}  // namespace forcewire
