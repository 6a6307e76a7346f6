#include "apps/forcewire/report.hpp"

#include <gmock/gmock.h>

#include <functional>
#include <sstream>
#include <string>
#include <vector>

#include "engine/geometry/invalid_structure.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;
using units::angstrom;

/// Nothing is on its way: the result is there at once.
std::function<const Result&()> found(const Result& result) {
  return [&result]() -> const Result& { return result; };
}

class ReportTest : public ::testing::Test {
 protected:
  Report report(Verbosity verbosity = Verbosity::normal) {
    return Report(out_, warnings_, verbosity);
  }

  CommandLine command() const {
    CommandLine command;
    command.endpoint = UnixEndpoint{"/tmp/ipi_argon"};
    command.model = "lj";
    return command;
  }

  std::string out() const { return out_.str(); }
  std::string warnings() const { return warnings_.str(); }

  std::ostringstream out_;
  std::ostringstream warnings_;
  const Placement placement_{4, 2, 2, 8};
};

TEST_F(ReportTest, StartEchoesWhatWillBeDone) {
  const Model model = make_model({"lj", "sigma=3.405angstrom,epsilon=0.01,cutoff=16", {}});
  report().start(command(), model, placement_);
  EXPECT_THAT(out(), AllOf(HasSubstr("UNIX socket /tmp/ipi_argon"), HasSubstr("4 on 2 nodes"),
                           ContainsRegex("model +lj"), HasSubstr("3.405 angstrom"),
                           ContainsRegex("periodic axes +auto")));
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(ReportTest, StartTellsGroups) {
  const Model model = make_model({"lj", "1,1,3", {}});
  const auto groups = [&](const Placement& placement, const std::vector<GroupSize>& sizes) {
    out_.str("");
    report().start(command(), model, placement, sizes);
    return out();
  };
  const Placement one_node{4, 1, 4, 8};
  EXPECT_THAT(groups(one_node, {}), Not(HasSubstr("groups")));
  EXPECT_THAT(groups(one_node, {{2, 1}, {2, 1}}), ContainsRegex("  groups +2 of 2 ranks\n"));
  EXPECT_THAT(groups(one_node, {{1, 1}, {2, 1}, {1, 1}}),
              ContainsRegex("  groups +1 of 2 ranks, 2 of 1 rank\n"));
  EXPECT_THAT(groups(placement_, {{2, 1}, {2, 1}}),
              ContainsRegex("  groups +2 of 2 ranks; each on one node\n"));
  EXPECT_THAT(groups(placement_, {{2, 1}, {2, 2}}),
              ContainsRegex("  groups +2 of 2 ranks; 1 on several nodes\n"));
}

TEST_F(ReportTest, StartShowsTheSpeciesTable) {
  Model model = make_model({"lj", "1,1,3", {}});
  model.species_names = {"Ar", "Kr"};
  model.species = {0, 0, 1};
  report().start(command(), model, placement_);
  EXPECT_THAT(out(), AllOf(ContainsRegex("species +Ar +2 atoms\n"), ContainsRegex("Kr +1 atom\n")));
}

TEST_F(ReportTest, TooManyRanksAreAWarning) {
  const Model model = make_model({"lj", "1,1,3", {}});
  report().start(command(), model, {3, 1, 3, 1});
  EXPECT_THAT(warnings(), HasSubstr("warning: 3 ranks on a node with 1 core to use"));
}

TEST_F(ReportTest, FirstRequestInBothUnits) {
  // Ten atoms a row in a box of 10 x 10 x 20 angstrom: 0.005 atoms per cubic angstrom.
  std::vector<double> positions;
  for (int i = 0; i < 10; ++i) positions.insert(positions.end(), {i * angstrom, 0, 0});
  Eigen::Matrix3d cell = 10 * angstrom * Eigen::Matrix3d::Identity();
  cell(2, 2) *= 2;
  cell(2, 0) = 1;
  report().first_request({cell, positions}, {}, 1, 1, 0.1);
  EXPECT_THAT(out(), ContainsRegex("atoms +10\n"));
  EXPECT_THAT(out(), ContainsRegex("a +18.897261 +0.000000 +0.000000 +10.000000 +0.000000"));
  EXPECT_THAT(out(),
              ContainsRegex("c +1.000000 +0.000000 +37.794522 +0.529177 +0.000000 +20.0000"));
  EXPECT_THAT(out(), ContainsRegex("periodic axes +abc\n"));
  EXPECT_THAT(out(), ContainsRegex("volume +13496.7 bohr.3 = 2000 angstrom.3\n"));
  EXPECT_THAT(out(), ContainsRegex("density +0.005 atoms/angstrom.3\n"));
  EXPECT_THAT(out(), ContainsRegex("shortest distance +1.8897 bohr = 1.0000 angstrom"));
  EXPECT_THAT(warnings(), IsEmpty());
}

TEST_F(ReportTest, FirstRequestSaysWhenNotAllRanksComputeIt) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 2};
  report().first_request({Eigen::Matrix3d::Zero(), positions}, {}, 4, 4, 0.1);
  EXPECT_THAT(out(), Not(HasSubstr("ranks")));
  report().first_request({Eigen::Matrix3d::Zero(), positions}, {}, 1, 4, 0.1);
  EXPECT_THAT(
      out(),
      ContainsRegex("computed by +1 of 4 ranks .more are not worth it while an atom takes 0.1 us"));
}

