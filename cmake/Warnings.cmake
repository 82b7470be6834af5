# SPDX-License-Identifier: LGPL-2.1-or-later
# wmdrm_warnings(target): the warnings that our own code is held to. They fail the build where WMDRM_WERROR is on.
function(wmdrm_warnings target)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wvla -Wundef -Wcast-function-type -Wpointer-arith -Wwrite-strings
        $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition>)
    if(WMDRM_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
endfunction()
