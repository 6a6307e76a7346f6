#include "engine/parallel/rank_report.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <cstring>

namespace forcewire {
namespace {

using namespace std::chrono_literals;

RankReport report_of(int rank) {
  RankReport report{.rank = rank,
                    .node = rank / 2,
                    .host = host_name(),
                    .peak_memory = 7 + rank,
                    .statistics = {}};
  report.statistics.evaluations = 100 * rank;
  report.statistics.computing = rank * 1ms;
  return report;
}

TEST(RankReport, AllComeToTheRootInOrder) {
  const Communicator world = Communicator::world();
  const auto reports = gather_reports(world, report_of(world.rank()), 1min);
  ASSERT_EQ(reports.size(), world.is_root() ? static_cast<std::size_t>(world.size()) : 0U);
  for (int rank = 0; rank < static_cast<int>(reports.size()); ++rank) {
    const RankReport& report = reports[static_cast<std::size_t>(rank)];
    EXPECT_EQ(report.rank, rank);
    EXPECT_EQ(report.node, rank / 2);
    EXPECT_EQ(report.peak_memory, 7 + rank);
    EXPECT_EQ(report.statistics.evaluations, 100 * rank);
    EXPECT_EQ(report.statistics.computing, rank * 1ms);
  }
}

TEST(RankReport, WhoDoesNotComeIsNotWaitedFor) {
  const Communicator world = Communicator::world();
  const Communicator others = Communicator::world();
  if (world.size() == 1) return;
  if (!world.is_root()) others.barrier();  // until the root has lost patience
  const auto reports = gather_reports(world, report_of(world.rank()), 10ms);
  if (!world.is_root()) return;
  others.barrier();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].rank, 0);
}

TEST(RankReport, KnowsTheNameOfTheMachine) { EXPECT_GT(std::strlen(host_name().data()), 0U); }

}  // namespace
}  // namespace forcewire
