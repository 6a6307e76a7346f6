// Forces on guests arrive where they belong: numbers instead of forces.

#include "engine/parallel/force_exchange.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "engine/parallel/node_layout.hpp"
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
    List(ForceExchangeTest& test, Configuration structure)
        : natoms(structure.natoms()), sorted_(Cell(structure.cell), structure.positions) {
      list.rebuild(Cell(structure.cell), structure.positions, {}, sorted_.order(), test.part(),
                   test.exchange_.mates());
      routes = test.exchange_.open(&list, natoms, test.part());
      forces.assign(list.system().force_numbers(), 0);
    }

    std::size_t atom_of(const LocalAtoms::Guest& guest) const {
      return static_cast<std::size_t>(sorted_.order().atoms()[guest.place]);
    }

    /// x of the force in a slot.
    double& force(std::size_t slot) {
      return forces[3 * list.width() * (slot / list.width()) + slot % list.width()];
    }

    std::size_t natoms;
    VerletList list{16, 2};
    ForceExchange::Routes routes;
    std::vector<double> forces;

   private:
    Sorted sorted_;
  };

  /// Sends forces on all guests, other ones for each atom and rank, but from rank `silent`. Do the
  /// atoms of the other ranks get them?
  void expect_arrival(List& list, int silent = -1) {
    const bool is_silent = world_.rank() == silent;
    std::vector<double> sent(list.natoms, 0);
    for (const LocalAtoms::Guest& guest : list.list.guests()) {
      const std::size_t atom = list.atom_of(guest);
      const double force = static_cast<double>(atom) + std::ldexp(1.0, -world_.rank() - 1);
      list.force(static_cast<std::size_t>(guest.slot)) = force;
      if (!is_silent) sent[atom] += force;
    }
    exchange_.exchange(list.routes, list.list.width(),
                       is_silent ? std::span<double>() : std::span(list.forces));
    world_.sum(sent);
    for (std::size_t slot = 0; slot < list.list.owned().size(); ++slot) {
      const std::int32_t atom = list.list.owned()[slot];
      if (atom == LocalAtoms::padding) continue;
      EXPECT_EQ(list.force(slot), is_silent ? 0 : sent[static_cast<std::size_t>(atom)]) << atom;
    }
  }

  Communicator world_ = Communicator::world();
  NodeLayout nodes_{world_};
  ForceExchange exchange_{world_, nodes_.node()};
  Random random_{1};
};

TEST_F(ForceExchangeTest, ForcesArriveAtTheAtomsTheyAreFor) {
  List list(*this, liquid(6.4, 4, random_));
  double guests = static_cast<double>(list.list.guests().size());
  world_.sum({&guests, 1});
  EXPECT_EQ(guests > 0, world_.size() > 1);
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

TEST_F(ForceExchangeTest, WhoHasNoListTakesPart) {
  List list(*this, liquid(6.4, 3, random_));
  const bool has_list = world_.rank() != 0;
  list.routes = exchange_.open(has_list ? &list.list : nullptr, list.natoms, part());
  EXPECT_EQ(list.routes.received.empty(), !has_list || world_.size() == 2);
  exchange_.exchange(list.routes, list.list.width(), list.forces);
}

}  // namespace
}  // namespace forcewire
