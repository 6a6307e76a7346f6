#include "engine/parallel/piecewise_sum.hpp"

#include <algorithm>

namespace forcewire {

namespace {

/// One that arrives, one that is made of others' numbers, and some to go on with.
constexpr std::size_t most_under_way = 4;

}  // namespace

PiecewiseSum::PiecewiseSum(const Communicator& ranks, std::span<double> data, std::size_t piece)
    : ranks_(&ranks), data_(data), piece_(piece) {
  if (ranks.size() > 1 && data.size() > piece) {
    start_pieces();
  } else {
    ranks.sum_to_root(data);
    started_ = finished_ = data.size();
  }
}

std::size_t PiecewiseSum::wait_for(std::size_t count) {
  count = std::min(count, data_.size());
  while (finished_ < count) {
    under_way_.front().wait();
    end_first_piece();
  }
  while (!under_way_.empty() && under_way_.front().test()) end_first_piece();
  return finished_;
}

void PiecewiseSum::start_pieces() {
  while (started_ < data_.size() && under_way_.size() < most_under_way) {
    const std::size_t count = std::min(piece_, data_.size() - started_);
    under_way_.push_back(ranks_->start_sum_to_root(data_.subspan(started_, count)));
    started_ += count;
  }
}

void PiecewiseSum::end_first_piece() {
  under_way_.erase(under_way_.begin());
  finished_ = std::min(finished_ + piece_, data_.size());
  start_pieces();
}

}  // namespace forcewire
