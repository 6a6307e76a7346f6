#include "engine/parallel/attempt.hpp"

#include <string>

namespace forcewire {

std::optional<PotentialFailure> Attempt::first_failure(const Communicator& ranks) const {
  const int reporter = ranks.min(failure_ ? ranks.rank() : ranks.size());
  if (reporter == ranks.size()) return std::nullopt;
  const int kind =
      ranks.broadcast_number(failure_ ? static_cast<int>(failure_->kind()) : 0, reporter);
  const std::string text = ranks.broadcast_text(failure_ ? failure_->what() : "", reporter);
  return PotentialFailure(static_cast<PotentialFailure::Kind>(kind), text);
}

}  // namespace forcewire
