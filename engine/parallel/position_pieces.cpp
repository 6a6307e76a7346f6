#include "engine/parallel/position_pieces.hpp"

#include <algorithm>
#include <cassert>

#include "engine/parallel/doze.hpp"

namespace forcewire {

PositionPieces::PositionPieces(const NodeLayout& nodes, std::size_t piece, int longest_chain)
    : nodes_(nodes), piece_(piece) {
  if (!nodes.is_leader()) return;
  relay_ = Relay(nodes.leaders().rank(), nodes.leaders().size(), longest_chain);
}

std::size_t PositionPieces::take(std::size_t count) {
  const std::size_t gone = count == expected_ ? gone_ : 0;
  expect(0);
  return gone;
}

void PositionPieces::start(std::span<double> positions, std::size_t begin, std::size_t end) {
  assert(begin > 0 || !is_under_way());  // those of the request before have ended
  gone_ = end;
  if (nodes_.is_leader()) start_piece(positions.subspan(begin, end - begin));
}

void PositionPieces::finish() {
  while (is_under_way()) doze_until([this] { return get_on(); });
}

void PositionPieces::bring(std::span<double> rest) {
  if (!nodes_.is_leader()) return;
  assert(!is_under_way());
  if (rest.size() <= piece_) {
    nodes_.leaders().broadcast(rest);
    return;
  }
  for (std::size_t begin = 0; begin < rest.size(); begin += piece_) {
    start_piece(rest.subspan(begin, std::min(piece_, rest.size() - begin)));
  }
  finish();
}

void PositionPieces::start_piece(std::span<double> numbers) {
  const Communicator& leaders = nodes_.leaders();
  Piece& piece = under_way_.emplace_back();
  piece.numbers = numbers;
  if (!leaders.is_root()) piece.arrival = leaders.start_receive(numbers, relay_.before);
  get_on();
}

/// Passes on what has arrived, and lets go of what has been sent.
/// @return whether there was anything to be done
bool PositionPieces::get_on() {
  bool any = false;
  for (Piece& piece : under_way_) {
    if (piece.passed_on) continue;
    // None overtakes another: they are received in the order in which they are sent.
    if (!pass_on(piece)) break;
    any = true;
  }
  while (is_under_way() && has_gone(under_way_.front())) {
    under_way_.pop_front();
    any = true;
  }
  return any;
}

/// @return whether it was there
bool PositionPieces::pass_on(Piece& piece) {
  if (!piece.arrival.test()) return false;
  for (std::size_t index = 0; index < relay_.after.size(); ++index) {
    piece.departures[index] = nodes_.leaders().start_send(piece.numbers, relay_.after[index]);
  }
  piece.passed_on = true;
  return true;
}

bool PositionPieces::has_gone(Piece& piece) {
  return piece.passed_on &&
         std::ranges::all_of(piece.departures, [](Pending& departure) { return departure.test(); });
}

}  // namespace forcewire
