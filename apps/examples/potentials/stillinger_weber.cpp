// Silicon of F. H. Stillinger and T. A. Weber, Phys. Rev. B 31, 5262 (1985): bonds and angles.
#include <cmath>
#include <forcewire/many_body_potential.hpp>
#include <vector>

using namespace forcewire;

struct StillingerWeber {
  static constexpr auto name = "stillinger-weber";
  static constexpr auto summary = "Stillinger-Weber; silicon unless told otherwise";
  static constexpr Option options[] = {energy_option("epsilon", "depth of a bond", "2.1683eV"),
                                       length_option("sigma", "unit of length", "2.0951angstrom"),
                                       number_option("lambda", "strength of angles", "21")};

  explicit StillingerWeber(const Setup& s)
      : epsilon(s.number("epsilon")), sigma(s.number("sigma")), lambda(s.number("lambda")) {}
  double cutoff() const { return a * sigma; }

  // The energy of atom i is half of each of its bonds, and the angles between them.
  void compute(const Atoms& atoms, Output& out) {
    const auto gain = [&](int i, int j, double energy, const Vector& slope) {  // by moving j
      out.energy += epsilon * energy;
      out.force(i) += epsilon / sigma * slope;
      out.force(j) -= epsilon / sigma * slope;
    };
    for (int i = 0; i < atoms.owned(); ++i) {
      bonds.clear();
      for (int j : atoms.neighbors(i)) {
        const Vector d = (atoms.position(j) - atoms.position(i)) / sigma;
        const double r = norm(d), beyond = r - a;
        if (beyond >= 0) continue;
        bonds.push_back({j, d / r, r, std::exp(gamma / beyond), -gamma / (beyond * beyond)});

        const double fade = 0.5 * A * std::exp(1 / beyond), repulsion = B * std::pow(r, -4);
        const double energy = fade * (repulsion - 1);
        gain(i, j, energy, -(4 * fade * repulsion / r + energy / (beyond * beyond)) * d / r);
      }
      for (std::size_t n = 1; n < bonds.size(); ++n) {
        for (std::size_t m = 0; m < n; ++m) {
          const Bond &b = bonds[m], &c = bonds[n];
          const double cosine = dot(b.to, c.to), off = cosine + 1.0 / 3;
          const double scale = lambda * b.fade * c.fade * off;
          gain(i, b.j, scale * off,
               scale * (off * b.fading * b.to + 2 / b.r * (c.to - cosine * b.to)));
          gain(i, c.j, 0, scale * (off * c.fading * c.to + 2 / c.r * (b.to - cosine * c.to)));
        }
      }
    }
  }

  struct Bond {
    int j;
    Vector to;               // of length one
    double r, fade, fading;  // fading: derivative of fade by r, over fade
  };
  std::vector<Bond> bonds;  // of one atom
  static constexpr double A = 7.049556277, B = 0.6022245584, a = 1.8, gamma = 1.2;
  double epsilon, sigma, lambda;
};
FORCEWIRE_MANY_BODY(StillingerWeber)
