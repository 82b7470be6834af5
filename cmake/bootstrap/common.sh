# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the set-up scripts and by tests/run-windows.sh: where the cache is, how to speak, how to lock.

# The same rule as in cmake/mingw.cmake.
wmdrm_cache=${WMDRM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wmdrmsdk-build}
wmdrm_mingw_architectures=(x86_64 i686)

say()
{
    printf '%s: %s\n' "${0##*/}" "$*" >&2
}

fail()
{
    say "error: $*"
    exit 1
}

# with_lock NAME COMMAND...: runs the command while no other process holds the lock of that name. The command does
# not inherit the descriptor, so that a daemon that it leaves behind (wineserver) does not keep the lock. (No test of
# its result here: that would switch `set -e` off in all of it.)
with_lock()
{
    local name=$1 descriptor
    shift
    mkdir -p "$wmdrm_cache"
    exec {descriptor}>"$wmdrm_cache/$name.lock"
    flock "$descriptor"
    "$@" {descriptor}>&-
    exec {descriptor}>&-
}
