#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "socket/event.hpp"

namespace forcewire {

/// Every message begins with an ASCII word, padded with blanks to this many bytes.
constexpr std::size_t header_size = 12;

/// More atoms than anybody sends through a socket at every step, and few enough that one count
/// which is meant to harm does not fill a machine. Bytes that are no count are nearly always
/// refused: one int32 in 400 lies between 1 and this.
constexpr std::int64_t usual_max_atoms = 10'000'000;

struct ProtocolOptions {
  /// More atoms than this are refused before anything is allocated.
  std::int64_t max_atoms = usual_max_atoms;
  /// Storage for `count` position coordinates, to be filled with what the server sends; an own
  /// buffer when empty.
  std::function<std::span<double>(std::size_t count)> positions = {};
  /// Told how many of these coordinates are there, at first 0; returns at how many, a greater
  /// number, it wants to be told again, unless these are all. Empty: nobody wants to know.
  std::function<std::size_t(std::size_t count)> on_positions = {};
};

/// The client side of the i-PI protocol, as a machine that takes bytes and gives bytes and events.
/// It touches no socket, and it does not matter how the bytes are cut into pieces:
///
///     while (...) {
///       read n bytes into the front of protocol.wanted();
///       event = protocol.received(n);      // usually none
///       write protocol.reply();            // usually empty
///     }
///
/// After `Evaluate` it wants nothing until it has the `answer`. A message that the protocol does
/// not allow, here or at all, is a `ProtocolError`, and the machine is of no further use.
///
///            INIT      POSDATA                    answer                GETFORCE
///     idle  ------>  idle  ------>  evaluating  ---------->  result  ------------->  idle
///
///     STATUS:  NEEDINIT or READY                      HAVEDATA
class Protocol {
 public:
  explicit Protocol(ProtocolOptions options);

  /// Where the next bytes from the server belong; never empty. It ends where the message or a part
  /// of it does, or where `on_positions` wants to be told.
  /// @throws std::logic_error when an `Evaluate` has not been answered, or after `Exit`
  std::span<std::byte> wanted();

  /// The first `count` bytes of `wanted()` have been filled.
  /// @throws ProtocolError when they are not what the protocol allows
  std::optional<Event> received(std::size_t count);

  /// What to send now, as parts of one message; empty when the server awaits nothing.
  std::span<const std::span<const std::byte>> reply() const;

  /// Some forces of the reply may be on their way still: see `await_reply`.
  bool awaits_forces() const { return reply_parts_ > 1 && answer_.await_forces; }

  /// Waits until more than the first `sent` bytes of the reply can be sent.
  /// @return how many can be
  std::size_t await_reply(std::size_t sent) const;

  /// Hands over the result of the last `Evaluate`.
  ///
  /// @throws std::logic_error when there is no such request, or it had another number of atoms
  /// @throws std::length_error when the extras are longer than the wire can say
  void answer(const Answer& answer);

  /// No message has begun.
  bool between_messages() const { return part_ == Part::header && filled_ == 0; }
  /// A result waits for GETFORCE.
  bool holds_result() const { return turn_ == Turn::result; }
  /// What the bytes that are wanted now belong to, for error messages.
  std::string_view part_name() const;
  /// How many bytes of this part are there already, ...
  std::size_t filled() const { return filled_; }
  /// ... and how many it has.
  std::size_t part_size() const { return part_size_; }

 private:
  enum class Part { header, init_head, init_text, cells, positions, nothing };
  enum class Turn { idle, evaluating, result };

  void begin(Part part);
  void report_positions();
  std::span<std::byte> storage();
  std::optional<Event> finish_part();
  std::optional<Event> finish_header();
  std::optional<Event> finish_init_head();
  std::optional<Event> finish_cells();
  void send_word(std::string_view word);
  void send_result();
  void require_turn(Turn turn) const;
  [[noreturn]] void throw_bad_header() const;

  ProtocolOptions options_;

  // In: the part that is being filled, and what has come so far.
  Part part_ = Part::header;
  std::size_t filled_ = 0;
  std::size_t part_size_ = header_size;
  std::size_t goal_ = header_size;  // up to where it is wanted now
  std::array<std::byte, header_size> header_{};
  std::array<std::byte, 2 * sizeof(std::int32_t)> init_head_{};
  Init init_{};
  /// The cell, its inverse, and the number of atoms.
  std::array<std::byte, 18 * sizeof(double) + sizeof(std::int32_t)> cells_{};
  std::array<double, 9> cell_{};
  std::span<double> positions_;
  std::vector<double> own_positions_;

  // Whose turn it is, and what is to be said.
  bool initialised_ = false;
  Turn turn_ = Turn::idle;
  Answer answer_{};
  /// Header, energy and number of atoms; or a header alone.
  std::array<std::byte, header_size + sizeof(double) + sizeof(std::int32_t)> reply_head_{};
  /// Virial and length of the extras.
  std::array<std::byte, 9 * sizeof(double) + sizeof(std::int32_t)> reply_tail_{};
  std::array<std::span<const std::byte>, 4> reply_{};
  std::size_t reply_parts_ = 0;
};

}  // namespace forcewire
