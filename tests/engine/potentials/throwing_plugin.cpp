// A pair potential whose making throws, with the word that it is given; or prepares too much. It
// ends at `end` as Stillinger and Weber let pairs end.

#include <algorithm>
#include <forcewire/pair_potential.hpp>

FORCEWIRE_BEGIN
struct Throwing {
  static constexpr auto name = "throwing";
  static constexpr auto summary = "throws";
  static constexpr Option options[] = {text_option("what", "number, or text of an exception"),
                                       number_option("unused", "a parameter", "0"),
                                       number_option("end", "where it ends", "0")};
  static constexpr std::size_t parameter_count = 2;

  explicit Throwing(const Setup& setup) {
    if (setup.text("what") == "nothing") return;
    if (setup.text("what") == "number") throw 42;
    throw std::invalid_argument(std::string(setup.text("what")));
  }

  static void prepare(const double* given, double* p) {
    std::copy_n(given, 2, p);
    if (given[0] > 0) p[3] = given[0];
  }

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V* p) const {
    return {exp(V(1) / (r.r() - p[1])), r.r2};
  }
};
FORCEWIRE_END(Throwing)
