#pragma once
// Included before <hwy/highway.h> in every kernel.
//
// Clusters have the length of a vector, which the compiler must know; the scalable vectors of SVE
// and RVV are served by the next best target.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
