#include "support/structures.hpp"

#include <Eigen/LU>
#include <array>
#include <cmath>
#include <ostream>
#include <utility>

namespace forcewire {

namespace {

double uniform(Random& random, double low, double high) {
  return std::uniform_real_distribution<double>(low, high)(random);
}

Eigen::Vector3d uniform_vector(Random& random, double low, double high) {
  const double x = uniform(random, low, high);
  const double y = uniform(random, low, high);
  return {x, y, uniform(random, low, high)};
}

/// `cell` with unit vectors in place of zero rows, such that it has an inverse.
Eigen::Matrix3d completed(const Eigen::Matrix3d& cell) {
  Eigen::Matrix3d result = cell;
  for (int axis = 0; axis < 3; ++axis) {
    if (!cell.row(axis).isZero(0)) continue;
    double best = -1;
    Eigen::Matrix3d candidate = result;
    // The unit vector that leaves the largest rest when the other vectors are projected out.
    for (int direction = 0; direction < 3; ++direction) {
      candidate.row(axis) = Eigen::RowVector3d::Unit(direction);
      const double volume =
          (candidate * candidate.transpose() + 1e-6 * Eigen::Matrix3d::Identity()).determinant();
      if (volume > best) {
        best = volume;
        result.row(axis) = candidate.row(axis);
      }
    }
  }
  return result;
}

bool is_free(const Configuration& configuration, const Eigen::Vector3d& place,
             double min_distance) {
  for (std::size_t atom = 0; atom < configuration.natoms(); ++atom) {
    for (int a = -1; a <= 1; ++a) {
      for (int b = -1; b <= 1; ++b) {
        for (int c = -1; c <= 1; ++c) {
          const Eigen::Vector3d shift = configuration.cell.transpose() * Eigen::Vector3d(a, b, c);
          if ((configuration.position(atom) + shift - place).norm() < min_distance) return false;
        }
      }
    }
  }
  return true;
}

Configuration named(std::string name, Configuration configuration) {
  configuration.name = std::move(name);
  return configuration;
}

Eigen::Matrix3d rows(const std::array<double, 9>& numbers) {
  return Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(numbers.data());
}

}  // namespace

Eigen::Vector3d Configuration::position(std::size_t atom) const {
  return {positions[3 * atom], positions[3 * atom + 1], positions[3 * atom + 2]};
}

void Configuration::add(const Eigen::Vector3d& position) {
  for (const double x : position) positions.push_back(x);
}

std::ostream& operator<<(std::ostream& out, const Configuration& configuration) {
  return out << configuration.name << ": " << configuration.natoms()
             << " atoms, lattice vectors (rows)\n"
             << configuration.cell;
}

Configuration fcc(double a, const Eigen::Vector3i& repeats, double rattle, Random& random) {
  Configuration result;
  result.name = "fcc";
  result.cell = (a * repeats.cast<double>()).asDiagonal();
  const std::array<Eigen::Vector3d, 4> basis{
      {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}}};
  for (int i = 0; i < repeats[0]; ++i) {
    for (int j = 0; j < repeats[1]; ++j) {
      for (int k = 0; k < repeats[2]; ++k) {
        for (const Eigen::Vector3d& place : basis) {
          result.add(a * (Eigen::Vector3d(i, j, k) + place) +
                     uniform_vector(random, -rattle, rattle));
        }
      }
    }
  }
  return result;
}

Configuration liquid(double sigma, int repeats, Random& random) {
  const double a = sigma * std::cbrt(4 / 0.8442);
  return named("liquid", fcc(a, Eigen::Vector3i::Constant(repeats), 0.13 * sigma, random));
}

Configuration gas(const Eigen::Matrix3d& cell, std::size_t natoms, double min_distance,
                  double extent, Random& random) {
  Configuration result;
  result.name = "gas";
  result.cell = cell;
  Eigen::Matrix3d spread = completed(cell);
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.row(axis).isZero(0)) spread.row(axis) *= extent;
  }
  for (std::size_t attempt = 0; attempt < 100 * natoms && result.natoms() < natoms; ++attempt) {
    const Eigen::Vector3d place = spread.transpose() * uniform_vector(random, 0, 1);
    if (is_free(result, place, min_distance)) result.add(place);
  }
  return result;
}

void wrap_at_random(Configuration& configuration, int boxes, Random& random) {
  std::uniform_int_distribution<int> box(-boxes, boxes);
  for (std::size_t atom = 0; atom < configuration.natoms(); ++atom) {
    Eigen::Vector3d n;
    for (double& k : n) k = box(random);
    Eigen::Map<Eigen::Vector3d>(&configuration.positions[3 * atom]) +=
        configuration.cell.transpose() * n;
  }
}

void wrap_into_cell(Configuration& configuration) {
  const Eigen::Matrix3d inverse = completed(configuration.cell).inverse();
  for (std::size_t atom = 0; atom < configuration.natoms(); ++atom) {
    Eigen::Map<Eigen::Vector3d> position(&configuration.positions[3 * atom]);
    const Eigen::Vector3d boxes = (inverse.transpose() * position).array().floor();
    position -= configuration.cell.transpose() * boxes;
  }
}