TEST_F(ReportTest, FirstRequestOfAMolecule) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 2};
  report().first_request({Eigen::Matrix3d::Zero(), positions}, {}, 1, 1, 0.1);
  EXPECT_THAT(out(),
              AllOf(ContainsRegex("periodic axes +none\n"), Not(HasSubstr("volume")),
                    Not(HasSubstr("density")), ContainsRegex("2.0000 bohr = 1.0584 angstrom")));
}

TEST_F(ReportTest, AtomsTooNearAreAWarning) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 0.9};
  report().first_request({Eigen::Matrix3d::Zero(), positions}, {}, 1, 1, 0.1);
  EXPECT_THAT(warnings(),
              AllOf(HasSubstr("warning: atoms "), HasSubstr("0.9000 bohr"), HasSubstr("units")));
}

TEST_F(ReportTest, SingularCellIsShownBeforeItFails) {
  const std::vector<double> positions{0, 0, 0};
  Eigen::Matrix3d cell = Eigen::Matrix3d::Identity();
  cell.row(2) = cell.row(0) + cell.row(1);
  Report shown = report();
  EXPECT_THROW(shown.first_request({cell, positions}, {}, 1, 1, 0.1), InvalidStructure);
  EXPECT_THAT(out(), ContainsRegex("c +1.000000 +1.000000 +0.000000"));
}

TEST_F(ReportTest, LineForEachRequest) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 9};
  const std::vector<double> forces{3e-4, 0, 4e-4, 0, 0, -1e-4};
  const Structure structure{Eigen::Matrix3d::Zero(), positions};
  Result result;
  result.energy = -1.5;
  result.forces = forces;
  Report shown = report(Verbosity::requests);
  shown.request(1, {structure, found(result), 1250us}, {});
  shown.request(2, {structure, found(result), 2ms}, {});
  EXPECT_THAT(out(), ContainsRegex("request +energy .hartree. +max force .hartree/bohr. "
                                   "+time .ms.\n"));
  EXPECT_THAT(out(),
              ContainsRegex("\n +1 +-1.5 +5.000000e-04 +1.250\n +sharing .*\n +2 .* 2.000\n"));
}

TEST_F(ReportTest, TimingsOfEachRequestAreDifferences) {
  const std::vector<double> numbers(3, 0.0);
  const Structure structure{Eigen::Matrix3d::Zero(), numbers};
  Result result;
  result.forces = numbers;
  EvaluatorStatistics statistics;
  Report shown = report(Verbosity::requests);
  statistics.rebuilds = 1;
  statistics.forces = 3ms;
  shown.request(1, {structure, found(result), 4ms}, statistics);
  statistics.forces = 5ms;
  shown.request(2, {structure, found(result), 4ms}, statistics);
  EXPECT_THAT(out(), HasSubstr("neighbour lists 0.000 (rebuilt), forces 3.000, reducing"));
  EXPECT_THAT(out(), HasSubstr("neighbour lists 0.000, forces 2.000, reducing"));
}

TEST_F(ReportTest, ProgressIsForThoseWhoWantItAndNotBesideALineForEachRequest) {
  const std::vector<double> numbers(3 * 7, 0.0);
  const Structure structure{Eigen::Matrix3d::Zero(), numbers};
  Result result;
  result.energy = -2.5;
  result.forces = numbers;
  const RunStatistics::Clock::time_point start{};
  for (const Verbosity verbosity :
       {Verbosity::quiet, Verbosity::normal, Verbosity::progress, Verbosity::requests}) {
    out_.str("");
    RunStatistics run;
    run.connect(start);
    Report shown = report(verbosity);
    shown.connected(start);
    run.evaluate(7);
    shown.request(1, {structure, found(result), 1ms, {}, result.energy}, {});
    run.answer({}, {}, start + 3s);
    EXPECT_EQ(out() == "", verbosity < Verbosity::requests) << "before the answer is sent";
    out_.str("");
    shown.answered(run, start + 3s);
    EXPECT_EQ(out() != "", verbosity == Verbosity::progress);
    if (verbosity == Verbosity::progress) {
      EXPECT_THAT(out(), ContainsRegex("\n +3 +1 +0.333 +7 +-2.5 +3000 "));
    }
  }
}

