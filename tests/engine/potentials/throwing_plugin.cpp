// A pair potential whose making throws, with the word that it is given; or prepares too much.

#include <forcewire/pair_potential.hpp>

FORCEWIRE_BEGIN
struct Throwing {
  static constexpr auto name = "throwing";
  static constexpr auto summary = "throws";
  static constexpr Option options[] = {text_option("what", "number, or text of an exception"),
                                       number_option("unused", "a parameter", "0")};
  static constexpr std::size_t parameter_count = 1;

  explicit Throwing(const Setup& setup) {
    if (setup.text("what") == "nothing") return;
    if (setup.text("what") == "number") throw 42;
    throw std::invalid_argument(std::string(setup.text("what")));
  }

  static void prepare(const double* given, double* p) {
    p[0] = given[0];
    if (given[0] > 0) p[3] = given[0];
  }

  template <class V>
  PairValue<V> operator()(const Separation<V>& r, const V*) const {
    return {r.r2, r.r2};
  }
};
FORCEWIRE_END(Throwing)
