#include "engine/kernels/refresh_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/simd.hpp"
#include "support/sorted.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

/// The sources of all atoms of a structure, each as it was sent.
class Sources {
 public:
  explicit Sources(const Configuration& structure) {
    const Cell cell(structure.cell);
    clusters_ = (structure.natoms() + cluster_width() - 1) / cluster_width();
    const std::size_t padded = clusters_ * cluster_width();
    position_.assign(padded, 0);
    species_.assign(padded, 0);
    for (auto& axis : image_) axis.assign(padded, 0);
    for (auto& axis : reference_) axis.assign(padded, 0);
    for (std::size_t slot = 0; slot < padded; ++slot) {
      const std::size_t atom = std::min(slot, structure.natoms() - 1);  // padding repeats the last
      position_[slot] = static_cast<std::int64_t>(3 * atom);
      species_[slot] = static_cast<std::int64_t>(atom % 5);
      const Eigen::Vector3d s = cell.inverse() * structure.position(atom);
      for (std::size_t axis = 0; axis < 3; ++axis)
        reference_[axis][slot] = s[static_cast<int>(axis)];
    }
  }

  LocalSources sources() const {
    return {position_.data(),
            species_.data(),
            {image_[0].data(), image_[1].data(), image_[2].data()},
            {reference_[0].data(), reference_[1].data(), reference_[2].data()}};
  }
  std::size_t clusters() const { return clusters_; }

 private:
  std::size_t clusters_;
  std::vector<std::int64_t> position_;
  std::vector<std::int64_t> species_;
  std::array<std::vector<double>, 3> image_;
  std::array<std::vector<double>, 3> reference_;
};

class RefreshKernel : public testing::Test {
 protected:
  /// @param watched clusters
  bool refresh(const Configuration& now, std::size_t watched, double limit) {
    atoms_.assign(4 * cluster_width() * sources_.clusters(), std::nan(""));
    return refresh_atoms(sources_.sources(), Cell(now.cell), now.positions.data(),
                         sources_.clusters(), watched, atoms_.data()) <= limit * limit;
  }
  bool refresh(const Configuration& now, double limit) {
    return refresh(now, sources_.clusters(), limit);
  }

  static Configuration make_before() {
    Random random(1);
    Eigen::Matrix3d cell;
    cell << 20, 1, 0, 5, 18, -2, 0, 3, 25;
    return gas(cell, 21, 3, 0, random);
  }

  Random random_{2};
  Configuration before_ = make_before();
  Sources sources_{before_};
  AlignedVector<double> atoms_;
};

TEST_F(RefreshKernel, BringsAtomsBackFromAnyBox) {
  Configuration moved = before_;
  displace(moved, 0.4, random_);
  Configuration sent = moved;
  wrap_at_random(sent, 3, random_);
  EXPECT_TRUE(refresh(sent, 0.7));
  for (std::size_t atom = 0; atom < moved.natoms(); ++atom) {
    const Slot now({.width = cluster_width(), .atoms = atoms_}, atom);
    EXPECT_LT((now.position - moved.position(atom)).norm(), 1e-13);
    EXPECT_EQ(now.species, static_cast<std::int64_t>(atom % 5));
  }
}

TEST_F(RefreshKernel, TestsTheDisplacementOfEachWatchedAtom) {
  for (std::size_t atom = 0; atom < before_.natoms(); ++atom) {
    Configuration now = before_;
    now.positions[3 * atom + 1] += 0.5;
    EXPECT_TRUE(refresh(now, 0.501)) << "atom " << atom;
    EXPECT_FALSE(refresh(now, 0.499)) << "atom " << atom;
    // Of atoms behind the watched clusters it knows nothing.
    for (std::size_t watched = 0; watched <= sources_.clusters(); ++watched) {
      EXPECT_EQ(refresh(now, watched, 0.499), watched <= atom / cluster_width()) << "atom " << atom;
    }
  }
}

TEST_F(RefreshKernel, WhatIsNoNumberHasEscaped) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Configuration now = before_;
    now.positions[3 * 20 + 2] = bad;
    EXPECT_FALSE(refresh(now, 1e150));
  }
}

TEST_F(RefreshKernel, DeformationOfTheCellIsNoDisplacement) {
  Configuration now = before_;
  Eigen::Matrix3d squeeze = Eigen::Matrix3d::Zero();
  squeeze(0, 0) = -0.1;
  squeeze(1, 2) = 0.07;
  strain(now, squeeze);
  EXPECT_TRUE(refresh(now, 1e-9));
}

}  // namespace
}  // namespace forcewire
