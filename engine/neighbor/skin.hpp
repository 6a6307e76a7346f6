#pragma once

#include <cstdint>

namespace forcewire {

/// How far beyond the cutoff a neighbour list reaches [bohr].
///
/// A wide skin makes a list last, a narrow one makes it short. With a skin s that atoms use up at a
/// rate of v per request, a list lasts for s / v requests, and a request costs, in units of forces
/// without a skin,
///
///     (1 + s / cutoff)^2 + build v / s
///
/// where `build` is what building a list costs, of which a potential has a guess. (The power is 2
/// and not 3: of the clusters in reach, most are there because they are large, not because the skin
/// is wide.) The cheapest s follows from how long the last list lasted. Nothing is timed: all ranks
/// find the same skin, and a run that is repeated finds it again.
class Skin {
 public:
  /// One that stays as it is. @param width positive [bohr]
  Skin(double width) : width_(width) {}  // NOLINT: a width is a skin

  /// One that follows from how long lists last.
  /// @param build see above; positive
  static Skin adaptive(double cutoff, double build);

  double width() const { return width_; }

  /// Chooses the width for the next list, since the last one is worn out after it has served
  /// `requests`, that for which it was built included.
  void adapt(std::int64_t requests);

 private:
  double width_;
  double cutoff_ = 0;  // 0: stays
  double build_ = 0;
};

}  // namespace forcewire
