// A many-body potential that does what the option `word` tells it to: nothing good.

#include <forcewire/many_body_potential.hpp>
#include <limits>
#include <stdexcept>
#include <string>

using namespace forcewire;

struct Careless {
  static constexpr Option options[] = {text_option("word", "what to do"),
                                       per_species(number_option("charge", "of a species", "0"))};

  explicit Careless(const Setup& setup) : word(setup.text("word")) {
    if (word == "ask for species") setup.number("charge", setup.species_count());
    if (word == "throw nothing at once") throw std::runtime_error("");
  }

  double cutoff() const { return 8; }

  void compute(const Atoms& atoms, Output& out) {
    if (word == "ask for ghosts") atoms.neighbors(atoms.owned());
    if (word == "ask for lists") atoms.neighbors(0, 1);
    if (word == "push too far") out.force(atoms.size()) += Vector{1, 0, 0};
    if (word == "throw nothing") throw std::runtime_error("");
    if (word == "throw a number") throw 42;
    if (word == "send nan") out.extra("dipole", std::numeric_limits<double>::quiet_NaN());
  }

  std::string word;
};
FORCEWIRE_MANY_BODY(Careless)
