#include "apps/forcewire/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <ostream>
#include <utility>

#include "apps/forcewire/closest_pair.hpp"
#include "apps/forcewire/readable.hpp"
#include "engine/geometry/coordinates.hpp"
#include "engine/geometry/position_grid.hpp"
#include "engine/kernels/simd.hpp"
#include "engine/potentials/units.hpp"

namespace forcewire {

namespace {

using std::chrono::nanoseconds;
using units::angstrom;

/// Atoms nearer than this, in a molecule or a solid, are a mistake: H2 has 0.74 angstrom.
constexpr double suspicious_distance = 0.5 * angstrom;

double milliseconds(nanoseconds time) { return 1e3 * seconds(time); }

std::string row(std::string_view label, std::string_view value) {
  return fmt::format("  {:<18} {}\n", label, value);
}

std::string count(std::int64_t number, std::string_view thing) {
  return fmt::format("{} {}{}", number, thing, number == 1 ? "" : "s");
}

std::string where(const Endpoint& endpoint) {
  const bool is_unix = std::holds_alternative<UnixEndpoint>(endpoint);
  return (is_unix ? "UNIX socket " : "TCP ") + to_string(endpoint);
}

std::string vector_text(const Eigen::RowVector3d& vector) {
  return fmt::format("{:12.6f} {:12.6f} {:12.6f}", vector.x(), vector.y(), vector.z());
}

double max_force(std::span<const double> forces) {
  double largest = 0;
  for (std::size_t i = 0; i + 2 < forces.size(); i += 3) {
    largest = std::max(largest, std::hypot(forces[i], forces[i + 1], forces[i + 2]));
  }
  return largest;
}

std::string length_text(double bohr) {
  return fmt::format("{:.4f} bohr = {:.4f} angstrom", bohr, bohr / angstrom);
}

std::string volume_text(double cubic_bohr) {
  return fmt::format("{:.6g} bohr^3 = {:.6g} angstrom^3", cubic_bohr,
                     cubic_bohr / std::pow(angstrom, 3));
}

/// How many groups of how many ranks: `4 of 2 ranks`, `3 of 3 ranks, 1 of 2 ranks`.
std::string groups_text(std::span<const GroupSize> groups, bool several_nodes) {
  std::map<int, int, std::greater<>> numbers;  // by size, the largest first
  for (const GroupSize& group : groups) ++numbers[group.ranks];
  std::string text;
  for (const auto& [ranks, number] : numbers) {
    text += fmt::format("{}{} of {}", text.empty() ? "" : ", ", number, count(ranks, "rank"));
  }
  if (!several_nodes) return text;
  const auto straddling = std::count_if(groups.begin(), groups.end(),
                                        [](const GroupSize& group) { return group.nodes > 1; });
  return text + (straddling == 0 ? "; each on one node"
                                 : fmt::format("; {} on several nodes", straddling));
}

}  // namespace

Report::Report(std::ostream& out, std::ostream& warnings, Verbosity verbosity)
    : out_(out), warnings_(warnings), verbosity_(verbosity) {}

// Flushed at once: under mpirun standard output is a pipe, and a pipe is buffered.
void Report::print(std::string_view text) { out_ << text << std::flush; }

void Report::note(std::string_view text) {
  if (shows(Verbosity::normal)) print(fmt::format("forcewire: {}\n", text));
}

void Report::warning(std::string_view text) {
  if (!shows(Verbosity::normal)) return;
  warnings_ << fmt::format("forcewire: warning: {}\n", text) << std::flush;
}

void Report::check(const CheckReport& outcome, const Model& model) {
  print(outcome.text);
  if (outcome.verdict != Verdict::disagreed) return;
  const std::string whom = model.foreign_name.empty()
                               ? ""
                               : fmt::format(" to the author of the {},", model.foreign_name);
  warnings_ << fmt::format(
                   "forcewire: warning: the check of the first request failed, and the run goes "
                   "on. Please report it{} with the structure and the command line.\n",
                   whom)
            << std::flush;
}

void Report::no_stats(const std::string& reason) {
  warnings_ << fmt::format(
                   "forcewire: warning: the statistics of --stats are lost ({}). The exit status "
                   "is that of the run, as ever.\n",
                   reason)
            << std::flush;
}

void Report::start(const CommandLine& command, const Model& model, const Placement& placement,
                   std::span<const GroupSize> groups) {
  if (placement.is_overcommitted()) {
    warning(fmt::format(
        "{} on a node with {} to use: they will wait for each other. Start fewer "
        "ranks, or give the job more cores.",
        count(placement.crowded_ranks, "rank"), count(placement.crowded_cores, "core")));
  }
  if (!shows(Verbosity::normal)) return;
  std::string text = "forcewire " FORCEWIRE_VERSION "\n";
  text += row("server", where(command.endpoint));
  text += row("ranks", fmt::format("{} on {}, {} kernels", placement.ranks,
                                   count(placement.nodes, "node"), simd_target()));
  if (!groups.empty()) {
    const bool several_nodes = placement.nodes > 1 || command.pretended_nodes > 1;
    text += row("groups", groups_text(groups, several_nodes));
  }
  text += row("model", command.model);
  for (const auto& [label, value] : model.potential->description()) {
    text += row("  " + label, value);
  }
  text += row("periodic axes", command.periodicity.to_string());
  if (command.reproducible) {
    text += row(
        "reproducible",
        fmt::format("in every bit; positions and cell rounded to {:.1e} bohr", PositionGrid::step));
  }
  print(text);
  species_row(model);
  if (command.template_file && model.species.empty()) {
    warning(fmt::format("the model does not ask for species: the template {} is not used.",
                        command.template_file->string()));
  }
}

void Report::species_row(const Model& model) {
  if (model.species_names.empty()) return;
  std::vector<std::int64_t> atoms(model.species_names.size());
  for (const std::int32_t species : model.species) ++atoms[static_cast<std::size_t>(species)];
  for (std::size_t s = 0; s < atoms.size(); ++s) {
    const std::string known = model.species.empty() ? "all atoms" : count(atoms[s], "atom");
    print(row(s == 0 ? "species" : "", fmt::format("{:<4} {}", model.species_names[s], known)));
  }
}

void Report::first_request(const Structure& structure, const Periodicity& periodicity,
                           int computing, int ranks, double microseconds_per_atom) {
  if (!shows(Verbosity::normal)) return;
  const std::size_t atoms = structure.positions.size() / 3;
  std::string text = "first request\n" + row("atoms", fmt::format("{}", atoms));
  if (computing < ranks) {
    text += row("computed by",
                fmt::format("{} of {} ranks (more are not worth it while an atom takes {:g} us)",
                            computing, ranks, microseconds_per_atom));
  }
  text += fmt::format("  {:<18} {:^38}   {:^38}\n", "cell", "bohr", "angstrom");
  for (int axis = 0; axis < 3; ++axis) {
    const Eigen::RowVector3d vector = structure.cell.row(axis);
    text += row(fmt::format("  {}", "abc"[axis]),
                vector_text(vector) + "   " + vector_text(vector / angstrom));
  }
  print(text);

  const Cell cell(structure.cell, periodicity);
  print(row("periodic axes", axes_to_string(cell.periodic())));
  if (cell.fully_periodic()) {
    const double density = static_cast<double>(atoms) / (cell.volume() / std::pow(angstrom, 3));
    print(row("volume", volume_text(cell.volume())) +
          row("density", fmt::format("{:.6g} atoms/angstrom^3", density)));
  }
  if (!can_be_resolved(structure.positions)) return;  // it will be refused
  const auto closest = closest_pair(structure.positions, cell);
  if (!closest) return;
  const std::string pair = fmt::format("atoms {} and {}{}", closest->first, closest->second,
                                       closest->first == closest->second ? ", its image" : "");
  print(row("shortest distance", fmt::format("{} ({})", length_text(closest->distance), pair)));
  if (closest->distance < suspicious_distance) {
    warning(fmt::format("{} are only {} apart. Check the units of the structure and of the cell.",
                        pair, length_text(closest->distance)));
  }
}

void Report::request(std::int64_t number, const ServedRequest& request,
                     const EvaluatorStatistics& statistics) {
  atoms_ = request.structure.positions.size() / 3;
  energy_ = request.energy;
  if (!shows(Verbosity::requests)) return;
  if (number == 1) {
    print(fmt::format("{:>10} {:>22} {:>26} {:>12}\n", "request", "energy [hartree]",
                      "max force [hartree/bohr]", "time [ms]"));
  }
  const Result& result = request.result();
  print(fmt::format("{:>10} {:>22.12g} {:>26.6e} {:>12.3f}\n", number, result.energy,
                    max_force(result.forces), milliseconds(request.duration)));
  request_timings(statistics);
}

void Report::answered(const RunStatistics& run, Progress::Clock::time_point now) {
  if (verbosity_ != Verbosity::progress) return;
  if (const auto line = progress_.answered(run, atoms_, energy_, now)) print(*line);
}

void Report::request_timings(const EvaluatorStatistics& statistics) {
  print(fmt::format(
      "{:>10} sharing {:.3f}, neighbour lists {:.3f}{}, forces {:.3f}, reducing {:.3f} ms\n", "",
      milliseconds(statistics.sharing - previous_.sharing),
      milliseconds(statistics.neighbor_lists - previous_.neighbor_lists),
      statistics.rebuilds > previous_.rebuilds ? " (rebuilt)" : "",
      milliseconds(statistics.forces - previous_.forces),
      milliseconds(statistics.reducing - previous_.reducing)));
  previous_ = statistics;
}

void Report::summary(const RunStatistics& run, const EvaluatorStatistics& statistics) {
  if (!shows(Verbosity::normal)) return;
  const double wall = seconds(run.time().whole());
  const auto per_second = [&](std::int64_t number) {
    return readable(wall > 0 ? static_cast<double>(number) / wall : 0);
  };
  const std::string atoms_each =
      run.fewest_atoms() == run.most_atoms()
          ? fmt::format("{} each", run.most_atoms())
          : fmt::format("{} to {}", run.fewest_atoms(), run.most_atoms());
  std::string text = "summary\n";
  text += fmt::format("  {:<24} {:>12}   {}/s\n", "requests", run.requests(),
                      per_second(run.requests()));
  text += fmt::format("  {:<24} {:>12}   {}/s\n", "atoms", atoms_each, per_second(run.atoms()));
  text += fmt::format("  {:<24} {:>12}\n", "list rebuilds", statistics.rebuilds);
  text += fmt::format("  {:<24} {:>12.3f} s\n", "wall time", wall);
  for (std::size_t part = 0; part < TimeSplit::part_count; ++part) {
    const double time = std::max(seconds(run.time().parts[part]), 0.0);
    text += fmt::format("    {:<22} {:>12.3f} s {:>6.1f} %\n", part_labels[part], time,
                        wall > 0 ? 100 * time / wall : 0);
  }
  print(text);
}

}  // namespace forcewire
