// Models of OpenKIM on all ranks, against the same models fed by brute force.

#include <gtest/gtest.h>

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "engine/potentials/registry.hpp"
#include "engine/potentials/units.hpp"
#include "support/brute_force_atoms.hpp"
#include "support/serving.hpp"
#include "support/structures.hpp"

namespace forcewire {
namespace {

using units::angstrom;

/// A rattled, strained crystal.
struct Case {
  const char* model;
  std::vector<std::string> species;  // in turn
  double lattice_constant;           // [angstrom]
  bool diamond;
  int repeats;
};

const Case cases[] = {
    {"EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005", {"Al"}, 4.05, false, 3},
    {"EAM_Dynamo_FoilesBaskesDaw_1986Universal3_Ni__MO_580571659842_000", {"Ni"}, 3.52, false, 3},
    {"EAM_Dynamo_FoilesBaskesDaw_1986Universal3_Cu__MO_666348409573_004", {"Cu"}, 3.61, false, 3},
    {"EAM_Dynamo_Mishin_2004_NiAl__MO_101214310689_005", {"Ni", "Al"}, 3.6, false, 2},
    {"SW_StillingerWeber_1985_Si__MO_405512056662_005", {"Si"}, 5.43, true, 2},
    {"Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003", {"Si", "C"}, 4.36, true, 2},
    {"MEAM_LAMMPS_ShimParkCho_2003_NiW__MO_500937681860_000", {"Ni", "W"}, 3.6, false, 2},
    {"SNAP_LiHuChen_2018_NiMo__MO_468686727341_000", {"Mo", "Ni"}, 3.7, false, 2},
    {"ex_model_Ar_SLJ_MultiCutoff", {"Ar"}, 5.26, false, 2},  // wants neighbours of ghosts
};

Configuration configuration(const Case& c, Random& random) {
  const double a = c.lattice_constant * angstrom;
  Configuration result = fcc(a, Eigen::Vector3i::Constant(c.repeats), 0, random);
  if (c.diamond) {
    const std::size_t natoms = result.natoms();
    for (std::size_t i = 0; i < natoms; ++i) {
      result.add(result.position(i) + Eigen::Vector3d::Constant(a / 4));
    }
  }
  displace(result, 0.1 * angstrom, random);
  Eigen::Matrix3d map;
  map << 0.02, 0.03, -0.01, 0, -0.01, 0.04, 0.01, 0, 0.015;
  strain(result, map);
  wrap_at_random(result, 2, random);
  return result;
}

void expect_equal(const Result& result, const Evaluation& expected, double tolerance) {
  EXPECT_NEAR(result.energy / expected.energy, 1, tolerance);
  EXPECT_LT((result.virial - expected.virial).norm() / expected.virial.norm(), tolerance);
  double largest = 0;
  double difference = 0;
  for (std::size_t i = 0; i < expected.forces.size(); ++i) {
    const Eigen::Map<const Eigen::Vector3d> force(&result.forces[3 * i]);
    largest = std::max(largest, expected.forces[i].norm());
    difference = std::max(difference, (force - expected.forces[i]).norm());
  }
  EXPECT_LT(difference / largest, tolerance);
}

class KimModels : public testing::TestWithParam<Case> {};

// Twice, the second time with the list of the first.
TEST_P(KimModels, AreTheSameOnAllRanks) {
  Random random(1);
  Configuration structure = configuration(GetParam(), random);
  ModelRequest request{"kim", std::string("model=") + GetParam().model, {}};
  for (std::size_t i = 0; i < structure.natoms(); ++i) {
    request.symbols.push_back(GetParam().species[i % GetParam().species.size()]);
  }
  for_each_layout({}, [&](EvaluatorOptions options) {
    Model model = make_model(request);
    const Model reference = make_model(request);
    options.species = model.species;
    with_evaluator(std::move(model.potential), options, [&](Evaluator& evaluator) {
      Random moves(2);
      Configuration moving = structure;
      for (int request_number = 0; request_number < 2; ++request_number) {
        Crystal crystal{moving.cell, {}, model.species};
        for (std::size_t i = 0; i < moving.natoms(); ++i) {
          crystal.positions.push_back(moving.position(i));
        }
        for (Eigen::Vector3d& x : crystal.positions) {
          const Eigen::Vector3d s = moving.cell.transpose().inverse() * x;
          x -= moving.cell.transpose() * Eigen::Vector3d(s.array().floor());
        }
        expect_equal(evaluator.evaluate(moving.structure()),
                     evaluate(dynamic_cast<ManyBodyPotential&>(*reference.potential), crystal),
                     1e-10);
        displace(moving, 0.02 * angstrom, moves);
      }
      EXPECT_EQ(evaluator.statistics().rebuilds, 1);
    });
  });
}

std::string name_of(const testing::TestParamInfo<Case>& info) {
  const std::string model = info.param.model;
  return model.substr(0, model.find("__"));
}

INSTANTIATE_TEST_SUITE_P(Kim, KimModels, testing::ValuesIn(cases), name_of);

}  // namespace
}  // namespace forcewire
