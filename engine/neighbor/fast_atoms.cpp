#include "engine/neighbor/fast_atoms.hpp"

#include <algorithm>

#include "engine/kernels/motion_kernel.hpp"
#include "engine/neighbor/bytes_of.hpp"

namespace forcewire {

namespace {

// To look at a fast atom takes a fraction of a microsecond, to build a list a fifth for each atom:
// with a step gained in a dozen, a few in a hundred atoms may be fast.
constexpr std::size_t one_fast_among = 64;

std::size_t most_fast(const LocalAtoms& atoms) {
  return atoms.clusters() * atoms.width() / one_fast_among + 8;
}

MovedClusters moved_clusters(const LocalAtoms& atoms) {
  return {atoms.atoms().data(), atoms.selected_atoms().data(), atoms.searched().atom_count};
}

}  // namespace

void FastAtoms::make_room(const LocalAtoms& atoms) {
  fast_.resize(most_fast(atoms) + 1);
  candidates_.reserve(4 * atoms.clusters());  // a column may be visited so often
}

bool FastAtoms::miss_no_pair(const LocalAtoms& atoms, const Limits& limits) {
  const std::size_t found =
      find_fast(moved_clusters(atoms), atoms.owned_clusters() + atoms.image_clusters(),
                limits.slow_motion * limits.slow_motion, fast_);
  if (found == fast_.size()) return false;
  return std::none_of(fast_.begin(), fast_.begin() + static_cast<std::ptrdiff_t>(found),
                      [&](std::int32_t slot) { return misses_pair_of(atoms, slot, limits); });
}

bool FastAtoms::misses_pair_of(const LocalAtoms& atoms, std::int32_t slot, const Limits& limits) {
  const std::size_t width = atoms.width();
  const std::size_t cluster = static_cast<std::size_t>(slot) / width;
  const double* now = &atoms.atoms()[atom_offset(static_cast<std::size_t>(slot), width)];
  const double point[] = {now[0], now[width], now[2 * width]};
  // Where an atom was that is within the cutoff now.
  const double reach = (limits.cutoff + limits.motion) * (1 + ImagesInBox::margin);
  const bool is_owned = cluster < atoms.owned_clusters();
  candidates_.clear();
  atoms.visit_columns_near(point[0], point[1], reach, [&](const LocalAtoms::Column& column) {
    add_candidates(atoms, point, reach, column.owned);
    if (!is_owned) return;
    add_candidates(atoms, point, reach, column.images);
    add_candidates(atoms, point, reach, column.ghosts);
  });
  return misses_pair(moved_clusters(atoms), slot, candidates_, limits.cutoff, limits.list_cutoff);
}

/// Those clusters of a column that reach into the box around a point.
void FastAtoms::add_candidates(const LocalAtoms& atoms, const double* point, double reach,
                               IndexRange clusters) {
  const SearchedClusters boxes = atoms.searched();
  for (std::int32_t at = clusters.begin; at < clusters.end; ++at) {
    if (boxes.high[2][at] < point[2] - reach) continue;
    if (boxes.low[2][at] > point[2] + reach) break;
    candidates_.push_back(at);
  }
}

std::size_t FastAtoms::bytes() const { return bytes_of(fast_, candidates_); }

}  // namespace forcewire
