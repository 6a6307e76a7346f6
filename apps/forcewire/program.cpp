#include "apps/forcewire/program.hpp"

#include <fmt/format.h>

#include <chrono>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "apps/forcewire/command_line.hpp"
#include "apps/forcewire/failure.hpp"
#include "apps/forcewire/placement.hpp"
#include "apps/forcewire/root.hpp"
#include "apps/forcewire/stats_file.hpp"
#include "apps/forcewire/stop_conditions.hpp"
#include "apps/forcewire/template_file.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/mpi_error.hpp"
#include "engine/potentials/errors.hpp"
#include "engine/potentials/registry.hpp"
#include "engine/potentials/reproducible_pairs.hpp"

namespace forcewire {

namespace {

/// Atoms from which on a second rank saves more than it costs to wake it, some 50 us: an atom takes
/// some 0.1 us with a pair potential, and more than 1 us with most others.
std::size_t fewest_shared(const Potential& potential) {
  return potential.atom_lists().empty() ? 1000 : 50;
}

/// All that can be wrong without a server is found out while this is made.
struct Setup {
  CommandLine command;
  Model model;
};

Setup set_up(CommandLine command) {
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

/// What the command line leads to on this rank.
std::variant<Setup, Page, Failure> prepare(bool is_root, int argc, const char* const* argv) {
  try {
    auto wish = parse_command_line(argc, argv);
    if (auto* page = std::get_if<Page>(&wish)) return std::move(*page);
    Setup setup = set_up(std::get<CommandLine>(std::move(wish)));
    if (is_root && setup.command.stats_file) StatsFile(*setup.command.stats_file).check();
    return setup;
  } catch (...) {
    return to_failure(std::current_exception());
  }
}

/// Does any rank have a failure? If so the first of them says it, and all get its status.
/// Files can be missing on one node only, hence the vote. @collective
std::optional<ExitStatus> agree_on_failure(const Communicator& world, const Failure* failure) {
  const int speaker = world.min(failure != nullptr ? world.rank() : world.size());
  if (speaker == world.size()) return std::nullopt;
  if (speaker == world.rank()) std::cerr << error_line(*failure) << std::flush;
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
    std::cerr << error_line(failure) << std::flush;
    status = failure.status;
    reason = failure.text;
  }
  root.write_stats(status, reason, evaluator, evaluator.release(static_cast<int>(status)));
  return status;
}

}  // namespace

ExitStatus run_program(const Communicator& world, int argc, const char* const* argv) {
  const auto start = std::chrono::steady_clock::now();
  auto plan = prepare(world.is_root(), argc, argv);
  if (const auto status = agree_on_failure(world, std::get_if<Failure>(&plan))) return *status;
  if (const auto* page = std::get_if<Page>(&plan)) {
    if (world.is_root()) std::cout << page->text << std::flush;
    return ExitStatus::success;
  }

  install_stop_signals();
  auto& [command, model] = std::get<Setup>(plan);
  const Placement placement = find_placement(world);
  std::optional<Root> root;
  if (world.is_root()) {
    root.emplace(command, model, start);
    root->report().start(command, model, placement);
  }
  EvaluatorOptions options;
  options.periodicity = command.periodicity;
  options.species = model.species;
  options.idle = command.idle;
  options.pretended_nodes = command.pretended_nodes;
  options.reproducible = command.reproducible;
  options.fewest_shared = fewest_shared(*model.potential);
  std::optional<Evaluator> evaluator;
  try {
    evaluator.emplace(world, std::move(model.potential), std::move(options));
  } catch (const ModelError&) {  // on all ranks
    const Failure failure = to_failure(std::current_exception());
    return *agree_on_failure(world, &failure);
  }
  if (root) return run_root(*root, *evaluator);
  return static_cast<ExitStatus>(evaluator->serve());
}

}  // namespace forcewire
