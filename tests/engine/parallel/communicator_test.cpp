#include "engine/parallel/communicator.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <span>
#include <thread>
#include <utility>
#include <vector>

#include "engine/parallel/mpi_error.hpp"

namespace forcewire {
namespace {

TEST(Communicator, IsADuplicateOfTheWorld) {
  const Communicator world = Communicator::world();
  int rank = -1;
  int size = -1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &size);
  EXPECT_EQ(world.rank(), rank);
  EXPECT_EQ(world.size(), size);
  EXPECT_EQ(world.is_root(), rank == 0);
  int comparison = MPI_UNEQUAL;
  MPI_Comm_compare(world.handle(), MPI_COMM_WORLD, &comparison);
  EXPECT_EQ(comparison, MPI_CONGRUENT) << "same ranks, another message space";
}

TEST(Communicator, DoesNotWaitForEverToMeetAllRanks) {
  using namespace std::chrono_literals;
  const Communicator world = Communicator::world();
  const bool is_late = world.size() > 1 && world.rank() == world.size() - 1;
  if (is_late) std::this_thread::sleep_for(300ms);
  try {
    Communicator::world(100ms);
    EXPECT_TRUE(world.size() == 1 || !world.is_root());
  } catch (const NoContact& error) {
    EXPECT_STREQ(error.what(), "the ranks do not reach each other (tried for 0.1 s)");
    EXPECT_TRUE(world.is_root());
    const Communicator as_the_others(MPI_COMM_WORLD);
  }
}

TEST(Communicator, MovesItsHandle) {
  Communicator first = Communicator::world();
  const MPI_Comm handle = first.handle();
  Communicator second = std::move(first);
  EXPECT_EQ(second.handle(), handle);
  Communicator third = Communicator::world();
  third = std::move(second);
  EXPECT_EQ(third.handle(), handle);
  EXPECT_EQ(third.max(third.rank()), third.size() - 1);
}

TEST(Communicator, ReportsMpiErrorsWithTheFunctionsName) {
  const Communicator world = Communicator::world();
  try {
    check_mpi(MPI_Send(nullptr, 0, MPI_INT, world.size(), 0, world.handle()), "MPI_Send");
    ADD_FAILURE() << "a message to a rank that does not exist was sent";
  } catch (const MpiError& error) {
    EXPECT_EQ(std::string(error.what()).find("MPI_Send"), 0U) << error.what();
    EXPECT_NE(error.code(), MPI_SUCCESS);
  }
}

TEST(Communicator, BroadcastsFromTheRoot) {
  const Communicator world = Communicator::world();
  std::vector<double> data(1000, world.is_root() ? 2.5 : -1);
  world.broadcast(data);
  EXPECT_EQ(data, std::vector<double>(1000, 2.5));
  world.broadcast({});  // nothing is fine
}

TEST(Communicator, SumsWholeNumbersWithoutRounding) {
  const Communicator world = Communicator::world();
  constexpr std::int64_t large = std::int64_t{1} << 60;
  std::vector<std::int64_t> data = {world.is_root() ? large : 1, -world.rank()};
  world.sum(std::span<std::int64_t>(data));
  const std::int64_t size = world.size();
  EXPECT_EQ(data, (std::vector<std::int64_t>{large + size - 1, -size * (size - 1) / 2}));
}

TEST(Communicator, BroadcastsTextFromAnyRank) {
  const Communicator world = Communicator::world();
  for (int source = 0; source < world.size(); ++source) {
    const std::string text =
        world.rank() == source ? "from " + std::to_string(source) : "mine, longer";
    EXPECT_EQ(world.broadcast_text(text, source), "from " + std::to_string(source));
  }
  EXPECT_EQ(world.broadcast_text("", 0), "");
}

TEST(Communicator, BroadcastsNumbersFromAnyRank) {
  const Communicator world = Communicator::world();
  for (int source = 0; source < world.size(); ++source) {
    EXPECT_EQ(world.broadcast_number(10 + world.rank(), source), 10 + source);
  }
}

TEST(Communicator, Sums) {
  const Communicator world = Communicator::world();
  const int n = world.size();
  std::array<double, 2> data{1.0, static_cast<double>(world.rank())};
  world.sum(data);
  EXPECT_EQ(data[0], n);
  EXPECT_EQ(data[1], n * (n - 1) / 2);

  std::array<double, 1> to_root{static_cast<double>(world.rank() + 1)};
  world.sum_to_root(to_root);
  EXPECT_EQ(to_root[0], world.is_root() ? n * (n + 1) / 2 : world.rank() + 1);
}

TEST(Communicator, SendsInTheBackgroundAndInOrder) {
  const Communicator world = Communicator::world();
  const int n = world.size();
  const std::array<double, 3> sent{1.0, 2.0, static_cast<double>(world.rank())};
  std::array<double, 3> received{};
  const int before = (world.rank() + n - 1) % n;
  Pending first = world.start_receive(std::span(received).first(1), before);
  Pending second = world.start_receive(std::span(received).subspan(1), before);
  Pending first_sent = world.start_send(std::span(sent).first(1), (world.rank() + 1) % n);
  Pending second_sent = world.start_send(std::span(sent).subspan(1), (world.rank() + 1) % n);
  for (Pending* each : {&second, &first, &first_sent, &second_sent}) each->wait();
  EXPECT_TRUE(second.test());
  EXPECT_EQ(received, (std::array<double, 3>{1.0, 2.0, static_cast<double>(before)}));
}

TEST(Communicator, FindsExtremes) {
  const Communicator world = Communicator::world();
  EXPECT_EQ(world.max(10 - world.rank()), 10);
  EXPECT_EQ(world.min(10 - world.rank()), 11 - world.size());
}

TEST(Communicator, FindsTheLargestOfEachNumberInTheBackground) {
  const Communicator world = Communicator::world();
  const int n = world.size();
  std::array<int, 2> data{world.rank(), -world.rank()};
  Pending largest = world.start_max(data);
  largest.wait();
  EXPECT_EQ(data, (std::array<int, 2>{n - 1, 0}));
}

TEST(Communicator, GathersNumbersInTheOrderOfRanks) {
  const Communicator world = Communicator::world();
  const std::vector<int> numbers = world.gather_to_all(10 + world.rank());
  ASSERT_EQ(numbers.size(), static_cast<std::size_t>(world.size()));
  for (std::size_t rank = 0; rank < numbers.size(); ++rank) {
    EXPECT_EQ(numbers[rank], 10 + static_cast<int>(rank));
  }
}

TEST(Communicator, FindsCommonBits) {
  const Communicator world = Communicator::world();
  const std::uint64_t own = std::uint64_t{1} << static_cast<unsigned>(world.rank());
  constexpr std::uint64_t common = 0x8000'0000'0000'0100;
  EXPECT_EQ(world.common_bits(common | own), world.size() == 1 ? common + 1 : common);
  EXPECT_EQ(world.common_bits(world.is_root() ? 0 : ~std::uint64_t{0}), 0U);
}

TEST(Communicator, SplitsByColor) {
  const Communicator world = Communicator::world();
  const Communicator part = world.split(world.rank() % 2);
  EXPECT_EQ(part.rank(), world.rank() / 2);
  EXPECT_EQ(part.size(), (world.size() + 1 - world.rank() % 2) / 2);
}

}  // namespace
}  // namespace forcewire
