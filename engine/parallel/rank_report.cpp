#include "engine/parallel/rank_report.hpp"

#include <unistd.h>

#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "engine/parallel/doze.hpp"
#include "engine/parallel/pending.hpp"

namespace forcewire {

static_assert(std::is_trivially_copyable_v<RankReport>);

std::array<char, 64> host_name() {
  std::array<char, 64> name{};
  ::gethostname(name.data(), name.size() - 1);  // what is too long is cut off
  return name;
}

std::vector<RankReport> gather_reports(const Communicator& ranks, const RankReport& own,
                                       std::chrono::nanoseconds patience) {
  struct Messages {
    RankReport sent;
    std::vector<RankReport> received;
  };
  auto messages = std::make_unique<Messages>();
  messages->sent = own;
  messages->received.resize(ranks.is_root() ? static_cast<std::size_t>(ranks.size()) : 0);
  Pending gather = ranks.start_gather(std::as_bytes(std::span(&messages->sent, 1)),
                                      std::as_writable_bytes(std::span(messages->received)));
  if (!ranks.is_root()) {
    gather.wait();
    return {};
  }
  if (!doze_until([&gather] { return gather.test(); }, patience)) {
    // MPI may still write there, however late.
    static std::vector<std::unique_ptr<Messages>> abandoned;
    abandoned.push_back(std::move(messages));
    return {own};
  }
  return std::move(messages->received);
}

}  // namespace forcewire
