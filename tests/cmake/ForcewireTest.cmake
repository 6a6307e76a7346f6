# How tests are registered: forcewire_add_test for GoogleTest programs, with or without MPI;
# forcewire_add_python_test for Python scripts.
#
# Every test runs in the same environment, handed down to whatever it starts: a plain
# `mpirun -n 7` in a script works as root, on two cores and in a container.

include_guard(GLOBAL)

set(FORCEWIRE_TEST_SUPPORT_DIR ${CMAKE_CURRENT_LIST_DIR}/../support)

set(FORCEWIRE_FIND_PYTHON ${CMAKE_CURRENT_LIST_DIR}/../../apps/demo/find_python)

# As in apps/demo/mpi_environment, which says why; and ranks that wait let others have the core, for
# several tests run at once.
set(FORCEWIRE_TEST_ENVIRONMENT
  OMPI_MCA_mpi_yield_when_idle=1
  OMPI_ALLOW_RUN_AS_ROOT=1
  OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
  OMPI_MCA_rmaps_base_oversubscribe=1
  OMPI_MCA_hwloc_base_binding_policy=none
  OMPI_MCA_btl_vader_single_copy_mechanism=none
  PYTHONDONTWRITEBYTECODE=1)
if(FORCEWIRE_SANITIZE)
  list(APPEND FORCEWIRE_TEST_ENVIRONMENT
    LSAN_OPTIONS=suppressions=${FORCEWIRE_TEST_SUPPORT_DIR}/leak_sanitizer.supp:print_suppressions=0)
endif()

# forcewire_add_test(NAME name SOURCES file... [LIBRARIES target...]
#                    [RANKS n...] [MAIN target] [TIMEOUT seconds] [LABELS label...])
#
# One GoogleTest program `name`. Without RANKS it runs plainly, as CTest entry `name`. With RANKS it
# runs under MPI once for each number of ranks, as `name.n1`, `name.n2`, ..., and its main function
# is the one of support/mpi_main.cpp; otherwise it is GoogleMock's, or that of target MAIN. A program in which no test ran has failed.
function(forcewire_add_test)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "NAME;MAIN;TIMEOUT" "SOURCES;LIBRARIES;RANKS;LABELS")
  if(arg_UNPARSED_ARGUMENTS OR NOT arg_NAME OR NOT arg_SOURCES)
    message(FATAL_ERROR "forcewire_add_test: NAME and SOURCES expected, "
                        "'${arg_UNPARSED_ARGUMENTS}' not understood (test '${arg_NAME}')")
  endif()

  add_executable(${arg_NAME} ${arg_SOURCES})
  target_link_libraries(${arg_NAME} PRIVATE forcewire_build ${arg_LIBRARIES})
  if(FORCEWIRE_PRECOMPILE_HEADERS)
    target_precompile_headers(${arg_NAME} REUSE_FROM forcewire_test_headers)
  endif()
  if(arg_RANKS)
    target_link_libraries(${arg_NAME} PRIVATE forcewire_test_mpi_main GTest::gmock)
    foreach(ranks IN LISTS arg_RANKS)
      # Many ranks mostly wait for a core: on two cores, there is room for a test beside them.
      set(processors ${ranks})
      if(processors GREATER 3)
        set(processors 3)
      endif()
      add_test(NAME ${arg_NAME}.n${ranks}
        COMMAND ${MPIEXEC_EXECUTABLE} ${MPIEXEC_NUMPROC_FLAG} ${ranks}
                ${MPIEXEC_PREFLAGS} $<TARGET_FILE:${arg_NAME}> ${MPIEXEC_POSTFLAGS})
      forcewire_set_test_properties(${arg_NAME}.n${ranks}
        PROCESSORS ${processors} COST ${ranks} TIMEOUT "${arg_TIMEOUT}" LABELS mpi ${arg_LABELS})
    endforeach()
  else()
    if(NOT arg_MAIN)
      set(arg_MAIN GTest::gmock_main)
    endif()
    target_link_libraries(${arg_NAME} PRIVATE ${arg_MAIN} GTest::gmock)
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
# Where no Python has the modules, the test is there and fails: it says what to install.
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
  forcewire_find_python(python complaint MODULES ${arg_MODULES})
  if(python)
    add_test(NAME ${arg_NAME} COMMAND ${python} ${arg_SCRIPT} ${arg_ARGS})
  else()
    add_test(NAME ${arg_NAME} COMMAND sh -c "echo \"$1\" >&2; exit 1" sh "${complaint}")
  endif()
  forcewire_set_test_properties(${arg_NAME}
    PROCESSORS "${arg_PROCESSORS}" COST 2.5 TIMEOUT "${arg_TIMEOUT}" LABELS python ${arg_LABELS}
    ENVIRONMENT PYTHONPATH=${FORCEWIRE_TEST_SUPPORT_DIR})
