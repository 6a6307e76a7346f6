// A pair function with its parameters, for one instruction set.
//
// Included once per instruction set, by pair_potential.hpp.

#if defined(FORCEWIRE_PAIR_INSTANCE_OF_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_PAIR_INSTANCE_OF_INL_HPP
#undef FORCEWIRE_PAIR_INSTANCE_OF_INL_HPP
#else
#define FORCEWIRE_PAIR_INSTANCE_OF_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/kernels/pair_table-inl.hpp"
#include "engine/kernels/pair_table.hpp"
#include "forcewire/pair_instance.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

template <class Function>
class PairInstanceOf final : public PairInstance {
 public:
  /// @throws std::exception when the function or its parameters cannot be made, or it has no finite
  ///         value at the cutoff
  explicit PairInstanceOf(const Setup& setup)
      : function_(made_from<Function>(setup)),
        species_count_(setup.species_count()),
        shifted_(is_shifted(setup)) {
    const auto species = static_cast<std::size_t>(species_count_);
    table_.resize(species * species * stride);
    for (int a = 0; a < species_count_; ++a) {
      for (int b = 0; b < species_count_; ++b) fill(setup, a, b);
    }
  }

  double cutoff() const override { return cutoff_; }

  double pair_energy(int a, int b, double r) const override {
    const double* entry = this->entry(a, b);
    if (!(1 / (r * r) > entry[0])) return 0;
    return energy(entry, r) - (shifted_ ? entry[1] : 0);
  }

  void expect_clusters_of(std::size_t slots) const override {
    if (slots == cluster_slots) return;
    throw std::runtime_error(
        std::string("it was compiled for ") + hwy::TargetName(HWY_TARGET) + ", with clusters of " +
        std::to_string(cluster_slots) + " atoms; those of forcewire on this CPU have " +
        std::to_string(slots) +
        ". Compile it without -march: then the best instruction set is chosen when it runs");
  }

  PairSums compute(const LocalSystem& system, std::span<double> forces) const override {
    return pair_table_kernel(system, function_, table_.data(), species_count_, shifted_, forces);
  }

 private:
  static constexpr std::size_t parameter_count = parameter_count_of<Function>();
  static constexpr std::size_t stride = pair_table_stride(parameter_count);

  static bool is_shifted(const Setup& setup) {
    const std::string_view truncation = setup.text("truncation");
    if (truncation == "none") return false;
    if (truncation == "shift") return true;
    throw std::invalid_argument("truncation is '" + std::string(truncation) +
                                "', expected none or shift");
  }

  void fill(const Setup& setup, int a, int b) {
    double* entry = this->entry(a, b);
    const double cutoff = setup.number("cutoff", a, b);
    if (!(cutoff > 0)) throw std::invalid_argument("expected a cutoff above zero");
    cutoff_ = std::max(cutoff_, cutoff);
    entry[0] = 1 / (cutoff * cutoff);
    std::vector<double> given;
    for (const Option& option : options_of<Function>()) {
      if (option.kind == FORCEWIRE_QUANTITY) given.push_back(setup.number(option.key, a, b));
    }
    take(given, std::span<double>(entry + 2, parameter_count));
    entry[1] = energy(entry, cutoff);
    // What ends like exp(1 / (r - cutoff)) has a value on the near side alone.
    if (!std::isfinite(entry[1])) entry[1] = energy(entry, cutoff * (1 - 1e-12));
    if (!std::isfinite(entry[1])) {
      throw std::invalid_argument("the energy of a pair at the cutoff of " +
                                  std::to_string(cutoff) + " bohr is no finite number");
    }
  }

  /// The parameters of the function from its options.
  static void take(std::vector<double> given, std::span<double> parameters) {
    if constexpr (requires { Function::prepare(given.data(), parameters.data()); }) {
      // What it forgets to write is found out, and what it writes beyond.
      std::vector<double> prepared(parameter_count + 1024,
                                   std::numeric_limits<double>::quiet_NaN());
      Function::prepare(given.data(), prepared.data());
      if (!std::all_of(prepared.begin() + parameter_count, prepared.end(),
                       [](double beyond) { return std::isnan(beyond); })) {
        throw std::logic_error("prepare writes more parameters than its parameter_count of " +
                               std::to_string(parameter_count));
      }
      given = std::move(prepared);
      given.resize(parameter_count);
    }
    if (given.size() > parameter_count) {
      throw std::logic_error("it has more options than its parameter_count of " +
                             std::to_string(parameter_count) + ", and no prepare");
    }
    std::copy(given.begin(), given.end(), parameters.begin());
  }

  double energy(const double* entry, double r) const {
    return function_(Separation<double>{r * r, 1 / (r * r), r, 1 / r}, entry + 2).energy;
  }

  double* entry(int a, int b) {
    return table_.data() + static_cast<std::size_t>(a * species_count_ + b) * stride;
  }
  const double* entry(int a, int b) const { return const_cast<PairInstanceOf*>(this)->entry(a, b); }

  Function function_;
  int species_count_;
  bool shifted_;
  double cutoff_ = 0;  // the largest of all pairs
  std::vector<double> table_;
};

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
