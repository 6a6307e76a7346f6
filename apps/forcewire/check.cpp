#include "apps/forcewire/check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <string_view>
#include <vector>

#include "apps/forcewire/brute_force.hpp"

namespace forcewire {

namespace {

/// Largest differences that rounding explains, relative to the sums of magnitudes. Energies come
/// from the same formula, forces and virial here from finite differences.
constexpr double energy_tolerance = 1e-11;
constexpr double slope_tolerance = 1e-7;

/// How deep the energy of species a and b drops, times the cube of the distance where it does
/// [hartree bohr^3]: it is exactly zero beyond their cutoff, which may be shorter than that of
/// others.
double drop_at_cutoff(const Potential& potential, int a, int b) {
  double inside = 0;
  double outside = potential.cutoff();
  for (;;) {
    const double middle = (inside + outside) / 2;
    if (middle <= inside || middle >= outside) break;
    (potential.pair_energy(a, b, middle).value_or(0) != 0 ? inside : outside) = middle;
  }
  return inside > 0 ? potential.pair_energy(a, b, inside).value_or(0) * std::pow(inside, 3) : 0;
}

/// The model's tail energy, and the virial that belongs to it. Pairs neither enter nor leave the
/// tail when the cell is strained, as in `BruteForce`, so there is a surface term where the energy
/// drops:
///
///   W = -(2 pi / 3V) sum_ab N_a N_b integral r^3 u'(r) dr
///     = -V dE/dV + (2 pi / 3V) sum_ab N_a N_b r_c^3 u(r_c)
TailCorrection tail_reference(const Potential& potential, std::span<const std::int64_t> count,
                              const Cell& cell) {
  if (!cell.fully_periodic()) return {};
  const double volume = cell.volume();
  constexpr double step = 1e-4;  // of the volume
  const auto energy = [&](double steps) {
    return potential.tail(count, volume * (1 + steps * step)).energy;
  };
  if (energy(0) == 0) return {};
  double virial = -(energy(-2) - 8 * energy(-1) + 8 * energy(1) - energy(2)) / (12 * step);
  for (std::size_t a = 0; a < count.size(); ++a) {
    for (std::size_t b = 0; b < count.size(); ++b) {
      virial += 2 * std::numbers::pi / (3 * volume) * static_cast<double>(count[a]) *
                static_cast<double>(count[b]) *
                drop_at_cutoff(potential, static_cast<int>(a), static_cast<int>(b));
    }
  }
  return {energy(0), virial};
}

/// The atoms to compare: all, or as many as the budget allows, evenly spread over the file order.
std::vector<std::size_t> choose_atoms(const BruteForce& brute_force, double budget) {
  const std::size_t atoms = brute_force.atom_count();
  const double affordable = std::max(1.0, budget / brute_force.cost_of_an_atom());
  const std::size_t count =
      affordable < static_cast<double>(atoms) ? static_cast<std::size_t>(affordable) : atoms;
  std::vector<std::size_t> chosen(count);
  for (std::size_t i = 0; i < count; ++i) chosen[i] = i * atoms / count;
  return chosen;
}

std::vector<CheckRow> compare_totals(const Result& result, const AtomSums& total,
                                     const TailCorrection& tail) {
  std::vector<CheckRow> rows;
  rows.push_back({"energy [hartree]", result.energy, total.energy + tail.energy,
                  total.energy_scale + std::abs(tail.energy), energy_tolerance});
  constexpr std::string_view axes = "xyz";
  for (int i = 0; i < 3; ++i) {
    for (int j = 0; j < 3; ++j) {
      const double reference = total.virial(i, j) + (i == j ? tail.virial_diagonal : 0);
      rows.push_back({fmt::format("virial {}{} [hartree]", axes[static_cast<std::size_t>(i)],
                                  axes[static_cast<std::size_t>(j)]),
                      result.virial(i, j), reference,
                      total.virial_scale + std::abs(tail.virial_diagonal), slope_tolerance});
    }
  }
  return rows;
}

void add_forces(WorstRows& worst, std::size_t atom, std::span<const double> forces,
                const AtomSums& sums) {
  for (std::size_t i = 0; i < 3; ++i) {
    worst.add({.name = fmt::format("force on atom {}, {} [hartree/bohr]", atom, "xyz"[i]),
               .ours = forces[3 * atom + i],
               .reference = sums.force[static_cast<Eigen::Index>(i)],
               .scale = sums.force_scale,
               .tolerance = slope_tolerance});
  }
}

}  // namespace

bool has_pair_energies(const Potential& potential) {
  return potential.pair_energy(0, 0, potential.cutoff() / 2).has_value();
}

CheckReport check_result(const Structure& structure, const Cell& cell,
                         std::span<const std::int32_t> species, const Potential& potential,
                         const Result& result, double budget) {
  const BruteForce brute_force(structure.positions, species, cell, potential);
  const std::vector<std::size_t> atoms = choose_atoms(brute_force, budget);
  const bool whole = atoms.size() == brute_force.atom_count();

  AtomSums total;
  WorstRows worst;
  for (const std::size_t atom : atoms) {
    const AtomSums sums = brute_force.sums_of(atom);
    add_forces(worst, atom, result.forces, sums);
    total.energy += sums.energy;
    total.virial += sums.virial;
    total.energy_scale += sums.energy_scale;
    total.virial_scale += sums.virial_scale;
    total.pairs_at_cutoff += sums.pairs_at_cutoff;
  }

  std::vector<CheckRow> rows;
  if (whole) {
    const auto count = atoms_of_each_species(potential, species, brute_force.atom_count());
    rows = compare_totals(result, total, tail_reference(potential, count, cell));
  }
  for (const CheckRow& row : worst.rows()) rows.push_back(row);

  std::string text = fmt::format(
      "check of the first request: brute force over {} and all images, derivatives by finite "
      "differences\n{}",
      whole ? fmt::format("all {} atoms", atoms.size())
            : fmt::format("{} of {} atoms", atoms.size(), brute_force.atom_count()),
      check_table(rows));
  text +=
      "  The difference is relative to the sum of magnitudes; of the forces, the worst is shown.\n";
  if (!whole)
    text += "  Energy and virial need all pairs, which are too many here: not compared.\n";
  if (total.pairs_at_cutoff > 0) {
    text += fmt::format(
        "  Seen from each side, {} pairs lie exactly at the cutoff: rounding decides "
        "whether they count.\n",
        total.pairs_at_cutoff);
  }
  const Verdict verdict = overall_verdict(rows);
  return {text + verdict_line(verdict), verdict};
}

}  // namespace forcewire
