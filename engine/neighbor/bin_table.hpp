#pragma once

#include <Eigen/Core>
#include <cstdint>
#include <vector>

namespace forcewire {

/// The bins of space that matter to a rank, numbered from 0 in the order of their first mention.
///
/// Bins are cubes of a regular grid in Cartesian space. Only mentioned ones exist, in a hash table,
/// so that memory follows the atoms and not the volume: a droplet with one atom evaporated to
/// infinity costs what the droplet costs.
class BinTable {
 public:
  static constexpr std::int32_t none = -1;

  /// @param origin corner of bin (0, 0, 0) [bohr]; @param edge of the cubes [bohr]
  BinTable(const Eigen::Vector3d& origin, double edge);

  /// Number of bins mentioned so far.
  std::int32_t size() const { return static_cast<std::int32_t>(keys_.size()); }

  /// The bin at `position`, made when it does not exist.
  std::int32_t mention(const Eigen::Vector3d& position) { return mention(key(position)); }

  /// The bin at `position`, or `none`.
  std::int32_t find(const Eigen::Vector3d& position) const { return find(key(position)); }

  /// Mentions `bin` itself and the 26 around it.
  void mention_neighbors(std::int32_t bin);

  /// Those of the 27 bins in and around `bin` that exist.
  /// @param neighbors room for 27
  /// @return how many
  int neighbors(std::int32_t bin, std::int32_t* neighbors) const;

 private:
  using Key = std::uint64_t;
  static constexpr int axis_bits = 21;

  Key key(const Eigen::Vector3d& position) const;
  std::int32_t mention(Key key);
  std::int32_t find(Key key) const;
  std::size_t slot(Key key) const;
  void grow();

  Eigen::Array3d origin_;
  double inverse_edge_;
  std::vector<Key> keys_;            // by bin
  std::vector<std::int32_t> slots_;  // open addressing: bin or none; size is a power of two
};

}  // namespace forcewire
