// A potential that needs all that there is for many-body potentials: lists of several cutoffs, a
// half one, neighbours of ghosts, and forces on atoms two cutoffs away. Against its own formula,
// summed over image pairs.

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <vector>

#include "engine/potentials/many_body_potential.hpp"
#include "support/models.hpp"
#include "support/reference.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using Vector = Eigen::Vector3d;
using VectorMap = Eigen::Map<Vector>;
using ConstVectorMap = Eigen::Map<const Vector>;

constexpr double far = 10;  // cutoff of densities [bohr]
constexpr double near = 8;  // cutoff of pairs [bohr]

/// A smooth function of a distance, zero from `cutoff` on.
struct Law {
  double cutoff;
  double scale;

  double value(double r) const { return r < cutoff ? scale * std::pow(1 - r / cutoff, 4) : 0; }
  double slope(double r) const {
    return r < cutoff ? -4 * scale / cutoff * std::pow(1 - r / cutoff, 3) : 0;
  }
};
constexpr Law density{far, 3};
constexpr Law coupling{far, 0.01};
constexpr Law repulsion{near, 0.5};

/// sum_i sum_j coupling(r_ij) sqrt(1 + rho_j) + sum_(i < j) repulsion(r_ij),
/// rho_j = sum_k density(r_jk).
class TwoCutoffs final : public ManyBodyPotential {
 public:
  double cutoff() const override { return 2 * far; }
  std::vector<AtomListKind> atom_lists() const override {
    return {{far, false, true}, {near, true, false}};
  }
  int species_count() const override { return 1; }
  std::vector<std::pair<std::string, std::string>> description() const override { return {}; }

  LocalSums compute_atoms(const AtomSystem& system, std::span<double> forces) override {
    expect_sound(system);
    EXPECT_GT(system.owned, 0U);
    const auto count = static_cast<std::int32_t>(system.size());
    const auto owned = static_cast<std::int32_t>(system.owned);
    std::vector<double> rho(system.size(), 0);
    for_each_pair(system, 0, 0, count,
                  [&](auto j, auto, const Vector& d) { rho[j] += density.value(d.norm()); });

    LocalSums sums;
    std::vector<double> pull(system.size(), 0);  // derivative by rho
    const auto push = [&](std::size_t i, std::size_t j, const Vector& d, double slope) {
      const Vector force = slope / d.norm() * d;
      VectorMap(&forces[3 * i]) += force;
      VectorMap(&forces[3 * j]) -= force;
    };
    for_each_pair(system, 0, 0, owned, [&](auto i, auto j, const Vector& d) {
      const double root = std::sqrt(1 + rho[j]);
      sums.energy += coupling.value(d.norm()) * root;
      push(i, j, d, coupling.slope(d.norm()) * root);
      pull[j] += coupling.value(d.norm()) / (2 * root);
    });
    for_each_pair(system, 0, 0, count, [&](auto j, auto k, const Vector& d) {
      if (pull[j] != 0) push(j, k, d, pull[j] * density.slope(d.norm()));
    });
    for_each_pair(system, 1, 0, owned, [&](auto i, auto j, const Vector& d) {
      const double share = j < system.owned ? 1 : 0.5;
      sums.energy += share * repulsion.value(d.norm());
      push(i, j, d, share * repulsion.slope(d.norm()));
    });
    sums.virial = virial_of_forces(system, forces);
    return sums;
  }

  /// What images are to be made with. Only the root knows.
  Eigen::Matrix3d cell = Eigen::Matrix3d::Constant(std::nan(""));

 private:
  bool knows_cell() const { return cell.allFinite(); }

  template <typename Visit>
  static void for_each_pair(const AtomSystem& system, std::size_t list, std::int32_t begin,
                            std::int32_t end, const Visit& visit) {
    const AtomRows& rows = system.lists[list];
    for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
      for (std::size_t at = rows.begin[i]; at < rows.begin[i + 1]; ++at) {
        const auto j = static_cast<std::size_t>(rows.neighbor[at]);
        visit(i, j, Vector(position(system, j) - position(system, i)));
      }
    }
  }

  static Vector position(const AtomSystem& system, std::size_t atom) {
    return ConstVectorMap(&system.positions[3 * atom]);
  }

  /// Are ghosts what is said of them?
  void expect_sound(const AtomSystem& system) const {
    std::map<std::int32_t, std::size_t> owner;
    std::set<std::pair<std::int32_t, std::array<std::int32_t, 3>>> seen;
    for (std::size_t atom = 0; atom < system.size(); ++atom) {
      const auto shift = system.shift[atom];
      EXPECT_TRUE(seen.insert({system.index[atom], shift}).second) << "twice the same atom";
      if (atom < system.owned) {
        EXPECT_EQ(shift, (std::array{0, 0, 0}));
        owner[system.index[atom]] = atom;
      } else if (owner.contains(system.index[atom]) && knows_cell()) {
        const Vector moved = position(system, owner[system.index[atom]]) +
                             cell.transpose() * Vector(shift[0], shift[1], shift[2]);
        EXPECT_LT((position(system, atom) - moved).norm(), 1e-9 * (1 + moved.norm()));
      }
    }
    EXPECT_EQ(system.lists[0].begin.size(), system.size() + 1);
    EXPECT_EQ(system.lists[1].begin.size(), system.owned + 1);
  }
};

struct Expected {
  double energy = 0;
  double energy_scale = 0;
  std::vector<double> forces;
  Eigen::Matrix3d virial = Eigen::Matrix3d::Zero();
};

