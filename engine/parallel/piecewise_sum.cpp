#include "engine/parallel/piecewise_sum.hpp"

#include <algorithm>
#include <functional>

#include "engine/parallel/doze.hpp"

namespace forcewire {

namespace {

/// One that arrives, one that is made of others' numbers, and some to go on with.
constexpr std::size_t most_under_way = 4;

}  // namespace

PiecewiseSum::PiecewiseSum(const Communicator& ranks, std::span<double> data, std::size_t piece,
                           int longest_chain)
    : ranks_(&ranks), fan_in_(ranks.size() <= longest_chain ? 1 : 2), data_(data), piece_(piece) {
  if (ranks.size() > 1 && data.size() > piece) {
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

/// The ranks from which this one gets numbers.
std::vector<int> PiecewiseSum::sources() const {
  const int first = ranks_->rank() * fan_in_ + 1;
  std::vector<int> result;
  for (int rank = first; rank < std::min(first + fan_in_, ranks_->size()); ++rank) {
    result.push_back(rank);
  }
  return result;
}

void PiecewiseSum::start_pieces() {
  while (started_ < data_.size() && under_way_.size() < most_under_way) {
    const std::size_t count = std::min(piece_, data_.size() - started_);
    Piece& piece = under_way_.emplace_back();
    piece.numbers = data_.subspan(started_, count);
    for (const int source : sources()) {
      std::vector<double>& numbers = piece.arriving.emplace_back(count);
      piece.arrivals.push_back(ranks_->start_receive(numbers, source));
    }
    started_ += count;
  }
}

/// Adds up and sends on what has arrived, and lets go of what has been sent.
/// @return whether there was anything to be done
bool PiecewiseSum::get_on() {
  bool any = false;
  for (Piece& piece : under_way_) {
    if (piece.summed_up) continue;
    // None overtakes another: they are received in the order in which they are sent.
    if (!sum_up(piece)) break;
    any = true;
  }
  while (!under_way_.empty() && under_way_.front().summed_up &&
         under_way_.front().departure.test()) {
    finished_ += under_way_.front().numbers.size();
    under_way_.pop_front();
    start_pieces();
    any = true;
  }
  return any;
}

/// @return whether all that belongs to it was there
bool PiecewiseSum::sum_up(Piece& piece) {
  for (Pending& arrival : piece.arrivals) {
    if (!arrival.test()) return false;
  }
  for (const std::vector<double>& numbers : piece.arriving) {
    std::ranges::transform(piece.numbers, numbers, piece.numbers.begin(), std::plus());
  }
  piece.arriving.clear();
  if (!ranks_->is_root()) {
    piece.departure = ranks_->start_send(piece.numbers, (ranks_->rank() - 1) / fan_in_);
  }
  piece.summed_up = true;
  return true;
}

}  // namespace forcewire