endfunction()

# forcewire_find_python(path_variable complaint_variable MODULES module...)
#
# The Python that can import all modules, as apps/demo/find_python finds it; or no path, and what to
# do about it.
function(forcewire_find_python path_variable complaint_variable)
  cmake_parse_arguments(PARSE_ARGV 2 arg "" "" "MODULES")
  list(JOIN arg_MODULES ", " modules)
  get_property(asked GLOBAL PROPERTY "forcewire_python_path ${modules}" SET)
  if(NOT asked)
    execute_process(COMMAND ${FORCEWIRE_FIND_PYTHON} ${arg_MODULES}
      OUTPUT_VARIABLE path ERROR_VARIABLE complaint
      OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_STRIP_TRAILING_WHITESPACE)
    set_property(GLOBAL PROPERTY "forcewire_python_path ${modules}" "${path}")
    set_property(GLOBAL PROPERTY "forcewire_python_complaint ${modules}" "${complaint}")
    if(path)
      message(STATUS "Python for tests that need ${modules}: ${path}")
    else()
      message(WARNING "Tests that need a Python with ${modules} will fail: ${complaint}")
    endif()
  endif()
  get_property(path GLOBAL PROPERTY "forcewire_python_path ${modules}")
  get_property(complaint GLOBAL PROPERTY "forcewire_python_complaint ${modules}")
  set(${path_variable} "${path}" PARENT_SCOPE)
  set(${complaint_variable} "${complaint}" PARENT_SCOPE)
endfunction()

# forcewire_runs_foreign_models(test...)
#
# With sanitizers, these tests go on when a model of OpenKIM frees with delete what it got with
# new[], as one of MEAM does.
function(forcewire_runs_foreign_models)
  if(FORCEWIRE_SANITIZE)
    set_property(TEST ${ARGN} APPEND PROPERTY ENVIRONMENT ASAN_OPTIONS=alloc_dealloc_mismatch=0)
  endif()
endfunction()

# What all kinds of tests have in common.
function(forcewire_set_test_properties name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "PROCESSORS;COST;TIMEOUT" "LABELS;ENVIRONMENT")
  if(NOT arg_PROCESSORS)
    set(arg_PROCESSORS 1)
  endif()
  if(NOT arg_COST)
    set(arg_COST 0)
  endif()
  if(NOT arg_TIMEOUT)
    set(arg_TIMEOUT 60)
  endif()
  if(FORCEWIRE_SANITIZE)
    math(EXPR arg_TIMEOUT "5 * ${arg_TIMEOUT}")
  endif()
  set_tests_properties(${name} PROPERTIES
    PROCESSORS ${arg_PROCESSORS}
    # Those with a high one begin first: tests of many ranks, which fit nowhere in between, with
    # programs beside them that mostly wait.
    COST ${arg_COST}
    TIMEOUT ${arg_TIMEOUT}
    LABELS "${arg_LABELS}"
    ENVIRONMENT "${FORCEWIRE_TEST_ENVIRONMENT};${arg_ENVIRONMENT}"
    # GoogleTest is content when a program or a filter holds no test at all.
    FAIL_REGULAR_EXPRESSION "Running 0 tests")
endfunction()
