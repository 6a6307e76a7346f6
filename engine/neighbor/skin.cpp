#include "engine/neighbor/skin.hpp"

#include <algorithm>
#include <cmath>

namespace forcewire {

namespace {

// In cutoffs. The first is the best one for liquids in steps of molecular dynamics.
constexpr double first = 0.16;
constexpr double narrowest = 0.04;
constexpr double widest = 0.4;

}  // namespace

Skin Skin::adaptive(double cutoff, double build) {
  Skin skin(first * cutoff);
  skin.cutoff_ = cutoff;
  skin.build_ = build;
  return skin;
}

void Skin::adapt(std::int64_t requests) {
  if (cutoff_ == 0) return;
  const double used_up = width_ / static_cast<double>(requests);
  // Where the derivative of the cost is zero; s / cutoff is small.
  const double cheapest = std::sqrt(build_ * used_up * cutoff_ / 2);
  // Half of the way: where atoms diffuse, a wider skin is used up at a lower rate.
  width_ = std::clamp(std::sqrt(width_ * cheapest), narrowest * cutoff_, widest * cutoff_);
}

}  // namespace forcewire