Expected image_sums(const Configuration& c) {
  const ReferenceModel within_far(ReferencePair{1, 1, far});
  const auto pairs = image_pairs(within_far, c.cell, c.positions, {});
  const auto separation = [&](const ImagePair& pair) -> Vector {
    return c.position(pair.j) - c.position(pair.i) + c.cell.transpose() * pair.shift.cast<double>();
  };
  std::vector<double> rho(c.natoms(), 0);
  std::vector<double> coupled(c.natoms(), 0);
  for (const ImagePair& pair : pairs) {
    const double r = separation(pair).norm();
    for (const auto atom : {pair.i, pair.j}) {
      rho[atom] += density.value(r);
      coupled[atom] += coupling.value(r);
    }
  }
  Expected sum;
  sum.forces.resize(c.positions.size(), 0);
  for (const ImagePair& pair : pairs) {
    const Vector d = separation(pair);
    const double r = d.norm();
    double slope = repulsion.slope(r);
    sum.energy += repulsion.value(r);
    for (const auto atom : {pair.i, pair.j}) {
      const double root = std::sqrt(1 + rho[atom]);
      sum.energy += coupling.value(r) * root;
      slope += coupling.slope(r) * root + density.slope(r) * coupled[atom] / (2 * root);
    }
    const Vector force = slope / r * d;
    VectorMap(&sum.forces[3 * pair.i]) += force;
    VectorMap(&sum.forces[3 * pair.j]) -= force;
    sum.virial -= d * force.transpose();
  }
  return sum;
}

void expect_agreement(const Result& result, const Configuration& c) {
  const Expected expected = image_sums(c);
  double farthest = 100;  // atoms far from the origin are rounded [bohr]
  for (const double x : c.positions) farthest = std::max(farthest, std::abs(x));
  double largest = 1e-3;
  for (const double force : expected.forces) largest = std::max(largest, std::abs(force));
  const double tolerance = 1e-12 * farthest / 100;
  EXPECT_NEAR(result.energy, expected.energy, tolerance * std::max(1.0, expected.energy)) << c;
  ASSERT_EQ(result.forces.size(), expected.forces.size());
  for (std::size_t i = 0; i < expected.forces.size(); ++i) {
    ASSERT_NEAR(result.forces[i], expected.forces[i], tolerance * largest)
        << "component " << i << " of " << c;
  }
  EXPECT_LT((result.virial - expected.virial).norm(),
            tolerance * std::max(largest, expected.virial.norm()))
      << c;
}

/// Runs `body(evaluate)` for each layout, `evaluate(configuration)` compares.
template <typename Body>
void with_layout(const EvaluatorOptions& layout, Body body) {
  auto potential = std::make_unique<TwoCutoffs>();
  TwoCutoffs& two_cutoffs = *potential;
  with_evaluator(std::move(potential), layout, [&](Evaluator& evaluator) {
    body([&](const Configuration& c) {
      two_cutoffs.cell = c.cell;
      expect_agreement(evaluator.evaluate(c.structure()), c);
    });
  });
}

template <typename Body>
void with_two_cutoffs(const EvaluatorOptions& options, Body body) {
  for_each_layout(options, [&](const EvaluatorOptions& layout) { with_layout(layout, body); });
}

TEST(ManyBody, AllKindsOfStructures) {
  with_two_cutoffs({}, [](const auto& compare) {
    for (const Configuration& c : all_kinds(6.4)) compare(c);
  });
}

// One list after the other: it is kept, worn out and built anew; cells grow and shrink.
TEST(ManyBody, StructuresThatMove) {
  Eigen::Matrix3d cell;
  cell << 24, 1, -2, 3, 23, 2, -1, 4, 26;
  Random random(5);
  const Configuration start = gas(cell, 60, 4.5, 0, random);
  with_two_cutoffs({}, [&](const auto& compare) {
    Random moves(7);
    Configuration c = start;
    for (int step = 0; step < 40; ++step) {
      displace(c, 0.15, moves);
      if (step % 5 == 3) strain(c, Eigen::Matrix3d::Identity() * (step % 2 == 0 ? 0.01 : -0.01));
      if (step % 7 == 5) wrap_at_random(c, 2, moves);
      if (step % 11 == 9) wrap_into_cell(c);
      compare(c);
    }
  });
}

// Two ranks of more, and two nodes of more: guests of ranks that share memory, and of others.
TEST(ManyBody, SomeRanksAreEnough) {
  Random random(10);
  const Configuration c = gas(Eigen::Matrix3d::Identity() * 20, 48, 4.5, 0, random);
  const auto body = [&](const auto& compare) { compare(c); };
  EvaluatorOptions options;
  options.fewest_atoms = {.shared = 2, .each = 14, .each_of_several_nodes = 9};
  with_two_cutoffs(options, body);
  const int ranks = Communicator::world().size();
  for (const int nodes : {3, 4}) {
    if (nodes > ranks) continue;
    options.pretended_nodes = nodes;
    options.fewest_atoms.each_of_several_nodes = nodes == ranks ? 14 : 9;
    with_layout(options, body);
  }
}

TEST(ManyBody, ATinySystemIsTheRootsAlone) {
  Random random(9);
  const Configuration c = gas(Eigen::Matrix3d::Identity() * 15, 20, 4.5, 0, random);
  EvaluatorOptions options;
  options.fewest_atoms.shared = 50;
  with_two_cutoffs(options, [&](const auto& compare) { compare(c); });
}

}  // namespace
}  // namespace forcewire
