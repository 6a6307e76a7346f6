# How tests are registered: forcewire_add_test for GoogleTest programs, with or without MPI;
# forcewire_add_python_test for Python scripts.
#
# Every test runs in the same environment, handed down to whatever it starts: a plain
# `mpirun -n 7` in a script works as root, on two cores and in a container.

include_guard(GLOBAL)

set(FORCEWIRE_TEST_SUPPORT_DIR ${CMAKE_CURRENT_LIST_DIR}/../support)

set(FORCEWIRE_TEST_ENVIRONMENT
  OMPI_ALLOW_RUN_AS_ROOT=1
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  # More ranks than cores (--oversubscribe), free to move between them (--bind-to none): otherwise
  # tests that run side by side are all pinned to the same first cores.
  OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none
  # Containers forbid the system call with which ranks copy from each other: Open MPI then warns at
  # every large message.
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  PYTHONDONTWRITEBYTECODE=1)
if(FORCEWIRE_SANITIZE)
  list(APPEND FORCEWIRE_TEST_ENVIRONMENT
    LSAN_OPTIONS=suppressions=${FORCEWIRE_TEST_SUPPORT_DIR}/leak_sanitizer.supp:print_suppressions=0)
endif()

# forcewire_add_test(NAME name SOURCES file... [LIBRARIES target...]
#                    [RANKS n...] [TIMEOUT seconds] [LABELS label...])
#
# One GoogleTest program `name`. Without RANKS it runs plainly, as CTest entry `name`. With RANKS it
# runs under MPI once for each number of ranks, as `name.n1`, `name.n2`, ..., and its main function
# is the one of support/mpi_main.cpp. A program in which no test ran has failed.
function(forcewire_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;TIMEOUT" "SOURCES;LIBRARIES;RANKS;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "forcewire_add_test: NAME and SOURCES expected, "
                        "'${arg_UNPARSED_ARGUMENTS}' not understood (test '${arg_NAME}')")
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE forcewire_build ${arg_LIBRARIES})
  if(arg_RANKS)
    target_link_libraries(${arg_NAME} PRIVATE forcewire_test_mpi_main GTest::gmock)
    foreach(ranks IN LISTS arg_RANKS)
      add_test(NAME ${arg_NAME}.n${ranks}
        COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
                ${MPIEXEC_PREFLAGS} $<TARGET_FILE:${arg_NAME}> ${MPIEXEC_POSTFLAGS})
      forcewire_set_test_properties(${arg_NAME}.n${ranks}
        PROCESSORS ${ranks} TIMEOUT "${arg_TIMEOUT}" LABELS mpi ${arg_LABELS})
    endforeach()
  else()
    target_link_libraries(${arg_NAME} PRIVATE GTest::gmock_main)
    add_test(NAME ${arg_NAME} COMMAND ${arg_NAME})
    forcewire_set_test_properties(${arg_NAME} TIMEOUT "${arg_TIMEOUT}" LABELS ${arg_LABELS})
  endif()
endfunction()

# forcewire_add_python_test(NAME name SCRIPT file [ARGS arg...] [MODULES module...]
#                           [PROCESSORS n] [TIMEOUT seconds] [LABELS label...])
#
# Runs `SCRIPT ARGS...` with a Python that can import all MODULES (numpy unless given otherwise).
# The script's own folder and support/ are on its module path. ARGS may hold generator expressions
# such as $<TARGET_FILE:forcewire>. PROCESSORS is how many cores it keeps busy.
#
# Where no Python has the modules, the test is there and fails: it says which package to install.
function(forcewire_add_python_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;SCRIPT;PROCESSORS;TIMEOUT" "ARGS;MODULES;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SCRIPT)
    message(FATAL_ERROR "forcewire_add_python_test: NAME and SCRIPT expected, "
                        "'${arg_UNPARSED_ARGUMENTS}' not understood (test '${arg_NAME}')")
  endif()
  if(NOT arg_MODULES)
    set(arg_MODULES numpy)
  endif()

  cmake_path(ABSOLUTE_PATH arg_SCRIPT BASE_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR} NORMALIZE)
  forcewire_find_python(python MODULES ${arg_MODULES})
  if(python)
    add_test(NAME ${arg_NAME} COMMAND ${python} ${arg_SCRIPT} ${arg_ARGS})
  else()
    list(TRANSFORM arg_MODULES PREPEND "python3-" OUTPUT_VARIABLE packages)
    list(JOIN packages " " packages)
    add_test(NAME ${arg_NAME} COMMAND sh -c "echo '${arg_NAME} needs a Python with these modules, \
and none was found at configure time. Install them (apt install ${packages}) and configure again, \
or name such a Python with -D FORCEWIRE_TEST_PYTHON=/path/to/python3.' >&2; exit 1")
  endif()
  forcewire_set_test_properties(${arg_NAME}
    PROCESSORS "${arg_PROCESSORS}" TIMEOUT "${arg_TIMEOUT}" LABELS python ${arg_LABELS}
    ENVIRONMENT PYTHONPATH=${FORCEWIRE_TEST_SUPPORT_DIR})
endfunction()

set(FORCEWIRE_TEST_PYTHON "" CACHE FILEPATH "Python of the tests; empty: the first that has the modules")

# forcewire_find_python(variable MODULES module...)
#
# The first Python that can import all modules, or an empty string. The python3 of a developer's
# PATH often comes from a version manager, without the packages of the distribution; so that is
# tried, and then the distribution's.
function(forcewire_find_python variable)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "MODULES")
  if(FORCEWIRE_TEST_PYTHON)
    set(candidates ${FORCEWIRE_TEST_PYTHON})
  else()
    find_program(FORCEWIRE_PYTHON_IN_PATH python3)
    mark_as_advanced(FORCEWIRE_PYTHON_IN_PATH)
    set(candidates ${FORCEWIRE_PYTHON_IN_PATH} /usr/bin/python3)
  endif()

  list(JOIN arg_MODULES ", " modules)
  get_property(known GLOBAL PROPERTY "FORCEWIRE_PYTHON_WITH ${modules}" SET)
  if(NOT known)
    set(found "")
    foreach(candidate IN LISTS candidates)
      execute_process(COMMAND ${candidate} -c "import ${modules}"
        RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
      if(status EQUAL 0)
        set(found ${candidate})
        break()
      endif()
    endforeach()
    set_property(GLOBAL PROPERTY "FORCEWIRE_PYTHON_WITH ${modules}" "${found}")
    if(found)
      message(STATUS "Python for tests that need ${modules}: ${found}")
    else()
      message(WARNING "No Python has ${modules}: the tests that need it will fail")
    endif()
  endif()
  get_property(found GLOBAL PROPERTY "FORCEWIRE_PYTHON_WITH ${modules}")
  set(${variable} "${found}" PARENT_SCOPE)
endfunction()

# What all kinds of tests have in common.
function(forcewire_set_test_properties name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PROCESSORS;TIMEOUT" "LABELS;ENVIRONMENT")
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(FORCEWIRE_SANITIZE)
    math(EXPR arg_TIMEOUT "5 * ${arg_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES
    PROCESSORS ${arg_PROCESSORS}
    TIMEOUT ${arg_TIMEOUT}
    LABELS "${arg_LABELS}"
    ENVIRONMENT "${FORCEWIRE_TEST_ENVIRONMENT};${arg_ENVIRONMENT}"
    # GoogleTest is content when a program or a filter holds no test at all.
    FAIL_REGULAR_EXPRESSION "Running 0 tests")
endfunction()
