#include "engine/parallel/piecewise_sum.hpp"

#include <algorithm>
#include <cassert>
#include <functional>

#include "engine/parallel/doze.hpp"

namespace forcewire {

void PiecewiseSum::begin(const Communicator& ranks, std::span<double> data) {
  assert(count_ == 0);
  ranks_ = &ranks;
  data_ = data;
  started_ = finished_ = 0;
  if (ranks.size() > 1 && data.size() > piece_) {
    relay_ = Relay(ranks.rank(), ranks.size(), longest_chain_);
    start_pieces();
    get_on();
  } else {
    ranks.sum_to_root(data);
    started_ = finished_ = data.size();
  }
}

std::size_t PiecewiseSum::wait_for(std::size_t count) {
  count = std::min(count, data_.size());
  // Where pieces get on, the next step is near: it is not slept through.
  while (finished_ < count) doze_until([this] { return get_on(); });
  get_on();
  return finished_;
}

std::size_t PiecewiseSum::bytes() const {
  std::size_t numbers = 0;
  for (const Piece& piece : pieces_) {
    for (const Arrival& arrival : piece.arrivals) numbers += arrival.numbers.capacity();
  }
  return numbers * sizeof(double);
}

void PiecewiseSum::start_pieces() {
  while (started_ < data_.size() && count_ < most_under_way) {
    Piece& piece = under_way(count_++);
    piece.numbers = data_.subspan(started_, std::min(piece_, data_.size() - started_));
    piece.summed_up = false;
    for (std::size_t source = 0; source < relay_.after.size(); ++source) {
      Arrival& arrival = piece.arrivals[source];
      arrival.numbers.resize(piece_);
      arrival.receive = ranks_->start_receive(
          std::span(arrival.numbers).first(piece.numbers.size()), relay_.after[source]);
    }
    started_ += piece.numbers.size();
  }
}

/// Adds up and sends on what has arrived, and lets go of what has been sent.
/// @return whether there was anything to be done
bool PiecewiseSum::get_on() {
  bool any = false;
  for (std::size_t index = 0; index < count_; ++index) {
    if (under_way(index).summed_up) continue;
    // None overtakes another: they are received in the order in which they are sent.
    if (!sum_up(under_way(index))) break;
    any = true;
  }
  while (count_ > 0 && under_way(0).summed_up && under_way(0).departure.test()) {
    finished_ += under_way(0).numbers.size();
    first_ = (first_ + 1) % most_under_way;
    --count_;
    start_pieces();
    any = true;
  }
  return any;
}

/// @return whether all that belongs to it was there
bool PiecewiseSum::sum_up(Piece& piece) {
  const std::span arrivals = std::span(piece.arrivals).first(relay_.after.size());
  for (Arrival& arrival : arrivals) {
    if (!arrival.receive.test()) return false;
  }
  for (const Arrival& arrival : arrivals) {
    std::ranges::transform(piece.numbers, arrival.numbers, piece.numbers.begin(), std::plus());
  }
  if (!ranks_->is_root()) piece.departure = ranks_->start_send(piece.numbers, relay_.before);
  piece.summed_up = true;
  return true;
}

}  // namespace forcewire
