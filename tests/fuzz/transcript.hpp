#pragma once

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "socket/error.hpp"
#include "socket/protocol.hpp"
#include "tests/fuzz/expectation.hpp"
#include "tests/socket/wire.hpp"

namespace forcewire {

/// More would only take longer.
constexpr std::int64_t fuzzed_max_atoms = 100;

/// An answer that tells requests apart, and what it refers to.
class OwnAnswer {
 public:
  explicit OwnAnswer(const Evaluate& request)
      : forces_(request.positions.rbegin(), request.positions.rend()), virial_(request.cell) {}

  Answer get() const { return {forces_.back(), forces_, virial_, "{}"}; }

 private:
  std::vector<double> forces_;
  std::array<double, 9> virial_;
};

/// What a conversation came to.
struct Transcript {
  std::string messages;  ///< of the server, spelled anew from what was understood
  std::string replies;
  std::string refusal;  ///< the text of the ProtocolError that ended it, if one did
  bool exited = false;
  bool holds_result = false;
  std::size_t wanted = 0;  ///< bytes of the part in which it ended, if it ended in a message
  std::size_t got = 0;     ///< ... and how many came

  bool in_message() const { return wanted > 0; }
  bool operator==(const Transcript&) const = default;
};

inline void add(const Event& event, Transcript& transcript) {
  if (const auto* init = std::get_if<Init>(&event)) {
    transcript.messages += wire::init(init->replica, init->parameters);
  } else if (const auto* request = std::get_if<Evaluate>(&event)) {
    transcript.messages += wire::posdata(request->cell, request->positions);
  } else {
    transcript.messages += wire::header("EXIT");
    transcript.exited = true;
  }
}

/// What the machine makes of `bytes`, when they come in pieces of so many as `next_piece` says.
template <class NextPiece>
Transcript converse(std::string_view bytes, ProtocolOptions options, NextPiece next_piece) {
  constexpr std::size_t largest_part = 1 << 20;  // an INIT text
  options.max_atoms = fuzzed_max_atoms;
  Protocol protocol(std::move(options));
  Transcript transcript;
  std::optional<OwnAnswer> answer;
  while (!bytes.empty() && !transcript.exited) {
    const auto wanted = protocol.wanted();
    expect(!wanted.empty() && wanted.size() <= protocol.part_size(), "room for bytes of the part");
    expect(protocol.part_size() <= largest_part, "no part larger than allowed");
    const std::size_t count = std::min({wanted.size(), bytes.size(), next_piece()});
    std::memcpy(wanted.data(), bytes.data(), count);
    bytes.remove_prefix(count);
    std::optional<Event> event;
    try {
      event = protocol.received(count);
    } catch (const ProtocolError& error) {
      transcript.refusal = error.what();
      return transcript;
    }
    const auto reply = protocol.reply();
    if (!reply.empty())
      transcript.messages += wire::header(reply.size() == 1 ? "STATUS" : "GETFORCE");
    for (const auto part : reply) {
      transcript.replies.append(reinterpret_cast<const char*>(part.data()), part.size());
    }
    if (!event) continue;
    add(*event, transcript);
    if (const auto* request = std::get_if<Evaluate>(&*event)) {
      expect(request->positions.size() <= 3 * fuzzed_max_atoms, "no more atoms than allowed");
      answer.emplace(*request);
      protocol.answer(answer->get());
    }
  }
  transcript.holds_result = protocol.holds_result();
  if (!transcript.exited && !protocol.between_messages()) {
    transcript.wanted = protocol.part_size();
    transcript.got = protocol.filled();
  }
  return transcript;
}

/// ... when they come all at once.
inline Transcript converse(std::string_view bytes) {
  return converse(bytes, {}, [] { return std::string::npos; });
}

}  // namespace forcewire
