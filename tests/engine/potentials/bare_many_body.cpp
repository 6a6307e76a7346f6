// A many-body potential that says no more than it must, and sends all kinds of extras.

#include <array>
#include <forcewire/many_body_potential.hpp>
#include <string>
#include <string_view>
#include <vector>

struct BareManyBody {
  static constexpr double microseconds_per_atom = 30;

  double cutoff() const { return 8; }

  void compute(const forcewire::Atoms& atoms, forcewire::Output& out) {
    out.energy = atoms.owned();
    out.extra("yes", true);
    out.extra("int", -3);
    out.extra("size", std::size_t{7});
    out.extra("double", 0.1);
    out.extra("float", 0.5F);
    out.extra("char", 'c');
    out.extra("text", "say \"so\"\n");
    out.extra("string", std::string("\\"));
    out.extra("view", std::string_view("liquid"));
    out.extra("vector", forcewire::Vector{1, 2, 3.5});
    out.extra("force", out.force(0));
    out.extra("array", std::array{1, 2});
    out.extra("doubles", std::vector<double>{0.25, -1});
    out.extra("truths", std::vector<bool>{true, false});
    out.extra("texts", std::vector<std::string>{"a", "b"});
    out.extra("vectors", std::vector<forcewire::Vector>{{1, 0, 0}, {0, 1, 0}});
    out.extra("virial", out.virial);
    out.extra("none", std::vector<int>());
    out.extra_json("json", "{\"why\": null}");
  }
};
FORCEWIRE_MANY_BODY(BareManyBody)
