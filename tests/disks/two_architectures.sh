#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: two_architectures.sh PROGRAM SOURCE X64-BUILD BUILD
# A 32-bit and a 64-bit process, each under its own Wine, individualize on one store at once, and store and use licences
# in another. PROGRAM is the 32-bit one; license_tool lies beside it.
# The 64-bit one is built in X64-BUILD where that is a build of the same source, else in a folder of BUILD.
script_arguments=("$@")
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" x86 x64
. "$tests/disks/together.sh"
. "$tests/disks/licenses_together.sh"

build_x64()
{
    local source=$1 build=$2
    if ! grep -qsx "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
        build=$3/x64
        (cd "$source" && cmake --preset x64 -B "$build" -DWMDRM_SAMPLES=OFF) >"$folder/log" 2>&1 ||
            { cat "$folder/log" >&2; fail "the 64-bit build cannot be configured"; }
    fi
    cmake --build "$build" --target wmdrmsdk store_tool license_tool >"$folder/log" 2>&1 ||
        { cat "$folder/log" >&2; fail "the 64-bit program cannot be built"; }
    x64=$build/bin/store_tool.exe
}

build_x64 "$2" "$3" "$4"
start_tool one x86 "$1"
start_tool two x64 "$x64"
individualize_together
start_tool one x86 "$(dirname "$1")/license_tool.exe"
start_tool two x64 "$(dirname "$x64")/license_tool.exe"
licenses_together
