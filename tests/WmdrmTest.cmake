# SPDX-License-Identifier: LGPL-2.1-or-later
# wmdrm_leave(target): a program whose exit code comes through under Wine 8 (samples/common/leave.c).
function(wmdrm_leave target)
    if(WIN32)
        target_sources(${target} PRIVATE
            "${PROJECT_SOURCE_DIR}/tests/support/leave.c" "${PROJECT_SOURCE_DIR}/samples/common/leave.c")
        target_include_directories(${target} PRIVATE "${PROJECT_SOURCE_DIR}/samples")
        target_link_options(${target} PRIVATE -Wl,--wrap=exit)
    endif()
endfunction()

# wmdrm_test(name SOURCES file... [LIBRARIES target...] [TIMEOUT seconds] [ENVIRONMENT NAME=value...] [SERIAL]): builds
# one CMocka program and registers it with ctest. Windows programs run under Wine: the toolchain names
# tests/run-windows.sh as the emulator. SERIAL: nothing else runs beside it (it measures, or changes what others see).
function(wmdrm_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "TIMEOUT" "SOURCES;LIBRARIES;ENVIRONMENT")
    add_executable(${name} ${arg_SOURCES})
    target_include_directories(${name} PRIVATE "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${name} PRIVATE ${arg_LIBRARIES} deps::cmocka)
    wmdrm_leave(${name})
    wmdrm_warnings(${name})
    add_test(NAME ${name} COMMAND ${name})
    wmdrm_test_properties(${name})
endfunction()

# wmdrm_script_test(name SCRIPT file [ARGUMENTS argument...] [TIMEOUT seconds] [ENVIRONMENT NAME=value...] [SERIAL]):
# registers a bash script with ctest. It passes when it ends with 0.
function(wmdrm_script_test name)
    cmake_parse_arguments(PARSE_ARGV 1 arg "SERIAL" "SCRIPT;TIMEOUT" "ARGUMENTS;ENVIRONMENT")
    get_filename_component(script "${arg_SCRIPT}" ABSOLUTE)
    add_test(NAME ${name} COMMAND bash "${script}" ${arg_ARGUMENTS})
    wmdrm_test_properties(${name})
endfunction()

macro(wmdrm_test_properties name)
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 300)
    endif()
    set_tests_properties(${name} PROPERTIES TIMEOUT ${arg_TIMEOUT} RUN_SERIAL "${arg_SERIAL}"
        ENVIRONMENT "${arg_ENVIRONMENT}")
endmacro()
