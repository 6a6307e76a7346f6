#include "apps/forcewire/closest_pair.hpp"

// The incremental algorithm of M. Golin, R. Raman, C. Schwarz and M. Smid, Nordic J. Comput. 2, 3
// (1995): atoms enter a grid in random order, whose edge is the shortest distance so far. So a grid
// box never holds more than a few atoms, and only the boxes around a newcomer can hold a closer
// one. When one is closer, the grid is built anew with the shorter edge: the i-th atom of a random
// order does this with probability 2/i, hence the linear time, whatever the shape of the structure
// (a grid sized by the mean density would be quadratic for a droplet in a huge cell).
//
// Images need no copies: the newcomer is looked up from each of its images that is near the cell.

#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "engine/geometry/reduced_cell.hpp"

namespace forcewire {

namespace {

using Eigen::Vector3d;

constexpr double infinity = std::numeric_limits<double>::infinity();

/// Atoms in a hash table by grid box. Two boxes may share a chain: that costs a few distances.
class Grid {
 public:
  explicit Grid(std::size_t capacity)
      : head_(std::bit_ceil(capacity), none), next_(capacity, none) {}

  void clear(double edge) {
    edge_ = edge;
    std::fill(head_.begin(), head_.end(), none);
  }

  void insert(std::size_t atom, const Vector3d& position) {
    std::size_t& head = head_[chain(box(position))];
    next_[atom] = head;
    head = atom;
  }

  /// Calls `visit(atom)` for at least all atoms closer to `position` than the edge.
  template <class Visit>
  void around(const Vector3d& position, const Visit& visit) const {
    const Box center = box(position);
    for (std::int64_t i = center.i - 1; i <= center.i + 1; ++i) {
      for (std::int64_t j = center.j - 1; j <= center.j + 1; ++j) {
        for (std::int64_t k = center.k - 1; k <= center.k + 1; ++k) {
          for (std::size_t atom = head_[chain({i, j, k})]; atom != none; atom = next_[atom]) {
            visit(atom);
          }
        }
      }
    }
  }

 private:
  static constexpr std::size_t none = std::numeric_limits<std::size_t>::max();

  struct Box {
    std::int64_t i, j, k;
  };

  Box box(const Vector3d& position) const {
    const auto index = [this](double x) {
      constexpr double far = 1e18;  // stays an integer even for absurd coordinates
      return static_cast<std::int64_t>(std::floor(std::clamp(x / edge_, -far, far)));
    };
    return {index(position.x()), index(position.y()), index(position.z())};
  }

  std::size_t chain(const Box& box) const {
    const auto mixed = static_cast<std::uint64_t>(box.i) * 0x9e3779b97f4a7c15u ^
                       static_cast<std::uint64_t>(box.j) * 0xc2b2ae3d27d4eb4fu ^
                       static_cast<std::uint64_t>(box.k) * 0x165667b19e3779f9u;
    return static_cast<std::size_t>(mixed ^ (mixed >> 32)) & (head_.size() - 1);
  }

