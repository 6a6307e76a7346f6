#pragma once
// Included before <hwy/highway.h> in every kernel.
//
// Clusters have the length of a vector, which the compiler must know; the scalable vectors of SVE
// and RVV are served by the next best target.
//
// SSSE3 is left out because next to no processor has it without SSE4.1. Where there are no vectors
// at all, Clang as GCC takes one lane: two emulated ones are no faster, and compile ten times as
// long.
#define HWY_DISABLED_TARGETS (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV | HWY_SSSE3)
#define HWY_BROKEN_EMU128 1
