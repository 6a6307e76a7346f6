#include "engine/potentials/kim.hpp"
#include "engine/parallel/fewest_atoms.hpp"

#include <gmock/gmock.h>

#include <KIM_SimulatorHeaders.hpp>
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <optional>
#include <ostream>
#include <sstream>

#include "engine/potentials/errors.hpp"
#include "engine/potentials/kim_model.hpp"
#include "engine/potentials/units.hpp"
#include "support/brute_force_atoms.hpp"

namespace forcewire {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::ThrowsMessage;
using units::angstrom;
using units::electronvolt;

// One of the models that come with KIM itself, for argon.
constexpr const char* argon = "ex_model_Ar_P_MLJ_Fortran";
constexpr const char* aluminium = "EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005";
constexpr const char* nickel_aluminium = "EAM_Dynamo_Mishin_2004_NiAl__MO_101214310689_005";

Model make(const std::string& name, const std::vector<std::string>& symbols = {}) {
  return make_model({"kim", name.empty() ? "" : "model=" + name, symbols});
}

auto refuses(const std::string& why) { return ThrowsMessage<ModelError>(HasSubstr(why)); }

TEST(Kim, ListsItsModels) {
  const std::vector<std::string> names = kim_model_names();
  EXPECT_THAT(names, Contains(argon));
  EXPECT_THAT(names, Contains(aluminium)) << "install openkim-models";
  EXPECT_TRUE(std::ranges::is_sorted(names));
  EXPECT_THAT(names, Not(Contains(HasSubstr("__SM_"))));
  EXPECT_THAT(names, Not(Contains(HasSubstr("__MD_"))));
}

TEST(Kim, WantsToKnowWhichModel) {
  EXPECT_THAT([] { make(""); }, refuses("-o model=NAME"));
  const Model model = make_model({"kim", argon, {}});  // without model=
  EXPECT_EQ(model.potential->species_count(), 1);
  EXPECT_EQ(model.foreign_name, "OpenKIM model " + std::string(argon));
}

TEST(Kim, HelpsWithTheNameOfAModel) {
  EXPECT_THAT([] { make("EAM_Dynamo_ErcolessiAdams_1994_al"); },
              refuses("no model 'EAM_Dynamo_ErcolessiAdams_1994_al' on this machine (did you mean "
                      "EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005?); forcewire "
                      "--list-models kim"));
  EXPECT_THAT([] { make("EAM_Dynamo_Zhou"); }, refuses(", or one of "));
  EXPECT_THAT([] { make("ex_modle_Ar_P_LJ"); }, refuses("(did you mean 'ex_model_Ar_P_LJ'?)"));
  EXPECT_THAT([] { make("no such thing"); }, refuses("on this machine; forcewire"));
}

TEST(Kim, RunsPortableModelsOnly) {
  EXPECT_THAT([] { make("Sim_LAMMPS_ADP_ApostolMishin_2011_AlCu__SM_667696763561_000"); },
              refuses("is a simulator model"));
  EXPECT_THAT([] { make("EAM_Dynamo__MD_120291908751_005"); }, refuses("is a model driver"));
}

TEST(Kim, NamesTheSpeciesThatAModelLacks) {
  EXPECT_THAT(
      [] {
        make(nickel_aluminium, {"Fe", "Al", "Xx", "Fe"});
      },
      refuses("does not know the species Fe, Xx of the template; those it has are Al, Ni"));
}

TEST(Kim, NeedsATemplateOnlyWhereThereIsAChoice) {
  EXPECT_THAT([] { make(nickel_aluminium); },
              refuses("it has 2 species (Al, Ni), and nothing says which atom is which; pass a "
                      "structure file with --template"));
  const Model single = make(aluminium);
  EXPECT_THAT(single.species, IsEmpty());
  EXPECT_THAT(single.species_names, ElementsAre("Al"));
  const Model mixture = make(nickel_aluminium, {"Ni", "Al", "Al", "Ni"});
  EXPECT_THAT(mixture.species, ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(mixture.species_names, ElementsAre("Ni", "Al"));
}

TEST(Kim, DescribesTheModel) {
  const Model model = make("ex_model_Ar_SLJ_MultiCutoff");
  EXPECT_THAT(model.potential->description(),
              AllOf(Contains(Pair("potential", "kim, ex_model_Ar_SLJ_MultiCutoff")),
                    Contains(Pair("species it has", "Ar")),
                    Contains(Pair("influence", "19.9113 bohr (10.5366 angstrom)")),
                    Contains(Pair("computes in", "A, eV")),
                    Contains(Pair("neighbour lists", "2, also for ghosts"))));
  const std::vector<AtomListKind> lists = model.potential->atom_lists();
  ASSERT_EQ(lists.size(), 2U);
  EXPECT_TRUE(lists[0].with_ghosts);
  EXPECT_FALSE(lists[1].with_ghosts);
  EXPECT_NEAR(lists[0].cutoff / angstrom, 3.76308, 1e-5);
  EXPECT_NEAR(lists[1].cutoff / angstrom, 6.77354, 1e-5);
}

ManyBodyPotential& many_body(const Model& model) {
  return dynamic_cast<ManyBodyPotential&>(*model.potential);
}

TEST(Kim, FailsWithTheWordsOfTheModelAndLeavesNoLogFile) {
  const Model model = make("EAM_Dynamo_AcklandBaconCalder_1997_Fe__MO_142799717516_005");
  Crystal heap;  // with far more electrons than the model's table has
  heap.cell = 30 * Eigen::Matrix3d::Identity();
  for (int i = 0; i < 40; ++i) {
    heap.positions.emplace_back(0.5 * std::sin(i), 0.5 * std::cos(2 * i), 0.5 * std::sin(3 * i));
  }
  heap.species.assign(heap.positions.size(), 0);
  EXPECT_THAT([&] { evaluate(many_body(model), heap); },
              ThrowsMessage<PotentialFailure>(AllOf(
                  HasSubstr("kim, EAM_Dynamo_AcklandBaconCalder_1997_Fe"), HasSubstr("failed: "),
                  HasSubstr("density"), Not(HasSubstr(" * error * ")))));
  EXPECT_FALSE(std::filesystem::exists("kim.log"));
}

/// A variable of the environment as it was before, when this ends.
class Environment {
 public:
  Environment(const char* name, const char* value) : name_(name) {
    if (const char* before = std::getenv(name)) before_ = before;
    set(value);
  }
  ~Environment() { set(before_ ? before_->c_str() : nullptr); }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  void set(const char* value) {
    if (value == nullptr) {
      unsetenv(name_);
    } else {
      setenv(name_, value, 1);
    }
  }

  const char* name_;
  std::optional<std::string> before_;
};

/// What is printed to standard error meanwhile.
class Printed {
 public:
  Printed() : before_(std::cerr.rdbuf(text_.rdbuf())) {}
  ~Printed() { std::cerr.rdbuf(before_); }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;
  std::string text() const { return text_.str(); }

 private:
  std::ostringstream text_;
  std::streambuf* before_;
};

TEST(Kim, IsQuietWhereThereIsNoHome) {
  for (const char* home : {"/dev/null/nowhere", static_cast<const char*>(nullptr)}) {
    const Environment environment("HOME", home);
    const Printed printed;
    EXPECT_THAT(kim_model_names(), Contains(argon));
    EXPECT_EQ(make(argon).potential->species_count(), 1);
    EXPECT_THAT([] { make("no such thing"); }, refuses("finds no model 'no such thing'"));
    EXPECT_EQ(printed.text(), "");
  }
}

/// One of KIM's own models, in a folder of its own, with its cutoff of 8.15 angstrom written
/// otherwise.
class ForgedModel {
 public:
  explicit ForgedModel(const std::string& cutoff)
      : folder_(std::filesystem::temp_directory_path() / ("forcewire-" + cutoff)),
        environment_("KIM_API_PORTABLE_MODELS_DIR", folder_.c_str()) {
    const std::filesystem::path original = library();
    std::ifstream in(original, std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(in), {});
    const std::size_t at = bytes.find("8.15\n");
    if (at == std::string::npos) throw std::runtime_error("another model than expected");
    bytes.replace(at, cutoff.size(), cutoff);
    std::filesystem::create_directories(folder_ / name);
    std::ofstream(folder_ / name / original.filename(), std::ios::binary) << bytes;
  }
  ~ForgedModel() { std::filesystem::remove_all(folder_); }
  ForgedModel(const ForgedModel&) = delete;
  ForgedModel& operator=(const ForgedModel&) = delete;

  static constexpr const char* name = "ex_model_Ar_P_Morse";

 private:
  static std::filesystem::path library() {
    KIM::Collections* collections = nullptr;
    KIM::Collections::Create(&collections);
    const std::string* path = nullptr;
    KIM::Collection collection;
    collections->GetItemLibraryFileNameAndCollection(KIM::COLLECTION_ITEM_TYPE::portableModel, name,
                                                     &path, &collection);
    const std::filesystem::path result = *path;
    KIM::Collections::Destroy(&collections);
    return result;
  }

  std::filesystem::path folder_;
  Environment environment_;
};

TEST(Kim, RefusesModelsWithoutReach) {
  const double length = make(ForgedModel::name).potential->cutoff();
  EXPECT_NEAR(length / angstrom, 8.15, 1e-9);
  {
    const ForgedModel longer("9.15");
    EXPECT_NEAR(make(ForgedModel::name).potential->cutoff() / angstrom, 9.15, 1e-9);
  }
  for (const auto& [cutoff, why] :
       {std::pair("0.00", "its influence distance is 0 bohr"),
        std::pair("nan ", "its influence distance is nan bohr"),
        std::pair("inf ", "its influence distance is inf bohr"),
        std::pair("-8.1", "max(cutoffs) > influenceDistance")}) {  // KIM knows that by itself
    const ForgedModel model(cutoff);
    EXPECT_THAT([] { make(ForgedModel::name); }, refuses(why));
  }
}

TEST(Kim, RefusesListsWithoutReach) {
  const auto expect = [](double cutoff) {
    return [=] {
      const std::vector<AtomListKind> lists{{3, false, false}, {cutoff, false, false}};
      expect_reach("model", 5, lists);
    };
  };
  expect(5)();
  for (const double bad : {0.0, -1.0, 5.1, std::numeric_limits<double>::infinity(),
                           std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_THAT(expect(bad), refuses("the cutoff of its neighbour list 1 is "));
  }
}

TEST(Kim, SharesFewAtoms) { EXPECT_EQ(fewest_atoms(*make(argon).potential).shared, 8U); }

TEST(Kim, IsContentWithARankThatOwnsNothing) {
  const Model model = make(aluminium);
  const AtomSlots no_atoms;
  LocalSystem system;
  system.width = 4;
  system.by_atom = &no_atoms;
  model.potential->prepare(system);
  EXPECT_EQ(model.potential->compute(system, {}).energy, 0);
}

using Places = std::vector<Eigen::Vector3d>;
const Places fcc = {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
const Places diamond = {{0, 0, 0},          {0, 0.5, 0.5},      {0.5, 0, 0.5},
                        {0.5, 0.5, 0},      {0.25, 0.25, 0.25}, {0.25, 0.75, 0.75},
                        {0.75, 0.25, 0.75}, {0.75, 0.75, 0.25}};

/// A strained crystal and what LAMMPS has for it (tests/apps/forcewire/kim_lammps.py; LAMMPS of
/// 22-Jan-06). In eV and angstrom.
struct Case {
  const char* model;
  std::vector<std::string> species;  // in turn
  Places places;
  double lattice_constant;
  double energy;
  Eigen::Vector3d first_force;
  std::array<double, 6> virial;  // xx yy zz xy xz yz

  Crystal crystal() const {
    Eigen::Matrix3d strain;
    strain << 0.02, 0.03, -0.01, 0, -0.01, 0.04, 0.01, 0, 0.015;
    Crystal crystal;
    crystal.cell = lattice_constant * angstrom * (Eigen::Matrix3d::Identity() + strain);
    for (std::size_t i = 0; i < places.size(); ++i) {
      Eigen::Vector3d position = crystal.cell.transpose() * places[i];
      for (int axis = 0; axis < 3; ++axis) {
        position[axis] += 0.1 * angstrom * std::sin(1 + 3 * static_cast<int>(i) + axis);
      }
      crystal.positions.push_back(position);
      crystal.species.push_back(static_cast<std::int32_t>(i % species.size()));
    }
    return crystal;
  }

  Model make_model() const { return make(model, species); }
};

void PrintTo(const Case& c, std::ostream* out) { *out << c.model; }

class KimModels : public testing::TestWithParam<Case> {};

TEST_P(KimModels, GiveWhatLammpsHasOfThem) {
  const Case& c = GetParam();
  const Model model = c.make_model();
  const Evaluation got = evaluate(many_body(model), c.crystal());
  EXPECT_NEAR(got.energy / electronvolt / c.energy, 1, 1e-12);
  const double force_unit = electronvolt / angstrom;
  EXPECT_LT((got.forces[0] / force_unit - c.first_force).norm() / c.first_force.norm(), 1e-12);
  const auto [xx, yy, zz, xy, xz, yz] = c.virial;
  Eigen::Matrix3d virial;
  virial << xx, xy, xz, xy, yy, yz, xz, yz, zz;
  EXPECT_LT((got.virial / electronvolt - virial).norm() / virial.norm(), 1e-12);
}

TEST_P(KimModels, AreTheSameOnSeveralRanks) {
  const Case& c = GetParam();
  const Model model = c.make_model();
  const Crystal crystal = c.crystal();
  const Evaluation one = evaluate(many_body(model), crystal);
  const Evaluation three = evaluate(many_body(model), crystal, 3);
  EXPECT_NEAR(three.energy / one.energy, 1, 1e-12);
  EXPECT_LT((three.virial - one.virial).norm() / one.virial.norm(), 1e-12);
  for (std::size_t i = 0; i < one.forces.size(); ++i) {
    EXPECT_LT((three.forces[i] - one.forces[i]).norm(), 1e-12 * one.forces[0].norm());
  }
}

/// The derivative of `energy(x)` at 0, to fourth order.
template <typename Energy>
double derivative(Energy energy, double step) {
  return (energy(-2 * step) - 8 * energy(-step) + 8 * energy(step) - energy(2 * step)) /
         (12 * step);
}

TEST_P(KimModels, HaveForcesThatAreMinusTheGradient) {
  const Case& c = GetParam();
  const Model model = c.make_model();
  const Crystal crystal = c.crystal();
  const Evaluation got = evaluate(many_body(model), crystal);
  for (const std::size_t atom : {std::size_t{0}, crystal.positions.size() - 1}) {
    for (int axis = 0; axis < 3; ++axis) {
      const auto energy = [&](double step) {
        Crystal moved = crystal;
        moved.positions[atom][axis] += step;
        return evaluate(many_body(model), moved).energy;
      };
      // Tables of EAM have splines that are smooth to a few parts in 10^8.
      EXPECT_NEAR(-derivative(energy, 2e-4), got.forces[atom][axis], 1e-7 * got.forces[0].norm());
    }
  }
}

TEST_P(KimModels, HaveAVirialThatIsMinusTheStrainDerivative) {
  const Case& c = GetParam();
  const Model model = c.make_model();
  const Crystal crystal = c.crystal();
  const Evaluation got = evaluate(many_body(model), crystal);
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const auto energy = [&](double step) {
        Eigen::Matrix3d strain = Eigen::Matrix3d::Identity();
        strain(i, j) += step;
        Crystal strained = crystal;
        strained.cell = crystal.cell * strain;
        for (Eigen::Vector3d& x : strained.positions) x = (strain.transpose() * x).eval();
        return evaluate(many_body(model), strained).energy;
      };
      EXPECT_NEAR(-derivative(energy, 1e-4), got.virial(i, j), 1e-7 * got.virial.norm());
    }
  }
}

const Case cases[] = {
    {"EAM_Dynamo_ErcolessiAdams_1994_Al__MO_123629422045_005",
     {"Al"},
     fcc,
     4.05,
     -13.219157007256108,
     {-0.2261556013862352, -0.7985946938050965, 0.08600298146496355},
     {-0.76439108019982, -0.18359347247454144, -0.7909582116762516, 0.2046879181657196,
      -0.016511780405552318, -0.30113694736218266}},
    {"EAM_Dynamo_Mishin_2004_NiAl__MO_101214310689_005",
     {"Ni", "Al"},
     fcc,
     3.6,
     -17.15711128104568,
     {-0.7891008432527041, -1.977643705321801, 0.07121651084368086},
     {3.3270892554707814, 1.3342208584959854, 3.3011347660441275, 0.28498286947561424,
      -0.03690201428850252, -0.891680579870508}},
    {"MEAM_LAMMPS_ShimParkCho_2003_NiW__MO_500937681860_000",
     {"Ni", "W"},
     fcc,
     3.6,
     -23.69316528320155,
     {-3.140807308672782, -5.714651732190237, -1.9832684542725678},
     {20.657330331587602, 5.202758157957645, 15.200565857090009, -6.359775594823849,
      5.1512502844234795, -10.829806299116308}},
    {"SNAP_LiHuChen_2018_NiMo__MO_468686727341_000",
     {"Mo", "Ni"},
     fcc,
     3.7,
     -32.32722789432085,
     {-0.6506506014776631, -1.4987722550497624, 0.11599302526404119},
     {1.280870019346388, 1.8553029964116765, 0.9051364170579137, -0.561569352746709,
      0.06693621867751033, -1.5729493037344224}},
    {"SW_StillingerWeber_1985_Si__MO_405512056662_005",
     {"Si"},
     diamond,
     5.43,
     -33.68713118122055,
     {0.17935764171797328, -1.4212187096497058, 0.35584556651686594},
     {-2.141426165785725, -1.0577570275749877, -2.052107532952701, -3.8422662078014826,
      -1.0055885822385742, -4.680615569455191}},
    {"Tersoff_LAMMPS_Tersoff_1989_SiC__MO_171585019474_003",
     {"Si", "C"},
     diamond,
     4.36,
     -32.86669555687252,
     {1.929982784264086, -15.400368452414746, 0.869454050026414},
     {1.617366686357273, 2.1368643197561763, -0.14136647526331325, -10.369969124813538,
      3.2454184211842656, -6.146814955986305}},
    {"ex_model_Ar_P_MLJ_Fortran",
     {"Ar"},
     fcc,
     5.26,
     -0.20325227956263353,
     {-0.018175364119297707, -0.056179251027239634, 0.007554110348041831},
     {0.11592387932406799, 0.18898561836258843, 0.11956496354849357, 0.0014976071473312659,
      -0.00377026010660499, -0.06199321939684023}},
    {"ex_model_Ar_SLJ_MultiCutoff",
     {"Ar"},
     fcc,
     5.26,
     -0.010926215134693917,
     {-0.0012043645009974621, -0.0018850739490279443, 0.0007147660256364907},
     {-0.0005431117555086652, 0.003433059627074693, -0.0023019700185095047, -0.0035310211003687928,
      -0.003740836983062498, -0.0015229010555891371}},
};

INSTANTIATE_TEST_SUITE_P(Kim, KimModels, testing::ValuesIn(cases));

}  // namespace
}  // namespace forcewire
