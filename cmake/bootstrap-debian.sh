#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Turns a bare Debian 12 into a machine that builds and tests this project. See usage below.
set -euo pipefail
wmdrm_source=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$wmdrm_source/cmake/bootstrap/common.sh"
. "$wmdrm_source/cmake/bootstrap/apt.sh"
. "$wmdrm_source/cmake/bootstrap/libraries.sh"
. "$wmdrm_source/cmake/bootstrap/wine.sh"

usage()
{
    cat <<'END'
usage: bash cmake/bootstrap-debian.sh [--help]

Makes a Debian 12 machine (amd64) ready to build and test wmdrmsdk:
  - installs the packages it needs from the machine's own mirror (only what is missing; needs root then);
  - cross-compiles SQLite, expat and CMocka for Windows, 64 and 32 bit, from Debian's source packages;
  - sees that Wine runs 64- and 32-bit programs, and finds or makes a 32-bit one.

It can be run again at any time and does only what is not done yet; a run with nothing to do takes a second or two.
What it builds is kept in the cache, outside the source tree:
  ${WMDRM_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/wmdrmsdk-build}
END
}

build_packages=(
    # the build itself
    cmake ninja-build make gcc g++ libc6-dev pkg-config git ca-certificates
    # MinGW, both architectures; widl, windmc and the like
    gcc-mingw-w64-x86-64-win32 g++-mingw-w64-x86-64-win32 gcc-mingw-w64-i686-win32 g++-mingw-w64-i686-win32
    mingw-w64-tools
    # an import library for Microsoft's linker, and a linker that reads it as Microsoft's does
    lld llvm
    # libraries: for Windows what Debian has, and for Linux
    libgcrypt-mingw-w64-dev libgpg-error-mingw-w64-dev
    libgcrypt20-dev libsqlite3-dev libexpat1-dev libcmocka-dev libmicrohttpd-dev openssl
    # Debian's source packages; SQLite's amalgamation is made with Tcl
    dpkg-dev xz-utils patch tcl
    # running Windows programs; a private 32-bit Wine is fitted to its place with patchelf
    wine wine64 patchelf util-linux
)

main()
{
    case ${1:-} in
        '') ;;
        --help | -h) usage; exit 0 ;;
        *) usage >&2; exit 2 ;;
    esac
    [ -e /etc/debian_version ] && [ "$(dpkg --print-architecture)" = amd64 ] || fail "this is no Debian machine (amd64)"
    with_lock packages install_packages "${build_packages[@]}"
    bootstrap_libraries
    bootstrap_wine
}

main "$@"
