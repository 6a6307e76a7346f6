// A pair function over rows of every kind of length, as whole vectors and packed, against sums over
// pairs. Its pairs are all of about one size: with forces that fall off like r^-7 a far pair that
// has got another's force would hardly show.

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/engine/kernels/pair_table_test.cpp"
#include "engine/kernels/simd_targets.hpp"
// Behind it:
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/kernels/pair_table-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

/// u = p r, whatever it says of itself.
template <bool says_only_r2>
struct Distance {
  static constexpr std::size_t parameter_count = 1;
  static constexpr bool only_r2 = says_only_r2;

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V* p) const {
    return {p[0] * r.r(), -p[0] * r.inverse_r()};
  }
};

PairSums distances(bool says_only_r2, const LocalSystem& system, const double* table,
                   int species_count, bool shifted, std::span<double> forces) {
  return says_only_r2
             ? pair_table_kernel(system, Distance<true>(), table, species_count, shifted, forces)
             : pair_table_kernel(system, Distance<false>(), table, species_count, shifted, forces);
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "clusters.hpp"
#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/simd.hpp"
#include "support/reference.hpp"
#include "support/sorted.hpp"

namespace forcewire {
namespace {

HWY_EXPORT(distances);

/// Slope, cutoff and shift of each pair of species.
class Table {
 public:
  explicit Table(std::vector<double> cutoffs)
      : species_count_(static_cast<int>(std::lround(std::sqrt(cutoffs.size())))) {
    for (const double cutoff : cutoffs) {
      const double slope = 1 + 0.1 * static_cast<double>(numbers_.size());
      numbers_.insert(numbers_.end(), {1 / (cutoff * cutoff), 0.5, slope});
      numbers_.resize(numbers_.size() + pair_table_stride(1) - 3);
    }
  }

  int species_count() const { return species_count_; }
  const double* numbers() const { return numbers_.data(); }
  double cutoff(const Slot& a, const Slot& b) const { return 1 / std::sqrt(entry(a, b)[0]); }
  double shift(const Slot& a, const Slot& b) const { return entry(a, b)[1]; }
  double slope(const Slot& a, const Slot& b) const { return entry(a, b)[2]; }

 private:
  const double* entry(const Slot& a, const Slot& b) const {
    return numbers() +
           static_cast<std::size_t>(a.species * species_count_ + b.species) * pair_table_stride(1);
  }

  int species_count_;
  std::vector<double> numbers_;
};

struct Kind {
  bool says_only_r2;
  bool shifted;
  bool compact;
};

void expect_sums_over_pairs(const Table& table, const Clusters& clusters, const Kind& kind) {
  LocalSystem system = clusters.system();
  system.center = {20, 20, 20};
  system.compact = kind.compact;
  AlignedVector<double> forces(system.force_numbers(), std::nan(""));
  const PairSums sums = HWY_DYNAMIC_DISPATCH(distances)(
      kind.says_only_r2, system, table.numbers(), table.species_count(), kind.shifted, forces);

  long double energy = 0;
  LongMatrix virial = LongMatrix::Zero();
  std::vector<LongVector> expected(system.force_numbers() / 3, LongVector::Zero());
  double pairs = 1;
  for_each_pair(system, [&](std::size_t i, std::size_t j, bool is_ghost) {
    const Slot a(system, i);
    const Slot b(system, j);
    const LongVector r = (a.position - b.position).cast<long double>();
    if (r.norm() >= table.cutoff(a, b)) return;
    const LongVector force = -table.slope(a, b) * r.normalized();
    expected[i] += force;
    if (!is_ghost) expected[j] -= force;
    const long double share = is_ghost ? 0.5L : 1.0L;
    energy += share * (table.slope(a, b) * r.norm() - (kind.shifted ? table.shift(a, b) : 0));
    virial += share * r * force.transpose();
    ++pairs;
  });
  for (std::size_t slot = 0; slot < expected.size(); ++slot) {
    const Eigen::Vector3d force = force_in_slot(system, forces, slot);
    for (int axis = 0; axis < 3; ++axis) {
      EXPECT_NEAR(force[axis], static_cast<double>(expected[slot][axis]), 1e-11) << "slot " << slot;
    }
  }
  EXPECT_NEAR(sums.energy, static_cast<double>(energy), 1e-11 * pairs);
  for (int a = 0; a < 3; ++a) {
    for (int b = 0; b < 3; ++b) {
      EXPECT_NEAR(sums.virial[a][b], static_cast<double>(virial(a, b)), 1e-11 * pairs);
    }
  }
}

void expect_sums_over_pairs(const Table& table, std::size_t owned_clusters,
                            const std::vector<RowLength>& lengths) {
  const Clusters clusters(owned_clusters, lengths, table.species_count(), 6.4);
  for (const bool says_only_r2 : {false, true}) {
    for (const bool flag : {false, true}) {
      expect_sums_over_pairs(table, clusters, {says_only_r2, flag, !flag});
    }
  }
}

/// No pair within the cutoff, some of a vector, all of them, and whatever each pair of species has.
const std::vector<Table> tables = {Table({1e-3}), Table({16}), Table({1e3}),
                                   Table({1e-3, 16, 9, 16, 1e3, 25, 9, 25, 5})};

TEST(PairTable, OneCluster) {
  for (const Table& table : tables) {
    for (std::size_t ghosts = 0; ghosts <= 5; ++ghosts) {
      expect_sums_over_pairs(table, 1, {{0, ghosts}});
    }
  }
}

TEST(PairTable, RowsOfEveryLength) {
  for (const Table& table : tables) {
    expect_sums_over_pairs(table, 30,
                           {{0, 0}, {1, 0}, {0, 1}, {2, 1}, {3, 4}, {7, 0}, {8, 2}, {20, 9}});
  }
}

TEST(PairTable, RowsThatAreTakenInStretches) {
  for (const Table& table : {tables[1], tables[3]}) {
    // Of eight slots as many vectors as a stretch has, one more, and one less.
    for (const std::size_t length : {15U, 16U, 17U}) {
      expect_sums_over_pairs(table, 24, {{16, 16}, {16, 16}, {16, 16}, {length, length}});
    }
    expect_sums_over_pairs(table, 70, {{32, 0}, {33, 0}, {65, 0}, {1, 24}});
  }
}

/// At one place with another atom, or nowhere, an atom must not pass for one out of reach.
TEST(PairTable, AtomsAtOnePlaceOrNowhereAreNoticed) {
  const Table table({16});
  const std::size_t width = cluster_width();
  const Eigen::Vector3d nowhere = Eigen::Vector3d::Constant(std::nan(""));
  for (const bool says_only_r2 : {false, true}) {
    int pairs = 0;
    for (const std::size_t cluster : {std::size_t{0}, width, 5 * width}) {
      for (std::size_t other = cluster; other < cluster + width; ++other) {
        Clusters clusters(2, {{24, 24}}, 1, 6.4);
        const LocalSystem system = clusters.system();
        std::size_t atom = 0;
        while (Slot(system, atom).is_padding()) ++atom;
        if (other == atom || Slot(system, other).is_padding()) continue;
        for (const Eigen::Vector3d& place : {Slot(system, atom).position, nowhere}) {
          clusters.move(other, place);
          AlignedVector<double> forces(system.force_numbers());
          const PairSums sums = HWY_DYNAMIC_DISPATCH(distances)(says_only_r2, system,
                                                                table.numbers(), 1, false, forces);
          EXPECT_FALSE(force_in_slot(system, forces, atom).allFinite()) << atom << " " << other;
          if (place.hasNaN()) {
            EXPECT_FALSE(std::isfinite(sums.energy)) << atom << " " << other;
          }
        }
        ++pairs;
      }
    }
    EXPECT_GE(pairs, 3);
  }
}

/// Two atoms of one cluster, and one of another that the first sees.
TEST(PairTable, DistancesAreRightForThoseWhoSaidThatTheyWantNone) {
  const std::size_t width = cluster_width();
  AlignedVector<double> atoms(2 * 4 * width);
  for (std::size_t slot = 0; slot < 2 * width; ++slot) {
    atoms[atom_offset(slot, width)] = padding_distance * static_cast<double>(1 + slot);
  }
  for (const std::size_t slot : {std::size_t{0}, std::size_t{1}, width}) {
    atoms[atom_offset(slot, width)] = 3.0 * static_cast<double>(slot);
  }
  std::vector<std::size_t> begin(2 * width + 1, 1);
  begin[0] = 0;
  const std::vector<std::int32_t> cluster{1};
  const std::vector<std::size_t> nowhere(2 * width + 1, 0);
  LocalSystem system;
  system.width = width;
  system.owned_clusters = 2;
  system.atoms = atoms;
  system.owned_rows = {begin, cluster};
  system.ghost_rows = {nowhere, {}};
  const double expected = 3.0 + 3.0 * static_cast<double>(width);
  AlignedVector<double> forces(system.force_numbers());
  const Table table({100});
  for (const bool says_only_r2 : {false, true}) {
    const PairSums sums =
        HWY_DYNAMIC_DISPATCH(distances)(says_only_r2, system, table.numbers(), 1, false, forces);
    EXPECT_NEAR(sums.energy, expected, 1e-13);
    EXPECT_NEAR(forces[force_offset(0, width)], 2.0, 1e-15);
  }
}

}  // namespace
}  // namespace forcewire
#endif  // HWY_ONCE
