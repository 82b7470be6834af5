# SPDX-License-Identifier: LGPL-2.1-or-later
# The DLL's exports and its two import libraries, from one module definition file.
#
# The definition file names each export as 32-bit code calls it, with the bytes of its arguments: NAME@BYTES. The DLL
# exports plain names on both architectures, as the original does; 32-bit import libraries keep the decorated symbols
# (_NAME@BYTES), which is what compilers ask for.
find_program(WMDRM_DLLTOOL NAMES ${CMAKE_SYSTEM_PROCESSOR}-w64-mingw32-dlltool REQUIRED)
find_program(WMDRM_LLVM_DLLTOOL NAMES llvm-dlltool llvm-dlltool-14 REQUIRED)
find_program(WMDRM_LLVM_LIB NAMES llvm-lib llvm-lib-14 REQUIRED)
mark_as_advanced(WMDRM_DLLTOOL WMDRM_LLVM_DLLTOOL WMDRM_LLVM_LIB)

# wmdrm_import_member(target): makes the objects of this library fit to be members of import libraries, which linkers of
# other makers read and which must need nothing of GCC's.
function(wmdrm_import_member target)
    target_compile_options(${target} PRIVATE -g0 -O2 -fno-ident -fno-asynchronous-unwind-tables -fno-stack-protector)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "i686")
        target_compile_options(${target} PRIVATE -include "${PROJECT_SOURCE_DIR}/src/shell/import/safe_seh.h")
    endif()
endfunction()

# wmdrm_export(target DEFINITION file MEMBERS library...): makes the DLL target export what the file says, and makes
#   libNAME.a  for GNU ld
#   NAME.lib   for Microsoft's link and for lld-link
# in the target's binary folder, each with the objects of the MEMBERS added, and installs them and the DLL. Link
# NAME::import to use the DLL as an application does: through libNAME.a.
function(wmdrm_export target)
    cmake_parse_arguments(PARSE_ARGV 1 arg "" "DEFINITION" "MEMBERS")
    get_filename_component(source "${arg_DEFINITION}" ABSOLUTE)
    set(definition "${CMAKE_CURRENT_BINARY_DIR}/${target}-exports.def")
    set(gnu "${CMAKE_CURRENT_BINARY_DIR}/lib${target}.a")
    set(msvc "${CMAKE_CURRENT_BINARY_DIR}/${target}.lib")

    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${source}")
    file(READ "${source}" text)
    if(CMAKE_SYSTEM_PROCESSOR STREQUAL "i686")
        set(kill_at --kill-at)
        set(llvm_machine i386)
        set(lib_machine x86)
        target_link_options(${target} PRIVATE -Wl,--kill-at)
    else()
        set(kill_at "")
        set(llvm_machine i386:x86-64)
        set(lib_machine x64)
        string(REGEX REPLACE "@[0-9]+" "" text "${text}")
    endif()
    file(CONFIGURE OUTPUT "${definition}" CONTENT "${text}" @ONLY)
    target_sources(${target} PRIVATE "${definition}")
    set_target_properties(${target} PROPERTIES PREFIX "" LINK_DEPENDS "${definition}")

    foreach(member IN LISTS arg_MEMBERS)
        list(APPEND objects "$<TARGET_OBJECTS:${member}>")
    endforeach()
    add_custom_command(
        OUTPUT "${gnu}"
        COMMAND ${CMAKE_COMMAND} -E rm -f "${gnu}"
        COMMAND "${WMDRM_DLLTOOL}" ${kill_at} --deterministic-libraries -d "${definition}" -l "${gnu}"
        COMMAND "${CMAKE_AR}" rsD "${gnu}" ${objects}
        DEPENDS "${definition}" ${objects}
        COMMAND_EXPAND_LISTS VERBATIM
        COMMENT "Import library lib${target}.a")
    add_custom_command(
        OUTPUT "${msvc}"
        COMMAND "${WMDRM_LLVM_DLLTOOL}" -m ${llvm_machine} ${kill_at} -d "${definition}" -l "${msvc}.imports"
        COMMAND "${WMDRM_LLVM_LIB}" -nologo -machine:${lib_machine} "-out:${msvc}" "${msvc}.imports" ${objects}
        DEPENDS "${definition}" ${objects}
        BYPRODUCTS "${msvc}.imports"
        COMMAND_EXPAND_LISTS VERBATIM
        COMMENT "Import library ${target}.lib")
    add_custom_target(${target}_import_libraries ALL DEPENDS "${gnu}" "${msvc}")
    set_target_properties(${target}_import_libraries PROPERTIES GNU_LIBRARY "${gnu}" MSVC_LIBRARY "${msvc}")

    add_library(${target}_import INTERFACE)
    target_link_libraries(${target}_import INTERFACE "${gnu}")
    add_dependencies(${target}_import ${target}_import_libraries ${target})
    add_library(${target}::import ALIAS ${target}_import)

    install(PROGRAMS "$<TARGET_FILE:${target}>" DESTINATION bin)
    install(FILES "${gnu}" "${msvc}" DESTINATION lib)
endfunction()
