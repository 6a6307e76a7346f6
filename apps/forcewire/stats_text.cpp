#include "apps/forcewire/stats_text.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "apps/forcewire/readable.hpp"
#include "engine/kernels/simd.hpp"
#include "engine/parallel/mpi_environment.hpp"
#include "socket/endpoint.hpp"

namespace forcewire {

namespace {

using Json = nlohmann::ordered_json;
using std::chrono::nanoseconds;

/// Counts up when something is renamed or means something else, not when something is added.
constexpr int schema = 1;

constexpr std::array<std::string_view, TimeSplit::part_count> part_keys{
    "waiting", "receiving", "sharing", "neighbour_lists", "forces", "reducing", "sending", "other"};

Json distribution(const TimingHistogram& times, nanoseconds total) {
  return {{"total_s", seconds(total)},
          {"min_s", seconds(times.min())},
          {"p10_s", seconds(times.quantile(0.1))},
          {"median_s", seconds(times.quantile(0.5))},
          {"p90_s", seconds(times.quantile(0.9))},
          {"p99_s", seconds(times.quantile(0.99))},
          {"max_s", seconds(times.max())}};
}

Json bins(const TimingHistogram& times) {
  Json list = Json::array();
  for (const auto& bin : times.bins()) {
    list.push_back({seconds(bin.begin), seconds(bin.end), bin.count});
  }
  return list;
}

Json timing(const RunStatistics& statistics) {
  const TimeSplit& time = statistics.time();
  Json json{{"answered", statistics.round_trips().count()},
            {"resolution", TimingHistogram::resolution},
            {"round_trip", distribution(statistics.round_trips(), statistics.round_trips().sum())}};
  for (std::size_t part = 0; part < TimeSplit::part_count; ++part) {
    json[std::string(part_keys[part])] =
        distribution(statistics.part(TimeSplit::Part{part}), time.parts[part]);
  }
  json["round_trip_bins"] = bins(statistics.round_trips());
  return json;
}

/// How evenly computing is spread over the ranks that had a part in it; null if it is not known of
/// all, or if there is none.
/// Other times contain waiting for each other, and so would look even however uneven the work is.
Json imbalance_of_computing(const FinishedRun& run) {
  if (static_cast<int>(run.reports.size()) != run.ranks) return nullptr;
  double total = 0;
  double max = 0;
  int ranks = 0;
  for (const RankReport& report : run.reports) {
    const double computing = seconds(report.statistics.computing);
    if (computing > 0) ++ranks;
    total += computing;
    max = std::max(max, computing);
  }
  if (total == 0) return nullptr;
  const double mean = total / ranks;
  return {{"mean_s", mean}, {"max_s", max}, {"max_over_mean", max / mean}};
}

/// Null where it is not known of all.
template <typename Number>
Json sum(const FinishedRun& run, Number number) {
  if (static_cast<int>(run.reports.size()) != run.ranks) return nullptr;
  std::int64_t total = 0;
  for (const RankReport& report : run.reports) total += number(report);
  return total;
}

Json between_nodes(const FinishedRun& run) {
  return {{"positions_bytes",
           sum(run, [](const RankReport& report) { return report.statistics.position_bytes; })},
          {"forces_bytes",
           sum(run, [](const RankReport& report) { return report.statistics.force_bytes; })}};
}

Json rank(const RankReport& report) {
  const EvaluatorStatistics& statistics = report.statistics;
  return {{"rank", report.rank},
          {"node", report.node},
          {"host", report.host.data()},
          {"evaluations", statistics.evaluations},
          {"list_rebuilds", statistics.rebuilds},
          {"computing_s", seconds(statistics.computing)},
          {"forces_s", seconds(statistics.forces)},
          {"neighbour_lists_s", seconds(statistics.neighbor_lists)},
          {"sharing_s", seconds(statistics.sharing)},
          {"reducing_s", seconds(statistics.reducing)},
          {"memory_peak_bytes", report.peak_memory},
          {"positions_bytes_in", statistics.position_bytes},
          {"forces_bytes_out", statistics.force_bytes}};
}

Json model(const FinishedRun& run) {
  Json description = Json::object();
  for (const auto& [label, value] : run.model_description) description[label] = value;
  return {{"name", run.command.model},
          {"options", run.command.model_options},
          {"description", description}};
}

Json to_json(const FinishedRun& run) {
  const RunStatistics& statistics = run.statistics;
  const EvaluatorStatistics& root = run.reports.front().statistics;
  Json ranks = Json::array();
  for (const RankReport& report : run.reports) ranks.push_back(rank(report));
  return {
      {"schema", schema},
      {"program",
       {{"name", "forcewire"},
        {"version", FORCEWIRE_VERSION},
        {"mpi", MpiEnvironment::library_version()},
        {"simd", simd_target()}}},
      {"endpoint", to_string(run.command.endpoint)},
      {"model", model(run)},
      {"ranks", run.ranks},
      {"nodes", run.nodes},
      {"begin", fmt::format("{:%Y-%m-%dT%H:%M:%S}Z",
                            fmt::gmtime(std::chrono::system_clock::to_time_t(run.begin)))},
      {"program_s", seconds(run.duration)},
      {"exit", {{"status", static_cast<int>(run.status)}, {"reason", run.reason}}},
      {"sessions", statistics.sessions()},
      {"requests", statistics.requests()},
      {"atoms",
       {{"fewest", statistics.fewest_atoms()},
        {"most", statistics.most_atoms()},
        {"total", statistics.atoms()}}},
      {"evaluations", root.evaluations},
      {"list_rebuilds", root.rebuilds},
      {"wall_s", seconds(statistics.time().whole())},
      {"timing", timing(statistics)},
      {"imbalance", {{"computing", imbalance_of_computing(run)}}},
      {"between_nodes", between_nodes(run)},
      {"memory_peak_bytes", sum(run, [](const RankReport& report) { return report.peak_memory; })},
      {"per_rank", ranks}};
}

std::string on_one_line(const Json& json) {
  // A path need not be UTF-8, JSON must be.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// What has a table or an object inside gets a line for each entry, the rest stays on one line: a
/// file for programs that people can look into.
std::string pretty(const Json& json, int indent) {
  const bool is_flat = std::none_of(json.begin(), json.end(),
                                    [](const Json& entry) { return entry.is_structured(); });
  if (!json.is_structured() || is_flat) return on_one_line(json);
  const std::string_view brackets = json.is_object() ? "{}" : "[]";
  std::string text(1, brackets[0]);
  for (const auto& [key, value] : json.items()) {
    text += fmt::format("{}\n{:{}}", text.size() > 1 ? "," : "", "", indent + 2);
    if (json.is_object()) text += on_one_line(key) + ": ";
    text += pretty(value, indent + 2);
  }
  return text + fmt::format("\n{:{}}{}", "", indent, brackets[1]);
}

}  // namespace

std::string stats_text(const FinishedRun& run) { return pretty(to_json(run), 0) + '\n'; }

}  // namespace forcewire
