#include "socket/protocol.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "socket/error.hpp"
#include "tests/socket/wire.hpp"

namespace forcewire {
namespace {

using testing::HasSubstr;

constexpr wire::Matrix some_cell{1, 2, 3, 4, 5, 6, 7, 8, 9};
constexpr wire::Matrix some_virial{.1, .2, .3, .4, .5, .6, .7, .8, .9};

/// A potential that is easy to predict: the energy is the sum of the coordinates and the forces are
/// twice the coordinates.
struct Predictable {
  explicit Predictable(std::span<const double> positions)
      : energy(std::accumulate(positions.begin(), positions.end(), 0.0)) {
    for (const double x : positions) forces.push_back(2 * x);
  }
  double energy;
  std::vector<double> forces;
  std::string extras = R"({"note": "hi"})";
};

std::string described(const Init& init) {
  return fmt::format("init {} '{}'", init.replica, init.parameters);
}
std::string described(const wire::Matrix& cell, std::span<const double> positions) {
  return fmt::format("evaluate cell {} positions {}", fmt::join(cell, " "),
                     fmt::join(positions, " "));
}

/// What a conversation came to: events as text, and all bytes that went back.
struct Transcript {
  std::vector<std::string> events;
  std::string replies;
  bool operator==(const Transcript&) const = default;
};

void showValue(const Transcript& transcript, std::ostream& os) {
  for (const auto& event : transcript.events) os << event << '\n';
  os << transcript.replies.size() << " bytes of replies";
}

/// A client that answers every request, fed with pieces of the server's bytes.
class Client {
 public:
  explicit Client(ProtocolOptions options = {}) : protocol(std::move(options)) {}

  void feed(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto wanted = protocol.wanted();
      ASSERT_FALSE(wanted.empty());
      const std::size_t count = std::min(wanted.size(), bytes.size());
      std::memcpy(wanted.data(), bytes.data(), count);
      bytes.remove_prefix(count);
      const auto event = protocol.received(count);
      for (const auto part : protocol.reply()) {
        transcript.replies.append(reinterpret_cast<const char*>(part.data()), part.size());
      }
      if (event) handle(*event);
    }
  }

  Transcript transcript;
  Protocol protocol;

 private:
  void handle(const Event& event) {
    if (const auto* init = std::get_if<Init>(&event)) {
      transcript.events.push_back(described(*init));
    } else if (const auto* request = std::get_if<Evaluate>(&event)) {
      transcript.events.push_back(described(request->cell, request->positions));
      result_.emplace(request->positions);
      protocol.answer({result_->energy, result_->forces, some_virial, result_->extras});
    } else {
      transcript.events.push_back("exit");
      EXPECT_EQ(std::get<Exit>(event).reason, Exit::Reason::exit_received);
    }
  }

  std::optional<Predictable> result_;
};

/// What a server says, and what must come of it.
struct Conversation {
  std::string bytes;
  Transcript expected;

