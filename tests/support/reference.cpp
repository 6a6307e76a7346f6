#include "support/reference.hpp"

#include <Eigen/LU>
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

namespace forcewire {

namespace {

LongVector position(std::span<const double> positions, std::size_t atom) {
  return {positions[3 * atom], positions[3 * atom + 1], positions[3 * atom + 2]};
}

std::int32_t species_of(std::span<const std::int32_t> species, std::size_t atom) {
  return species.empty() ? 0 : species[atom];
}

/// The periodic lattice vectors, and for each the dual vector b with b . a = 1 for its own lattice
/// vector a and b . a = 0 for the other ones.
class Lattice {
 public:
  explicit Lattice(const Eigen::Matrix3d& cell) : cell_(cell.cast<long double>()) {
    std::vector<int> axes;
    for (int axis = 0; axis < 3; ++axis) {
      if (!cell.row(axis).isZero(0)) axes.push_back(axis);
    }
    const auto count = static_cast<Eigen::Index>(axes.size());
    if (count == 0) return;
    Eigen::Matrix<long double, Eigen::Dynamic, 3> vectors(count, 3);
    for (Eigen::Index k = 0; k < count; ++k) {
      vectors.row(k) = cell_.row(axes[static_cast<std::size_t>(k)]);
    }
    // The dual vectors lie in the space that the periodic vectors span.
    const Eigen::Matrix<long double, Eigen::Dynamic, Eigen::Dynamic> gram =
        vectors * vectors.transpose();
    const Eigen::Matrix<long double, Eigen::Dynamic, 3> dual = gram.fullPivLu().inverse() * vectors;
    for (Eigen::Index k = 0; k < count; ++k) {
      dual_.row(axes[static_cast<std::size_t>(k)]) = dual.row(k);
    }
  }

  LongVector image(const LongVector& r, const Eigen::Vector3i& shift) const {
    return r + cell_.transpose() * shift.cast<long double>();
  }

  /// Calls `visit(n)` for all n with |r + n . cell| < radius, and some more.
  ///
  /// For v = r + sum n_k a_k, the component v . b_k = r . b_k + n_k is at most |v| |b_k|; so
  /// n_k lies within radius |b_k| of -r . b_k. Along open axes b_k = 0 and n_k = 0.
  template <typename Visit>
  void for_images(const LongVector& r, long double radius, Visit visit) const {
    constexpr long double slack = 1e-9L;  // far above rounding
    Eigen::Vector3i low;
    Eigen::Vector3i high;
    for (int axis = 0; axis < 3; ++axis) {
      const long double center = -dual_.row(axis).dot(r);
      const long double reach = radius * dual_.row(axis).norm() + slack;
      low[axis] = static_cast<int>(std::ceil(center - reach));
      high[axis] = static_cast<int>(std::floor(center + reach));
    }
    Eigen::Vector3i n;
    for (n[0] = low[0]; n[0] <= high[0]; ++n[0]) {
      for (n[1] = low[1]; n[1] <= high[1]; ++n[1]) {
        for (n[2] = low[2]; n[2] <= high[2]; ++n[2]) visit(n);
      }
    }
  }

