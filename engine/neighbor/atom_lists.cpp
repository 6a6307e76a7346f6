#include "engine/neighbor/atom_lists.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <utility>

#include "engine/kernels/search_kernel.hpp"
#include "engine/neighbor/bytes_of.hpp"
#include "engine/neighbor/resize_anew.hpp"

namespace forcewire {

void AtomLists::build(const LocalAtoms& atoms, double skin) {
  number_atoms(atoms);
  if (std::ranges::any_of(kinds_, &AtomListKind::in_order)) order_atoms();
  lists_.resize(kinds_.size());
  rows_.resize(kinds_.size());
  for (std::size_t kind = 0; kind < kinds_.size(); ++kind) {
    List& list = lists_[kind];
    fill(atoms, kinds_[kind], kinds_[kind].cutoff + skin, list);
    rows_[kind] = {list.begin, std::span(list.neighbor).first(list.begin.back())};
  }
  slots_.lists = rows_;
}

/// Numbers are slots without padding, in the same order.
void AtomLists::number_atoms(const LocalAtoms& atoms) {
  const std::size_t width = atoms.width();
  const std::int32_t* atom_count = atoms.searched().atom_count;
  slot_.clear();
  index_.clear();
  shift_.clear();
  resize_anew(number_, atoms.clusters() * width);
  slots_.owned = 0;
  const std::size_t first_image = atoms.owned_clusters() * width;
  for (std::size_t slot = 0; slot < number_.size(); ++slot) {
    number_[slot] = LocalAtoms::padding;
    if (static_cast<std::int32_t>(slot % width) >= atom_count[slot / width]) continue;
    number_[slot] = static_cast<std::int32_t>(slot_.size());
    slot_.push_back(static_cast<std::int32_t>(slot));
    index_.push_back(atoms.atom(slot));
    shift_.push_back(slot < first_image ? Shift{} : atoms.image_shifts()[slot - first_image]);
    if (slot < first_image) ++slots_.owned;
  }
  slots_.slot = slot_;
  slots_.index = index_;
  slots_.shift = shift_;
}

void AtomLists::order_atoms() {
  ordered_.resize(slot_.size());
  std::iota(ordered_.begin(), ordered_.end(), 0);
  const auto key = [this](std::int32_t number) {
    const auto at = static_cast<std::size_t>(number);
    return std::pair(index_[at], shift_[at]);
  };
  std::sort(ordered_.begin(), ordered_.end(),
            [&](std::int32_t a, std::int32_t b) { return key(a) < key(b); });
  place_.resize(ordered_.size());
  for (std::size_t place = 0; place < ordered_.size(); ++place) {
    place_[static_cast<std::size_t>(ordered_[place])] = static_cast<std::int32_t>(place);
  }
  places_.assign(place_.size() / word_bits + 1, 0);
  words_.assign(places_.size() / word_bits + 1, 0);
}

/// Sets a bit for each place, and reads them from the lowest to the highest: no comparisons, whose
/// outcome nobody can guess.
void AtomLists::sort_row(std::span<std::int32_t> row) {
  for (const std::int32_t number : row) {
    const auto place = static_cast<std::size_t>(place_[static_cast<std::size_t>(number)]);
    places_[place / word_bits] |= std::uint64_t{1} << place % word_bits;
    const std::size_t word = place / word_bits;
    words_[word / word_bits] |= std::uint64_t{1} << word % word_bits;
  }
  const auto take_bits = [](std::uint64_t& bits, std::size_t first, const auto& visit) {
    for (; bits != 0; bits &= bits - 1) {
      visit(first + static_cast<std::size_t>(std::countr_zero(bits)));
    }
  };
  auto to = row.begin();
  for (std::size_t at = 0; at < words_.size(); ++at) {
    take_bits(words_[at], at * word_bits, [&](std::size_t word) {
      take_bits(places_[word], word * word_bits,
                [&](std::size_t place) { *to++ = ordered_[place]; });
    });
  }
}

void AtomLists::fill(const LocalAtoms& atoms, const AtomListKind& kind, double reach, List& list) {
  const std::size_t width = atoms.width();
  const std::size_t clusters = kind.with_ghosts ? atoms.clusters() : atoms.owned_clusters();
  list.begin.clear();
  list.begin.push_back(0);
  for (std::size_t cluster = 0; cluster < clusters; ++cluster) {
    const auto self = static_cast<std::int32_t>(cluster);
    find_candidates(atoms, self, reach);
    std::size_t count = 0;
    for (const IndexRange range : candidates_) {
      count += static_cast<std::size_t>(range.end - range.begin);
    }
    if (scratch_.size() < 2 * count + search_padding) scratch_.resize(2 * count + search_padding);
    if (seen_clusters_.size() < width * count + search_padding) {
      seen_clusters_.resize(width * count + search_padding);
    }
    std::array<std::size_t, largest_cluster> row_end;
    find_rows(atoms.searched(), self, candidates_, reach * reach, scratch_, seen_clusters_.data(),
              row_end.data());
    std::size_t begin = 0;
    const auto filled = static_cast<std::size_t>(atoms.searched().atom_count[cluster]);
    for (std::size_t lane = 0; lane < filled; ++lane) {
      add_row(atoms, number_[width * cluster + lane],
              std::span(seen_clusters_).subspan(begin, row_end[lane] - begin), kind.half, reach,
              list);
      if (kind.in_order) {
        const std::size_t row = list.begin[list.begin.size() - 2];
        sort_row(std::span(list.neighbor).subspan(row, list.begin.back() - row));
      }
      begin = row_end[lane];
    }
  }
}

/// Clusters near a cluster, itself included.
void AtomLists::find_candidates(const LocalAtoms& atoms, std::int32_t cluster, double reach) {
  const SearchedClusters boxes = atoms.searched();
  const double safe_reach = reach * (1 + ImagesInBox::margin);
  const double* const* low = boxes.low.data();
  const double* const* high = boxes.high.data();
  const double half_width =
      std::max(high[0][cluster] - low[0][cluster], high[1][cluster] - low[1][cluster]) / 2;
  columns_.clear();
  atoms.visit_columns_near(
      (low[0][cluster] + high[0][cluster]) / 2, (low[1][cluster] + high[1][cluster]) / 2,
      safe_reach + half_width, [&](const LocalAtoms::Column& column) {
        columns_.push_back(static_cast<std::int32_t>(&column - atoms.columns().data()));
      });
  std::sort(columns_.begin(), columns_.end());
  columns_.erase(std::unique(columns_.begin(), columns_.end()), columns_.end());

  candidates_.clear();
  for (const std::int32_t index : columns_) {
    const LocalAtoms::Column& column = atoms.columns()[static_cast<std::size_t>(index)];
    for (IndexRange range : {column.owned, column.images}) {
      // From the lowest cluster to the highest, neither of their limits sinks.
      const auto* begin = boxes.high[2];
      range.begin = static_cast<std::int32_t>(
          std::lower_bound(begin + range.begin, begin + range.end, low[2][cluster] - safe_reach) -
          begin);
      begin = boxes.low[2];
      range.end = static_cast<std::int32_t>(
          std::upper_bound(begin + range.begin, begin + range.end, high[2][cluster] + safe_reach) -
          begin);
      if (range.begin < range.end) candidates_.push_back(range);
    }
  }
}

void AtomLists::add_row(const LocalAtoms& atoms, std::int32_t atom,
                        std::span<const std::int32_t> clusters, bool half, double reach,
                        List& list) const {
  const std::size_t width = atoms.width();
  const double* all = atoms.atoms().data();
  const auto slot = static_cast<std::size_t>(slot_[static_cast<std::size_t>(atom)]);
  const double* self = all + atom_offset(slot, width);
  const double x = self[0];
  const double y = self[width];
  const double z = self[2 * width];
  const std::size_t room = list.begin.back() + width * clusters.size();
  if (list.neighbor.size() < room) list.neighbor.resize(room + room / 2);
  std::int32_t* end = list.neighbor.data() + list.begin.back();
  const double limit = reach * reach;
  for (const std::int32_t cluster : clusters) {
    const std::size_t first = static_cast<std::size_t>(cluster) * width;
    const double* other = all + 4 * first;
    for (std::size_t lane = 0; lane < width; ++lane) {
      const double dx = other[lane] - x;
      const double dy = other[width + lane] - y;
      const double dz = other[2 * width + lane] - z;
      const std::int32_t number = number_[first + lane];
      const bool counts = half ? number > atom : number != atom;  // padding is far away
      *end = number;
      end += counts && dx * dx + dy * dy + dz * dz <= limit ? 1 : 0;
    }
  }
  list.begin.push_back(static_cast<std::size_t>(end - list.neighbor.data()));
}

std::size_t AtomLists::bytes() const {
  std::size_t bytes = bytes_of(slot_, index_, shift_, number_, columns_, candidates_, scratch_,
                               seen_clusters_, ordered_, place_, places_, words_);
  for (const List& list : lists_) bytes += bytes_of(list.begin, list.neighbor);
  return bytes;
}

}  // namespace forcewire
