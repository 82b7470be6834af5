# SPDX-License-Identifier: LGPL-2.1-or-later
# Toolchain: MinGW-w64 on Debian, for the architecture named by WMDRM_MINGW_ARCH (x86_64 or i686). The libraries that
# Debian does not package for it come from the cache that cmake/bootstrap-debian.sh fills.
set(WMDRM_MINGW_ARCH "x86_64" CACHE STRING "Architecture of the MinGW compilers: x86_64 or i686")
list(APPEND CMAKE_TRY_COMPILE_PLATFORM_VARIABLES WMDRM_MINGW_ARCH)

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ${WMDRM_MINGW_ARCH})
set(wmdrm_triplet ${WMDRM_MINGW_ARCH}-w64-mingw32)
set(CMAKE_C_COMPILER ${wmdrm_triplet}-gcc)
set(CMAKE_CXX_COMPILER ${wmdrm_triplet}-g++)
set(CMAKE_RC_COMPILER ${wmdrm_triplet}-windres)

if(DEFINED ENV{WMDRM_CACHE})
    set(WMDRM_CACHE "$ENV{WMDRM_CACHE}")
elseif(DEFINED ENV{XDG_CACHE_HOME})
    set(WMDRM_CACHE "$ENV{XDG_CACHE_HOME}/wmdrmsdk-build")
else()
    set(WMDRM_CACHE "$ENV{HOME}/.cache/wmdrmsdk-build")
endif()

set(CMAKE_FIND_ROOT_PATH "${WMDRM_CACHE}/${wmdrm_triplet}" "/usr/${wmdrm_triplet}")
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Tests, and whatever else of ours the build runs, run under Wine.
if(WMDRM_MINGW_ARCH STREQUAL "x86_64")
    set(wmdrm_architecture x64)
else()
    set(wmdrm_architecture x86)
endif()
set(CMAKE_CROSSCOMPILING_EMULATOR bash "${CMAKE_CURRENT_LIST_DIR}/../tests/run-windows.sh" ${wmdrm_architecture})
