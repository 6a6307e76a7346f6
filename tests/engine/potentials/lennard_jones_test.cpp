#include "engine/potentials/lennard_jones.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <vector>

#include "engine/kernels/aligned_vector.hpp"
#include "engine/neighbor/verlet_list.hpp"
#include "engine/potentials/errors.hpp"
#include "support/sorted.hpp"
#include "support/structures.hpp"
#include "temporary_file.hpp"

namespace forcewire {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;
using testing::ThrowsMessage;

LennardJones model(const std::string& text, const std::vector<std::string>& symbols = {}) {
  const ModelOptions options("lj", text, LennardJonesParameters::option_keys,
                             LennardJonesParameters::bare_options);
  return LennardJones(read_lennard_jones_parameters(options, symbols));
}

const TemporaryFile& argon_and_krypton() {
  static const TemporaryFile file(R"(
cutoff = 15
tail = "yes"
[species.Ar]
sigma = 6
epsilon = 4e-4
[species.Kr]
sigma = "4 angstrom"
epsilon = 9e-4
[pair.Ar-Kr]
cutoff = 18
)");
  return file;
}

/// Two owned atoms `r` apart along z.
struct Dimer {
  Dimer(double r, std::int32_t first_species, std::int32_t second_species) {
    Configuration dimer;
    dimer.add({0, 0, 0});
    dimer.add({0, 0, r});
    dimer.species = {first_species, second_species};
    rebuild(list, dimer);
  }

  /// Component z of the force on atom `index`.
  double force(const AlignedVector<double>& forces, int index) const {
    const auto slot = static_cast<std::size_t>(
        std::find(list.owned().begin(), list.owned().end(), index) - list.owned().begin());
    return force_in_slot(list.system(), forces, slot).z();
  }