TEST_F(ReportTest, SummarySplitsTheWallTime) {
  RunStatistics run;
  const RunStatistics::Clock::time_point start{};
  run.connect(start);
  for (int i = 0; i < 200; ++i) run.evaluate(50);
  EvaluatorStatistics statistics;
  statistics.rebuilds = 7;
  statistics.sharing = 100ms;
  statistics.neighbor_lists = 200ms;
  statistics.forces = 2s;
  statistics.reducing = 50ms;
  run.disconnect({.waiting = 1s, .receiving = 400ms, .sending = 250ms}, statistics, start + 5s);
  report().summary(run, statistics);
  EXPECT_THAT(out(), ContainsRegex("requests +200 +40/s\n"));
  EXPECT_THAT(out(), ContainsRegex("atoms +50 each +2000/s\n"));
  EXPECT_THAT(out(), ContainsRegex("list rebuilds +7\n"));
  EXPECT_THAT(out(), ContainsRegex("wall time +5.000 s\n"));
  EXPECT_THAT(out(), ContainsRegex("waiting for the server +1.000 s +20.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("receiving +0.400 s +8.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("sharing +0.100 s +2.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("neighbour lists +0.200 s +4.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("forces +2.000 s +40.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("reducing +0.050 s +1.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("sending +0.250 s +5.0 %\n"));
  EXPECT_THAT(out(), ContainsRegex("other +1.000 s +20.0 %\n"));
}

TEST_F(ReportTest, SummaryOfNothingAndOfChangingSizes) {
  report().summary({}, {});
  EXPECT_THAT(out(), ContainsRegex("requests +0 +0/s\n"));

  RunStatistics run;
  for (const std::size_t atoms : {4U, 2U, 9U}) run.evaluate(atoms);
  report().summary(run, {});
  EXPECT_THAT(out(), ContainsRegex("atoms +2 to 9 "));
}

TEST_F(ReportTest, LostStatisticsAreAWarningEvenWhenQuiet) {
  report(Verbosity::quiet).no_stats("stats.json: write: No space left on device");
  EXPECT_EQ(warnings(),
            "forcewire: warning: the statistics of --stats are lost (stats.json: write: No space "
            "left on device). The exit status is that of the run, as ever.\n");
}

TEST_F(ReportTest, ChecksAreShownEvenWhenQuiet) {
  const Model ours = make_model({"lj", "1,1,3", {}});
  report(Verbosity::quiet).check({"the table\n", Verdict::agreed}, ours);
  EXPECT_EQ(out(), "the table\n");
  EXPECT_THAT(warnings(), IsEmpty());
  report(Verbosity::quiet).check({"the table\n", Verdict::cannot_tell}, ours);
  EXPECT_THAT(warnings(), IsEmpty());
  report(Verbosity::quiet).check({"the table\n", Verdict::disagreed}, ours);
  EXPECT_EQ(warnings(),
            "forcewire: warning: the check of the first request failed, and the run goes on. "
            "Please report it with the structure and the command line.\n");
}

TEST_F(ReportTest, AModelThatFailsTheCheckIsItsAuthorsAffair) {
  Model theirs;
  theirs.foreign_name = "plug-in morse (./morse.so)";
  report().check({"the table\n", Verdict::disagreed}, theirs);
  EXPECT_THAT(warnings(), HasSubstr("report it to the author of the plug-in morse (./morse.so), "
                                    "with the structure"));
}

TEST_F(ReportTest, ATemplateThatNobodyReadsIsAWarning) {
  CommandLine with_template = command();
  with_template.template_file = "start.xyz";
  report().start(with_template, make_model({"lj", "1,1,3", {"Ar", "Ar"}}), placement_);
  EXPECT_THAT(warnings(), HasSubstr("the template start.xyz is not used"));
}

TEST_F(ReportTest, QuietSaysNothing) {
  const std::vector<double> positions{0, 0, 0, 0, 0, 0.1};
  Report shown = report(Verbosity::quiet);
  shown.start(command(), make_model({"lj", "1,1,3", {}}), {9, 1, 9, 1});
  shown.note("note");
  shown.first_request({Eigen::Matrix3d::Zero(), positions}, {}, 1, 1, 0.1);
  shown.summary({}, {});
  EXPECT_THAT(out() + warnings(), IsEmpty());
}

}  // namespace
}  // namespace forcewire