  void status(std::string_view answer) {
    bytes += wire::header("STATUS");
    expected.replies += wire::header(answer);
  }
  void init(std::int32_t replica, std::string_view text) {
    bytes += wire::init(replica, text);
    expected.events.push_back(described({replica, std::string(text)}));
  }
  void posdata(const wire::Matrix& cell, std::span<const double> positions) {
    bytes += wire::posdata(cell, positions);
    expected.events.push_back(described(cell, positions));
  }
  void getforce(std::span<const double> positions) {
    bytes += wire::header("GETFORCE");
    const Predictable result(positions);
    expected.replies += wire::forceready(result.energy, result.forces, some_virial, result.extras);
  }
  void exit() {
    bytes += wire::header("EXIT");
    expected.events.emplace_back("exit");
  }
};

/// Everything that may happen, with atom counts that change.
Conversation a_conversation() {
  const std::vector<double> one_atom{0.5, -1.5, 2.5};
  const std::vector<double> two_atoms{1, 2, 3, 4, 5, 6};
  Conversation talk;
  talk.status("NEEDINIT");
  talk.init(7, "some text");
  talk.status("READY");
  talk.posdata(some_cell, two_atoms);
  talk.status("HAVEDATA");
  talk.getforce(two_atoms);
  talk.posdata(some_cell, one_atom);
  talk.getforce(one_atom);
  talk.init(8, "");
  talk.posdata({}, two_atoms);
  talk.getforce(two_atoms);
  talk.exit();
  return talk;
}

/// The ProtocolError that `bytes` must raise.
ProtocolError protocol_error_of(std::string_view bytes, ProtocolOptions options = {}) {
  Client client(std::move(options));
  try {
    client.feed(bytes);
  } catch (const ProtocolError& error) {
    return error;
  }
  throw std::runtime_error("no ProtocolError was thrown");
}

TEST(Protocol, UnderstandsAConversationInOnePiece) {
  const Conversation talk = a_conversation();
  Client client;
  client.feed(talk.bytes);
  EXPECT_EQ(client.transcript.events, talk.expected.events);
  EXPECT_EQ(client.transcript.replies, talk.expected.replies);
}

TEST(Protocol, UnderstandsAConversationByteByByte) {
  const Conversation talk = a_conversation();
  Client client;
  for (const char& byte : talk.bytes) client.feed({&byte, 1});
  EXPECT_EQ(client.transcript.events, talk.expected.events);
  EXPECT_EQ(client.transcript.replies, talk.expected.replies);
}

TEST(Protocol, UnderstandsAConversationCutAnywhere) {
  const Conversation talk = a_conversation();
  const std::string_view bytes = talk.bytes;
  for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
    Client client;
    client.feed(bytes.substr(0, cut));
    client.feed(bytes.substr(cut));
    ASSERT_EQ(client.transcript, talk.expected) << "cut at " << cut;
  }
}

/// A random conversation that the protocol allows.
Conversation random_conversation() {
  Conversation talk;
  bool initialised = false;
  const auto random_statuses = [&](std::string_view answer) {
    for (int n = *rc::gen::inRange(0, 3); n > 0; --n) talk.status(answer);
  };
  for (int n = *rc::gen::inRange(0, 6); n > 0; --n) {
    random_statuses(initialised ? "READY" : "NEEDINIT");
    if (*rc::gen::arbitrary<bool>()) {
      talk.init(*rc::gen::arbitrary<std::int32_t>(),
                *rc::gen::container<std::string>(rc::gen::arbitrary<char>()));
      initialised = true;
    }
    random_statuses(initialised ? "READY" : "NEEDINIT");
    const auto natoms = *rc::gen::inRange<std::size_t>(1, 6);
    const auto coordinate =
        rc::gen::map(rc::gen::inRange(-999, 999), [](int i) { return 0.25 * i; });
    const auto positions = *rc::gen::container<std::vector<double>>(3 * natoms, coordinate);
    const auto cell = *rc::gen::container<wire::Matrix>(coordinate);
    talk.posdata(cell, positions);
    random_statuses("HAVEDATA");
    talk.getforce(positions);
  }
  if (*rc::gen::arbitrary<bool>()) talk.exit();
  return talk;
}

RC_GTEST_PROP(ProtocolProperty, EverySplitGivesTheSameConversation, ()) {
  const Conversation talk = random_conversation();
  Client client;
  for (std::string_view rest = talk.bytes; !rest.empty();) {
    const auto size =
        *rc::gen::inRange<std::size_t>(1, std::min<std::size_t>(rest.size(), 200) + 1);
    client.feed(rest.substr(0, size));
    rest.remove_prefix(size);
  }
  RC_ASSERT(client.transcript == talk.expected);
}

RC_GTEST_PROP(ProtocolProperty, AnyBytesAreUnderstoodOrRefused, ()) {
  const auto word = rc::gen::element<std::string>("STATUS", "INIT", "POSDATA", "GETFORCE", "status",
                                                  "FORCEREADY");
  const auto header =
      rc::gen::map(word, [](const std::string& text) { return wire::header(text); });
  const auto number = rc::gen::map(rc::gen::inRange(-2, 5), [](int n) { return wire::raw(n); });
  const auto zeros = rc::gen::map(rc::gen::inRange(0, 200), [](int n) {
    return std::string(static_cast<std::size_t>(n), '\0');
  });
  const auto pieces =
      *rc::gen::container<std::vector<std::string>>(rc::gen::oneOf(header, header, number, zeros));
  Client client({.max_atoms = 100, .positions = {}});
  try {
    for (const std::string& piece : pieces) client.feed(piece);
  } catch (const ProtocolError&) {
    return;
  }
  const bool text = client.protocol.part_name() == "the text of INIT";
  RC_ASSERT(client.protocol.wanted().size() <= (text ? std::size_t{1} << 20 : 2400U));
}

