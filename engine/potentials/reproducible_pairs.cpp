// Compiled without contraction to fused operations: what is within the cutoff must not depend on
// which copy of a loop the compiler has made for it.

#include "engine/potentials/reproducible_pairs.hpp"

#include <algorithm>
#include <bit>
#include <numeric>
#include <stdexcept>

#include "engine/kernels/simd.hpp"

namespace forcewire {

namespace {

// More than rounding can do to a squared distance, and to a decision of the neighbour list.
constexpr double more_than_cutoff = 1 + 1e-12;
constexpr double more_than_rounding = 1 + 1e-9;

// See LocalSystem on padding [bohr].
constexpr double far = 1e20;

}  // namespace

std::optional<std::string> ReproduciblePairs::why_not(const Potential& potential) {
  if (!potential.atom_lists().empty()) {
    return "it sums over the atoms of a rank by itself, in an order of its own; pair potentials "
           "can";
  }
  if (potential.is_collective()) return "its ranks communicate, and atoms are computed one by one";
  return std::nullopt;
}

ReproduciblePairs::ReproduciblePairs(std::unique_ptr<Potential> pairs) : pairs_(std::move(pairs)) {
  if (const auto reason = why_not(*pairs_)) {
    throw std::invalid_argument("no potential for reproducible results: " + *reason);
  }
  const std::size_t width = cluster_width();
  no_rows_.assign(width + 1, 0);
  ghost_rows_.assign(width + 1, 0);
  cluster_forces_.resize(3 * width);
  make_room(8 * width);
}

double ReproduciblePairs::cutoff() const { return pairs_->cutoff() * more_than_rounding; }

LocalSums ReproduciblePairs::compute_atoms(const AtomSystem& system, std::span<double> forces) {
  sums_ = {};
  for (std::size_t atom = 0; atom < system.owned; ++atom) {
    if (take_neighbors(system, atom) > 0) compute_atom(forces.subspan(3 * atom, 3));
  }
  return {};
}

void ReproduciblePairs::make_room(std::size_t neighbors) {
  const std::size_t width = cluster_width();
  const std::size_t count = 1 + (neighbors + width - 1) / width;
  if (clusters_.size() >= 4 * width * count) return;
  clusters_.assign(4 * width * count, 0.0);
  for (std::size_t lane = 1; lane < width; ++lane)
    clusters_[lane] = far * static_cast<double>(lane);
  ghost_clusters_.resize(count - 1);
  std::iota(ghost_clusters_.begin(), ghost_clusters_.end(), 1);
}

/// Writes down the atom and its neighbours within the cutoff.
/// @return how many there are
std::size_t ReproduciblePairs::take_neighbors(const AtomSystem& system, std::size_t atom) {
  const AtomRows& list = system.lists[0];
  const std::span<const std::int32_t> listed =
      list.neighbor.subspan(list.begin[atom], list.begin[atom + 1] - list.begin[atom]);
  make_room(listed.size());
  const auto width = cluster_width();
  const auto species = [&](std::size_t at) {
    return std::bit_cast<double>(static_cast<std::int64_t>(system.species[at]));
  };
  const double* self = &system.positions[3 * atom];
  const double limit = pairs_->cutoff() * pairs_->cutoff() * more_than_cutoff;
  clusters_[3 * width] = species(atom);
  double* ghosts = &clusters_[4 * width];
  std::size_t count = 0;
  for (const std::int32_t neighbor : listed) {
    const auto other = static_cast<std::size_t>(neighbor);
    const double* position = &system.positions[3 * other];
    const double x = position[0] - self[0];
    const double y = position[1] - self[1];
    const double z = position[2] - self[2];
    // Written in any case, and overwritten: a branch that nobody can guess takes longer.
    double* slot = ghosts + 4 * width * (count / width) + count % width;
    slot[0] = x;
    slot[width] = y;
    slot[2 * width] = z;
    slot[3 * width] = species(other);
    count += x * x + y * y + z * z <= limit ? 1 : 0;
  }
  const std::size_t clusters = (count + width - 1) / width;
  for (std::size_t at = count; at < clusters * width; ++at) {
    double* slot = ghosts + 4 * width * (at / width) + at % width;
    slot[0] = far * static_cast<double>(at % width + 1);
    for (std::size_t i = 1; i < 4; ++i) slot[i * width] = 0;
  }
  std::fill(ghost_rows_.begin() + 1, ghost_rows_.end(), clusters);
  return count;
}

void ReproduciblePairs::compute_atom(std::span<double> force) {
  const std::size_t width = cluster_width();
  const std::size_t ghosts = ghost_rows_.back();
  const LocalSystem system{width,
                           1,
                           0,
                           std::span(clusters_).first(4 * width * (1 + ghosts)),
                           {no_rows_, {}},
                           {ghost_rows_, std::span(ghost_clusters_).first(ghosts)}};
  const LocalSums sums = pairs_->compute(system, cluster_forces_);
  for (std::size_t i = 0; i < 3; ++i) force[i] = cluster_forces_[i * width] + 0.0;  // and no -0
  sums_[0].add(sums.energy);
  for (int i = 0; i < 3; ++i) sums_[static_cast<std::size_t>(1 + i)].add(sums.virial(i, i));
  sums_[4].add(sums.virial(0, 1));
  sums_[5].add(sums.virial(0, 2));
  sums_[6].add(sums.virial(1, 2));
}

LocalSums ReproduciblePairs::rounded(const Sums& sums) {
  LocalSums result;
  result.energy = sums[0].value();
  Eigen::Matrix3d& virial = result.virial;
  for (int i = 0; i < 3; ++i) virial(i, i) = sums[static_cast<std::size_t>(1 + i)].value();
  virial(0, 1) = virial(1, 0) = sums[4].value();
  virial(0, 2) = virial(2, 0) = sums[5].value();
  virial(1, 2) = virial(2, 1) = sums[6].value();
  return result;
}

}  // namespace forcewire