void displace(Configuration& configuration, double step, Random& random) {
  for (double& x : configuration.positions) x += uniform(random, -step, step);
}

void strain(Configuration& configuration, const Eigen::Matrix3d& strain) {
  const Eigen::Matrix3d map = Eigen::Matrix3d::Identity() + strain;
  configuration.cell *= map;
  for (std::size_t atom = 0; atom < configuration.natoms(); ++atom) {
    Eigen::Map<Eigen::Vector3d> position(&configuration.positions[3 * atom]);
    position = (map.transpose() * position).eval();
  }
}

void mix_species(Configuration& configuration, int species_count, Random& random) {
  std::uniform_int_distribution<std::int32_t> species(0, species_count - 1);
  configuration.species.resize(configuration.natoms());
  for (std::int32_t& s : configuration.species) s = species(random);
}

std::vector<Configuration> all_kinds(double sigma) {
  Random random(20240229);
  const double apart = 0.9 * sigma;
  const auto scaled = [sigma](const std::array<double, 9>& numbers) -> Eigen::Matrix3d {
    return sigma * rows(numbers);
  };
  const Eigen::Matrix3d open = Eigen::Matrix3d::Zero();

  std::vector<Configuration> kinds;
  const auto keep = [&kinds](std::string name, Configuration configuration) {
    kinds.push_back(named(std::move(name), std::move(configuration)));
  };

  keep("liquid", liquid(sigma, 4, random));
  keep("crystal", fcc(1.56 * sigma, {3, 4, 5}, 0.03 * sigma, random));
  keep("dilute gas", gas(scaled({20, 0, 0, 0, 17, 0, 0, 0, 23}), 90, apart, 0, random));
  keep("upper triangular cell",
       gas(scaled({7, 0, 0, 2.5, 6, 0, -3, 1.5, 5.5}), 120, apart, 0, random));
  keep("general triclinic cell",
       gas(scaled({6.1, 0.4, -0.7, 2.2, 5.3, 1.1, -1.9, 0.8, 6.4}), 120, apart, 0, random));
  keep("left-handed cell",
       gas(scaled({0.3, 6.0, 0.2, 5.5, -0.4, 1.0, 0.6, 1.2, 5.8}), 120, apart, 0, random));
  keep("strongly skewed cell", gas(scaled({5, 0, 0, 14, 5, 0, -9, 11, 5}), 80, apart, 0, random));
  keep("needle cell", gas(scaled({40, 0, 0, 0, 1.3, 0, 0, 0, 1.4}), 40, apart, 0, random));
  keep("plate cell", gas(scaled({15, 0, 0, 0, 12, 0, 0, 0, 1.2}), 90, apart, 0, random));
  keep("cell smaller than the cutoff",
       gas(scaled({2.0, 0, 0, 0.3, 1.9, 0, -0.4, 0.2, 2.1}), 5, apart, 0, random));

  Configuration one;
  one.cell = scaled({1.1, 0.1, 0, 0.5, 1.0, -0.2, -0.3, 0.4, 1.2});
  one.add({0.3 * sigma, -4.2 * sigma, 77.7 * sigma});
  keep("one atom in a small skewed cell", one);

  keep("cluster", gas(open, 40, apart, 5 * sigma, random));
  Configuration dimer;
  dimer.add({0, 0, 0});
  dimer.add({0.9 * sigma, 0.5 * sigma, -0.4 * sigma});
  keep("dimer", dimer);
  Configuration atom;
  atom.add({1, 2, 3});
  keep("lonely atom", atom);

  keep("slab open along a", gas(scaled({0, 0, 0, 0, 8, 0, 0, 1, 7}), 70, apart, 6 * sigma, random));
  keep("slab open along b", gas(scaled({8, 0, 0, 0, 0, 0, 3, 0, 7}), 70, apart, 6 * sigma, random));
  keep("slab open along c", gas(scaled({8, 0, 0, 4, 7, 0, 0, 0, 0}), 70, apart, 6 * sigma, random));
  keep("thin tilted slab",
       gas(scaled({1.5, 0.2, 0.7, -0.4, 1.6, 0.5, 0, 0, 0}), 8, apart, 6 * sigma, random));
  keep("wire", gas(scaled({0, 0, 0, 0, 0, 0, 0.5, 0.7, 6}), 40, apart, 5 * sigma, random));
  keep("thin wire", gas(scaled({1.3, 0.2, 0.1, 0, 0, 0, 0, 0, 0}), 10, apart, 5 * sigma, random));

  Configuration drop = gas(open, 60, apart, 5 * sigma, random);
  drop.add(Eigen::Vector3d(3e5, -2e6, 7e4) * sigma);
  drop.add(Eigen::Vector3d(3e5, -2e6, 7e4) * sigma + Eigen::Vector3d(0, 0, 1.3 * sigma));
  drop.add(Eigen::Vector3d(-1e4, 1e5, 1e6) * sigma);
  keep("drop with evaporated atoms", drop);

  Configuration far = liquid(sigma, 3, random);
  wrap_at_random(far, 1000, random);
  keep("atoms up to a thousand cells away", far);
  return kinds;
}

}  // namespace forcewire
