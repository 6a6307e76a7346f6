// What the engine itself takes for a step: evaluates consecutive frames of a liquid in a cubic cell
// without a socket, and prints JSON.
//
//   mpirun -n 2 engine_replay FRAMES --atoms N --edge BOHR --model SIGMA,EPSILON,CUTOFF
//                             [--potential NAME] [--warm-up N] [--passes N] [--nodes N]
//                             [--reproducible]
//
// FRAMES holds positions [bohr] as float64, x y z of each atom in turn, frame after frame, and
// nothing else. As in the program, the positions of a frame are in the memory that the ranks share
// before its clock starts. All ranks work on every frame, however small, and the parts of a step
// are those that rank 0 sees.
//
// Each pass has an evaluator of its own, whose first frames (--warm-up) are not counted. One that
// has seen the trajectory before would still have lists that serve for it, and build fewer.

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/mpi_environment.hpp"
#include "engine/potentials/registry.hpp"

namespace {

using forcewire::Evaluator;
using forcewire::EvaluatorStatistics;
using std::chrono::nanoseconds;

struct Wish {
  std::filesystem::path frames;
  std::size_t atoms = 0;
  double edge = 0;  // of the cubic cell [bohr]
  std::string potential = "lj";
  std::string model;  // its options
  std::size_t warm_up = 5;
  int passes = 1;
  int nodes = 1;  // that the ranks are split into
  bool reproducible = false;
};

void declare(CLI::App& app, Wish& wish) {
  app.add_option("frames", wish.frames)->required()->check(CLI::ExistingFile);
  app.add_option("--atoms", wish.atoms)->required()->check(CLI::PositiveNumber);
  app.add_option("--edge", wish.edge, "of the cubic cell [bohr]")
      ->required()
      ->check(CLI::PositiveNumber);
  app.add_option("--model", wish.model, "SIGMA,EPSILON,CUTOFF of Lennard-Jones [bohr, hartree]")
      ->required();
  app.add_option("--potential", wish.potential, "another one, which takes --model as its options")
      ->capture_default_str();
  app.add_option("--warm-up", wish.warm_up, "frames of a pass that are not counted")
      ->capture_default_str();
  app.add_option("--passes", wish.passes)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--nodes", wish.nodes, "pretended; the ranks are on one machine")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_flag("--reproducible", wish.reproducible, "as forcewire --reproducible");
}

struct Trajectory {
  std::size_t coordinates;  // of a frame
  std::vector<double> numbers;

  std::size_t size() const { return numbers.size() / coordinates; }
  std::span<const double> frame(std::size_t index) const {
    return std::span(numbers).subspan(index * coordinates, coordinates);
  }
};

Trajectory read(const Wish& wish) {
  Trajectory trajectory{3 * wish.atoms, {}};
  const auto bytes = std::filesystem::file_size(wish.frames);
  const auto bytes_of_frame = trajectory.coordinates * sizeof(double);
  if (bytes % bytes_of_frame != 0 || bytes / bytes_of_frame <= wish.warm_up) {
    throw std::runtime_error(
        fmt::format("{}: expected more than {} frames of {} bytes each ({} atoms), got {} bytes",
                    wish.frames.string(), wish.warm_up, bytes_of_frame, wish.atoms, bytes));
  }
  trajectory.numbers.resize(bytes / sizeof(double));
  std::ifstream file(wish.frames, std::ios::binary);
  file.read(reinterpret_cast<char*>(trajectory.numbers.data()),
            static_cast<std::streamsize>(bytes));
  if (!file) throw std::runtime_error(fmt::format("{}: cannot be read", wish.frames.string()));
  return trajectory;
}

/// What is counted of all passes.
struct Record {
  std::vector<nanoseconds> steps;  // wall time of each
  double first_energy = 0;         // of a pass [hartree]
  double last_energy = 0;
  std::int64_t rebuilds = 0;
  nanoseconds sharing{};
  nanoseconds list_test{};   // of steps that found a list to serve
  nanoseconds list_build{};  // of the others, who had to test, too
  nanoseconds forces{};
  nanoseconds reducing{};

