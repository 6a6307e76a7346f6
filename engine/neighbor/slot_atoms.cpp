#include "engine/neighbor/slot_atoms.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/geometry/coordinates.hpp"
#include "engine/kernels/local_system.hpp"
#include "engine/kernels/refresh_kernel.hpp"
#include "engine/neighbor/bytes_of.hpp"
#include "engine/neighbor/resize_anew.hpp"

namespace forcewire {

namespace {

// Atoms that stand for all others. Beads of a polymer and structures of a batch differ everywhere.
constexpr std::size_t sample = 1000;

/// How far atoms at fractional coordinates `s` are from `reference`, modulo lattice vectors [bohr],
/// squared.
double squared_distance(const Cell& cell, const Eigen::Vector3d& s,
                        const Eigen::Vector3d& reference) {
  Eigen::Vector3d motion = s - reference;
  for (int axis = 0; axis < 3; ++axis) {
    if (cell.periodic()[static_cast<std::size_t>(axis)]) motion[axis] -= std::round(motion[axis]);
  }
  return (cell.matrix() * motion).squaredNorm();
}

}  // namespace

void SlotAtoms::resize(std::size_t slots, std::size_t width) {
  width_ = width;
  resize_anew(atoms_, 4 * slots);
  resize_anew(atoms_before_, 4 * slots);
  resize_anew(source_, slots);
  resize_anew(species_, slots);
  for (auto* arrays : {&shift_, &reference_}) {
    for (auto& array : *arrays) resize_anew(array, slots);
  }
}

void SlotAtoms::settle(const Cell& cell, std::span<const double> positions, std::size_t owned) {
  refresh(cell, positions, owned);
  resize_anew(settled_, atoms_.size());
  std::ranges::copy(atoms_, settled_.begin());
}

double SlotAtoms::refresh(const Cell& cell, std::span<const double> positions, std::size_t owned) {
  const auto pointers = [](const std::array<std::vector<double>, 3>& arrays) {
    return std::array{arrays[0].data(), arrays[1].data(), arrays[2].data()};
  };
  std::swap(atoms_, atoms_before_);
  inverse_cell_before_ = std::exchange(inverse_cell_, cell.inverse());
  return refresh_atoms({source_.data(), species_.data(), pointers(shift_), pointers(reference_)},
                       cell, positions.data(), size() / width_, owned, atoms_.data());
}

void SlotAtoms::undo_refresh() {
  std::swap(atoms_, atoms_before_);
  inverse_cell_ = inverse_cell_before_;
}

bool SlotAtoms::within_since_settled(const Cell& cell, std::span<const double> positions,
                                     std::span<const std::int32_t> owned, double limit) const {
  for (std::size_t slot = 0; slot < owned.size(); ++slot) {
    if (owned[slot] == padding) continue;
    const Eigen::Vector3d reference(reference_[0][slot], reference_[1][slot], reference_[2][slot]);
    const Eigen::Vector3d s =
        cell.inverse() * position_of(positions, static_cast<std::size_t>(owned[slot]));
    if (!(squared_distance(cell, s, reference) <= limit * limit)) return false;  // also for a NaN
  }
  return true;
}

bool SlotAtoms::sample_within_since_refresh(const Cell& cell, std::span<const double> positions,
                                            std::span<const std::int32_t> owned,
                                            double limit) const {
  const std::size_t step = std::max<std::size_t>(owned.size() / sample, 1);
  for (std::size_t slot = 0; slot < owned.size(); slot += step) {
    if (owned[slot] == padding) continue;
    const double* x = &atoms_[atom_offset(slot, width_)];
    const Eigen::Vector3d reference =
        inverse_cell_ * Eigen::Vector3d(x[0], x[width_], x[2 * width_]);
    const Eigen::Vector3d s =
        cell.inverse() * position_of(positions, static_cast<std::size_t>(owned[slot]));
    if (!(squared_distance(cell, s, reference) <= limit * limit)) return false;  // also for a NaN
  }
  return true;
}

std::size_t SlotAtoms::bytes() const {
  std::size_t bytes = bytes_of(atoms_, settled_, atoms_before_, source_, species_);
  for (const auto* arrays : {&shift_, &reference_}) {
    bytes += bytes_of((*arrays)[0], (*arrays)[1], (*arrays)[2]);
  }
  return bytes;
}

}  // namespace forcewire
