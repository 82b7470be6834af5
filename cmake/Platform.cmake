# SPDX-License-Identifier: LGPL-2.1-or-later
# What every target is compiled for: the oldest Windows, or Linux with its sanitizers.
if(WIN32)
    # Windows 7. The headers' default is the newest system, which would let functions in that it lacks.
    add_compile_definitions(_WIN32_WINNT=0x0601 WINVER=0x0601)
    # C99's formats (%zu, %lld) instead of those of Microsoft's old runtime library.
    add_compile_definitions(__USE_MINGW_ANSI_STDIO=1)
    # Nothing but system DLLs is needed at run time, and the same sources give the same file.
    add_link_options(-static -Wl,--no-insert-timestamp)
    # A test finds the DLL that it loads beside it.
    set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
endif()

if(WMDRM_SANITIZE)
    add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
    # GCC's manual: wrong more often than right together with sanitizers.
    add_compile_options(-Wno-maybe-uninitialized)
    add_link_options(-fsanitize=address,undefined)
endif()
