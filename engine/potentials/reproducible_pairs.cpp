#include "engine/potentials/reproducible_pairs.hpp"

#include <algorithm>
#include <numeric>
#include <stdexcept>

#include "engine/kernels/simd.hpp"

namespace forcewire {

namespace {

// More than rounding can do to a squared distance, and to a decision of the neighbour list.
constexpr double more_than_cutoff = 1 + 1e-12;
constexpr double more_than_rounding = 1 + 1e-9;

}  // namespace

std::optional<std::string> ReproduciblePairs::why_not(const Potential& potential) {
  if (!potential.atom_lists().empty()) {
    return "it sums over the atoms of a rank by itself, in an order of its own; pair potentials "
           "can";
  }
  if (potential.is_collective()) return "its ranks communicate, and atoms are computed one by one";
  return std::nullopt;
}

ReproduciblePairs::ReproduciblePairs(std::unique_ptr<Potential> pairs)
    : pairs_(std::move(pairs)), width_(cluster_width()) {
  if (const auto reason = why_not(*pairs_)) {
    throw std::invalid_argument("no potential for reproducible results: " + *reason);
  }
  no_rows_.assign(width_ + 1, 0);
  ghost_rows_.assign(width_ + 1, 0);
  make_room(8 * width_);
}

double ReproduciblePairs::cutoff() const { return pairs_->cutoff() * more_than_rounding; }

LocalSums ReproduciblePairs::compute(const LocalSystem& system, std::span<double> forces) {
  sums_ = {};
  cluster_forces_.resize(3 * width_);
  take_atoms(system);
  std::ranges::fill(forces, 0.0);  // those on images are somebody's own
  const AtomSlots& atoms = *system.by_atom;
  for (std::size_t atom = 0; atom < atoms.owned; ++atom) {
    if (take_neighbors(atoms.lists[0], atom) == 0) continue;
    compute_atom(&forces[force_offset(static_cast<std::size_t>(atoms.slot[atom]), width_)]);
  }
  cluster_forces_.expect_intact();
  return {};
}

void ReproduciblePairs::take_atoms(const LocalSystem& system) {
  const std::span<const std::int32_t> slots = system.by_atom->slot;
  atoms_.resize(4 * slots.size());
  double* to = atoms_.data();
  for (const std::int32_t slot : slots) {
    const double* from = &system.atoms[atom_offset(static_cast<std::size_t>(slot), width_)];
    for (std::size_t i = 0; i < 4; ++i) *to++ = from[i * width_];
  }
}

void ReproduciblePairs::make_room(std::size_t neighbors) {
  const std::size_t count = 1 + (neighbors + width_ - 1) / width_;
  if (clusters_.size() >= 4 * width_ * count) return;
  clusters_.assign(4 * width_ * count, 0.0);
  for (std::size_t lane = 1; lane < width_; ++lane) {
    clusters_[lane] = padding_distance * static_cast<double>(lane);
  }
  ghost_clusters_.resize(count - 1);
  std::iota(ghost_clusters_.begin(), ghost_clusters_.end(), 1);
}

/// Writes down the atom and its neighbours within the cutoff.
/// @return how many there are
std::size_t ReproduciblePairs::take_neighbors(const AtomRows& list, std::size_t atom) {
  const auto listed =
      list.neighbor.subspan(list.begin[atom], list.begin[atom + 1] - list.begin[atom]);
  make_room(listed.size());
  const double limit = pairs_->cutoff() * pairs_->cutoff() * more_than_cutoff;
  clusters_[3 * width_] = atoms_[4 * atom + 3];  // its species; it is at the origin
  const std::size_t count =
      take_near_atoms(atoms_, atom, listed, limit, room_, std::span(clusters_).subspan(4 * width_));
  std::fill(ghost_rows_.begin() + 1, ghost_rows_.end(), (count + width_ - 1) / width_);
  return count;
}

/// @param force on the atom; its y and z are `width_` and twice that behind
void ReproduciblePairs::compute_atom(double* force) {
  const std::size_t ghosts = ghost_rows_.back();
  LocalSystem system;
  system.width = width_;
  system.owned_clusters = 1;
  system.atoms = std::span(clusters_).first(4 * width_ * (1 + ghosts));
  system.owned_rows = {no_rows_, {}};
  system.ghost_rows = {ghost_rows_, std::span(ghost_clusters_).first(ghosts)};
  system.only_ghosts = true;
  const std::span<double> cluster_forces = cluster_forces_.numbers();
  const LocalSums sums = pairs_->compute(system, cluster_forces);
  for (std::size_t i = 0; i < 3; ++i) {
    force[i * width_] = cluster_forces[i * width_] + 0.0;  // and no -0
  }
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
