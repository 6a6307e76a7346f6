// Rows of every length around the vector width against the textbook formula, pair by pair.

#include "engine/kernels/lennard_jones_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "support/models.hpp"
#include "support/reference.hpp"

namespace forcewire {
namespace {

constexpr double far = 1e20;  // of the padding atom

std::vector<LennardJonesCoefficients> coefficients(const ReferenceModel& model) {
  std::vector<LennardJonesCoefficients> table;
  for (int a = 0; a < model.species_count(); ++a) {
    for (int b = 0; b < model.species_count(); ++b) {
      const ReferencePair& pair = model.pair(a, b);
      const double c6 = 4 * pair.epsilon * std::pow(pair.sigma, 6);
      const double c12 = 4 * pair.epsilon * std::pow(pair.sigma, 12);
      const double rc2 = pair.cutoff * pair.cutoff;
      const double on2 = pair.switch_on * pair.switch_on;
      const bool is_shifted = pair.truncation == Truncation::shift;
      table.push_back({rc2, c12, c6,
                       is_shifted ? c12 * std::pow(rc2, -6) - c6 * std::pow(rc2, -3) : 0, on2,
                       1 / (rc2 - on2)});
    }
  }
  return table;
}

/// Owned atoms with rows of given lengths, each with ghosts of its own around it, between 0.8 sigma
/// and 1.3 times the cutoff.
class Rows {
 public:
  Rows(const std::vector<std::size_t>& lengths, int species_count, double sigma, double cutoff) {
    std::uniform_int_distribution<std::int64_t> any_species(0, species_count - 1);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      atoms_.push_back({100.0 * static_cast<double>(i), -7, 3, any_species(random_)});
    }
    std::normal_distribution<double> direction;
    std::uniform_real_distribution<double> distance(0.8 * sigma, 1.3 * cutoff);
    for (std::size_t i = 0; i < lengths.size(); ++i) {
      for (std::size_t k = 0; k < lengths[i]; ++k) {
        Eigen::Vector3d r(direction(random_), direction(random_), direction(random_));
        r *= distance(random_) / r.norm();
        index_.push_back(static_cast<std::int32_t>(atoms_.size()));
        atoms_.push_back(
            {atoms_[i].x + r[0], atoms_[i].y + r[1], atoms_[i].z + r[2], any_species(random_)});
      }
      while (index_.size() % NeighborRows::row_multiple != 0) index_.push_back(-1);
      row_begin_.push_back(index_.size());
    }
    owned_ = lengths.size();
    std::replace(index_.begin(), index_.end(), -1, static_cast<std::int32_t>(atoms_.size()));
    atoms_.push_back({far, far, far, 0});
  }

  LocalSystem system() const { return {atoms_, owned_, {row_begin_, index_}}; }

 private:
  std::mt19937_64 random_{99};
  std::vector<PackedAtom> atoms_;
  std::size_t owned_;
  std::vector<std::size_t> row_begin_{0};
  std::vector<std::int32_t> index_;
};

void expect_textbook(const ReferenceModel& model, const std::vector<std::size_t>& lengths) {
  const Rows rows(lengths, model.species_count(), 6.4, 16);
  const LocalSystem system = rows.system();
  std::vector<double> forces(3 * system.owned, std::nan(""));
  const Truncation truncation = model.pair(0, 0).truncation;
  const LocalSums sums =
      lennard_jones_kernel(system, coefficients(model), model.species_count(), truncation, forces);

  long double energy = 0;
  long double energy_scale = 0;
  LongMatrix virial = LongMatrix::Zero();
  long double virial_scale = 0;
  for (std::size_t i = 0; i < system.owned; ++i) {
    LongVector force = LongVector::Zero();
    long double force_scale = 0;
    for (std::size_t at = system.neighbors.row_begin[i]; at < system.neighbors.row_begin[i + 1];
         ++at) {
      const PackedAtom& a = system.atoms[i];
      const PackedAtom& b = system.atoms[static_cast<std::size_t>(system.neighbors.index[at])];
      const ReferencePair& pair =
          model.pair(static_cast<std::int32_t>(a.species), static_cast<std::int32_t>(b.species));
      const LongVector r = LongVector(a.x, a.y, a.z) - LongVector(b.x, b.y, b.z);
      if (r.norm() >= pair.cutoff) continue;
      const PairValue u = pair_value(pair, r.norm());
      const LongVector pair_force = -u.slope / r.norm() * r;
      force += pair_force;
      force_scale += pair_force.norm();
      // The other half belongs to the neighbour.
      energy += u.energy / 2;
      energy_scale += std::abs(u.energy) / 2;
      virial += r * pair_force.transpose() / 2;
      virial_scale += r.norm() * pair_force.norm() / 2;
    }
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(forces[3 * i + static_cast<std::size_t>(axis)], static_cast<double>(force[axis]),
                  1e-12 * static_cast<double>(force_scale))
          << "row of " << lengths[i];
    }
  }
  EXPECT_NEAR(sums.energy, static_cast<double>(energy), 1e-12 * static_cast<double>(energy_scale));
  EXPECT_LE((sums.virial.cast<long double>() - virial).cwiseAbs().maxCoeff(),
            1e-12L * virial_scale);
}

class LennardJonesKernel : public testing::TestWithParam<Truncation> {};

TEST_P(LennardJonesKernel, RowsOfEveryLength) {
  for (std::size_t length = 0; length <= 17; ++length) {
    expect_textbook(ReferenceModel(argon(GetParam())), {length});
    expect_textbook(mixture(GetParam()), {length});
  }
}

TEST_P(LennardJonesKernel, ManyRows) {
  const std::vector<std::size_t> lengths = {7, 0, 8, 1, 9, 0, 0, 15, 16, 17, 3, 200, 2, 64, 0};
  expect_textbook(ReferenceModel(argon(GetParam())), lengths);
  expect_textbook(mixture(GetParam()), lengths);
}

TEST_P(LennardJonesKernel, NoAtoms) { expect_textbook(ReferenceModel(argon(GetParam())), {}); }

INSTANTIATE_TEST_SUITE_P(, LennardJonesKernel,
                         testing::Values(Truncation::none, Truncation::shift, Truncation::smooth),
                         [](const auto& truncation) {
                           switch (truncation.param) {
                             case Truncation::none:
                               return "none";
                             case Truncation::shift:
                               return "shift";
                             default:
                               return "smooth";
                           }
                         });

}  // namespace
}  // namespace forcewire
