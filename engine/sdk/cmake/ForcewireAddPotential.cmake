# forcewire_add_potential(NAME SOURCE)
#
# A target NAME that builds NAME.so, the potential in SOURCE, for `forcewire -m ./NAME.so`. Options
# of the compiler are as for any target; where nobody has chosen a build type, it is optimised all
# the same.
function(forcewire_add_potential name source)
  if(NOT TARGET hwy::hwy)
    message(FATAL_ERROR "forcewire_add_potential: Highway was not found, which potentials need. On "
                        "Debian: apt install libhwy-dev; elsewhere add the folder where it is to "
                        "CMAKE_PREFIX_PATH")
  endif()
  cmake_path(ABSOLUTE_PATH source NORMALIZE)
  add_library(${name} MODULE ${source})
  target_link_libraries(${name} PRIVATE forcewire::potential)
  set_target_properties(${name} PROPERTIES
    PREFIX ""
    SUFFIX .so
    CXX_VISIBILITY_PRESET hidden
    VISIBILITY_INLINES_HIDDEN ON)
  target_compile_options(${name} PRIVATE $<$<CONFIG:>:-O3>)
  # The file is read again for each instruction set.
  set_property(SOURCE ${source} APPEND PROPERTY
    COMPILE_DEFINITIONS HWY_TARGET_INCLUDE="${source}")
endfunction()