TEST(Protocol, SendsAResultAsOneMessageWithoutCopyingTheForces) {
  Protocol protocol({});
  const std::string bytes = wire::posdata(some_cell, std::vector<double>{1, 2, 3});
  std::optional<Event> event;
  const auto feed = [&](std::string_view text) {
    while (!text.empty()) {
      const auto wanted = protocol.wanted();
      std::memcpy(wanted.data(), text.data(), wanted.size());
      text.remove_prefix(wanted.size());
      event = protocol.received(wanted.size());
    }
  };
  feed(bytes);
  ASSERT_TRUE(event && std::holds_alternative<Evaluate>(*event));
  const std::vector<double> forces{4, 5, 6};
  protocol.answer({-1.5, forces, some_virial, "extras"});
  EXPECT_TRUE(protocol.reply().empty());
  EXPECT_TRUE(protocol.holds_result());

  feed(wire::header("GETFORCE"));
  const auto parts = protocol.reply();
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_EQ(static_cast<const void*>(parts[1].data()), forces.data());
  EXPECT_FALSE(protocol.holds_result());
}

TEST(Protocol, SendsNoExtrasAsAZeroLength) {
  Protocol protocol({});
  const std::string bytes = wire::posdata(some_cell, std::vector<double>{1, 2, 3});
  const std::vector<double> forces{4, 5, 6};
  std::string sent;
  for (std::string_view rest = bytes; !rest.empty();) {
    const auto wanted = protocol.wanted();
    std::memcpy(wanted.data(), rest.data(), wanted.size());
    rest.remove_prefix(wanted.size());
    protocol.received(wanted.size());
  }
  protocol.answer({-1.5, forces, some_virial, ""});
  std::memcpy(protocol.wanted().data(), "GETFORCE    ", 12);
  protocol.received(12);
  for (const auto part : protocol.reply()) {
    sent.append(reinterpret_cast<const char*>(part.data()), part.size());
  }
  EXPECT_EQ(sent, wire::forceready(-1.5, forces, some_virial, ""));
}

TEST(Protocol, LetsPositionsBeWrittenWhereTheCallerWantsThem) {
  std::vector<double> storage(6);
  std::size_t asked = 0;
  Client client({.max_atoms = 10, .positions = [&](std::size_t count) {
                   asked = count;
                   return std::span(storage).first(count);
                 }});
  client.feed(wire::posdata_head(some_cell, 2));
  EXPECT_EQ(asked, 6U);
  EXPECT_EQ(static_cast<void*>(client.protocol.wanted().data()), storage.data());
  client.feed(wire::raw_array(std::vector<double>{1, 2, 3, 4, 5, 6}));
  EXPECT_THAT(storage, testing::ElementsAre(1, 2, 3, 4, 5, 6));
}

/// Wants to be told at every `step`-th coordinate, and notes when it was.
struct Follower {
  std::size_t step;
  std::size_t size;
  std::vector<std::size_t> told;

  std::size_t operator()(std::size_t count) {
    told.push_back(count);
    return std::min(count + step, size);
  }
};

