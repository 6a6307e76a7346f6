// Forces on guests arrive where they belong: numbers instead of forces.

#include "engine/parallel/force_exchange.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <stdexcept>
#include <vector>

#include "support/sorted.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

class ForceExchangeTest : public testing::Test {
 protected:
  Part part() const { return {world_.rank(), world_.size()}; }

  /// This rank's list of a structure, with its routes.
  class List {
   public:
    /// @param fails whether something has gone wrong on this rank before the routes are opened
    List(ForceExchangeTest& test, const Configuration& structure, bool fails = false)
        : natoms(structure.natoms()), sorted_(Cell(structure.cell), structure.positions) {
      list.rebuild(Cell(structure.cell), structure.positions, {}, sorted_.order(), test.part(),
                   test.exchange_.mates());
      Attempt attempt;
      if (fails) attempt([] { throw std::runtime_error("on purpose"); });
      routes = test.exchange_.open(list, sorted_.order().atoms(), test.part(), attempt);
      EXPECT_EQ(attempt.failure().has_value(), fails);
      forces.assign(list.system().force_numbers(), 0);
    }

    std::size_t atom_of(const LocalAtoms::Guest& guest) const {
      return static_cast<std::size_t>(sorted_.order().atoms()[guest.place]);
    }

    double& force(std::size_t slot, std::size_t axis) {
      return forces[force_offset(slot, list.width()) + axis * list.width()];
    }

    std::size_t natoms;
    VerletList list{16, 2};
    ForceExchange::Routes routes;
    std::vector<double> forces;

   private:
    Sorted sorted_;
  };

  /// Sends forces on all guests, other ones for each atom, axis and rank, but from rank `silent`.
  /// Do the atoms of the other ranks get them?
  void expect_arrival(List& list, int silent = -1) {
    const bool is_silent = world_.rank() == silent;
    std::vector<double> sent(3 * list.natoms, 0);
    for (const LocalAtoms::Guest& guest : list.list.guests()) {
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t component = 3 * list.atom_of(guest) + axis;
        const double force = static_cast<double>(component) + std::ldexp(1.0, -world_.rank() - 1);
        list.force(static_cast<std::size_t>(guest.slot), axis) = force;
        if (!is_silent) sent[component] += force;
      }
    }
    exchange_.exchange(list.routes, list.list.width(),
                       is_silent ? std::span<double>() : std::span(list.forces), {});
    world_.sum(sent);
    for (std::size_t slot = 0; slot < list.list.owned().size(); ++slot) {
      const std::int32_t atom = list.list.owned()[slot];
      if (atom == LocalAtoms::padding) continue;
      for (std::size_t axis = 0; axis < 3; ++axis) {
        const std::size_t component = 3 * static_cast<std::size_t>(atom) + axis;
        EXPECT_EQ(list.force(slot, axis), is_silent ? 0 : sent[component]) << "atom " << atom;
      }
    }
  }

  double all_guests(const List& list) const {
    auto guests = static_cast<double>(list.list.guests().size());
    world_.sum({&guests, 1});
    return guests;
  }

  Communicator world_ = Communicator::world();
  Communicator node_ = world_.split(0);
  ForceExchange exchange_{world_, node_};
  Random random_{1};
};

TEST_F(ForceExchangeTest, ForcesArriveAtTheAtomsTheyAreFor) {
  List list(*this, liquid(6.4, 4, random_));
  EXPECT_EQ(all_guests(list) > 0, world_.size() > 1);
  expect_arrival(list);
}

TEST_F(ForceExchangeTest, SomeRanksHaveNoAtoms) {
  Configuration dimer;
  dimer.add({0, 0, 0});
  dimer.add({5, 0, 0});
  List list(*this, dimer);
  EXPECT_EQ(all_guests(list), world_.size() > 1 ? 1 : 0);
  expect_arrival(list);
}

// A larger list needs more shared memory, and the smaller one's routes lead there as well.
TEST_F(ForceExchangeTest, ListsTakeTurns) {
  List small(*this, liquid(6.4, 3, random_));
  List large(*this, liquid(6.4, 6, random_));
  for (List* list : {&small, &large}) expect_arrival(*list);
}

TEST_F(ForceExchangeTest, WhoFailsSendsZeros) {
  const Configuration structure = liquid(6.4, 4, random_);
  for (int silent = 0; silent < world_.size(); ++silent) {
    List list(*this, structure);
    expect_arrival(list, silent);
  }
}

TEST_F(ForceExchangeTest, WhoHasFailedBeforeTakesPart) {
  const Configuration structure = liquid(6.4, 3, random_);
  for (int culprit = 0; culprit < world_.size(); ++culprit) {
    List list(*this, structure, culprit == world_.rank());
    EXPECT_EQ(list.routes.sent.empty(), culprit == world_.rank() || world_.size() == 1);
    EXPECT_TRUE(culprit != world_.rank() || list.routes.received.empty());
    exchange_.exchange(list.routes, list.list.width(), list.forces, {});
    world_.barrier();
  }
}

/// Every other rank is on the same node.
class ForceExchangeBetweenOthers : public ForceExchangeTest {
 protected:
  ForceExchangeBetweenOthers() {
    other_node_ = world_.split(world_.rank() % 2);
    others_.emplace(world_, *other_node_);
  }

  std::optional<Communicator> other_node_;
  std::optional<ForceExchange> others_;
};

TEST_F(ForceExchangeBetweenOthers, MatesAreTheRanksOfTheNode) {
  for (const int mate : others_->mates()) EXPECT_EQ(mate % 2, world_.rank() % 2);
  EXPECT_EQ(static_cast<int>(others_->mates().size()), other_node_->size());
}

TEST_F(ForceExchangeBetweenOthers, ForcesOfTheNodeArrive) {
  const Configuration structure = liquid(6.4, 4, random_);
  const Sorted sorted(Cell(structure.cell), structure.positions);
  VerletList list(16, 2);
  list.rebuild(Cell(structure.cell), structure.positions, {}, sorted.order(), part(),
               others_->mates());
  Attempt attempt;
  const ForceExchange::Routes routes = others_->open(list, sorted.order().atoms(), part(), attempt);
  ASSERT_FALSE(attempt.failure());
  // A one for each guest: as many as there are must arrive on the node.
  std::vector<double> forces(list.system().force_numbers(), 1.0);
  others_->exchange(routes, list.width(), forces, {});
  std::array<double, 2> sent_and_arrived{static_cast<double>(list.guests().size()), 0};
  for (std::size_t slot = 0; slot < list.owned().size(); ++slot) {
    sent_and_arrived[1] += force_in_slot(list.system(), forces, slot).y() - 1;
  }
  other_node_->sum(sent_and_arrived);
  EXPECT_EQ(sent_and_arrived[0], sent_and_arrived[1]);
  EXPECT_EQ(sent_and_arrived[0] > 0, other_node_->size() > 1);
}

}  // namespace
}  // namespace forcewire