  double edge_ = 1;
  std::vector<std::size_t> head_;
  std::vector<std::size_t> next_;
};

/// Whole lattice shifts along one axis.
struct Shifts {
  int first = 0;
  int last = 0;
};

Shifts& at(std::array<Shifts, 3>& shifts, int axis) {
  return shifts[static_cast<std::size_t>(axis)];
}

bool is_periodic(const Cell& cell, int axis) {
  return cell.periodic()[static_cast<std::size_t>(axis)];
}

/// Calls `visit` with every combination of whole `shifts` of the three axes.
template <class Visit>
void for_each_shift(const std::array<Shifts, 3>& shifts, const Visit& visit) {
  for (int a = shifts[0].first; a <= shifts[0].last; ++a) {
    for (int b = shifts[1].first; b <= shifts[1].last; ++b) {
      for (int c = shifts[2].first; c <= shifts[2].last; ++c) visit(Vector3d(a, b, c));
    }
  }
}

/// The length of the shortest lattice vector: infinite without periodic axes.
double shortest_lattice_vector(const Cell& cell) {
  double shortest = infinity;
  for (int axis = 0; axis < 3; ++axis) {
    if (is_periodic(cell, axis)) shortest = std::min(shortest, cell.matrix().col(axis).norm());
  }
  if (shortest == infinity) return shortest;
  // The shortest vector may be a combination; one that is shorter than what we have crosses no more
  // planes than fit into its length.
  std::array<Shifts, 3> shifts{};
  for (int axis = 0; axis < 3; ++axis) {
    if (!is_periodic(cell, axis)) continue;
    const double reach = shortest / cell.heights()[axis];
    at(shifts, axis) = {-static_cast<int>(reach), static_cast<int>(reach)};
  }
  for_each_shift(shifts, [&](const Vector3d& shift) {
    if (!shift.isZero()) shortest = std::min(shortest, (cell.matrix() * shift).norm());
  });
  return shortest;
}

/// The shifts that take fractional coordinate `fraction` into the cell or within `margin` of it.
Shifts nearby(double fraction, double margin, bool periodic) {
  if (!periodic) return {};
  return {static_cast<int>(std::ceil(-margin - fraction)),
          static_cast<int>(std::floor(1 + margin - fraction))};
}

std::vector<Vector3d> wrapped(std::span<const double> positions, const Cell& cell) {
  std::vector<Vector3d> result(positions.size() / 3);
  for (std::size_t atom = 0; atom < result.size(); ++atom) {
    const Vector3d position = Eigen::Map<const Vector3d>(positions.data() + 3 * atom);
    Vector3d fraction = cell.inverse() * position;
    for (int axis = 0; axis < 3; ++axis) {
      fraction[axis] = is_periodic(cell, axis) ? std::floor(fraction[axis]) : 0;
    }
    result[atom] = position - cell.matrix() * fraction;
  }
  return result;
}

std::vector<std::size_t> random_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::shuffle(order.begin(), order.end(), std::mt19937_64(count));
  return order;
}

}  // namespace

std::optional<ClosestPair> closest_pair(std::span<const double> positions, const Cell& given_cell) {
  const Cell cell = reduced_if_skewed(given_cell);
  const std::size_t count = positions.size() / 3;
  const bool finite =
      std::all_of(positions.begin(), positions.end(), [](double x) { return std::isfinite(x); });
  if (count == 0 || !finite) return std::nullopt;

  const std::vector<Vector3d> atoms = wrapped(positions, cell);
  // Coordinates that are too large to be wrapped: the engine will refuse them.
  for (const Vector3d& atom : atoms) {
    const Vector3d fraction = cell.inverse() * atom;
    for (int axis = 0; axis < 3; ++axis) {
      if (is_periodic(cell, axis) && !(std::abs(fraction[axis]) < 2)) return std::nullopt;
    }
  }
  const std::vector<std::size_t> order = random_order(count);
  const Vector3d height = cell.heights();
  ClosestPair closest{0, 0, shortest_lattice_vector(cell)};
  if (closest.distance == infinity) {
    if (count == 1) return std::nullopt;
    closest = {order[0], order[1], (atoms[order[0]] - atoms[order[1]]).norm()};
  }

  Grid grid(count);
  grid.clear(closest.distance);
  for (std::size_t entered = 0; entered < count && closest.distance > 0; ++entered) {
    const std::size_t newcomer = order[entered];
    const Vector3d fraction = cell.inverse() * atoms[newcomer];
    std::array<Shifts, 3> shifts{};
    for (int axis = 0; axis < 3; ++axis) {
      at(shifts, axis) =
          nearby(fraction[axis], closest.distance / height[axis], is_periodic(cell, axis));
    }
    const double before = closest.distance;
    for_each_shift(shifts, [&](const Vector3d& shift) {
      const Vector3d image = atoms[newcomer] + cell.matrix() * shift;
      grid.around(image, [&](std::size_t other) {
        const double distance = (atoms[other] - image).norm();
        if (distance < closest.distance) closest = {newcomer, other, distance};
      });
    });
    if (closest.distance < before && closest.distance > 0) {
      grid.clear(closest.distance);
      for (std::size_t i = 0; i < entered; ++i) grid.insert(order[i], atoms[order[i]]);
    }
    grid.insert(newcomer, atoms[newcomer]);
  }
  return closest;
}

}  // namespace forcewire