 private:
  LongMatrix cell_;
  LongMatrix dual_ = LongMatrix::Zero();
};

/// Of the two images n and -n of an atom with itself, the one that counts.
bool is_leading(const Eigen::Vector3i& n) {
  for (int axis = 0; axis < 3; ++axis) {
    if (n[axis] != 0) return n[axis] > 0;
  }
  return false;
}

/// Calls `visit(pair, r, parameters)` for all pairs that may be within the cutoff, each once; r is
/// the vector from i to j.
template <typename Visit>
void for_candidates(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                    std::span<const double> positions, std::span<const std::int32_t> species,
                    Visit visit) {
  const Lattice lattice(cell);
  const std::size_t natoms = positions.size() / 3;
  for (std::size_t i = 0; i < natoms; ++i) {
    for (std::size_t j = i; j < natoms; ++j) {
      const LongVector r = position(positions, j) - position(positions, i);
      const ReferencePair& parameters = model.pair(species_of(species, i), species_of(species, j));
      lattice.for_images(r, parameters.cutoff, [&](const Eigen::Vector3i& n) {
        if (i == j && !is_leading(n)) return;
        visit(ImagePair{i, j, n}, lattice.image(r, n), parameters);
      });
    }
  }
}

struct SwitchValue {
  long double value, slope, curvature;
};

/// 1 - 10 t^3 + 15 t^4 - 6 t^5 of t = (r^2 - on^2) / (off^2 - on^2), and its derivatives by r.
SwitchValue switch_value(long double r, long double on, long double off) {
  const long double width = off * off - on * on;
  const long double t = (r * r - on * on) / width;
  if (t <= 0) return {1, 0, 0};
  if (t >= 1) return {0, 0, 0};
  const long double by_t = -30 * t * t + 60 * t * t * t - 30 * t * t * t * t;
  const long double by_t_twice = -60 * t + 180 * t * t - 120 * t * t * t;
  const long double t_slope = 2 * r / width;
  return {1 - 10 * std::pow(t, 3.0L) + 15 * std::pow(t, 4.0L) - 6 * std::pow(t, 5.0L),
          by_t * t_slope, by_t_twice * t_slope * t_slope + by_t * 2 / width};
}

/// A few roundings in double precision.
constexpr long double rounding = 4 * std::numeric_limits<double>::epsilon();

/// How far rounding may move a point [bohr].
long double rounding_displacement(const LongVector& r) {
  return rounding * r.cwiseAbs().maxCoeff();
}

/// The terms whose sums are energy and slope of a pair, by their magnitude: where they cancel, at
/// sigma or just inside of a smooth end, rounding is relative to these.
struct PairTerms {
  long double energy;  ///< [hartree]
  long double slope;   ///< [hartree/bohr]
};

PairTerms pair_terms(const ReferencePair& pair, long double r) {
  const long double attraction = 4 * pair.epsilon * std::pow(pair.sigma / r, 6.0L);
  const long double repulsion = 4 * pair.epsilon * std::pow(pair.sigma / r, 12.0L);
  PairTerms terms{repulsion + attraction, (12 * repulsion + 6 * attraction) / r};
  if (pair.truncation == Truncation::smooth) {
    // The slope of the switch by t is at most 15/8, the terms of its polynomial add up to 32.
    const long double off = pair.cutoff;
    const long double on = pair.switch_on;
    terms.slope += terms.energy * 15 / 8 * 2 * r / (off * off - on * on);
    terms.energy *= 32;
  }
  return terms;
}

/// Energy of fixed pairs in the structure strained by `strain`.
long double strained_energy(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                            std::span<const double> positions,
                            std::span<const std::int32_t> species, std::span<const ImagePair> pairs,
                            const LongMatrix& strain) {
  const Lattice lattice(cell);
  long double energy = 0;
  for (const ImagePair& pair : pairs) {
    const LongVector r =
        lattice.image(position(positions, pair.j) - position(positions, pair.i), pair.shift);
    const LongVector strained = r + strain.transpose() * r;
    const ReferencePair& parameters =
        model.pair(species_of(species, pair.i), species_of(species, pair.j));
    energy += pair_value(parameters, strained.norm()).energy;
  }
  return energy;
}

}  // namespace

PairValue pair_value(const ReferencePair& pair, long double r) {
  const long double epsilon = pair.epsilon;
  const long double ratio = pair.sigma / r;
  const long double attraction = ratio * ratio * ratio * ratio * ratio * ratio;
  const long double repulsion = attraction * attraction;
  PairValue value{4 * epsilon * (repulsion - attraction),
                  4 * epsilon * (-12 * repulsion + 6 * attraction) / r,
                  4 * epsilon * (156 * repulsion - 42 * attraction) / (r * r)};
  if (pair.truncation == Truncation::shift) {
    ReferencePair cut = pair;
    cut.truncation = Truncation::none;
    value.energy -= pair_value(cut, pair.cutoff).energy;
  }
  if (pair.truncation == Truncation::smooth) {
    const SwitchValue s = switch_value(r, pair.switch_on, pair.cutoff);
    value = {value.energy * s.value, value.slope * s.value + value.energy * s.slope,
             value.stiffness * s.value + 2 * value.slope * s.slope + value.energy * s.curvature};
  }
  return value;
}

std::vector<ImagePair> image_pairs(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                                   std::span<const double> positions,
                                   std::span<const std::int32_t> species) {
  std::vector<ImagePair> pairs;
  for_candidates(model, cell, positions, species,
                 [&](const ImagePair& pair, const LongVector& r, const ReferencePair& parameters) {
                   if (r.norm() < parameters.cutoff) pairs.push_back(pair);
                 });
  return pairs;
}

ReferenceResult image_sum(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                          std::span<const double> positions,
                          std::span<const std::int32_t> species) {
  ReferenceResult result;
  result.forces.assign(positions.size() / 3, LongVector::Zero());
  result.force_rounding.assign(positions.size() / 3, 0);
  result.shortest = std::numeric_limits<long double>::infinity();
  for_candidates(
      model, cell, positions, species,
      [&](const ImagePair& pair, const LongVector& r, const ReferencePair& parameters) {
        const long double distance = r.norm();
        result.cutoff_margin =
            std::min(result.cutoff_margin, std::abs(distance / parameters.cutoff - 1));
        if (distance >= parameters.cutoff) return;
        const PairValue u = pair_value(parameters, distance);
        const LongVector force_on_j = -u.slope / distance * r;

        ++result.pairs;
        result.shortest = std::min(result.shortest, distance);
        result.energy += u.energy;
        result.forces[pair.j] += force_on_j;
        result.forces[pair.i] -= force_on_j;
        result.virial += r * force_on_j.transpose();

        result.energy_scale += std::abs(u.energy);
        result.virial_scale += std::abs(u.slope) * distance;
        const long double displacement = rounding_displacement(position(positions, pair.i)) +
                                         rounding_displacement(position(positions, pair.j)) +
                                         rounding_displacement(r);
        const PairTerms terms = pair_terms(parameters, distance);
        const long double force_rounding =
            (std::abs(u.stiffness) + 2 * std::abs(u.slope) / distance) * displacement +
            rounding * terms.slope;
        result.energy_rounding += std::abs(u.slope) * displacement + rounding * terms.energy;
        result.force_rounding[pair.i] += force_rounding;
        result.force_rounding[pair.j] += force_rounding;
        result.virial_rounding += std::abs(u.slope) * displacement + distance * force_rounding;
      });

  for (const LongVector& force : result.forces) {
    result.force_scale = std::max(result.force_scale, force.norm());
  }
  return result;
}

LongMatrix strain_derivative(const ReferenceModel& model, const Eigen::Matrix3d& cell,
                             std::span<const double> positions,
                             std::span<const std::int32_t> species) {
  const std::vector<ImagePair> pairs = image_pairs(model, cell, positions, species);
  // Five points: the error is of order step^4 times the fifth derivative, for r^-12 about 1e-15 of
  // the energy, and rounding is about 1e-14 of it.
  constexpr long double step = 1e-5L;
  LongMatrix derivative;
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      const auto energy = [&](long double multiple) {
        LongMatrix strain = LongMatrix::Zero();
        strain(a, b) = multiple * step;
        return strained_energy(model, cell, positions, species, pairs, strain);
      };
      derivative(a, b) = -(8 * (energy(1) - energy(-1)) - (energy(2) - energy(-2))) / (12 * step);
    }
  }
  return derivative;
}

ReferenceTail reference_tail(const ReferencePair& pair, std::size_t natoms, long double volume) {
  const long double n = static_cast<long double>(natoms);
  const long double sigma3 = std::pow(static_cast<long double>(pair.sigma), 3.0L);
  const long double ratio3 = sigma3 / std::pow(static_cast<long double>(pair.cutoff), 3.0L);
  const long double factor =
      8 * std::numbers::pi_v<long double> * n * n * pair.epsilon * sigma3 / volume;
  return {factor * (std::pow(ratio3, 3.0L) / 9 - ratio3 / 3),
          factor * (4 * std::pow(ratio3, 3.0L) / 9 - 2 * ratio3 / 3)};
}

}  // namespace forcewire
