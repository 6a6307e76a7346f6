// Forces, energy and virial from a list that is there, on one core.

#include <benchmark/benchmark.h>

#include "apps/bench/liquid.hpp"
#include "engine/neighbor/verlet_list.hpp"

namespace {

using forcewire::bench::Liquid;

void forces(benchmark::State& state) {
  const Liquid liquid(state.range(0));
  const auto potential = Liquid::potential();
  const forcewire::Cell cell(liquid.cell);
  forcewire::VerletList list(Liquid::cutoff, Liquid::skin);
  list.rebuild(cell, liquid.positions, {}, *forcewire::bench::Order(cell, liquid), {});
  forcewire::AlignedVector<double> result(list.system().force_numbers());
  for (auto _ : state) {
    benchmark::DoNotOptimize(potential->compute(list.system(), result));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(liquid.natoms()));
}
BENCHMARK(forces)->Arg(108)->Arg(500)->Arg(4000)->Arg(32000)->Arg(256000);

}  // namespace

BENCHMARK_MAIN();
