#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of wmdrmpack and wmdrmplay, which are called with
#   x64|x86 WMDRMPACK WMDRMPLAY DRMUPDATE ...
. "$(dirname "$0")/sample_test.sh"
pack=$2 play=$3 update=$4

pack()
{
    program=$pack
    run "$@"
}

play()
{
    program=$play
    run "$@"
}

# The same bytes, or a failure.
same()
{
    cmp -s "$1" "$2" || fail "$1 is not $2"
}
