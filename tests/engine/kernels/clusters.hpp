#pragma once

#include <Eigen/Core>
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <random>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/simd.hpp"
#include "support/sorted.hpp"

namespace forcewire {

/// How many clusters the row of each owned slot has.
struct RowLength {
  std::size_t owned;
  std::size_t ghosts;
};

/// Clusters of atoms on a shuffled grid, no two closer than 0.8 sigma, some slots left empty, and
/// rows of given lengths (fewer owned ones where there are no more behind a cluster). The kernel
/// need not know of whom an image is one.
class Clusters {
 public:
  Clusters(std::size_t owned_clusters, const std::vector<RowLength>& lengths, int species_count,
           double sigma)
      : owned_clusters_(owned_clusters) {
    constexpr std::size_t ghost_clusters = 24;
    const std::size_t first_ghost = owned_clusters + image_clusters;
    fill(first_ghost + ghost_clusters, species_count, sigma);
    for (std::size_t slot = 0; slot < owned_clusters * width_; ++slot) {
      const bool is_padding = Slot({.width = width_, .atoms = atoms_}, slot).is_padding();
      const RowLength length = is_padding ? RowLength{0, 0} : lengths[slot % lengths.size()];
      add_row(owned_, slot / width_ + 1, first_ghost, length.owned);
      add_row(ghosts_, first_ghost, first_ghost + ghost_clusters, length.ghosts);
    }
  }

  LocalSystem system() const {
    return {width_,
            owned_clusters_,
            image_clusters,
            atoms_,
            {owned_.begin, owned_.cluster},
            {ghosts_.begin, ghosts_.cluster}};
  }

  void move(std::size_t slot, const Eigen::Vector3d& place) {
    for (int axis = 0; axis < 3; ++axis) coordinate(slot, axis) = place[axis];
  }

 private:
  static constexpr std::size_t image_clusters = 3;

  struct Rows {
    std::vector<std::size_t> begin{0};
    std::vector<std::int32_t> cluster;
  };

  void fill(std::size_t clusters, int species_count, double sigma) {
    std::vector<Eigen::Vector3d> places;
    std::uniform_real_distribution<double> jitter(-0.05 * sigma, 0.05 * sigma);
    for (int i = 0; i < 10; ++i) {
      for (int j = 0; j < 10; ++j) {
        for (int k = 0; k < 10; ++k) {
          places.emplace_back(0.9 * sigma * Eigen::Vector3d(i, j, k) +
                              Eigen::Vector3d(jitter(random_), jitter(random_), jitter(random_)));
        }
      }
    }
    std::shuffle(places.begin(), places.end(), random_);
    std::uniform_int_distribution<std::int64_t> any_species(0, species_count - 1);
    std::uniform_int_distribution<int> one_in_five(0, 4);
    atoms_.resize(clusters * 4 * width_);
    for (std::size_t slot = 0; slot < clusters * width_; ++slot) {
      const bool is_padding = one_in_five(random_) == 0;
      const double far = 1e20 * static_cast<double>(slot % width_ + 1);
      for (int axis = 0; axis < 3; ++axis) {
        coordinate(slot, axis) = is_padding ? far : places[slot % places.size()][axis];
      }
      coordinate(slot, 3) = std::bit_cast<double>(any_species(random_));
    }
  }

  /// The number behind the third is the species.
  double& coordinate(std::size_t slot, int axis) {
    return atoms_[slot / width_ * 4 * width_ + static_cast<std::size_t>(axis) * width_ +
                  slot % width_];
  }

  void add_row(Rows& rows, std::size_t first, std::size_t end, std::size_t length) {
    std::vector<std::int32_t> clusters(end - first);
    std::iota(clusters.begin(), clusters.end(), static_cast<std::int32_t>(first));
    std::shuffle(clusters.begin(), clusters.end(), random_);
    clusters.resize(std::min(clusters.size(), length));
    rows.cluster.insert(rows.cluster.end(), clusters.begin(), clusters.end());
    rows.begin.push_back(rows.cluster.size());
  }

  std::mt19937_64 random_{99};
  std::size_t width_ = cluster_width();
  std::size_t owned_clusters_;
  AlignedVector<double> atoms_;
  Rows owned_;
  Rows ghosts_;
};

}  // namespace forcewire
