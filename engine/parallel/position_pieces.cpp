#include "engine/parallel/position_pieces.hpp"

namespace forcewire {

std::size_t PositionPieces::take(std::size_t count) {
  const std::size_t gone = count == expected_ ? gone_ : 0;
  expect(0);
  return gone;
}

void PositionPieces::start(std::span<double> positions, std::size_t begin, std::size_t end) {
  gone_ = end;
  if (!nodes_.is_leader()) return;
  // To ask for one gets on with all.
  if (!broadcasts_.empty()) broadcasts_.front().test();
  broadcasts_.push_back(nodes_.leaders().start_broadcast(positions.subspan(begin, end - begin)));
}

void PositionPieces::finish() {
  for (Pending& broadcast : broadcasts_) broadcast.wait();
  broadcasts_.clear();
}

}  // namespace forcewire
