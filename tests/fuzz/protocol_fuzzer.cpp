// The protocol machine. Input: all that a server sends.
//
// However the bytes are cut, and wherever positions go, the conversation is the same; what was
// understood, spelled anew, is what was sent.

#include <cstdint>
#include <random>

#include "tests/fuzz/transcript.hpp"

using namespace forcewire;

namespace {

/// The server's bytes, with the inverse cells, at which nobody looks, as `wire::posdata` has them.
std::string without_inverses(std::string sent, std::string_view understood) {
  constexpr std::size_t cell = 9 * sizeof(double);
  for (std::size_t at = 0; at < understood.size(); at += 12) {
    const auto number = [&](std::size_t offset) {
      std::int32_t value = 0;
      std::memcpy(&value, understood.data() + at + offset, sizeof value);
      return static_cast<std::size_t>(value);
    };
    const std::string_view word = understood.substr(at, 12);
    if (word == wire::header("INIT")) at += 8 + number(16);
    if (word != wire::header("POSDATA")) continue;
    sent.replace(at + 12 + cell, cell, understood, at + 12 + cell, cell);
    at += 2 * cell + 4 + 3 * sizeof(double) * number(12 + 2 * cell);
  }
  return sent;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Transcript whole = converse(bytes);

  std::minstd_rand random(static_cast<unsigned>(std::hash<std::string_view>{}(bytes)));
  std::vector<double> storage;
  const ProtocolOptions elsewhere{
      .positions =
          [&](std::size_t count) {
            expect(count % 3 == 0 && count <= 3 * fuzzed_max_atoms, "storage for allowed atoms");
            storage.assign(count, 0);
            return std::span(storage);
          },
      .on_positions =
          [&](std::size_t there) { return std::min(there + 1 + random() % 7, storage.size()); }};
  const Transcript in_pieces = converse(bytes, elsewhere, [&] { return 1 + random() % 40; });
  expect(in_pieces == whole, "the same conversation in pieces");

  expect(whole.messages.size() <= size, "no more messages than were sent");
  const std::string sent(bytes.substr(0, whole.messages.size()));
  expect(without_inverses(sent, whole.messages) == whole.messages, "messages as they were sent");
  if (whole.refusal.empty() && !whole.exited) {
    expect(whole.in_message() == (whole.messages.size() < size), "no byte unused");
  }
  return 0;
}
