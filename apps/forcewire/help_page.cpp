#include "apps/forcewire/help_page.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

#include "apps/forcewire/raw_options.hpp"
#include "engine/potentials/kim.hpp"
#include "engine/potentials/registry.hpp"

namespace forcewire {

namespace {

constexpr std::string_view introduction =
    R"(Usage: mpirun -n RANKS forcewire [options] -m MODEL -o OPTIONS

Answers i-PI, ASE or any server that speaks i-PI's socket protocol: the server moves the atoms,
the ranks of this program compute energy, forces and virial: as many of them as the atoms are worth,
so that more ranks never slow a small system down.
)";

constexpr std::string_view examples = R"(Examples:
  With i-PI, whose input has <ffsocket mode="unix" name="lj"> <address>argon</address> </ffsocket>;
  the same flags as i-pi-driver, and sigma,epsilon,cutoff in atomic units (bohr, hartree):
    i-pi input.xml &
    mpirun -n 4 forcewire -u -a argon -m lj -o 6.4345,3.7938e-4,16.063

  With ASE; in Python SocketIOCalculator(unixsocket='argon'), or SocketIOCalculator(port=31415)
  and no -u here:
    mpirun -n 4 forcewire -u -a argon -m lj -o sigma=3.405angstrom,epsilon=119.8K,cutoff=8.5angstrom
  ASE sends the cell, but not which axes are periodic. For a molecule or a slab in a cell with
  vacuum add --periodic none or --periodic ab; otherwise it counts as a crystal, tail correction
  included.

  Path integrals with several beads at a time: four groups of two ranks, which i-PI serves like
  four clients:
    mpirun -n 8 forcewire --groups 4 -u -a argon -m lj ...

  In a batch job, with the server on another node and slow to start, and the last minutes kept for
  an orderly end:
    srun forcewire -a $SERVER_NODE --wait 600 --max-seconds 86000 --stop-file STOP -m lj ...

Exit status:
   0  the server was done, or its connection ended between two requests; or a signal,
      --max-seconds, --idle-timeout or --stop-file asked us to leave; or, with
      --on-disconnect reconnect, no other server came within --wait
   2  wrong usage: command line, model options, template
   3  no connection: no such host, nobody listens within --wait, bad socket path,
      or ranks that do not reach each other
   4  the server vanished inside a message, or while we had a result for it
   5  the server broke the protocol
   6  the potential failed: bad numbers in or out, no memory, or an exception
  70  a bug in forcewire
  With --groups, the status of the first group, by number, that failed.
  With a status other than 0 mpirun adds lines of its own; mpirun --quiet does not. When mpirun
  itself is killed by SIGTERM or Ctrl-C, we leave in order, but it returns a status of its own.
)";

/// CLI11 writes the options; what stands above them is ours.
class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(28); }

  std::string make_usage(const CLI::App*, std::string) const override {
    return std::string(introduction);
  }

  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override {
    if (group == hidden_group) return {};
    return CLI::Formatter::make_group(std::move(group), is_positional, std::move(options));
  }
};

std::string section(std::string_view name, std::string_view summary, std::string_view help) {
  std::string text = fmt::format("  {}: {}\n", name, summary);
  while (!help.empty()) {
    const std::size_t end = std::min(help.find('\n'), help.size());
    text += end == 0 ? "\n" : fmt::format("    {}\n", help.substr(0, end));
    help.remove_prefix(std::min(end + 1, help.size()));
  }
  return text;
}

/// All models in a line each, and the first one's options.
std::string summary_of_models() {
  const ModelInfo& first = models().front();
  std::string text = "Models (-m), with the options (-o) of the first:\n";
  text += section(first.name, first.summary, first.help);
  for (const ModelInfo& model : models()) {
    if (&model != &first) text += section(model.name, model.summary, "");
  }
  return text + section("./NAME.so", "a potential of your own, see engine/sdk/README.md", "") +
         "  forcewire -m MODEL --help tells the options of one, --list-models those of all.\n";
}

}  // namespace

std::string models_page() {
  std::string text = "Models (-m) and their options (-o):\n";
  for (const ModelInfo& model : models()) text += section(model.name, model.summary, model.help);
  text += section("./NAME.so", "a potential of your own",
                  "Built as engine/sdk/README.md says; forcewire -m ./NAME.so --help tells its "
                  "options.\n");
  return text;
}

std::string model_page(const std::string& name) {
  const ModelInfo info = find_model(name);
  return fmt::format("Options (-o) of -m {}:\n", name) +
         section(info.name, info.summary, info.help);
}

std::string models_page_of(const std::string& name) {
  if (name != "kim") return model_page(name);
  std::string text;
  for (const std::string& model : kim_model_names()) text += model + '\n';
  return text;
}

std::string help_page(CLI::App& app) {
  app.formatter(std::make_shared<HelpFormatter>());
  // CLI11 leaves two empty lines between groups.
  const std::string options = CLI::detail::find_and_replace(app.help(), "\n\n\n", "\n\n");
  return options + summary_of_models() + '\n' + std::string(examples);
}

}  // namespace forcewire
