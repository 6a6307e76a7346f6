#include "engine/parallel/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <exception>
#include <stdexcept>
#include <utility>

#include "engine/geometry/coordinates.hpp"
#include "engine/geometry/invalid_structure.hpp"
#include "engine/geometry/reduced_cell.hpp"
#include "engine/parallel/peak_memory.hpp"

namespace forcewire {

namespace {

using Kind = PotentialFailure::Kind;
using Matrix3dRows = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

/// Adds the time from its construction to its end to `total`.
class Stopwatch {
 public:
  explicit Stopwatch(std::chrono::nanoseconds& total) : total_(total) {}
  ~Stopwatch() { total_ += std::chrono::steady_clock::now() - start_; }
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  std::chrono::nanoseconds& total_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The slice of an array of the node that this rank of it fills.
std::span<double> slice(std::span<double> data, const Communicator& node) {
  const Part part{node.rank(), node.size()};
  return data.subspan(part.begin(data.size()), part.end(data.size()) - part.begin(data.size()));
}

std::int64_t bytes(std::size_t numbers) {
  return static_cast<std::int64_t>(numbers * sizeof(double));
}

ReplicaLists lists_for(const Potential& potential, const EvaluatorOptions& options) {
  const Skin skin = options.skin ? Skin(*options.skin)
                                 : Skin::adaptive(potential.cutoff(), list_build_cost(potential));
  return {potential.cutoff(), skin, {}, potential.atom_lists()};
}

std::unique_ptr<Potential> prepared(std::unique_ptr<Potential> potential, bool reproducible) {
  if (!reproducible) return potential;
  return std::make_unique<ReproduciblePairs>(std::move(potential));
}

/// What the potential has to say besides numbers, and what it has not.
std::string extras_of(const Potential& potential) {
  std::string extras = potential.extras();
  if (potential.has_virial()) return extras;
  if (extras.empty()) extras = "{}";
  const bool is_alone = extras.find(':') == std::string::npos;
  return extras.insert(1, is_alone ? "\"virial\": null" : "\"virial\": null, ");
}

}  // namespace

Evaluator::Evaluator(const Communicator& world, std::unique_ptr<Potential> potential,
                     EvaluatorOptions options)
    : world_(world),
      world_handle_(world.handle()),
      alone_(Communicator::self()),
      nodes_(world, options.pretended_nodes),
      announcer_(world, nodes_.node(), options.idle),
      pieces_(nodes_, options.piece),
      exchange_(world, nodes_.node()),
      routes_(static_cast<std::size_t>(ReplicaLists::Bounds{}.lists)),
      potential_(prepared(std::move(potential), options.reproducible)),
      reproducible_pairs_(dynamic_cast<ReproduciblePairs*>(potential_.get())),
      options_(std::move(options)),
      lists_(lists_for(*potential_, options_)),
      alone_lists_(lists_for(*potential_, options_)),
      force_sum_(options_.piece) {
  for (const std::int32_t species : options_.species) {
    if (species < 0 || species >= potential_->species_count()) {
      throw std::invalid_argument(
          fmt::format("species {} of a potential for {}", species, potential_->species_count()));
    }
  }
  species_totals_ = atoms_of_each_species(*potential_, options_.species, 0);
  Attempt attempt;
  attempt([&] { potential_->join(&world_handle_); });
  if (const auto failure = attempt.first_failure(world_)) throw ModelError(failure->what());
}

std::span<double> Evaluator::positions(std::size_t count) {
  pieces_.expect(count);
  return storage(count);
}

std::size_t Evaluator::share(std::size_t count) {
  const std::size_t expected = pieces_.expected();
  if (!spans_nodes(expected)) return expected;
  const Stopwatch watch(statistics_.sharing);
  if (pieces_.is_due(count)) {
    const std::size_t gone = pieces_.gone();
    announce({Order::share, static_cast<std::int64_t>(count), static_cast<std::int64_t>(gone)});
    pieces_.start(positions_.data(), gone, count);
  }
  return pieces_.next();
}

Result Evaluator::evaluate(const Structure& structure) {
  const Result result = evaluate_in_pieces(structure);
  await_forces(result.forces.size());
  return result;
}

std::size_t Evaluator::await_forces(std::size_t count) {
  const Stopwatch watch(statistics_.reducing);
  return force_sum_.wait_for(count);
}

Result Evaluator::evaluate_in_pieces(const Structure& structure) {
  force_sum_.finish();  // a computation that the root does alone would write into it
  const std::size_t count = structure.positions.size();
  const bool in_place = structure.positions.data() == positions_.data().data();
  const std::size_t shared = pieces_.take(in_place ? count : 0);
  check_structure(structure);
  try {
    const Cell cell = cell_of(structure.cell);
    check_periodicity(cell);
    // If it throws, it does so here, and not on other ranks.
    const Cell computed_cell = options_.reproducible ? grid(cell).cell() : cell;
    if (!in_place) std::ranges::copy(structure.positions, storage(count).begin());
    positions_.sync();
    Command command{Order::evaluate, static_cast<std::int64_t>(count),
                    static_cast<std::int64_t>(shared)};
    Eigen::Map<Matrix3dRows>(command.cell_rows.data()) = structure.cell;
    if (team(count).size() > 1) announce(command);

    const Outcome outcome = work(cell, count, shared);
    if (outcome.failure) throw *outcome.failure;
    Result result;
    result.energy = outcome.sums.energy;
    result.virial = outcome.sums.virial;
    result.forces = forces_.data().first(count);
    add_tail(computed_cell, count / 3, result);
    Attempt attempt;
    attempt([&] { result.extras = extras_of(*potential_); });
    if (attempt.failure()) throw *attempt.failure();
    if (!std::isfinite(result.energy)) {
      throw PotentialFailure(
          Kind::result,
          fmt::format("the energy is {} hartree, expected a finite number", result.energy));
    }
    if (!result.virial.allFinite()) {
      throw PotentialFailure(Kind::result, "the virial holds a number that is not finite");
    }
    return result;
  } catch (const InvalidStructure& error) {
    throw PotentialFailure(Kind::structure, error.what());
  }
}

int Evaluator::serve() {
  while (true) {
    const Command command = announce({});
    const auto count = static_cast<std::size_t>(command.number);
    const auto shared = static_cast<std::size_t>(command.shared);
    switch (command.order) {
      case Order::grow:
        grow(count);
        break;
      case Order::share:
        pieces_.start(positions_.data(), shared, count);
        count_positions(count - shared);
        break;
      case Order::evaluate:
        // The root made the same cell from the same numbers: it does not throw here.
        work(cell_of(Eigen::Map<const Matrix3dRows>(command.cell_rows.data())), count, shared);
        break;
      case Order::release:
        report();
        return static_cast<int>(command.number);
    }
  }
}

std::vector<RankReport> Evaluator::release(int status) {
  announce({Order::release, status});
  return report();
}

std::vector<RankReport> Evaluator::report() const {
  // Ranks that are on their way need milliseconds; who is not there by now has been stopped.
  constexpr std::chrono::seconds patience{5};
  return gather_reports(
      world_, {world_.rank(), nodes_.number(), host_name(), peak_memory(), statistics_}, patience);
}

/// Who works on a structure of `count` coordinates. Waking the others and waiting for each other
/// has its price; they sleep on when the structure is not worth it.
const Communicator& Evaluator::team(std::size_t count) const {
  return count / 3 < options_.fewest_shared && !potential_->is_collective() ? alone_ : world_;
}

/// Those of them who share memory with this rank.
const Communicator& Evaluator::team_on_node(std::size_t count) const {
  return team(count).size() < world_.size() ? alone_ : nodes_.node();
}

bool Evaluator::spans_nodes(std::size_t count) const {
  return nodes_.node_count() > 1 && team(count).size() > 1;
}

/// What is under way between nodes ends before the next order is carried out, whether anybody still
/// wants it or not: no leader is left waiting for another. Pieces of positions alone go on while
/// more of them are announced.
Evaluator::Command Evaluator::announce(Command command) {
  force_sum_.finish();
  announcer_.announce(std::as_writable_bytes(std::span(&command, 1)));
  const bool is_next_piece = command.order == Order::share && command.shared > 0;
  if (!is_next_piece) end_pieces();
  return command;
}

std::span<double> Evaluator::storage(std::size_t count) {
  end_pieces();  // of a request that was never finished
  if (count > positions_.data().size()) {
    announce({Order::grow, static_cast<std::int64_t>(count)});
    if (const auto failure = grow(count)) throw *failure;
  }
  return positions_.data().first(count);
}

std::optional<PotentialFailure> Evaluator::grow(std::size_t count) {
  // Half as much again, so that a growing system does not come here at every request.
  const std::size_t capacity = std::max(count, positions_.data().size() * 3 / 2);
  Attempt attempt;
  attempt([&] {
    release_arrays();         // the old ones first, both sizes together may not fit
    nodes_.node().barrier();  // memory is free when the last rank has let go of it
    positions_ = SharedArray<double>(nodes_.node(), capacity);
    if (options_.reproducible) places_ = SharedArray<double>(nodes_.node(), capacity);
    forces_ = SharedArray<double>(nodes_.node(), capacity);
    order_memory_ = SharedArray<std::byte>(
        nodes_.node(), SpatialOrder::bytes_needed(capacity / 3, nodes_.node().size()));
  });
  const auto failure = attempt.first_failure(world_);
  if (!failure) return std::nullopt;
  release_arrays();
  return PotentialFailure(
      failure->kind(),
      fmt::format("{} (the ranks of a node share positions, forces and order of {} atoms)",
                  failure->what(), count / 3));
}

void Evaluator::release_arrays() {
  positions_ = {};
  places_ = {};
  forces_ = {};
  order_memory_ = {};
}

void Evaluator::end_pieces() {
  if (!pieces_.is_under_way()) return;
  const Stopwatch watch(statistics_.sharing);
  pieces_.finish();
}

Evaluator::Outcome Evaluator::work(const Cell& cell, std::size_t count, std::size_t shared) {
  ++statistics_.evaluations;
  {
    const Stopwatch watch(statistics_.sharing);
    share_positions(count, shared);
  }
  Attempt attempt;
  if (!options_.reproducible) return compute(cell, positions_.data().first(count), attempt);
  const PositionGrid grid = this->grid(cell);
  if (!place_on_grid(cell, grid, count, attempt)) return reduce({}, attempt, count);
  return compute(grid.cell(), places_.data().first(count), attempt);
}

PositionGrid Evaluator::grid(const Cell& cell) const {
  // Farther than with any skin that adapts itself.
  return {cell, 2 * (potential_->cutoff() + options_.skin.value_or(0))};
}

/// @return whether all ranks have placed their part
bool Evaluator::place_on_grid(const Cell& cell, const PositionGrid& grid, std::size_t count,
                              Attempt& attempt) {
  const Stopwatch watch(statistics_.sharing);
  const Communicator& placers = team_on_node(count);
  const Part part{placers.rank(), placers.size()};
  const std::size_t begin = 3 * part.begin(count / 3);
  const std::size_t size = 3 * part.end(count / 3) - begin;
  attempt([&] {
    const std::span<const double> positions = positions_.data().subspan(begin, size);
    check_coordinates(cell, positions, begin);
    grid.place(positions, begin, places_.data().subspan(begin, size));
  });
  places_.sync();
  const bool all = team(count).common_bits(attempt.failure() ? 0 : 1) != 0;
  places_.sync();
  return all;
}

Evaluator::Outcome Evaluator::compute(const Cell& cell, std::span<const double> positions,
                                      Attempt& attempt) {
  const std::size_t count = positions.size();
  const Communicator& ranks = team(count);
  ReplicaLists& lists = ranks.size() < world_.size() ? alone_lists_ : lists_;
  {
    const Stopwatch watch(statistics_.neighbor_lists);
    const auto agree = [&](std::uint64_t bits) { return ranks.common_bits(bits); };
    if (!lists.find(cell, positions, agree)) {
      ++statistics_.rebuilds;
      rebuild(lists, cell, positions, attempt);
    }
  }
  LocalSums sums;
  {
    const Stopwatch watch(statistics_.forces);
    const auto start = std::chrono::steady_clock::now();
    sums = local_forces_.compute(*potential_, lists.current(), ranks, attempt);
    if (ranks.size() == world_.size()) {
      statistics_.computing += std::chrono::steady_clock::now() - start;
    }
    if (ranks.size() > 1) exchange_forces(lists.current(), attempt);
    attempt([&] {
      if (lists.current().exists()) local_forces_.write(lists.current(), forces_.data());
    });
  }
  const Stopwatch watch(statistics_.reducing);
  return reduce(sums, attempt, count);
}

void Evaluator::share_positions(std::size_t count, std::size_t shared) {
  if (spans_nodes(count)) {
    if (nodes_.is_leader()) {
      nodes_.leaders().broadcast(positions_.data().subspan(shared, count - shared));
      positions_.sync();
      count_positions(count - shared);
    }
    // The sum over nodes wants zeros where another node owns the atom.
    const std::span<double> own = slice(forces_.data().first(count), nodes_.node());
    std::fill(own.begin(), own.end(), 0.0);
    forces_.sync();
    nodes_.node().barrier();
    forces_.sync();
  }
  positions_.sync();
}

/// So many coordinates have come to this node.
void Evaluator::count_positions(std::size_t count) {
  if (nodes_.is_leader() && !is_root()) statistics_.position_bytes += bytes(count);
}

/// Atoms are sorted by all ranks of a node together, each list is its rank's own.
void Evaluator::rebuild(ReplicaLists& lists, const Cell& cell, std::span<const double> positions,
                        Attempt& attempt) {
  const Communicator& ranks = team(positions.size());
  const bool alone = ranks.size() < world_.size();
  if (!alone) routes_[lists.current_number()] = {};
  const Communicator& sorters = team_on_node(positions.size());
  const Part sorter{sorters.rank(), sorters.size()};
  attempt([&] {
    const std::size_t begin = 3 * sorter.begin(positions.size() / 3);
    const std::size_t end = 3 * sorter.end(positions.size() / 3);
    check_coordinates(cell, positions.subspan(begin, end - begin), begin);
  });
  // What cannot be sorted is not sorted by anyone.
  if (ranks.common_bits(attempt.failure() ? 0 : 1) == 0) return;
  order_.sort(cell, positions, sorter, order_memory_.data(), [&] {
    order_memory_.sync();
    sorters.barrier();
    order_memory_.sync();
  });
  attempt([&] {
    lists.rebuild(cell, positions, options_.species, order_, {ranks.rank(), ranks.size()},
                  alone ? std::span<const int>() : exchange_.mates());
  });
  if (!alone) {
    routes_[lists.current_number()] =
        exchange_.open(lists.current(), order_.atoms(), {ranks.rank(), ranks.size()}, attempt);
  }
  if (attempt.failure()) lists.discard_current();
}

/// Also on a rank that failed: the others wait for it.
void Evaluator::exchange_forces(const VerletList& list, Attempt& attempt) {
  const ForceExchange::Routes& routes = routes_[lists_.current_number()];
  exchange_.exchange(routes, list.width(),
                     attempt.failure() ? std::span<double>() : local_forces_.by_slot(),
                     forces_.data());
  attempt([&] { ForceExchange::check_foreign(routes, forces_.data()); });
}

Evaluator::Outcome Evaluator::reduce(const LocalSums& sums, const Attempt& attempt,
                                     std::size_t count) {
  std::array<double, 11> total{};
  total[0] = attempt.failure() ? 1 : 0;
  if (!attempt.failure()) {
    total[1] = sums.energy;
    std::copy_n(sums.virial.data(), 9, &total[2]);
  }
  forces_.sync();
  const Communicator& ranks = team(count);
  ranks.sum(total);  // nobody is past it before all have written their forces
  forces_.sync();

  Outcome outcome;
  if (total[0] != 0) {
    outcome.failure = attempt.first_failure(ranks);
    return outcome;
  }
  if (nodes_.is_leader()) {
    force_sum_.begin(spans_nodes(count) ? nodes_.leaders() : alone_, forces_.data().first(count));
    if (!is_root()) statistics_.force_bytes += bytes(count);
  }
  if (options_.reproducible) {
    outcome.sums = exact_sums(ranks);
    return outcome;
  }
  outcome.sums.energy = total[1];
  std::copy_n(&total[2], 9, outcome.sums.virial.data());
  return outcome;
}

/// Of all ranks, rounded once.
LocalSums Evaluator::exact_sums(const Communicator& ranks) {
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

Cell Evaluator::cell_of(const Eigen::Matrix3d& rows) const {
  return reduced_if_skewed(Cell(rows, options_.periodicity));
}

void Evaluator::check_structure(const Structure& structure) const {
  const std::size_t natoms = structure.positions.size() / 3;
  if (structure.positions.empty() || structure.positions.size() % 3 != 0) {
    throw std::invalid_argument(
        fmt::format("a structure of {} coordinates", structure.positions.size()));
  }
  if (!options_.species.empty() && options_.species.size() != natoms) {
    throw PotentialFailure(Kind::structure,
                           fmt::format("the template has {} atoms, the server sent {}",
                                       options_.species.size(), natoms));
  }
}

void Evaluator::check_periodicity(const Cell& cell) const {
  if (cell.fully_periodic()) return;
  Attempt attempt;
  std::optional<std::string> why_more_axes;
  attempt([&] { why_more_axes = potential_->why_fully_periodic(); });
  if (attempt.failure()) throw *attempt.failure();
  if (why_more_axes) throw InvalidStructure(*why_more_axes);
}

void Evaluator::add_tail(const Cell& cell, std::size_t natoms, Result& result) {
  if (!cell.fully_periodic()) return;
  TailCorrection tail;
  Attempt attempt;
  if (options_.species.empty()) species_totals_[0] = static_cast<std::int64_t>(natoms);
  attempt([&] { tail = potential_->tail(species_totals_, cell.volume()); });
  if (attempt.failure()) throw *attempt.failure();
  result.energy += tail.energy;
  result.virial.diagonal().array() += tail.virial_diagonal;
}

}  // namespace forcewire
