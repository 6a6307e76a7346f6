// The main function of kernel tests: all tests once for each instruction set that was compiled and
// that this CPU has, not only for the one that it would pick.

#include <gtest/gtest.h>
#include <hwy/highway.h>

#include <cstdint>
#include <iostream>

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const std::int64_t available = hwy::SupportedTargets() & HWY_TARGETS;
  int status = 0;
  for (std::int64_t rest = available; rest != 0; rest &= rest - 1) {
    const std::int64_t target = rest & -rest;
    std::cout << "instruction set: " << hwy::TargetName(target) << std::endl;
    hwy::SetSupportedTargetsForTest(target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    status |= RUN_ALL_TESTS();
  }
  return status;
}
