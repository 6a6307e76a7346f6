#include "apps/forcewire/program.hpp"

#include <fmt/format.h>

#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/failure.hpp"
#include "apps/forcewire/groups.hpp"
#include "apps/forcewire/placement.hpp"
#include "apps/forcewire/report.hpp"
#include "apps/forcewire/root.hpp"
#include "apps/forcewire/stats_file.hpp"
#include "apps/forcewire/stop_conditions.hpp"
#include "apps/forcewire/template_file.hpp"
#include "apps/forcewire/usage_error.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/fewest_atoms.hpp"
#include "engine/parallel/mpi_error.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "engine/potentials/reproducible_pairs.hpp"

namespace forcewire {

namespace {

/// All that can be wrong without a server is found out while this is made.
struct Setup {
  CommandLine command;
  Model model;
};

Setup set_up(CommandLine command, int ranks) {
  check_groups(command, ranks);
  ModelRequest request{command.model, command.model_options, {}};
  if (command.template_file) request.symbols = read_species(*command.template_file);
  Model model = make_model(request);
  if (!model.potential->has_virial() && !command.zero_virial) {
    throw ModelError(fmt::format(
        "model {} has no virial, which belongs to every answer, expected one that has, or "
        "--zero-virial to send zeros",
        command.model));
  }
  if (command.reproducible) {
    if (const auto reason = ReproduciblePairs::why_not(*model.potential)) {
      throw ModelError(
          fmt::format("model {} cannot be reproducible in every bit: {}. Leave --reproducible out",
                      command.model, *reason));
    }
  }
  return {std::move(command), std::move(model)};
}

/// What the command line leads to on this rank, of `ranks`.
std::variant<Setup, Page, Failure> prepare(int ranks, int argc, const char* const* argv) {
  try {
    auto wish = parse_command_line(argc, argv);
    if (auto* page = std::get_if<Page>(&wish)) return std::move(*page);
    return set_up(std::get<CommandLine>(std::move(wish)), ranks);
  } catch (...) {
    return to_failure(std::current_exception());
  }
}

/// Does any rank have a failure? If so the first of them says it, and all get its status.
/// Files can be missing on one node only, hence the vote. @collective
std::optional<ExitStatus> agree_on_failure(const Communicator& world,
                                           const std::optional<Failure>& failure,
                                           const std::string& prefix = {}) {
  const int speaker = world.min(failure ? world.rank() : world.size());
  if (speaker == world.size()) return std::nullopt;
  if (speaker == world.rank()) std::cerr << prefix << error_line(*failure) << std::flush;
  return static_cast<ExitStatus>(
      world.max(speaker == world.rank() ? static_cast<int>(failure->status) : 0));
}

/// The root's part, and what it came to. Whatever happens, the other ranks are told.
ExitStatus run_root(Root& root, Evaluator& evaluator) {
  ExitStatus status = ExitStatus::success;
  std::string reason;
  try {
    reason = root.run(evaluator);
  } catch (const MpiError&) {
    throw;  // nobody can be told
  } catch (...) {
    const Failure failure = to_failure(std::current_exception());
    root.say(failure);
    status = failure.status;
    reason = failure.text;
  }
  root.write_stats(status, reason, evaluator, evaluator.release(static_cast<int>(status)));
  return status;
}

/// What the group's root is to write and cannot, as far as one can know before.
std::optional<Failure> why_not_writable(const CommandLine& command) {
  try {
    if (command.stats_file) StatsFile(*command.stats_file).check();
  } catch (const UsageError&) {
    return to_failure(std::current_exception());
  }
  return std::nullopt;
}

EvaluatorOptions evaluator_options(const CommandLine& command, const Model& model) {
  EvaluatorOptions options;
  options.periodicity = command.periodicity;
  options.species = model.species;
  options.idle = command.idle;
  options.pretended_nodes = command.pretended_nodes;
  options.reproducible = command.reproducible;
  options.fewest_atoms = fewest_atoms(*model.potential);
  return options;
}

/// The evaluator of the ranks of a group; or why there is none, on all of them.
std::optional<Failure> make_evaluator(std::optional<Evaluator>& evaluator,
                                      const Communicator& ranks, const CommandLine& command,
                                      Model& model) {
  EvaluatorOptions options = evaluator_options(command, model);
  try {
    evaluator.emplace(ranks, std::move(model.potential), std::move(options));
  } catch (const ModelError&) {
    return to_failure(std::current_exception());
  }
  return std::nullopt;
}

}  // namespace

ExitStatus run_program(const Communicator& world, int argc, const char* const* argv) {
  const Beginning beginning;
  auto plan = prepare(world.size(), argc, argv);
  const auto* bad_plan = std::get_if<Failure>(&plan);
  if (const auto status =
          agree_on_failure(world, bad_plan ? std::optional(*bad_plan) : std::nullopt)) {
    return *status;
  }
  if (const auto* page = std::get_if<Page>(&plan)) {
    if (world.is_root()) std::cout << page->text << std::flush;
    return ExitStatus::success;
  }

  install_stop_signals();
  Setup& setup = std::get<Setup>(plan);
  const Placement placement = find_placement(world);
  Groups groups(world, setup.command);
  const CommandLine command = groups.command_for_own(setup.command);
  const auto unwritable = groups.own().is_root() ? why_not_writable(command) : std::nullopt;
  if (const auto status = agree_on_failure(world, unwritable, groups.prefix())) return *status;

  Report report(std::cout, std::cerr, setup.command.verbosity);  // the world's root's
  if (world.is_root()) report.start(setup.command, setup.model, placement, groups.sizes());

  std::optional<Evaluator> evaluator;
  const auto failure = make_evaluator(evaluator, groups.own(), command, setup.model);
  // All groups begin, or none.
  if (const auto status = agree_on_failure(world, failure, groups.prefix())) return *status;

  ExitStatus status = ExitStatus::success;
  if (evaluator->is_root()) {
    Root root(command, setup.model, beginning, groups.prefix(),
              [&] { return groups.why_to_leave(); });
    status = run_root(root, *evaluator);
  } else {
    status = static_cast<ExitStatus>(evaluator->serve());
  }
  evaluator.reset();  // groups that go on may need the memory

  const std::vector<ExitStatus> statuses = groups.wait_for_all(status);
  if (const auto failed = failed_groups(statuses); world.is_root() && failed) report.note(*failed);
  return status_of_launch(statuses);
}

}  // namespace forcewire
