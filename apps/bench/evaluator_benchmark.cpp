// A whole request without its socket, under mpirun: sharing, list, forces, reduction. Of one atom
// it is the price of the ranks alone. The structure does not move, so that the list is built once.

#include <benchmark/benchmark.h>

#include "apps/bench/liquid.hpp"
#include "engine/parallel/evaluator.hpp"
#include "engine/parallel/mpi_environment.hpp"

namespace {

using forcewire::Evaluator;
using forcewire::bench::Liquid;

void evaluate(benchmark::State& state, Evaluator& evaluator, const Liquid& liquid) {
  evaluator.evaluate({liquid.cell, liquid.positions});  // with the build of the list
  for (auto _ : state) {
    benchmark::DoNotOptimize(evaluator.evaluate({liquid.cell, liquid.positions}));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(liquid.natoms()));
}

void run_on_root(Evaluator& evaluator, int argc, char** argv) {
  Liquid one_atom(1);
  one_atom.positions.resize(3);
  benchmark::RegisterBenchmark("one_atom", [&](benchmark::State& state) {
    evaluate(state, evaluator, one_atom);
  })->UseRealTime();
  benchmark::RegisterBenchmark(
      "liquid",
      [&](benchmark::State& state) { evaluate(state, evaluator, Liquid(state.range(0))); })
      ->Arg(108)
      ->Arg(500)
      ->Arg(4000)
      ->Arg(32000)
      ->Arg(256000)
      ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}

}  // namespace

int main(int argc, char** argv) {
  const forcewire::MpiEnvironment mpi(argc, argv);
  const auto world = forcewire::Communicator::world();
  Evaluator evaluator(world, Liquid::potential(), {});
  if (!evaluator.is_root()) return evaluator.serve();
  run_on_root(evaluator, argc, argv);
  evaluator.release(0);
  return 0;
}