  void add(nanoseconds step, const EvaluatorStatistics& before, const EvaluatorStatistics& after) {
    steps.push_back(step);
    const bool rebuilt = after.rebuilds > before.rebuilds;
    rebuilds += rebuilt ? 1 : 0;
    sharing += after.sharing - before.sharing;
    (rebuilt ? list_build : list_test) += after.neighbor_lists - before.neighbor_lists;
    forces += after.forces - before.forces;
    reducing += after.reducing - before.reducing;
  }
};

void replay(Evaluator& evaluator, const Trajectory& trajectory, const Wish& wish, Record& record) {
  const Eigen::Matrix3d cell = wish.edge * Eigen::Matrix3d::Identity();
  for (std::size_t index = 0; index < trajectory.size(); ++index) {
    const std::span<double> positions = evaluator.positions(trajectory.coordinates);
    std::ranges::copy(trajectory.frame(index), positions.begin());
    const EvaluatorStatistics before = evaluator.statistics();
    const auto start = std::chrono::steady_clock::now();
    const forcewire::Result result = evaluator.evaluate({cell, positions});
    const auto end = std::chrono::steady_clock::now();
    if (index < wish.warm_up) continue;
    record.add(end - start, before, evaluator.statistics());
    if (index == wish.warm_up) record.first_energy = result.energy;
    record.last_energy = result.energy;
  }
}

std::string to_json(Record record, int ranks, std::size_t atoms) {
  std::ranges::sort(record.steps);
  const auto count = record.steps.size();
  nanoseconds wall{};
  for (const nanoseconds step : record.steps) wall += step;
  const auto of_atom = [&](nanoseconds total, std::size_t steps) {
    return static_cast<double>(total.count()) / static_cast<double>(steps * atoms);
  };
  const auto known =
      record.sharing + record.list_test + record.list_build + record.forces + record.reducing;
  return fmt::format(
      R"({{"ranks": {}, "atoms": {}, "steps": {}, "rebuilds": {},
 "first_energy_hartree": {:.17g}, "last_energy_hartree": {:.17g},
 "step_ns_per_atom": {{"mean": {}, "median": {}, "min": {}}},
 "parts_ns_per_atom": {{"sharing": {}, "list_test": {}, "list_build": {}, "forces": {},
  "reducing": {}, "other": {}}}}}
)",
      ranks, atoms, count, record.rebuilds, record.first_energy, record.last_energy,
      of_atom(wall, count), of_atom(record.steps[(count - 1) / 2] + record.steps[count / 2], 2),
      of_atom(record.steps.front(), 1), of_atom(record.sharing, count),
      of_atom(record.list_test, count), of_atom(record.list_build, count),
      of_atom(record.forces, count), of_atom(record.reducing, count), of_atom(wall - known, count));
}

int run(const forcewire::Communicator& world, int argc, char** argv) {
  Wish wish;
  CLI::App app("Times the engine without a socket on consecutive frames of a liquid.");
  declare(app, wish);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& end) {  // the same on all ranks
    return world.is_root() ? app.exit(end) : end.get_exit_code();
  }
  const Trajectory trajectory = world.is_root() ? read(wish) : Trajectory{};
  Record record;
  for (int pass = 0; pass < wish.passes; ++pass) {
    forcewire::EvaluatorOptions options;
    if (wish.nodes > 1) options.pretended_nodes = wish.nodes;
    options.reproducible = wish.reproducible;
    Evaluator evaluator(world, forcewire::make_model({wish.potential, wish.model, {}}).potential,
                        options);
    if (evaluator.is_root()) {
      replay(evaluator, trajectory, wish, record);
      evaluator.release(0);
    } else {
      evaluator.serve();
    }
  }
  if (world.is_root()) std::cout << to_json(record, world.size(), wish.atoms) << std::flush;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const forcewire::MpiEnvironment mpi(argc, argv);
    const auto world = forcewire::Communicator::world();
    return run(world, argc, argv);
  } catch (const std::exception& error) {
    std::cerr << "engine_replay: error: " << error.what() << std::endl;
    // The other ranks may be waiting for this one.
    forcewire::MpiEnvironment::abort(1);
  }
}
