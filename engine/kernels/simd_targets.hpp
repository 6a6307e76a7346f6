#pragma once
// Included before <hwy/highway.h> in every kernel.
//
// Kernels load atoms as 128-bit blocks of vectors whose length the compiler knows; the scalable
// vectors of SVE and RVV are served by the next best target.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
