// A pair function whose parameters depend on the two species, as the pair kernel wants it.
//
// A pair function is a type with
//
//   static constexpr std::size_t parameter_count;   // or as many as there are `options`, if any
//   static constexpr bool only_r2 = true;           // if it is a short one, and makes no use of
//                                                   // r() and inverse_r()
//   template <class V>
//   PairValue<V> operator()(const Separation<V>& r, const V* parameters) const;
//
// where V is Lanes, or double for a single pair. It knows nothing of species and cutoffs: what it
// says of pairs out of reach is not used, whatever it is. Nor does it know which pairs share a
// vector.
//
// Included once per instruction set, inside the dispatch of a kernel.

#if defined(FORCEWIRE_ENGINE_KERNELS_PAIR_TABLE_INL_HPP) == defined(HWY_TARGET_TOGGLE)
#ifdef FORCEWIRE_ENGINE_KERNELS_PAIR_TABLE_INL_HPP
#undef FORCEWIRE_ENGINE_KERNELS_PAIR_TABLE_INL_HPP
#else
#define FORCEWIRE_ENGINE_KERNELS_PAIR_TABLE_INL_HPP
#endif

#include <hwy/highway.h>

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <type_traits>

#include "engine/kernels/lanes-inl.hpp"
#include "engine/kernels/pair_kernel-inl.hpp"
#include "engine/kernels/pair_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// How far two atoms are apart.
template <class V>
struct Separation {
  V r2;                ///< r^2 [bohr^2]
  V inverse_r2;        ///< 1/r^2: multiply instead of dividing [bohr^-2]
  V distance;          ///< r [bohr]
  V inverse_distance;  ///< 1/r [1/bohr]

  HWY_INLINE V r() const { return distance; }
  HWY_INLINE V inverse_r() const { return inverse_distance; }
};

/// What a pair function says of a pair.
template <class V>
struct PairValue {
  V energy;        ///< u(r) [hartree]
  V force_over_r;  ///< -(1/r) du/dr [hartree/bohr^2]
};

template <class V>
PairValue(V, V) -> PairValue<V>;

/// How many parameters a pair function has.
template <class Function>
constexpr std::size_t parameter_count_of() {
  if constexpr (requires { Function::parameter_count; }) {
    return Function::parameter_count;
  } else if constexpr (requires { Function::options; }) {
    return std::size(Function::options);
  } else {
    return 0;
  }
}

/// Whether a pair function says that it is a short one that makes no use of r and 1/r: then they
/// are not computed ahead.
template <class Function>
constexpr bool is_only_r2() {
  if constexpr (requires { Function::only_r2; }) {
    return Function::only_r2;
  } else {
    return false;
  }
}

/// @tparam is_one_species there is one pair of species, whose parameters stay in registers
/// @tparam shifted energies are shifted as the table says
template <class Function, bool is_one_species, bool shifted>
class PairTable {
 public:
  static constexpr bool one_species = is_one_species;
  static constexpr std::size_t parameter_count = parameter_count_of<Function>();
  static constexpr bool only_r2 = is_only_r2<Function>();

  PairTable(const Function& function, const double* table, std::int64_t species_count)
      : function_(function), table_(table), species_count_(species_count) {}

  /// Of the pair of species that sees farthest, and more than rounding could add.
  double reach_squared() const {
    double least = table_[0];
    for (std::int64_t pair = 1; pair < species_count_ * species_count_; ++pair) {
      least = std::min(least, table_[pair * std::int64_t{stride}]);
    }
    return (1 + 1e-12) / least;
  }

  template <class D>
  struct Row {
    const double* begin;  // of the pairs of the row's species with all others
    Lanes inverse_cutoff_squared, shift;
    Lanes parameters[parameter_count > 0 ? parameter_count : 1];
  };

  template <class D>
  HWY_INLINE Row<D> row(D, std::int64_t species) const {
    Row<D> row;
    row.begin = table_ + species * species_count_ * std::int64_t{stride};
    fill(row, [&](std::size_t field) HWY_ATTR { return Lanes(row.begin[field]); });
    return row;
  }

  template <class D>
  HWY_INLINE PairTerms<D> operator()(D d, const Row<D>& row, const PairDistances<D>& distances,
                                     hn::Vec<D> species) const {
    if constexpr (one_species) {
      return evaluate(d, row, distances);
    } else {
      // Each lane has a pair of species of its own.
      const hn::RebindToSigned<D> d_index;
      const auto at = hn::ShiftLeft<std::countr_zero(stride)>(hn::BitCast(d_index, species));
      Row<D> lanes;
      fill(lanes, [&](std::size_t field)
                      HWY_ATTR { return Lanes(hn::GatherIndex(d, row.begin + field, at)); });
      return evaluate(d, lanes, distances);
    }
  }

 private:
  static constexpr std::size_t stride = pair_table_stride(parameter_count);

  template <class RowOfD, class Field>
  static HWY_INLINE void fill(RowOfD& row, const Field& field) {
    row.inverse_cutoff_squared = field(0);
    if constexpr (shifted) row.shift = field(1);
    for (std::size_t i = 0; i < parameter_count; ++i) row.parameters[i] = field(2 + i);
  }

  template <class D>
  HWY_INLINE PairTerms<D> evaluate(D, const Row<D>& row, const PairDistances<D>& r) const {
    const PairValue<Lanes> value = function_(
        Separation<Lanes>{Lanes(r.r2), Lanes(r.inverse_r2), Lanes(r.r), Lanes(r.inverse_r)},
        row.parameters);
    hn::Vec<D> energy = value.energy.v;
    if constexpr (shifted) energy = hn::Sub(energy, row.shift.v);
    // Also what is no number: atoms at the same place must not pass for atoms out of reach.
    const auto in_range = not_at_most(r.inverse_r2, row.inverse_cutoff_squared.v);
    return {energy, value.force_over_r.v, in_range};
  }

  const Function& function_;
  const double* table_;
  std::int64_t species_count_;
};

/// Energy, forces and virial of all pairs.
/// @param table see PairTableEntry
/// @param forces as LocalSystem::force_numbers says; overwritten; aligned to 64 bytes
template <class Function>
PairSums pair_table_kernel(const LocalSystem& system, const Function& function, const double* table,
                           int species_count, bool shifted, std::span<double> forces) {
  const auto run = [&](auto one_species, auto with_shift) {
    using Pairs = PairTable<Function, decltype(one_species)::value, decltype(with_shift)::value>;
    return pair_kernel(system, Pairs(function, table, species_count), forces);
  };
  if (species_count == 1) {
    return shifted ? run(std::true_type(), std::true_type())
                   : run(std::true_type(), std::false_type());
  }
  return shifted ? run(std::false_type(), std::true_type())
                 : run(std::false_type(), std::false_type());
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#endif  // per-target include guard
