# Potentials need Highway, programs with forcewire::classic_sockets do not: forcewire_add_potential
# complains when it is missing.
find_package(hwy QUIET)
include(${CMAKE_CURRENT_LIST_DIR}/forcewireTargets.cmake)
include(${CMAKE_CURRENT_LIST_DIR}/ForcewireAddPotential.cmake)
