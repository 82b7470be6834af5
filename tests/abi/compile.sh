#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Compiles client.c against the generated header in the ways that the header promises to bear, warnings as errors.
#   compile.sh CC CXX INCLUDE-DIRECTORY
set -u
cc=$1 cxx=$2 include=$3
source=$(dirname "$0")/client.c
messages=$(mktemp)
trap 'rm -f "$messages"' EXIT
passed=0 failed=0

# compile COMPILER ARGUMENTS...
compile()
{
    if "$@" -Wall -Wextra -Wpedantic -Wshadow -Wundef -Werror -I"$include" -fsyntax-only "$source" 2>"$messages"; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        echo "does not compile: $*"
        head -n 5 "$messages"
    fi
}

for language in "$cc -std=c89 -Wno-long-long" "$cc -std=gnu99" \
    "$cxx -std=c++98 -Wno-long-long -x c++" "$cxx -std=c++20 -x c++"; do
    compile $language -DTEST_BARE -DCOBJMACROS
done
for language in "$cc -std=c11" "$cxx -std=c++11 -x c++"; do
    compile $language
    compile $language -DCOBJMACROS
    compile $language -DCOBJMACROS -DCONST_VTABLE
    compile $language -DINITGUID
    compile $language -DTEST_WMSDKIDL -DCOBJMACROS -DINITGUID
    compile $language -DUNICODE -D_UNICODE -DWIN32_LEAN_AND_MEAN -D_WIN32_WINNT=0x0601
done
# C's view of an interface in C++. With CONST_VTABLE MinGW's own objidlbase.h does not compile here.
compile "$cxx" -std=c++11 -DCINTERFACE -DCOBJMACROS -x c++

echo "$passed combinations compile, $failed do not"
[[ $failed -eq 0 && $passed -eq 17 ]]
