#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/geometry/cell.hpp"
#include "engine/neighbor/spatial_order.hpp"
#include "engine/potentials/registry.hpp"

namespace forcewire::bench {

/// The liquid of `liquid.py`, argon at reduced density 0.8442, in atomic units; not melted, but
/// shaken: lists and kernels have as much to do.
struct Liquid {
  static constexpr double sigma = 6.4345;
  static constexpr double cutoff = 2.5 * sigma;
  static constexpr double skin = 0.4 * sigma;

  /// @param wanted_atoms rounded to a whole fcc lattice
  explicit Liquid(std::int64_t wanted_atoms) {
    const int cells = std::max(
        3, static_cast<int>(std::lround(std::cbrt(static_cast<double>(wanted_atoms) / 4))));
    const double constant = std::cbrt(4 / 0.8442) * sigma;
    cell = Eigen::Matrix3d::Identity() * cells * constant;
    std::mt19937_64 random(1);
    std::normal_distribution<double> shake(0, 0.08 * sigma);
    for (int a = 0; a < cells; ++a) {
      for (int b = 0; b < cells; ++b) {
        for (int c = 0; c < cells; ++c) {
          for (const Eigen::Vector3d& basis :
               {Eigen::Vector3d(0, 0, 0), Eigen::Vector3d(.5, .5, 0), Eigen::Vector3d(.5, 0, .5),
                Eigen::Vector3d(0, .5, .5)}) {
            const Eigen::Vector3d corner(a, b, c);
            for (const double x : (corner + basis).eval()) {
              positions.push_back(x * constant + shake(random));
            }
          }
        }
      }
    }
  }

  std::size_t natoms() const { return positions.size() / 3; }

  static std::unique_ptr<Potential> potential() {
    return make_model({"lj", std::to_string(sigma) + ",3.7938e-4," + std::to_string(cutoff), {}})
        .potential;
  }

  Eigen::Matrix3d cell;  ///< rows = lattice vectors [bohr]
  std::vector<double> positions;
};

/// The spatial order of a liquid, sorted by one rank.
class Order {
 public:
  Order(const Cell& cell, const Liquid& liquid)
      : memory_(SpatialOrder::bytes_needed(liquid.natoms(), 1)) {
    sort(cell, liquid);
  }
  void sort(const Cell& cell, const Liquid& liquid) {
    order_.sort(cell, liquid.positions, {}, memory_, [] {});
  }
  const SpatialOrder& operator*() const { return order_; }

 private:
  std::vector<std::byte> memory_;
  SpatialOrder order_;
};

}  // namespace forcewire::bench
