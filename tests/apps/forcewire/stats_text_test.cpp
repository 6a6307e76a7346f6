#include "apps/forcewire/stats_text.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

namespace forcewire {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using namespace std::chrono_literals;

class StatsTextTest : public testing::Test {
 protected:
  StatsTextTest() {
    command_.endpoint = UnixEndpoint{"/tmp/ipi_argon"};
    command_.model = "lj";
    command_.model_options = "1,1,3";
    SessionTimes session;
    EvaluatorStatistics evaluator;
    RunStatistics::Clock::time_point now{};
    run_.connect(now);
    for (int request = 1; request <= 100; ++request) {
      run_.evaluate(request < 3 ? 4 : 108);
      session.waiting += 1ms;
      evaluator.forces += request * 1ms;
      now += request * 1ms + 2ms;
      run_.answer(session, evaluator, now);
    }
    now += 1s;
    session.waiting += 1s;
    run_.disconnect(session, evaluator, now);
  }

  FinishedRun finished() const {
    return {.command = command_,
            .model_description = {{"sigma", "1 bohr"}},
            .ranks = 3,
            .nodes = 2,
            .begin = std::chrono::system_clock::time_point(1'000'000'000s),
            .duration = 9s,
            .status = ExitStatus::success,
            .reason = "the server sent EXIT",
            .statistics = run_,
            .reports = {report(0, 0, 1s), report(1, 0, 2s), report(2, 1, 3s)}};
  }

  static RankReport report(int rank, int node, std::chrono::nanoseconds computing) {
    RankReport report;
    report.rank = rank;
    report.node = node;
    std::ranges::copy("n1", report.host.begin());
    report.peak_memory = 1000 + rank;
    report.statistics.evaluations = 100;
    report.statistics.rebuilds = 9;
    report.statistics.computing = computing;
    report.statistics.position_bytes = node * 5000;
    report.statistics.force_bytes = node * 4000;
    return report;
  }

  CommandLine command_;
  RunStatistics run_;
};

TEST_F(StatsTextTest, SaysWhatRan) {
  const json stats = json::parse(stats_text(finished()));
  EXPECT_EQ(stats["schema"], 1);
  EXPECT_EQ(stats["program"]["name"], "forcewire");
  EXPECT_EQ(stats["endpoint"], "/tmp/ipi_argon");
  EXPECT_EQ(stats["model"], json::parse(R"({"name": "lj", "options": "1,1,3",
                                            "description": {"sigma": "1 bohr"}})"));
  EXPECT_EQ(stats["ranks"], 3);
  EXPECT_EQ(stats["nodes"], 2);
  EXPECT_EQ(stats["begin"], "2001-09-09T01:46:40Z");
  EXPECT_EQ(stats["program_s"], 9.0);
  EXPECT_EQ(stats["exit"], json::parse(R"({"status": 0, "reason": "the server sent EXIT"})"));
  EXPECT_EQ(stats["sessions"], 1);
  EXPECT_EQ(stats["requests"], 100);
  EXPECT_EQ(stats["atoms"], json::parse(R"({"fewest": 4, "most": 108, "total": 10592})"));
  EXPECT_EQ(stats["evaluations"], 100);
  EXPECT_EQ(stats["list_rebuilds"], 9);
}

TEST_F(StatsTextTest, PercentilesAreOfRequestsAndTotalsOfAll) {
  const json stats = json::parse(stats_text(finished()));
  EXPECT_NEAR(stats["wall_s"].get<double>(), 6.25, 1e-9);
  const json& timing = stats["timing"];
  EXPECT_EQ(timing["answered"], 100);
  EXPECT_NEAR(timing["waiting"]["total_s"].get<double>(), 1.1, 1e-9);
  EXPECT_NEAR(timing["waiting"]["max_s"].get<double>(), 1e-3, 1e-9);
  EXPECT_NEAR(timing["forces"]["total_s"].get<double>(), 5.05, 1e-9);
  EXPECT_NEAR(timing["round_trip"]["total_s"].get<double>(), 5.15, 1e-9);
  const std::vector<std::pair<const char*, double>> expected{
      {"min_s", 1}, {"p10_s", 10}, {"median_s", 50}, {"p90_s", 90}, {"p99_s", 99}, {"max_s", 100}};
  for (const auto& [key, milliseconds] : expected) {
    EXPECT_NEAR(timing["forces"][key].get<double>() / milliseconds, 1e-3, 1.6e-5) << key;
  }
  std::int64_t count = 0;
  for (const json& bin : timing["round_trip_bins"]) count += bin[2].get<std::int64_t>();
  EXPECT_EQ(count, 100);
  double sum = 0;
  for (const char* part : {"waiting", "receiving", "sharing", "neighbour_lists", "forces",
                           "reducing", "sending", "other"}) {
    sum += timing[part]["total_s"].get<double>();
  }
  EXPECT_NEAR(sum, 6.25, 1e-9);
}

TEST_F(StatsTextTest, AddsUpRanks) {
  const json stats = json::parse(stats_text(finished()));
  EXPECT_EQ(stats["imbalance"],
            json::parse(R"({"computing": {"mean_s": 2.0, "max_s": 3.0, "max_over_mean": 1.5}})"));
  EXPECT_EQ(stats["between_nodes"],
            json::parse(R"({"positions_bytes": 5000, "forces_bytes": 4000})"));
  EXPECT_EQ(stats["memory_peak_bytes"], 3003);
  ASSERT_EQ(stats["per_rank"].size(), 3U);
  EXPECT_EQ(stats["per_rank"][2]["rank"], 2);
  EXPECT_EQ(stats["per_rank"][2]["node"], 1);
  EXPECT_EQ(stats["per_rank"][2]["host"], "n1");
  EXPECT_EQ(stats["per_rank"][2]["computing_s"], 3.0);
  EXPECT_EQ(stats["per_rank"][2]["memory_peak_bytes"], 1002);
}

TEST_F(StatsTextTest, RanksThatHadNoPartAreNoImbalance) {
  FinishedRun run = finished();
  run.reports.front().statistics.computing = {};
  EXPECT_EQ(json::parse(stats_text(run))["imbalance"],
            json::parse(R"({"computing": {"mean_s": 2.5, "max_s": 3.0, "max_over_mean": 1.2}})"));
}

TEST_F(StatsTextTest, WhereRanksWereSilentSumsAreNotKnown) {
  FinishedRun run = finished();
  run.reports.resize(1);
  const json stats = json::parse(stats_text(run));
  EXPECT_EQ(stats["ranks"], 3);
  EXPECT_EQ(stats["per_rank"].size(), 1U);
  EXPECT_TRUE(stats["imbalance"]["computing"].is_null());
  EXPECT_TRUE(stats["between_nodes"]["positions_bytes"].is_null());
  EXPECT_TRUE(stats["memory_peak_bytes"].is_null());
}

TEST_F(StatsTextTest, BytesThatAreNoTextDoNotSpoilTheFile) {
  command_.endpoint = UnixEndpoint{"/tmp/\xc8"};
  EXPECT_EQ(json::parse(stats_text(finished()))["endpoint"], "/tmp/\xef\xbf\xbd");
}

TEST_F(StatsTextTest, CanBeLookedInto) {
  EXPECT_THAT(stats_text(finished()),
              HasSubstr("\n  \"exit\": {\"status\":0,\"reason\":\"the server sent EXIT\"},\n"));
}

}  // namespace
}  // namespace forcewire
