// Rows of every kind of length, of owned clusters, images and ghosts, against the textbook formula,
// pair by pair.

#include "engine/kernels/lennard_jones_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "clusters.hpp"
#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/simd.hpp"
#include "support/models.hpp"
#include "support/reference.hpp"
#include "support/sorted.hpp"

namespace forcewire {
namespace {

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
      table.push_back({.inverse_cutoff_squared = 1 / rc2,
                       .shift = is_shifted ? c12 * std::pow(rc2, -6) - c6 * std::pow(rc2, -3) : 0,
                       .c12 = c12,
                       .c6 = c6,
                       .switch_on_squared = on2,
                       .switch_scale = 1 / (rc2 - on2)});
    }
  }
  return table;
}

/// A force, and the sum of the sizes of its parts, as they are before anything is switched off.
struct ScaledForce {
  LongVector sum = LongVector::Zero();
  long double scale = 0;

  void add(const LongVector& force, long double size) {
    sum += force;
    scale += size;
  }
};

void expect_textbook(const ReferenceModel& model, std::size_t owned_clusters,
                     const std::vector<RowLength>& lengths, bool compact) {
  const Clusters clusters(owned_clusters, lengths, model.species_count(), 6.4);
  LocalSystem system = clusters.system();
  system.center = {20, 20, 20};
  system.compact = compact;
  AlignedVector<double> forces(system.force_numbers(), std::nan(""));
  const Truncation truncation = model.pair(0, 0).truncation;
  const LocalSums sums =
      lennard_jones_kernel(system, coefficients(model), model.species_count(), truncation, forces);

  long double energy = 0;
  long double energy_scale = 0;
  LongMatrix virial = LongMatrix::Zero();
  long double virial_scale = 0;
  std::vector<ScaledForce> expected(system.force_numbers() / 3);
  for_each_pair(system, [&](std::size_t i, std::size_t j, bool is_ghost) {
    const Slot a(system, i);
    const Slot b(system, j);
    const ReferencePair& pair =
        model.pair(static_cast<std::int32_t>(a.species), static_cast<std::int32_t>(b.species));
    const LongVector r = a.position.cast<long double>() - b.position.cast<long double>();
    if (r.norm() >= pair.cutoff) return;
    const PairValue u = pair_value(pair, r.norm());
    const LongVector force = -u.slope / r.norm() * r;
    ReferencePair full = pair;
    full.truncation = Truncation::none;
    const PairValue whole = pair_value(full, r.norm());
    const long double size = std::abs(whole.slope);
    expected[i].add(force, size);
    if (!is_ghost) expected[j].add(-force, size);
    const long double share = is_ghost ? 0.5L : 1.0L;
    energy += share * u.energy;
    energy_scale += share * std::abs(whole.energy);
    virial += share * r * force.transpose();
    virial_scale += share * r.norm() * size;
  });
  for (std::size_t slot = 0; slot < expected.size(); ++slot) {
    const Eigen::Vector3d force = force_in_slot(system, forces, slot);
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(force[axis], static_cast<double>(expected[slot].sum[axis]),
                  1e-12 * static_cast<double>(expected[slot].scale))
          << "slot " << slot;
    }
  }
  EXPECT_NEAR(sums.energy, static_cast<double>(energy), 1e-12 * static_cast<double>(energy_scale));
  EXPECT_LE((sums.virial.cast<long double>() - virial).cwiseAbs().maxCoeff(),
            1e-12L * virial_scale);
}

/// However the virial is summed up.
void expect_textbook(const ReferenceModel& model, std::size_t owned_clusters,
                     const std::vector<RowLength>& lengths) {
  for (const bool compact : {false, true}) expect_textbook(model, owned_clusters, lengths, compact);
}

class LennardJonesKernel : public testing::TestWithParam<Truncation> {};

TEST_P(LennardJonesKernel, OneCluster) {
  for (std::size_t ghosts = 0; ghosts <= 5; ++ghosts) {
    expect_textbook(ReferenceModel(argon(GetParam())), 1, {{0, ghosts}});
    expect_textbook(mixture(GetParam()), 1, {{0, ghosts}});
  }
}

TEST_P(LennardJonesKernel, RowsOfEveryLength) {
  const std::vector<RowLength> lengths = {{0, 0}, {1, 0}, {0, 1}, {2, 1}, {3, 4}, {7, 0},
                                          {8, 2}, {9, 0}, {0, 9}, {1, 1}, {20, 0}};
  expect_textbook(ReferenceModel(argon(GetParam())), 30, lengths);
  expect_textbook(mixture(GetParam()), 30, lengths);
}

TEST_P(LennardJonesKernel, RowsThatAreTakenInStretches) {
  expect_textbook(ReferenceModel(argon(GetParam())), 70, {{32, 0}, {33, 0}, {65, 0}, {1, 40}});
}

TEST_P(LennardJonesKernel, NoAtoms) { expect_textbook(ReferenceModel(argon(GetParam())), 0, {}); }

/// They must not pass for atoms out of reach.
TEST_P(LennardJonesKernel, AtomsAtOnePlaceHaveNoEnergy) {
  const ReferenceModel model(argon(GetParam()));
  const std::size_t width = cluster_width();
  const auto is_padding = [](const Clusters& clusters, std::size_t slot) {
    return Slot(clusters.system(), slot).is_padding();
  };
  const std::size_t first_ghost = 5 * width;
  int pairs = 0;
  for (const std::size_t cluster : {std::size_t{0}, width, first_ghost}) {
    for (std::size_t other = cluster; other < cluster + width; ++other) {
      Clusters clusters(2, {{24, 24}}, 1, 6.4);
      std::size_t atom = 0;
      while (is_padding(clusters, atom)) ++atom;
      if (other == atom || is_padding(clusters, other)) continue;
      clusters.move(other, Slot(clusters.system(), atom).position);
      const LocalSystem system = clusters.system();
      AlignedVector<double> forces(system.force_numbers());
      const LocalSums sums =
          lennard_jones_kernel(system, coefficients(model), 1, GetParam(), forces);
      EXPECT_FALSE(std::isfinite(sums.energy)) << "slots " << atom << " and " << other;
      ++pairs;
    }
  }
  EXPECT_GE(pairs, 3);
}

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
