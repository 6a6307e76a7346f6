#include "apps/forcewire/brute_force.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace forcewire {

namespace {

using Eigen::Vector3d;

/// Step of the finite differences, relative to the distance. Five points have an error of h^4
/// u^(5), and with rounding the slope of r^-12 comes out best, to 12 digits, about here.
constexpr double relative_step = 2e-4;

/// Pairs nearer to the cutoff than this, relatively, are in or out by rounding.
constexpr double rounding_of_distances = 1e-12;

}  // namespace

BruteForce::BruteForce(std::span<const double> positions, std::span<const std::int32_t> species,
                       const Cell& cell, const Potential& potential)
    : positions_(positions),
      species_(species),
      cell_(cell),
      potential_(potential),
      cutoff_(potential.cutoff()),
      reach_(cutoff_ * cell.heights().cwiseInverse()) {}

double BruteForce::cost_of_an_atom() const {
  double images = 1;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell_.periodic()[static_cast<std::size_t>(axis)]) images *= std::max(1.0, 2 * reach_[axis]);
  }
  return images * static_cast<double>(atom_count());
}

AtomSums BruteForce::sums_of(std::size_t atom) const {
  AtomSums sums;
  for (std::size_t other = 0; other < atom_count(); ++other) add_images(atom, other, sums);
  return sums;
}

void BruteForce::add_images(std::size_t atom, std::size_t other, AtomSums& sums) const {
  const Vector3d separation = Eigen::Map<const Vector3d>(positions_.data() + 3 * other) -
                              Eigen::Map<const Vector3d>(positions_.data() + 3 * atom);
  // An image within the cutoff is between two planes of each axis.
  const Vector3d fraction = cell_.inverse() * separation;
  std::array<int, 3> first{};
  std::array<int, 3> last{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (!cell_.periodic()[axis]) continue;
    const auto i = static_cast<Eigen::Index>(axis);
    first[axis] = static_cast<int>(std::ceil(-reach_[i] - fraction[i]));
    last[axis] = static_cast<int>(std::floor(reach_[i] - fraction[i]));
  }
  for (int a = first[0]; a <= last[0]; ++a) {
    for (int b = first[1]; b <= last[1]; ++b) {
      for (int c = first[2]; c <= last[2]; ++c) {
        if (atom == other && a == 0 && b == 0 && c == 0) continue;
        add_pair(species_of(atom), species_of(other),
                 separation + cell_.matrix() * Vector3d(a, b, c), sums);
      }
    }
  }
}

void BruteForce::add_pair(int species, int other_species, const Vector3d& separation,
                          AtomSums& sums) const {
  const double r = separation.norm();
  if (std::abs(r - cutoff_) < rounding_of_distances * cutoff_) ++sums.pairs_at_cutoff;
  if (r >= cutoff_) return;
  const double energy = energy_of(species, other_species, r);
  const double slope_of_pair = slope(species, other_species, r);
  // Pulled towards the other atom where the energy rises with distance.
  const Vector3d force = slope_of_pair / r * separation;
  sums.energy += energy / 2;
  sums.force += force;
  // r_ij x f_ij with r_ij = -separation, seen from one of the two atoms.
  sums.virial -= separation * force.transpose() / 2;
  sums.energy_scale += std::abs(energy) / 2;
  sums.force_scale += std::abs(slope_of_pair);
  sums.virial_scale += std::abs(slope_of_pair) * r / 2;
}

double BruteForce::energy_of(int species, int other_species, double r) const {
  // What has no pair energy agrees with nothing.
  return potential_.pair_energy(species, other_species, r)
      .value_or(std::numeric_limits<double>::quiet_NaN());
}

double BruteForce::slope(int species, int other_species, double r) const {
  const double h = relative_step * r;
  const auto u = [&](double steps) {
    return r + steps * h < cutoff_ ? energy_of(species, other_species, r + steps * h) : 0;
  };
  // Exactly zero: beyond the cutoff, which these two species may have closer than others.
  const bool ends_ahead = u(2) == 0;
  if (ends_ahead && u(0) == 0) return 0;
  if (ends_ahead) return (25 * u(0) - 48 * u(-1) + 36 * u(-2) - 16 * u(-3) + 3 * u(-4)) / (12 * h);
  return (u(-2) - 8 * u(-1) + 8 * u(1) - u(2)) / (12 * h);
}

}  // namespace forcewire
