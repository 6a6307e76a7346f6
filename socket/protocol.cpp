// The wire: 12-byte headers, int32 and float64 without framing or padding, in the byte order of the
// server's numpy, which is little-endian on every machine that matters. Numbers are moved with
// memcpy: nothing on the wire is aligned.

#include "socket/protocol.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>
#include <stdexcept>
#include <utility>

#include "socket/error.hpp"

namespace forcewire {
namespace {

static_assert(std::endian::native == std::endian::little,
              "the i-PI protocol has no byte order mark, and its servers are little-endian");
static_assert(sizeof(double) == 8 && std::numeric_limits<double>::is_iec559);

/// i-PI's parameter strings are a few words; a longer one means that the stream is out of step.
constexpr std::int32_t max_init_length = 1 << 20;

template <typename T>
T read_number(std::span<const std::byte> bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

template <typename T>
void write_number(std::span<std::byte> bytes, T value) {
  std::memcpy(bytes.data(), &value, sizeof value);
}

/// Matrices travel with their columns in turn: what numpy's `m.T.tobytes()` gives, and what Fortran
/// reads straight into `m(3,3)`.
std::array<double, 9> transposed(const std::array<double, 9>& m) {
  return {m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]};
}

std::array<std::byte, header_size> padded(std::string_view word) {
  std::array<std::byte, header_size> header;
  header.fill(std::byte{' '});
  std::memcpy(header.data(), word.data(), word.size());
  return header;
}

/// Bytes as a person can read them: in quotes, unprintable ones as \x00.
std::string printable(std::span<const std::byte> bytes) {
  std::string text = "\"";
  for (const std::byte byte : bytes) {
    const auto c = static_cast<unsigned char>(byte);
    if (c == '"' || c == '\\') {
      text += '\\';
      text += static_cast<char>(c);
    } else if (c >= 0x20 && c < 0x7f) {
      text += static_cast<char>(c);
    } else {
      text += fmt::format("\\x{:02x}", c);
    }
  }
  return text + '"';
}

/// From a `batch_size` of 2 on, i-PI sends messages of another layout.
void refuse_batches(std::string_view parameters) {
  constexpr std::string_view key = "batch_size:";
  while (!parameters.empty()) {
    const std::size_t end = std::min(parameters.find(','), parameters.size());
    std::string_view token = parameters.substr(0, end);
    parameters.remove_prefix(std::min(end + 1, parameters.size()));
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    token = token.substr(0, token.find_last_not_of(' ') + 1);
    if (token.substr(0, key.size()) == key && token.substr(key.size()) != "1") {
      constexpr std::size_t longest_shown = 40;
      throw ProtocolError("the text of INIT", "structures one by one: batch_size 1 in i-PI's input",
                          printable(std::as_bytes(std::span(token.substr(0, longest_shown)))));
    }
  }
}

}  // namespace

Protocol::Protocol(ProtocolOptions options) : options_(std::move(options)) {}

std::span<std::byte> Protocol::wanted() {
  if (turn_ == Turn::evaluating) {
    throw std::logic_error("the last request has not been answered yet");
  }
  if (part_ == Part::nothing) throw std::logic_error("the session is over");
  return storage().first(goal_).subspan(filled_);
}

std::optional<Event> Protocol::received(std::size_t count) {
  reply_parts_ = 0;
  filled_ += count;
  if (filled_ > goal_) throw std::logic_error("more bytes received than were wanted");
  if (filled_ < goal_) return std::nullopt;
  if (filled_ == part_size_) return finish_part();
  report_positions();
  return std::nullopt;
}

std::span<const std::span<const std::byte>> Protocol::reply() const {
  return std::span(reply_).first(reply_parts_);
}

std::size_t Protocol::await_reply(std::size_t sent) const {
  std::size_t total = 0;
  for (const auto part : reply()) total += part.size();
  if (!awaits_forces()) return total;
  const std::size_t head = reply_head_.size();
  const std::size_t forces_sent = sent < head ? 0 : (sent - head) / sizeof(double);
  if (forces_sent == answer_.forces.size()) return total;
  const std::size_t forces = answer_.await_forces(forces_sent + 1);
  return forces < answer_.forces.size() ? head + forces * sizeof(double) : total;
}

void Protocol::answer(const Answer& answer) {
  if (turn_ != Turn::evaluating) throw std::logic_error("nobody asked for this answer");
  if (answer.forces.size() != positions_.size()) {
    throw std::logic_error(fmt::format("an answer with {} force components to a request with {}",
                                       answer.forces.size(), positions_.size()));
  }
  if (answer.extras.size() > std::numeric_limits<std::int32_t>::max()) {
    throw std::length_error(
        fmt::format("the extras do not fit in a message (expected at most 2^31 - 1 bytes, got {})",
                    answer.extras.size()));
  }
  answer_ = answer;
  turn_ = Turn::result;
}

std::string_view Protocol::part_name() const {
  switch (part_) {
    case Part::header:
      return "the header of a message";
    case Part::init_head:
      return "the replica and text length of INIT";
    case Part::init_text:
      return "the text of INIT";
    case Part::cells:
      return "the cell and number of atoms of POSDATA";
    case Part::positions:
      return "the positions of POSDATA";
    case Part::nothing:
      break;
  }
  return "nothing: the session is over";
}

void Protocol::begin(Part part) {
  part_ = part;
  filled_ = 0;
  part_size_ = goal_ = storage().size();
}

void Protocol::report_positions() {
  if (!options_.on_positions) return;
  const std::size_t count = options_.on_positions(filled_ / sizeof(double));
  goal_ = count * sizeof(double);
  if (goal_ <= filled_ || goal_ > part_size_) {
    throw std::logic_error(
        fmt::format("to be told at {} of {} coordinates", count, positions_.size()));
  }
}

std::span<std::byte> Protocol::storage() {
  switch (part_) {
    case Part::header:
      return header_;
    case Part::init_head:
      return init_head_;
    case Part::init_text:
      return std::as_writable_bytes(std::span(init_.parameters));
    case Part::cells:
      return cells_;
    case Part::positions:
      return std::as_writable_bytes(positions_);
    case Part::nothing:
      break;
  }
  return {};
}

std::optional<Event> Protocol::finish_part() {
  switch (part_) {
    case Part::header:
      return finish_header();
    case Part::init_head:
      return finish_init_head();
    case Part::init_text:
      refuse_batches(init_.parameters);
      begin(Part::header);
      initialised_ = true;
      return std::exchange(init_, {});
    case Part::cells:
      return finish_cells();
    case Part::positions:
      begin(Part::header);
      turn_ = Turn::evaluating;
      return Evaluate{cell_, positions_};
    case Part::nothing:
      break;
  }
  return std::nullopt;
}

std::optional<Event> Protocol::finish_header() {
  const auto is = [this](std::string_view word) { return header_ == padded(word); };
  if (is("STATUS")) {
    begin(Part::header);
    send_word(holds_result() ? "HAVEDATA" : initialised_ ? "READY" : "NEEDINIT");
  } else if (is("INIT")) {
    require_turn(Turn::idle);
    begin(Part::init_head);
  } else if (is("POSDATA")) {
    require_turn(Turn::idle);
    begin(Part::cells);
  } else if (is("GETFORCE")) {
    require_turn(Turn::result);
    begin(Part::header);
    send_result();
    turn_ = Turn::idle;
  } else if (is("EXIT")) {
    begin(Part::nothing);
    return Exit{Exit::Reason::exit_received};
  } else {
    throw_bad_header();
  }
  return std::nullopt;
}

std::optional<Event> Protocol::finish_init_head() {
  const std::span<const std::byte> head(init_head_);
  const auto length = read_number<std::int32_t>(head.subspan(4));
  if (length < 0 || length > max_init_length) {
    throw ProtocolError("the text length of INIT", fmt::format("0 to {} bytes", max_init_length),
                        std::to_string(length));
  }
  init_.replica = read_number<std::int32_t>(head);
  init_.parameters.resize(static_cast<std::size_t>(length));
  begin(Part::init_text);
  return length == 0 ? finish_part() : std::nullopt;
}

std::optional<Event> Protocol::finish_cells() {
  const std::span<const std::byte> bytes(cells_);
  // The inverse cell between the two only repeats the cell.
  cell_ = transposed(read_number<std::array<double, 9>>(bytes));
  const auto natoms = read_number<std::int32_t>(bytes.subspan(18 * sizeof(double)));
  if (natoms > options_.max_atoms) throw TooManyAtoms(options_.max_atoms, natoms);
  if (natoms <= 0) {
    throw ProtocolError("the number of atoms of POSDATA",
                        fmt::format("1 to {}", options_.max_atoms), std::to_string(natoms));
  }
  const auto count = 3 * static_cast<std::size_t>(natoms);
  if (options_.positions) {
    positions_ = options_.positions(count);
    if (positions_.size() != count)
      throw std::logic_error("storage of another size than asked for");
  } else {
    own_positions_.resize(count);
    positions_ = own_positions_;
  }
  begin(Part::positions);
  report_positions();
  return std::nullopt;
}

void Protocol::send_word(std::string_view word) {
  const auto header = padded(word);
  std::memcpy(reply_head_.data(), header.data(), header.size());
  reply_[0] = std::span(reply_head_).first(header_size);
  reply_parts_ = 1;
}

void Protocol::send_result() {
  const std::span head(reply_head_);
  send_word("FORCEREADY");
  write_number(head.subspan(header_size), answer_.energy);
  write_number(head.subspan(header_size + sizeof(double)),
               static_cast<std::int32_t>(answer_.forces.size() / 3));
  const std::span tail(reply_tail_);
  write_number(tail, transposed(answer_.virial));
  write_number(tail.subspan(9 * sizeof(double)), static_cast<std::int32_t>(answer_.extras.size()));
  reply_ = {head, std::as_bytes(answer_.forces), tail, std::as_bytes(std::span(answer_.extras))};
  reply_parts_ = answer_.extras.empty() ? 3 : 4;
}

void Protocol::require_turn(Turn turn) const {
  if (turn_ != turn) throw_bad_header();
}

void Protocol::throw_bad_header() const {
  throw ProtocolError("the header of a message",
                      holds_result() ? "STATUS, GETFORCE or EXIT, while a result waits"
                                     : "STATUS, INIT, POSDATA or EXIT, while no result waits",
                      printable(header_));
}

}  // namespace forcewire
