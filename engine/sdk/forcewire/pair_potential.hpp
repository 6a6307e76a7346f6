// A pair potential of your own: the energy of two atoms as a function of their distance. forcewire
// does the rest: neighbours, ranks, SIMD, virial.
//
//   #include <forcewire/pair_potential.hpp>
//
//   FORCEWIRE_BEGIN
//   struct Morse {  // D ((1 - exp(-a (r - r0)))^2 - 1)
//     static constexpr Option options[] = {energy_option("D", "depth of the well"),
//                                          inverse_length_option("a", "how narrow the well is"),
//                                          length_option("r0", "where it is deepest")};
//     auto operator()(const auto& r, const auto* p) const {
//       const auto x = exp(p[1] * (p[2] - r.r()));
//       return PairValue{p[0] * x * (x - 2), 2 * p[0] * p[1] * x * (x - 1) * r.inverse_r()};
//     }
//   };
//   FORCEWIRE_END(Morse)
//
// p points to one number each or to a vector of them; sqrt, exp, log and more of
// engine/kernels/lanes-inl.hpp are there for both. p holds the values of the options for the two
// species, in atomic units. Energy and -(1/r) du/dr come back; what they are beyond the cutoff does
// not matter. `cutoff` and `truncation` are options of every pair potential.
//
// May be there, too:
//
//   static constexpr auto name = "morse";  // otherwise that of the type
//   static constexpr auto summary = "a line for --help";
//   static constexpr auto help = "more text for --help";
//   static constexpr double microseconds_per_atom = 5;  // see plugin.h
//   static constexpr bool only_r2 = true;  // short, and makes no use of r.r() and r.inverse_r():
//                                          // faster
//   explicit Morse(const Setup& setup);   // reads a file, say; may throw: the text is for the user
//   static constexpr std::size_t parameter_count = 2;
//   static void prepare(const double* given, double* parameters);  // p from the options; may
//                                                                    // throw, too
//
// Write nothing but #include in front of FORCEWIRE_BEGIN and nothing behind FORCEWIRE_END: the file
// is read once for each instruction set, the best of which is chosen at run time. For that
// HWY_TARGET_INCLUDE must be the name of the file; forcewire_add_potential of CMake sets it.

#ifndef HWY_TARGET_INCLUDE
#error "compile with forcewire_add_potential, or with -DHWY_TARGET_INCLUDE='\"/path/of/this/file\"'"
#endif

#include "engine/kernels/simd_targets.hpp"
// Behind it:
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

#include "engine/kernels/pair_table-inl.hpp"
#include "forcewire/pair_instance.hpp"
#include "forcewire/pair_instance_of-inl.hpp"

#undef FORCEWIRE_BEGIN
#define FORCEWIRE_BEGIN   \
  HWY_BEFORE_NAMESPACE(); \
  namespace forcewire {   \
  namespace HWY_NAMESPACE {

// Ends a potential that is a function `Get`, and not a shared object of its own.
#undef FORCEWIRE_END_AS
#if HWY_ONCE
#define FORCEWIRE_END_AS(Function, Get)                                                          \
  FORCEWIRE_MAKE(Function)                                                                       \
  namespace forcewire {                                                                          \
  namespace {                                                                                    \
  HWY_EXPORT(make_pair_instance);                                                                \
  PairInstance* make_pair(const Setup& setup) {                                                  \
    return HWY_DYNAMIC_DISPATCH(make_pair_instance)(setup);                                      \
  }                                                                                              \
  }                                                                                              \
  }                                                                                              \
  Get {                                                                                          \
    return forcewire::PairPlugin<forcewire::HWY_NAMESPACE::Function, forcewire::make_pair>::get( \
        #Function);                                                                              \
  }
#else
#define FORCEWIRE_END_AS(Function, Get) FORCEWIRE_MAKE(Function)
#endif

#undef FORCEWIRE_MAKE
#define FORCEWIRE_MAKE(Function)                         \
  namespace {                                            \
  PairInstance* make_pair_instance(const Setup& setup) { \
    return new PairInstanceOf<Function>(setup);          \
  }                                                      \
  }                                                      \
  }                                                      \
  }                                                      \
  HWY_AFTER_NAMESPACE();

#undef FORCEWIRE_END
#define FORCEWIRE_END(Function) \
  FORCEWIRE_END_AS(Function,    \
                   extern "C" FORCEWIRE_EXPORT const forcewire_plugin* forcewire_get_plugin())
