#include "engine/parallel/relay.hpp"

#include <algorithm>

namespace forcewire {

Relay::Relay(int rank, int size, int longest_chain) {
  const int fan = size <= longest_chain ? 1 : static_cast<int>(most_after);
  before = rank > 0 ? (rank - 1) / fan : 0;
  const int first = rank * fan + 1;
  for (int next = first; next < std::min(first + fan, size); ++next) after.push_back(next);
}

}  // namespace forcewire
