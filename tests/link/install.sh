#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Installs the build into an empty folder and links programs with what is there, as somebody who has nothing else
# would: in C, in C++, and with lld-link. Then runs them.
#   install.sh CMAKE BUILD-FOLDER x64|x86 CC CXX LLD-LINK
set -euo pipefail
cmake=$1 build=$2 architecture=$3 cc=$4 cxx=$5 lld=$6
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
prefix=$work/prefix
export WMDRM_STORE_DIRECTORY="Z:${work//\//\\}\\store" WMDRM_SERVICE_URL= WMDRM_TRUST_ANCHOR=

run()
{
    local status=0
    echo "running $1"
    bash "$here/../run-windows.sh" "$architecture" "$prefix/bin/$1" || status=$?
    if [ $status -ne 0 ]; then
        echo "$1 ended with $status" >&2
        exit 1
    fi
}

"$cmake" --install "$build" --prefix "$prefix" >/dev/null
for file in bin/wmdrmsdk.dll bin/drmupdate.exe bin/queryrights.exe bin/wmdrmctl.exe include/wmdrmsdk.h \
    include/wmdrmsdkext.h lib/libwmdrmsdk.a lib/wmdrmsdk.lib; do
    if [ ! -s "$prefix/$file" ]; then
        echo "not installed: $file" >&2
        exit 1
    fi
done

# How test programs end (samples/common/leave.c), so that their exit codes come through under Wine 8.
leave=("$work/leave.obj" "$work/wrap_exit.obj" -Wl,--wrap=exit)
"$cc" -c "$here/../../samples/common/leave.c" -o "$work/leave.obj"
"$cc" "-I$here/../../samples" -c "$here/../support/leave.c" -o "$work/wrap_exit.obj"

flags=(-Wall -Wextra -Wpedantic -Werror "-I$prefix/include")
libraries=("-L$prefix/lib" -lwmdrmsdk -lmfuuid)
"$cc" "${flags[@]}" "$here/client.c" -o "$prefix/bin/client_c.exe" "${leave[@]}" "${libraries[@]}"
run client_c.exe
"$cxx" "${flags[@]}" -static "$here/client.cpp" -o "$prefix/bin/client_cpp.exe" "${leave[@]}" \
    "${libraries[@]}"
run client_cpp.exe

# Microsoft's tools take 32-bit objects only that say what exception handlers they have; GCC says nothing.
safe_seh=() entry=start
if [ "$architecture" = x86 ]; then
    safe_seh=(-include "$here/../../src/shell/import/safe_seh.h")
    entry=start@0
fi
"$cc" "${flags[@]}" "${safe_seh[@]}" -O1 -ffreestanding -fno-ident -fno-asynchronous-unwind-tables \
    -c "$here/bare_client.c" -o "$work/bare_client.obj"
"$lld" /nologo /nodefaultlib "/entry:$entry" /subsystem:console "/out:$prefix/bin/bare_client.exe" \
    "$work/bare_client.obj" "$prefix/lib/wmdrmsdk.lib"
run bare_client.exe
echo "installed, linked and run: C, C++, lld-link"
