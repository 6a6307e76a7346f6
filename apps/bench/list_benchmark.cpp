// What a neighbour list costs on one core: to build it, and to see at a request that it still
// serves.

#include <benchmark/benchmark.h>

#include "apps/bench/liquid.hpp"
#include "engine/neighbor/verlet_list.hpp"

namespace {

using forcewire::bench::Liquid;

void count_atoms(benchmark::State& state, const Liquid& liquid) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(liquid.natoms()));
}

void build(benchmark::State& state) {
  const Liquid liquid(state.range(0));
  const forcewire::Cell cell(liquid.cell);
  const forcewire::bench::Order order(cell, liquid);
  forcewire::VerletList list(Liquid::cutoff, Liquid::skin);
  for (auto _ : state) list.rebuild(cell, liquid.positions, {}, *order, {});
  count_atoms(state, liquid);
}
BENCHMARK(build)->Arg(108)->Arg(4000)->Arg(32000)->Arg(256000);

void sort(benchmark::State& state) {
  const Liquid liquid(state.range(0));
  const forcewire::Cell cell(liquid.cell);
  forcewire::bench::Order order(cell, liquid);
  for (auto _ : state) order.sort(cell, liquid);
  count_atoms(state, liquid);
}
BENCHMARK(sort)->Arg(108)->Arg(4000)->Arg(32000)->Arg(256000);

void refresh(benchmark::State& state) {
  const Liquid liquid(state.range(0));
  const forcewire::Cell cell(liquid.cell);
  forcewire::VerletList list(Liquid::cutoff, Liquid::skin);
  list.rebuild(cell, liquid.positions, {}, *forcewire::bench::Order(cell, liquid), {});
  for (auto _ : state) {
    if (list.refresh(cell, liquid.positions) != forcewire::VerletList::Serves::yes)
      state.SkipWithError("the list does not serve");
  }
  count_atoms(state, liquid);
}
BENCHMARK(refresh)->Arg(108)->Arg(4000)->Arg(32000)->Arg(256000);

}  // namespace

BENCHMARK_MAIN();