TEST(Protocol, TellsHowManyPositionsAreThereHoweverTheyArrive) {
  const std::vector<double> sent{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const std::string bytes = wire::posdata(some_cell, sent);
  for (std::size_t step = 1; step <= sent.size() + 1; ++step) {
    std::vector<std::size_t> expected;
    for (std::size_t count = 0; count < sent.size(); count += step) expected.push_back(count);
    for (std::size_t cut = 1; cut < bytes.size(); ++cut) {
      Follower follower{step, sent.size(), {}};
      std::vector<double> storage(sent.size(), -1);
      Client client({.positions = [&](std::size_t) { return std::span(storage); },
                     .on_positions =
                         [&](std::size_t count) {
                           EXPECT_TRUE(std::equal(sent.begin(),
                                                  sent.begin() + static_cast<std::ptrdiff_t>(count),
                                                  storage.begin()))
                               << count << " are not there";
                           return follower(count);
                         }});
      client.feed(std::string_view(bytes).substr(0, cut));
      client.feed(std::string_view(bytes).substr(cut));
      ASSERT_EQ(follower.told, expected) << "steps of " << step << ", cut at " << cut;
      ASSERT_THAT(client.transcript.events, testing::ElementsAre(described(some_cell, sent)));
    }
  }
}

TEST(Protocol, TellsTheSizeOfAPartWhereItWantsLess) {
  Client client({.on_positions = [](std::size_t count) { return count + 2; }});
  client.feed(wire::posdata_head(some_cell, 2));
  EXPECT_EQ(client.protocol.wanted().size(), 16U);
  client.feed(wire::raw(1.0));
  EXPECT_EQ(client.protocol.wanted().size(), 8U);
  EXPECT_EQ(client.protocol.filled(), 8U);
  EXPECT_EQ(client.protocol.part_size(), 48U);
}

TEST(Protocol, RefusesToTellWhatItCannot) {
  for (const std::size_t goal : {0U, 7U}) {
    Client client({.on_positions = [goal](std::size_t) { return goal; }});
    EXPECT_THROW(client.feed(wire::posdata_head(some_cell, 2)), std::logic_error);
  }
}

TEST(Protocol, KnowsWhereItIs) {
  Client client;
  EXPECT_TRUE(client.protocol.between_messages());
  client.feed("STAT");
  EXPECT_FALSE(client.protocol.between_messages());
  EXPECT_EQ(client.protocol.filled(), 4U);
  EXPECT_EQ(client.protocol.part_name(), "the header of a message");
  client.feed("US      ");
  EXPECT_TRUE(client.protocol.between_messages());
  client.feed(wire::header("INIT"));
  EXPECT_EQ(client.protocol.part_name(), "the replica and text length of INIT");
  client.feed(wire::raw(std::int32_t{0}) + wire::raw(std::int32_t{3}));
  EXPECT_EQ(client.protocol.part_name(), "the text of INIT");
  client.feed("abc" + wire::header("POSDATA"));
  EXPECT_EQ(client.protocol.part_name(), "the cell and number of atoms of POSDATA");
  client.feed(wire::posdata_head(some_cell, 2).substr(12));
  EXPECT_EQ(client.protocol.part_name(), "the positions of POSDATA");
}

TEST(Protocol, AcceptsExitWheneverAMessageMayBegin) {
  const std::string request = wire::posdata(some_cell, std::vector<double>{1, 2, 3});
  for (const std::string& before : {std::string(), wire::init(0, "x"), request}) {
    Client client;
    client.feed(before + wire::header("EXIT"));
    EXPECT_EQ(client.transcript.events.back(), "exit");
    EXPECT_THROW(client.protocol.wanted(), std::logic_error);
  }
}

TEST(Protocol, RefusesUnknownHeadersAndShowsThem) {
  const ProtocolError error = protocol_error_of("GET / HTTP/1.1\r\n");
  EXPECT_EQ(error.got(), R"("GET / HTTP/1")");
  EXPECT_THAT(error.expected(), HasSubstr("STATUS, INIT, POSDATA or EXIT"));
  EXPECT_THAT(error.what(), HasSubstr("in the header of a message"));
  EXPECT_EQ(protocol_error_of(std::string("\0\x7f\xff\"\\\n      ", 12)).got(),
            R"("\x00\x7f\xff\"\\\x0a      ")");
}

TEST(Protocol, RefusesHeadersThatAreAlmostRight) {
  for (const char* header : {"status      ", "STATUS\0\0\0\0\0", " STATUS     ", "STATUSES    ",
                             "POSDATA.    ", "FORCEREADY  "}) {
    EXPECT_NO_THROW(protocol_error_of(std::string(header, 12))) << header;
  }
}

TEST(Protocol, RefusesHeadersOutOfTurn) {
  const std::string request = wire::posdata(some_cell, std::vector<double>{1, 2, 3});
  const std::string getforce = wire::header("GETFORCE");

  const ProtocolError nothing_to_fetch = protocol_error_of(getforce);
  EXPECT_THAT(nothing_to_fetch.expected(), HasSubstr("while no result waits"));
  EXPECT_THAT(nothing_to_fetch.got(), HasSubstr("GETFORCE"));
  EXPECT_NO_THROW(protocol_error_of(request + getforce + getforce));  // fetched twice

  const ProtocolError not_fetched = protocol_error_of(request + request);
  EXPECT_EQ(not_fetched.expected(), "STATUS, GETFORCE or EXIT, while a result waits");
  EXPECT_EQ(not_fetched.got(), R"("POSDATA     ")");
  EXPECT_EQ(protocol_error_of(request + wire::init(0, "x")).got(), R"("INIT        ")");
}

TEST(Protocol, RefusesBatchesWhoseMessagesItWouldMisread) {
  for (const char* text : {"batch_size:2", "one:1, batch_size:16,two:2", "batch_size:"}) {
    const ProtocolError error = protocol_error_of(wire::init(0, text));
    EXPECT_THAT(error.expected(), HasSubstr("batch_size 1"));
    EXPECT_THAT(error.got(), testing::StartsWith("\"batch_size:"));
  }
  for (const char* text : {"batch_size:1", "", ",", "model:x, batch_size:1 ", "no_batch_size:2"}) {
    EXPECT_NO_THROW(Client().feed(wire::init(0, text))) << text;
  }
}

TEST(Protocol, RefusesAbsurdAtomCountsBeforeItAllocates) {
  const ProtocolOptions options{.max_atoms = 1000,
                                .positions = [](std::size_t) -> std::span<double> {
                                  ADD_FAILURE() << "storage was asked for";
                                  return {};
                                }};
  for (const std::int32_t natoms : {-1, 0, 1001, std::numeric_limits<std::int32_t>::max(),
                                    std::numeric_limits<std::int32_t>::min()}) {
    const ProtocolError error = protocol_error_of(wire::posdata_head(some_cell, natoms), options);
    EXPECT_EQ(error.expected(), "1 to 1000");
    EXPECT_EQ(error.got(), std::to_string(natoms));
    EXPECT_THAT(error.what(), HasSubstr("the number of atoms of POSDATA"));
  }
}

TEST(Protocol, TellsMoreAtomsThanAllowedFromNonsense) {
  const auto feed = [](std::int32_t natoms) {
    Client({.max_atoms = 4}).feed(wire::posdata_head(some_cell, natoms));
  };
  EXPECT_NO_THROW(feed(4));
  try {
    feed(5);
    FAIL();
  } catch (const TooManyAtoms& error) {
    EXPECT_EQ(error.limit(), 4);
    EXPECT_EQ(error.announced(), 5);
  }
  try {
    feed(-5);
    FAIL();
  } catch (const TooManyAtoms&) {
    FAIL();
  } catch (const ProtocolError&) {
  }
}

TEST(Protocol, RefusesAbsurdInitLengths) {
  for (const std::int32_t length : {-1, (1 << 20) + 1, std::numeric_limits<std::int32_t>::max()}) {
    const ProtocolError error =
        protocol_error_of(wire::header("INIT") + wire::raw(std::int32_t{0}) + wire::raw(length));
    EXPECT_EQ(error.expected(), "0 to 1048576 bytes");
    EXPECT_EQ(error.got(), std::to_string(length));
  }
}

TEST(Protocol, RefusesMisuse) {
  const std::vector<double> forces(3);
  Protocol protocol({});
  EXPECT_THROW(protocol.answer({0, forces, {}, ""}), std::logic_error);  // nobody asked
  EXPECT_THROW(protocol.received(13), std::logic_error);                 // more than was wanted

  Protocol evaluating({});
  const std::string request = wire::posdata(some_cell, std::vector<double>{1, 2, 3, 4, 5, 6});
  for (std::string_view rest = request; !rest.empty();) {
    const auto wanted = evaluating.wanted();
    std::memcpy(wanted.data(), rest.data(), wanted.size());
    rest.remove_prefix(wanted.size());
    evaluating.received(wanted.size());
  }
  EXPECT_THROW(evaluating.wanted(), std::logic_error);                     // not answered
  EXPECT_THROW(evaluating.answer({0, forces, {}, ""}), std::logic_error);  // one atom of two
}

}  // namespace
}  // namespace forcewire
