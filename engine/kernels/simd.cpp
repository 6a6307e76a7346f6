#include "engine/kernels/simd.hpp"

#include "engine/kernels/simd_targets.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "engine/kernels/simd.cpp"
#include <hwy/foreach_target.h>
// After foreach_target.h:
#include <hwy/highway.h>

#include "engine/kernels/cluster-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace forcewire {
namespace HWY_NAMESPACE {

const char* target_name() { return hwy::TargetName(HWY_TARGET); }

std::size_t width() { return cluster_slots; }

}  // namespace HWY_NAMESPACE
}  // namespace forcewire
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace forcewire {
namespace {
HWY_EXPORT(target_name);
HWY_EXPORT(width);
}  // namespace

const char* simd_target() { return HWY_DYNAMIC_DISPATCH(target_name)(); }

std::size_t cluster_width() { return HWY_DYNAMIC_DISPATCH(width)(); }

}  // namespace forcewire
#endif  // HWY_ONCE
