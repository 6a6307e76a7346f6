// Species tables of -m lj. Input: the TOML file.
//
// What is accepted is a potential: a cutoff, energies that do not depend on the order of atoms, and
// a finite tail.

#include <cmath>
#include <cstddef>
#include <cstdint>

#include "engine/potentials/registry.hpp"
#include "tests/fuzz/expectation.hpp"
#include "tests/fuzz/memory_file.hpp"

using namespace forcewire;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static MemoryFile file;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  file.write(text);
  ModelRequest request{"lj", "parameters=" + file.path(), {}};
  if (text.find("Kr") != std::string_view::npos) request.symbols = {"Kr", "Ar", "Kr"};
  const auto model = unless_refused([&] { return make_model(request); });
  if (!model) return 0;

  const Potential& potential = *model->potential;
  const double cutoff = potential.cutoff();
  expect(cutoff > 0 && std::isfinite(cutoff), "a cutoff");
  const int species = potential.species_count();
  expect(species == static_cast<int>(model->species_names.size()) && species <= 2, "the species");
  for (int a = 0; a < species; ++a) {
    for (int b = 0; b < species; ++b) {
      const double r = 0.6 * cutoff;
      const double energy = *potential.pair_energy(a, b, r);
      const double other = *potential.pair_energy(b, a, r);
      expect(energy == other || (std::isnan(energy) && std::isnan(other)), "a symmetric energy");
    }
  }
  const std::vector<std::int64_t> count(static_cast<std::size_t>(species), 1);
  const TailCorrection tail = potential.tail(count, 1);
  expect(std::isfinite(tail.energy) && std::isfinite(tail.virial_diagonal), "a finite tail");
  expect(!potential.description().empty(), "a description");
  return 0;
}
