# SPDX-License-Identifier: LGPL-2.1-or-later
# Other people's libraries, as imported targets deps::NAME. On Windows all of them are static, so that the DLL needs
# nothing but what the system has.
function(wmdrm_dependency name header library)
    find_path(WMDRM_${name}_INCLUDE_DIR ${header} REQUIRED)
    find_library(WMDRM_${name}_LIBRARY NAMES ${library} REQUIRED)
    mark_as_advanced(WMDRM_${name}_INCLUDE_DIR WMDRM_${name}_LIBRARY)
    add_library(deps::${name} UNKNOWN IMPORTED GLOBAL)
    set_target_properties(deps::${name} PROPERTIES
        IMPORTED_LOCATION "${WMDRM_${name}_LIBRARY}"
        INTERFACE_INCLUDE_DIRECTORIES "${WMDRM_${name}_INCLUDE_DIR}")
    if(ARGN)
        set_property(TARGET deps::${name} PROPERTY INTERFACE_LINK_LIBRARIES "${ARGN}")
    endif()
endfunction()

if(WIN32)
    wmdrm_dependency(gpg_error gpg-error.h libgpg-error.a ws2_32)
    wmdrm_dependency(gcrypt gcrypt.h libgcrypt.a deps::gpg_error ws2_32)
    wmdrm_dependency(sqlite3 sqlite3.h libsqlite3.a)
    if(WMDRM_TESTS)
        wmdrm_dependency(cmocka cmocka.h libcmocka.a)
    endif()
else()
    find_package(Threads REQUIRED)
    wmdrm_dependency(gcrypt gcrypt.h gcrypt)
    wmdrm_dependency(sqlite3 sqlite3.h sqlite3)
    wmdrm_dependency(microhttpd microhttpd.h microhttpd)
    if(WMDRM_TESTS)
        wmdrm_dependency(cmocka cmocka.h cmocka)
    endif()
endif()
