// Distance tests of one atom against runs of candidates, hits compressed to the front of a vector.

#include "engine/kernels/search_kernel.hpp"

#include <bit>

#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/search_kernel.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

std::size_t run(const Coordinates& atoms, std::int32_t self, std::span<const IndexRange> candidates,
                double radius_squared, std::int32_t* HWY_RESTRICT found) {
  using D = hn::CappedTag<double, search_padding>;
  const D d;
  const hn::Rebind<std::uint32_t, D> d_index;
  constexpr auto lanes = static_cast<std::int32_t>(hn::MaxLanes(D()));
  static_assert(lanes <= 8, "the hits of a vector are kept in one byte");

  const auto xi = hn::Set(d, atoms.x[self]);
  const auto yi = hn::Set(d, atoms.y[self]);
  const auto zi = hn::Set(d, atoms.z[self]);
  const auto limit = hn::Set(d, radius_squared);
  const auto lane = hn::Iota(d_index, 0);
  std::size_t count = 0;
  for (const IndexRange range : candidates) {
    for (std::int32_t j = range.begin; j < range.end; j += lanes) {
      const auto dx = hn::Sub(hn::LoadU(d, atoms.x + j), xi);
      const auto dy = hn::Sub(hn::LoadU(d, atoms.y + j), yi);
      const auto dz = hn::Sub(hn::LoadU(d, atoms.z + j), zi);
      const auto r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
      std::uint8_t hits[8];
      hn::StoreMaskBits(d, hn::Le(r2, limit), hits);
      const std::int32_t left = range.end - j;
      if (left < lanes) hits[0] &= static_cast<std::uint8_t>((1 << left) - 1);
      const std::int32_t self_lane = self - j;
      if (0 <= self_lane && self_lane < lanes) {
        hits[0] &= static_cast<std::uint8_t>(~(1 << self_lane));
      }
      // 32-bit lanes: Highway's compression of 64-bit ones goes through a table in memory.
      const auto index = hn::Add(lane, hn::Set(d_index, static_cast<std::uint32_t>(j)));
      hn::StoreU(hn::CompressBits(index, hits), d_index,
                 reinterpret_cast<std::uint32_t*>(found) + count);
      count += static_cast<std::size_t>(std::popcount(hits[0]));
    }
  }
  return count;
}

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(run);
}

std::size_t find_within(const Coordinates& atoms, std::int32_t self,
                        std::span<const IndexRange> candidates, double radius_squared,
                        std::int32_t* found) {
  return HWY_DYNAMIC_DISPATCH(run)(atoms, self, candidates, radius_squared, found);
}

}  // namespace forcewire
#endif  // HWY_ONCE
