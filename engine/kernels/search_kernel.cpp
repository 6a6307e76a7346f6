// Distance tests of one atom against runs of candidates, hits compressed to the front of a vector.

#include "engine/kernels/search_kernel.hpp"

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
  const hn::CappedTag<double, search_padding> d;
  const hn::RebindToUnsigned<decltype(d)> d_index;
  const hn::Rebind<std::uint32_t, decltype(d)> d_narrow;
  const auto lanes = static_cast<std::int32_t>(hn::Lanes(d));

  const auto xi = hn::Set(d, atoms.x[self]);
  const auto yi = hn::Set(d, atoms.y[self]);
  const auto zi = hn::Set(d, atoms.z[self]);
  const auto limit = hn::Set(d, radius_squared);
  const auto self_index = hn::Set(d_index, static_cast<std::uint64_t>(self));
  std::size_t count = 0;
  for (const IndexRange range : candidates) {
    const auto end = hn::Set(d_index, static_cast<std::uint64_t>(range.end));
    for (std::int32_t j = range.begin; j < range.end; j += lanes) {
      const auto dx = hn::Sub(hn::LoadU(d, atoms.x + j), xi);
      const auto dy = hn::Sub(hn::LoadU(d, atoms.y + j), yi);
      const auto dz = hn::Sub(hn::LoadU(d, atoms.z + j), zi);
      const auto r2 = hn::MulAdd(dx, dx, hn::MulAdd(dy, dy, hn::Mul(dz, dz)));
      const auto index = hn::Iota(d_index, static_cast<std::uint64_t>(j));
      const auto hit = hn::And(hn::RebindMask(d_index, hn::Le(r2, limit)),
                               hn::And(hn::Lt(index, end), hn::Ne(index, self_index)));
      hn::StoreU(hn::TruncateTo(d_narrow, hn::Compress(index, hit)), d_narrow,
                 reinterpret_cast<std::uint32_t*>(found) + count);
      count += hn::CountTrue(d_index, hit);
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
