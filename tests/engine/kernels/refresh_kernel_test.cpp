#include "engine/kernels/refresh_kernel.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "support/structures.hpp"

namespace forcewire {
namespace {

/// The sources of all atoms of a structure, each as it was sent.
class Sources {
 public:
  explicit Sources(const Configuration& structure) {
    const Cell cell(structure.cell);
    const std::size_t padded =
        (structure.natoms() + refresh_multiple - 1) / refresh_multiple * refresh_multiple;
    position_.assign(padded, 0);
    species_.assign(padded, 0);
    for (auto& axis : image_) axis.assign(padded, 0);
    for (auto& axis : reference_) axis.assign(padded, 0);
    for (std::size_t atom = 0; atom < structure.natoms(); ++atom) {
      position_[atom] = static_cast<std::int64_t>(3 * atom);
      species_[atom] = static_cast<std::int64_t>(atom % 5);
      const Eigen::Vector3d s = cell.inverse() * structure.position(atom);
      for (std::size_t axis = 0; axis < 3; ++axis)
        reference_[axis][atom] = s[static_cast<int>(axis)];
    }
  }

  LocalSources sources() const {
    return {position_.data(),
            species_.data(),
            {image_[0].data(), image_[1].data(), image_[2].data()},
            {reference_[0].data(), reference_[1].data(), reference_[2].data()}};
  }
  std::size_t padded() const { return position_.size(); }

 private:
  std::vector<std::int64_t> position_;
  std::vector<std::int64_t> species_;
  std::array<std::vector<double>, 3> image_;
  std::array<std::vector<double>, 3> reference_;
};

class RefreshKernel : public testing::Test {
 protected:
  bool refresh(const Configuration& now, std::size_t watched, double limit) {
    atoms_.assign(sources_.padded(), PackedAtom{});
    return refresh_atoms(sources_.sources(), Cell(now.cell), now.positions.data(),
                         sources_.padded(), watched, limit * limit, atoms_.data());
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
  std::vector<PackedAtom> atoms_;
};

TEST_F(RefreshKernel, BringsAtomsBackFromAnyBox) {
  Configuration moved = before_;
  displace(moved, 0.4, random_);
  Configuration sent = moved;
  wrap_at_random(sent, 3, random_);
  EXPECT_TRUE(refresh(sent, sent.natoms(), 0.7));
  for (std::size_t atom = 0; atom < moved.natoms(); ++atom) {
    const Eigen::Vector3d now(atoms_[atom].x, atoms_[atom].y, atoms_[atom].z);
    EXPECT_LT((now - moved.position(atom)).norm(), 1e-13);
    EXPECT_EQ(atoms_[atom].species, static_cast<std::int64_t>(atom % 5));
  }
}

TEST_F(RefreshKernel, TestsTheDisplacementOfEachWatchedAtom) {
  for (std::size_t atom = 0; atom < before_.natoms(); ++atom) {
    Configuration now = before_;
    now.positions[3 * atom + 1] += 0.5;
    EXPECT_TRUE(refresh(now, now.natoms(), 0.501)) << "atom " << atom;
    EXPECT_FALSE(refresh(now, now.natoms(), 0.499)) << "atom " << atom;
    // Of atoms behind the watched ones it knows nothing.
    for (const std::size_t watched : {std::size_t{0}, std::size_t{1}, std::size_t{7},
                                      std::size_t{8}, std::size_t{9}, std::size_t{20}}) {
      EXPECT_EQ(refresh(now, watched, 0.499), watched <= atom) << "atom " << atom;
    }
  }
}

TEST_F(RefreshKernel, WhatIsNoNumberHasEscaped) {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::infinity()}) {
    Configuration now = before_;
    now.positions[3 * 20 + 2] = bad;
    EXPECT_FALSE(refresh(now, now.natoms(), 1e300));
  }
}

TEST_F(RefreshKernel, DeformationOfTheCellIsNoDisplacement) {
  Configuration now = before_;
  Eigen::Matrix3d squeeze = Eigen::Matrix3d::Zero();
  squeeze(0, 0) = -0.1;
  squeeze(1, 2) = 0.07;
  strain(now, squeeze);
  EXPECT_TRUE(refresh(now, now.natoms(), 1e-9));
}

}  // namespace
}  // namespace forcewire
