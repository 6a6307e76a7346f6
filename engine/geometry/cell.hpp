#pragma once

#include <Eigen/Core>
#include <array>

#include "engine/geometry/periodicity.hpp"

namespace forcewire {

/// An atom that is wrapped into a longer cell is resolved no finer than 1e-7 bohr: forces would be
/// noise.
inline constexpr double longest_vector = 1e9;  // [bohr]

/// The simulation cell: three vectors, some of which repeat the structure.
///
///             | a_x b_x c_x |
///   matrix =  | a_y b_y c_y |      position = matrix * fractional
///             | a_z b_z c_z |
///
/// The lattice vectors are its *columns* (users and the wire have them as rows). An axis that is
/// not periodic gets a unit vector perpendicular to the periodic ones, so that fractional
/// coordinates exist for any kind of cell; along it they are lengths.
class Cell {
 public:
  /// @param lattice_vectors rows = lattice vectors [bohr]; of any handedness
  /// @throws InvalidStructure when a number is not finite, when a periodic vector is longer than
  ///         `longest_vector`, when these are linearly dependent, or when `periodicity` asks for
  ///         what the vectors cannot give
  explicit Cell(const Eigen::Matrix3d& lattice_vectors, const Periodicity& periodicity = {});

  const Eigen::Matrix3d& matrix() const { return matrix_; }    ///< [bohr]
  const Eigen::Matrix3d& inverse() const { return inverse_; }  ///< [1/bohr]
  const std::array<bool, 3>& periodic() const { return periodic_; }
  bool fully_periodic() const { return periodic_[0] && periodic_[1] && periodic_[2]; }

  /// Distance between the two faces of the cell that axis a, b or c leads across [bohr]; 1 for an
  /// axis that is not periodic.
  Eigen::Vector3d heights() const { return inverse_.rowwise().norm().cwiseInverse(); }

  /// Volume of the cell [bohr^3]; meaningful when all axes are periodic.
  double volume() const { return volume_; }

 private:
  std::array<bool, 3> periodic_{};
  Eigen::Matrix3d matrix_;
  Eigen::Matrix3d inverse_;
  double volume_ = 0;
};

}  // namespace forcewire
