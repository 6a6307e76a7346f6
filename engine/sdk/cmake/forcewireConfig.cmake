include(CMakeFindDependencyMacro)
find_dependency(hwy)
include(${CMAKE_CURRENT_LIST_DIR}/forcewireTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/ForcewireAddPotential.cmake)
