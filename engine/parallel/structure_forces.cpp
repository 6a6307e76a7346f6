#include "engine/parallel/structure_forces.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <utility>

#include "engine/geometry/coordinates.hpp"
#include "engine/parallel/stopwatch.hpp"

namespace forcewire {

namespace {

std::unique_ptr<Potential> prepared(std::unique_ptr<Potential> potential, bool reproducible) {
  if (!reproducible) return potential;
  return std::make_unique<ReproduciblePairs>(std::move(potential));
}

}  // namespace

StructureForces::StructureForces(std::unique_ptr<Potential> potential,
                                 const EvaluatorOptions& options, NodeArrays& arrays,
                                 EvaluatorStatistics& statistics)
    : potential_(prepared(std::move(potential), options.reproducible)),
      reproducible_pairs_(dynamic_cast<ReproduciblePairs*>(potential_.get())),
      options_(options),
      arrays_(arrays),
      statistics_(statistics) {}

ReplicaLists StructureForces::lists() const {
  const Skin skin = options_.skin
                        ? Skin(*options_.skin)
                        : Skin::adaptive(potential_->cutoff(), list_build_cost(*potential_));
  return {potential_->cutoff(), skin, {}, potential_->atom_lists()};
}

StructureForces::Outcome StructureForces::compute(Team& team, const Cell& cell, std::size_t count) {
  Attempt attempt;
  if (!options_.reproducible) {
    return compute_at(team, cell, arrays_.positions.data().first(count), attempt);
  }
  const PositionGrid grid = this->grid(cell);
  if (!place_on_grid(team, cell, grid, count, attempt)) return reduce(team, {}, attempt);
  return compute_at(team, grid.cell(), arrays_.places.data().first(count), attempt);
}

PositionGrid StructureForces::grid(const Cell& cell) const {
  // Farther than with any skin that adapts itself.
  return {cell, 2 * (potential_->cutoff() + options_.skin.value_or(0))};
}

/// @return whether all ranks have placed their part
bool StructureForces::place_on_grid(const Team& team, const Cell& cell, const PositionGrid& grid,
                                    std::size_t count, Attempt& attempt) {
  const Stopwatch watch(statistics_.sharing);
  const Part part = team.part_of_node();
  const std::size_t begin = 3 * part.begin(count / 3);
  const std::size_t size = 3 * part.end(count / 3) - begin;
  attempt([&] {
    const std::span<const double> positions = arrays_.positions.data().subspan(begin, size);
    check_coordinates(cell, positions, begin);
    grid.place(positions, begin, arrays_.places.data().subspan(begin, size));
  });
  arrays_.places.sync();
  const bool all = team.ranks.common_bits(attempt.failure() ? 0 : 1) != 0;
  arrays_.places.sync();
  return all;
}

StructureForces::Outcome StructureForces::compute_at(Team& team, const Cell& cell,
                                                     std::span<const double> positions,
                                                     Attempt& attempt) {
  {
    const Stopwatch watch(statistics_.neighbor_lists);
    const auto agree = [&](std::uint64_t bits) { return team.ranks.common_bits(bits); };
    if (!team.lists.find(cell, positions, agree)) {
      ++statistics_.rebuilds;
      rebuild(team, cell, positions, attempt);
    }
  }
  const VerletList& list = team.lists.current();
  LocalSums sums;
  {
    const Stopwatch watch(statistics_.forces);
    {
      const auto start = std::chrono::steady_clock::now();
      sums = local_forces_.compute(*potential_, list, team.ranks, attempt);
      if (!team.is_solo) statistics_.computing += std::chrono::steady_clock::now() - start;
    }
    exchange_forces(team, attempt);
    attempt([&] {
      if (list.exists()) local_forces_.write(list, arrays_.forces.data());
    });
  }
  const Stopwatch watch(statistics_.reducing);
  return reduce(team, sums, attempt);
}

/// Atoms are sorted by all ranks of a node together, each list is its rank's own.
void StructureForces::rebuild(Team& team, const Cell& cell, std::span<const double> positions,
                              Attempt& attempt) {
  ForceExchange::Routes& routes = team.routes[team.lists.current_number()];
  routes = {};
  const Part sorter = team.part_of_node();
  attempt([&] {
    const std::size_t begin = 3 * sorter.begin(positions.size() / 3);
    const std::size_t end = 3 * sorter.end(positions.size() / 3);
    check_coordinates(cell, positions.subspan(begin, end - begin), begin);
  });
  // What cannot be sorted is not sorted by anyone.
  if (team.ranks.common_bits(attempt.failure() ? 0 : 1) == 0) return;
  const SharedArray<std::byte>& memory = arrays_.order_memory;
  order_.sort(cell, positions, sorter, memory.data(), [&] {
    memory.sync();
    team.nodes.node().barrier();
    memory.sync();
  });
  attempt([&] {
    team.lists.rebuild(cell, positions, options_.species, order_, team.part(),
                       team.exchange.mates());
  });
  routes = team.exchange.open(team.lists.current(), order_.atoms(), team.part(), attempt);
  if (attempt.failure()) team.lists.discard_current();
}

/// Also on a rank that failed: the others wait for it.
void StructureForces::exchange_forces(Team& team, Attempt& attempt) {
  const ForceExchange::Routes& routes = team.routes[team.lists.current_number()];
  const std::span<double> all_forces = arrays_.forces.data();
  team.exchange.exchange(routes, team.lists.current().width(),
                         attempt.failure() ? std::span<double>() : local_forces_.by_slot(),
                         all_forces);
  attempt([&] { ForceExchange::check_foreign(routes, all_forces); });
}

StructureForces::Outcome StructureForces::reduce(const Team& team, const LocalSums& sums,
                                                 const Attempt& attempt) {
  std::array<double, 11> total{};
  total[0] = attempt.failure() ? 1 : 0;
  if (!attempt.failure()) {
    total[1] = sums.energy;
    std::copy_n(sums.virial.data(), 9, &total[2]);
  }
  arrays_.forces.sync();
  team.ranks.sum(total);  // nobody is past it before all have written their forces
  arrays_.forces.sync();

  Outcome outcome;
  if (total[0] != 0) {
    outcome.failure = attempt.first_failure(team.ranks);
  } else if (options_.reproducible) {
    outcome.sums = exact_sums(team.ranks);
  } else {
    outcome.sums.energy = total[1];
    std::copy_n(&total[2], 9, outcome.sums.virial.data());
  }
  return outcome;
}

/// Of all ranks, rounded once.
LocalSums StructureForces::exact_sums(const Communicator& ranks) {
  constexpr std::size_t words_each = ExactSum::word_count;
  ReproduciblePairs::Sums& sums = reproducible_pairs_->sums();
  std::array<std::int64_t, words_each * std::tuple_size_v<ReproduciblePairs::Sums>> words{};
  for (std::size_t at = 0; at < sums.size(); ++at) {
    std::ranges::copy(sums[at].words(), &words[words_each * at]);
  }
  ranks.sum(std::span<std::int64_t>(words));
  ReproduciblePairs::Sums total;
  for (std::size_t at = 0; at < sums.size(); ++at) {
    total[at] = ExactSum(std::span(words).subspan(words_each * at, words_each));
  }
  return ReproduciblePairs::rounded(total);
}

}  // namespace forcewire