  VerletList list{30, 1};
};

/// Do energy, forces and virial of a dimer follow from `pair_energy`?
void expect_dimer(LennardJones& potential, int a, int b, double r) {
  const Dimer dimer(r, a, b);
  AlignedVector<double> forces(dimer.list.system().force_numbers());
  const LocalSums sums = potential.compute(dimer.list.system(), forces);

  const double h = 1e-5;
  const double force =
      -(potential.pair_energy(a, b, r + h).value() - potential.pair_energy(a, b, r - h).value()) /
      (2 * h);
  const double scale = std::abs(potential.pair_energy(a, b, r).value()) + std::abs(force);
  EXPECT_NEAR(sums.energy, potential.pair_energy(a, b, r).value(), 1e-14 * scale);
  EXPECT_NEAR(dimer.force(forces, 1), force, 1e-8 * scale);
  EXPECT_EQ(dimer.force(forces, 0), -dimer.force(forces, 1));
  EXPECT_NEAR(sums.virial(2, 2), r * force, 1e-7 * scale);
  EXPECT_EQ(sums.virial(0, 0), 0);
}

TEST(LennardJones, ComputesWhatTheTextbookFormulaSays) {
  for (const char* truncation : {"none", "shift", "smooth"}) {
    LennardJones potential =
        model(std::string("sigma=6,epsilon=4e-4,cutoff=15,truncation=") + truncation);
    for (const double r : {5.5, 6.7, 10.0, 13.6, 14.3, 14.9}) {
      SCOPED_TRACE(testing::Message() << truncation << " at " << r);
      expect_dimer(potential, 0, 0, r);
    }
  }
}

TEST(LennardJones, TellsSpeciesApart) {
  LennardJones potential = model("parameters=" + argon_and_krypton().path(), {"Ar", "Kr"});
  EXPECT_EQ(potential.species_count(), 2);
  for (const double r : {6.5, 9.0, 14.0}) {
    expect_dimer(potential, 0, 0, r);
    expect_dimer(potential, 0, 1, r);
    expect_dimer(potential, 1, 0, r);
    expect_dimer(potential, 1, 1, r);
  }
  EXPECT_EQ(potential.pair_energy(0, 0, 16).value(), 0);
  EXPECT_LT(potential.pair_energy(0, 1, 16).value(), 0);
}

TEST(LennardJones, SeesAsFarAsTheLongestCutoff) {
  EXPECT_EQ(model("5,1e-3,15").cutoff(), 15);
  EXPECT_EQ(model("parameters=" + argon_and_krypton().path(), {"Ar", "Kr"}).cutoff(), 18);
}

TEST(LennardJones, CorrectsForTheTailUnlessToldNot) {
  const std::array<std::int64_t, 1> count = {1000};
  // N^2/V 8/3 pi epsilon sigma^3 ((sigma/rc)^9/3 - (sigma/rc)^3), and the virial likewise.
  const double s3 = std::pow(6.0 / 15.0, 3);
  const double scale = 1e6 / 3e5 * M_PI * 4e-4 * 216;
  const double energy = scale * 8 / 3 * (s3 * s3 * s3 / 3 - s3);
  const double virial = scale * 16 / 3 * (2 * s3 * s3 * s3 / 3 - s3);
  for (const char* tail : {"", ",tail=auto", ",tail=yes"}) {
    const TailCorrection correction =
        model(std::string("sigma=6,epsilon=4e-4,cutoff=15") + tail).tail(count, 3e5);
    EXPECT_NEAR(correction.energy / energy, 1, 1e-14);
    EXPECT_NEAR(correction.virial_diagonal / virial, 1, 1e-14);
  }
  const TailCorrection none = model("sigma=6,epsilon=4e-4,cutoff=15,tail=no").tail(count, 3e5);
  EXPECT_EQ(none.energy, 0);
  EXPECT_EQ(none.virial_diagonal, 0);
}

// A mixture is the sum of what models of one species say of its kinds of pairs: like ones, and
// unlike ones from both sides.
TEST(LennardJones, CountsEachPairOfSpeciesInTheTail) {
  const TemporaryFile file(
      "cutoff = 15\n[species]\nA = {sigma = 6, epsilon = 4e-4}\nB = {sigma = 7, epsilon = 9e-4}\n"
      "[pair.A-B]\nsigma = 6.4\nepsilon = 5e-4\n");
  const double volume = 3e5;
  const TailCorrection mixture = model("parameters=" + file.path(), {"A", "B"})
                                     .tail(std::array<std::int64_t, 2>{300, 700}, volume);

  double energy = 0;
  double virial = 0;
  const auto add = [&](const char* parameters, double pairs) {
    const TailCorrection one_pair = model(parameters).tail(std::array<std::int64_t, 1>{1}, volume);
    energy += pairs * one_pair.energy;
    virial += pairs * one_pair.virial_diagonal;
  };
  add("6,4e-4,15", 300.0 * 300.0);
  add("7,9e-4,15", 700.0 * 700.0);
  add("6.4,5e-4,15", 2 * 300.0 * 700.0);
  EXPECT_NEAR(mixture.energy / energy, 1, 1e-14);
  EXPECT_NEAR(mixture.virial_diagonal / virial, 1, 1e-14);
}

TEST(LennardJones, DemandsThreePeriodicAxesOnlyWhenTheTailIsWanted) {
  EXPECT_EQ(model("6,4e-4,15").why_fully_periodic(), std::nullopt);
  EXPECT_EQ(model("sigma=6,epsilon=4e-4,cutoff=15,tail=no").why_fully_periodic(), std::nullopt);
  EXPECT_EQ(
      model("sigma=6,epsilon=4e-4,cutoff=15,tail=yes").why_fully_periodic(),
      "tail=yes corrects for pairs beyond the cutoff, which only a system with three periodic "
      "axes has; use tail=auto or tail=no");
}

TEST(LennardJones, DescribesItselfInAtomicAndTheUsersUnits) {
  EXPECT_THAT(
      model("3.405angstrom,119.8K,8.5angstrom").description(),
      ElementsAre(
          Pair("sigma", "6.43452 bohr (3.405 angstrom)"),
          Pair("epsilon", "0.000379384 hartree (119.8 K)"),
          Pair("cutoff", "16.0627 bohr (8.5 angstrom)"),
          Pair("truncation", "none (the energy jumps at the cutoff)"),
          Pair("tail", "auto (energy and virial are corrected when all three axes are periodic)")));
  EXPECT_THAT(model("sigma=6,epsilon=4e-4,cutoff=15,truncation=smooth,tail=no").description(),
              ElementsAre(Pair("sigma", "6 bohr"), Pair("epsilon", "0.0004 hartree"),
                          Pair("cutoff", "15 bohr"), Pair("switch-on", "13.5 bohr"),
                          Pair("truncation",
                               "smooth (energy and force are switched off before the cutoff)"),
                          Pair("tail", "no")));
}

TEST(LennardJones, DescribesEachPairOfSpecies) {
  const LennardJones mixture = model("parameters=" + argon_and_krypton().path(), {"Ar", "Kr"});
  EXPECT_THAT(
      mixture.description(),
      ElementsAre(
          Pair("sigma Ar-Ar", "6 bohr"), Pair("epsilon Ar-Ar", "0.0004 hartree"),
          Pair("cutoff Ar-Ar", "15 bohr"), Pair("sigma Ar-Kr", "6.77945 bohr"),
          Pair("epsilon Ar-Kr", "0.0006 hartree"), Pair("cutoff Ar-Kr", "18 bohr"),
          Pair("sigma Kr-Kr", "7.5589 bohr (4 angstrom)"), Pair("epsilon Kr-Kr", "0.0009 hartree"),
          Pair("cutoff Kr-Kr", "15 bohr"),
          Pair("truncation", "none (the energy jumps at the cutoff)"),
          Pair("tail", "yes (energy and virial are corrected; all three axes must be periodic)")));
}

TEST(LennardJones, RefusesNumbersThatNoSumCanHold) {
  for (const char* text : {"1e40,1,15", "5,1,1e200", "5,1,1e-200", "5,1,1e-100",
                           "sigma=1e30,epsilon=1,cutoff=1e-10,truncation=shift"}) {
    EXPECT_THAT([&] { model(text); },
                ThrowsMessage<ModelError>(HasSubstr("too large, too small or too unlike")));
  }
}

}  // namespace
}  // namespace forcewire
