#include "engine/parallel/evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "engine/geometry/invalid_structure.hpp"
#include "engine/geometry/reduced_cell.hpp"
#include "engine/parallel/attempt.hpp"
#include "engine/parallel/peak_memory.hpp"
#include "engine/parallel/stopwatch.hpp"

namespace forcewire {

namespace {

using Kind = PotentialFailure::Kind;
using Matrix3dRows = Eigen::Matrix<double, 3, 3, Eigen::RowMajor>;

/// The slice of an array of the node that this rank of it fills.
std::span<double> slice(std::span<double> data, Part part) {
  return data.subspan(part.begin(data.size()), part.end(data.size()) - part.begin(data.size()));
}

std::int64_t bytes(std::size_t numbers) {
  return static_cast<std::int64_t>(numbers * sizeof(double));
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
    : options_(std::move(options)),
      forces_(std::move(potential), options_, arrays_, statistics_),
      // The ranks of a potential that communicates are all there, or none.
      teams_(world, options_.pretended_nodes,
             forces_.potential().is_collective() ? FewestAtoms{} : options_.fewest_atoms,
             [this](Communicator ranks, NodeLayout nodes) {
               return make_team(std::move(ranks), std::move(nodes));
             }),
      gathered_number_(teams_.number_of_all()),
      world_handle_(world.handle()),
      force_sum_(options_.piece) {
  for (const std::int32_t species : options_.species) {
    if (species < 0 || species >= this->potential().species_count()) {
      throw std::invalid_argument(fmt::format("species {} of a potential for {}", species,
                                              this->potential().species_count()));
    }
  }
  species_totals_ = atoms_of_each_species(this->potential(), options_.species, 0);
  Attempt attempt;
  attempt([&] { forces_.potential().join(&world_handle_); });
  if (const auto failure = attempt.first_failure(world)) throw ModelError(failure->what());
}

std::unique_ptr<Team> Evaluator::make_team(Communicator ranks, NodeLayout nodes) const {
  return std::make_unique<Team>(std::move(ranks), std::move(nodes), options_.idle, options_.piece,
                                forces_.lists());
}

std::span<double> Evaluator::positions(std::size_t count) {
  expected_ = count;
  receivers_ = nullptr;
  const std::span<double> room = storage(count);
  const std::size_t number = teams_.number_for(count / 3, last_team_);
  if (number == 0) return room;
  gather(number);
  if (gathered().spans_nodes()) {
    receivers_ = &gathered();
    receivers_->pieces.expect(count);
  }
  return room;
}

std::size_t Evaluator::share(std::size_t count) {
  if (receivers_ == nullptr) return expected_;
  const Stopwatch watch(statistics_.sharing);
  PositionPieces& pieces = receivers_->pieces;
  if (pieces.is_due(count)) {
    const std::size_t gone = pieces.gone();
    announce({Order::share, static_cast<std::int64_t>(count), static_cast<std::int64_t>(gone)});
    pieces.start(arrays_.positions.data(), gone, count);
  }
  return pieces.next();
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
  const bool in_place = structure.positions.data() == arrays_.positions.data().data();
  Team* const receivers = std::exchange(receivers_, nullptr);
  expected_ = 0;
  const std::size_t shared = receivers ? receivers->pieces.take(in_place ? count : 0) : 0;
  check_structure(structure);
  try {
    const Cell cell = cell_of(structure.cell);
    check_periodicity(cell);
    // If it throws, it does so here, and not on other ranks.
    const Cell computed_cell = options_.reproducible ? forces_.grid(cell).cell() : cell;
    if (!in_place) std::ranges::copy(structure.positions, storage(count).begin());
    arrays_.positions.sync();
    Command command{Order::evaluate, static_cast<std::int64_t>(count),
                    static_cast<std::int64_t>(shared)};
    Eigen::Map<Matrix3dRows>(command.cell_rows.data()) = structure.cell;
    Team& team = team_for(count);
    if (team.is_shared()) announce(command);

    const auto outcome = work(team, cell, count, shared);
    if (outcome.failure) throw *outcome.failure;
    Result result;
    result.energy = outcome.sums.energy;
    result.virial = outcome.sums.virial;
    result.forces = arrays_.forces.data().first(count);
    add_tail(computed_cell, count / 3, result);
    Attempt attempt;
    attempt([&] { result.extras = extras_of(potential()); });
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
    const auto number = static_cast<std::size_t>(command.number);
    const auto shared = static_cast<std::size_t>(command.shared);
    switch (command.order) {
      case Order::gather:
        join(number);
        break;
      case Order::grow:
        grow(number);
        break;
      case Order::share:
        gathered().pieces.start(arrays_.positions.data(), shared, number);
        count_positions(gathered(), number - shared);
        break;
      case Order::evaluate:
        // The root made the same cell from the same numbers: it does not throw here.
        work(gathered(), cell_of(Eigen::Map<const Matrix3dRows>(command.cell_rows.data())), number,
             shared);
        break;
      case Order::release:
        report();
        return static_cast<int>(command.number);
    }
  }
}

std::vector<RankReport> Evaluator::release(int status) {
  gather(teams_.number_of_all());
  announce({Order::release, status});
  return report();
}

std::vector<RankReport> Evaluator::report() const {
  // Ranks that are on their way need milliseconds; who is not there by now has been stopped.
  constexpr std::chrono::seconds patience{5};
  return gather_reports(
      world(),
      {world().rank(), teams_.all().nodes.number(), host_name(), peak_memory(), statistics_},
      patience);
}

/// Root: who works on a structure of `count` coordinates, ready for the order to do so.
Team& Evaluator::team_for(std::size_t count) {
  const std::size_t number = teams_.number_for(count / 3, last_team_);
  if (number == 0) return *teams_.find(0);  // nobody else need know
  gather(number);
  last_team_ = number;
  return gathered();
}

/// What is under way between nodes ends before the next order is carried out, whether anybody still
/// wants it or not: no leader is left waiting for another. Pieces of positions alone go on while
/// more of them are announced.
Evaluator::Command Evaluator::announce(Command command) {
  force_sum_.finish();
  gathered().announcer.announce(std::as_writable_bytes(std::span(&command, 1)));
  const bool is_next_piece = command.order == Order::share && command.shared > 0;
  if (!is_next_piece) end_pieces();
  return command;
}

/// Root: from now on orders go to this team.
void Evaluator::gather(std::size_t team) {
  if (team == gathered_number_) return;
  // Another one is formed by all.
  const std::size_t all = teams_.number_of_all();
  for (const std::size_t next : {all, team}) {
    if (next == gathered_number_) continue;
    announce({Order::gather, static_cast<std::int64_t>(next)});
    join(next);
  }
}

/// Who is not in a team stays with all: the next order there is for everybody again.
void Evaluator::join(std::size_t number) {
  gathered_number_ = teams_.find(number) ? number : teams_.number_of_all();
}

std::span<double> Evaluator::storage(std::size_t count) {
  end_pieces();  // of a request that was never finished
  if (count > arrays_.positions.data().size()) {
    gather(teams_.number_of_all());
    announce({Order::grow, static_cast<std::int64_t>(count)});
    if (const auto failure = grow(count)) throw *failure;
  }
  return arrays_.positions.data().first(count);
}

std::optional<PotentialFailure> Evaluator::grow(std::size_t count) {
  return arrays_.grow(count, options_.reproducible, world(), teams_.all().nodes.node());
}

void Evaluator::end_pieces() {
  PositionPieces& pieces = gathered().pieces;
  if (!pieces.is_under_way()) return;
  const Stopwatch watch(statistics_.sharing);
  pieces.finish();
}

StructureForces::Outcome Evaluator::work(Team& team, const Cell& cell, std::size_t count,
                                         std::size_t shared) {
  ++statistics_.evaluations;
  {
    const Stopwatch watch(statistics_.sharing);
    share_positions(team, count, shared);
  }
  StructureForces::Outcome outcome = forces_.compute(team, cell, count);
  if (!outcome.failure && team.nodes.is_leader()) {
    const Stopwatch watch(statistics_.reducing);
    force_sum_.begin(team.nodes.leaders(), arrays_.forces.data().first(count));
    if (!is_root()) statistics_.force_bytes += bytes(count);
  }
  return outcome;
}

void Evaluator::share_positions(Team& team, std::size_t count, std::size_t shared) {
  if (team.spans_nodes()) {
    if (team.nodes.is_leader()) {
      team.pieces.bring(arrays_.positions.data().subspan(shared, count - shared));
      arrays_.positions.sync();
      count_positions(team, count - shared);
    }
    // The sum over nodes wants zeros where another node owns the atom.
    const auto own = slice(arrays_.forces.data().first(count), team.part_of_node());
    std::fill(own.begin(), own.end(), 0.0);
    arrays_.forces.sync();
    team.nodes.node().barrier();
    arrays_.forces.sync();
  }
  arrays_.positions.sync();
}

/// So many coordinates have come to this node.
void Evaluator::count_positions(const Team& team, std::size_t count) {
  if (team.nodes.is_leader() && !is_root()) statistics_.position_bytes += bytes(count);
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
  attempt([&] { why_more_axes = forces_.potential().why_fully_periodic(); });
  if (attempt.failure()) throw *attempt.failure();
  if (why_more_axes) throw InvalidStructure(*why_more_axes);
}

void Evaluator::add_tail(const Cell& cell, std::size_t natoms, Result& result) {
  if (!cell.fully_periodic()) return;
  TailCorrection tail;
  Attempt attempt;
  if (options_.species.empty()) species_totals_[0] = static_cast<std::int64_t>(natoms);
  attempt([&] { tail = forces_.potential().tail(species_totals_, cell.volume()); });
  if (attempt.failure()) throw *attempt.failure();
  result.energy += tail.energy;
  result.virial.diagonal().array() += tail.virial_diagonal;
}

}  // namespace forcewire
