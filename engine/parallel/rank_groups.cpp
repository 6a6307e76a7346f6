#include "engine/parallel/rank_groups.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace forcewire {

namespace {

using Ranks = std::vector<std::size_t>;

/// Numbers from 0 in the order in which labels first appear.
std::vector<int> numbered(std::span<const int> labels) {
  std::map<int, int> numbers;
  std::vector<int> result;
  for (const int label : labels) {
    result.push_back(numbers.try_emplace(label, static_cast<int>(numbers.size())).first->second);
  }
  return result;
}

/// The ranks of each node, nodes in the order of their first ranks.
std::vector<Ranks> ranks_of_nodes(std::span<const int> nodes) {
  std::vector<Ranks> result;
  const std::vector<int> numbers = numbered(nodes);
  for (std::size_t rank = 0; rank < numbers.size(); ++rank) {
    const auto node = static_cast<std::size_t>(numbers[rank]);
    if (node == result.size()) result.emplace_back();
    result[node].push_back(rank);
  }
  return result;
}

/// How many groups each node gets: one at first, and the next one goes where groups are largest.
std::vector<std::size_t> share_out(std::size_t groups, const std::vector<Ranks>& nodes) {
  std::vector<std::size_t> result(nodes.size(), 1);
  for (std::size_t given = nodes.size(); given < groups; ++given) {
    std::size_t largest = 0;
    for (std::size_t node = 1; node < nodes.size(); ++node) {
      if (nodes[node].size() * result[largest] > nodes[largest].size() * result[node]) {
        largest = node;
      }
    }
    ++result[largest];
  }
  return result;
}

/// The group of each node, of fewer groups than nodes: the next group begins where this one is
/// nearest to its share of the ranks, and none is left without a node.
std::vector<std::size_t> gather_nodes(std::size_t groups, const std::vector<Ranks>& nodes,
                                      std::size_t ranks) {
  std::vector<std::size_t> result;
  std::size_t group = 0;
  std::size_t gathered = 0;  // by all groups so far
  for (std::size_t node = 0; node < nodes.size(); ++node) {
    const bool others_need_all = nodes.size() - node < groups - group;
    const std::size_t middle_twice = 2 * gathered + nodes[node].size();
    const bool has_its_share = middle_twice * groups > 2 * ranks * (group + 1);
    if (node > 0 && (others_need_all || (has_its_share && group + 1 < groups))) ++group;
    result.push_back(group);
    gathered += nodes[node].size();
  }
  return result;
}

}  // namespace

std::vector<int> split_into_groups(std::span<const int> nodes, int groups) {
  if (groups < 1 || static_cast<std::size_t>(groups) > nodes.size()) {
    throw std::invalid_argument("as many groups as ranks at most, and one at least");
  }
  const auto count = static_cast<std::size_t>(groups);
  const std::vector<Ranks> ranks = ranks_of_nodes(nodes);
  std::vector<int> result(nodes.size());
  if (count < ranks.size()) {
    const std::vector<std::size_t> group_of = gather_nodes(count, ranks, nodes.size());
    for (std::size_t node = 0; node < ranks.size(); ++node) {
      for (const std::size_t rank : ranks[node]) result[rank] = static_cast<int>(group_of[node]);
    }
    return numbered(result);
  }
  const std::vector<std::size_t> shares = share_out(count, ranks);
  std::size_t first = 0;
  for (std::size_t node = 0; node < ranks.size(); ++node) {
    for (std::size_t i = 0; i < ranks[node].size(); ++i) {
      result[ranks[node][i]] = static_cast<int>(first + i * shares[node] / ranks[node].size());
    }
    first += shares[node];
  }
  return numbered(result);
}

std::vector<int> split_into_equal_groups(std::span<const int> nodes, int ranks_per_group) {
  const auto size = static_cast<std::size_t>(std::max(ranks_per_group, 1));
  if (ranks_per_group < 1 || nodes.size() % size != 0) {
    throw std::invalid_argument("a number of ranks in each group that divides that of all ranks");
  }
  // In this order each run of `size` ranks is a group.
  Ranks order;
  Ranks left_over;
  for (const Ranks& ranks : ranks_of_nodes(nodes)) {
    const auto fit = static_cast<std::ptrdiff_t>(ranks.size() / size * size);
    order.insert(order.end(), ranks.begin(), ranks.begin() + fit);
    left_over.insert(left_over.end(), ranks.begin() + fit, ranks.end());
  }
  order.insert(order.end(), left_over.begin(), left_over.end());
  std::vector<int> result(nodes.size());
  for (std::size_t i = 0; i < order.size(); ++i) result[order[i]] = static_cast<int>(i / size);
  return numbered(result);
}

std::vector<GroupSize> sizes_of_groups(std::span<const int> nodes, std::span<const int> groups) {
  std::vector<GroupSize> result;
  std::vector<std::set<int>> nodes_of;
  for (std::size_t rank = 0; rank < groups.size(); ++rank) {
    const auto group = static_cast<std::size_t>(groups[rank]);
    if (group >= result.size()) {
      result.resize(group + 1);
      nodes_of.resize(group + 1);
    }
    ++result[group].ranks;
    nodes_of[group].insert(nodes[rank]);
    result[group].nodes = static_cast<int>(nodes_of[group].size());
  }
  return result;
}

}  // namespace forcewire
