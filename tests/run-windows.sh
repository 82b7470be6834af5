#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Runs a Windows program under the right Wine. See usage below.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/../cmake/bootstrap/common.sh"
keeper_source=$here/wine/desktop_keeper.c

usage()
{
    cat <<'END'
usage: tests/run-windows.sh x64|x86 PROGRAM [ARGS...]
       tests/run-windows.sh --stop

Runs a 64- or 32-bit Windows program under Wine, in this process: its process id, standard streams, current folder,
environment and exit code are the program's. A code that does not fit into eight bits comes back as its low byte, or as
1 where that would be 0. No display is needed.

Each architecture has a Wine prefix of its own in the cache, made by the first run. WMDRM_WINE_PREFIX=DIR names another
one (made when it is not there). WINEPREFIX and its like are ignored; WINEDEBUG is respected, and "-all" by default.
Wine's server stays for ten minutes after the last program. --stop ends the servers of the cache's prefixes, or
that of WMDRM_WINE_PREFIX, and with them every program that runs there.
END
}

# What identifies this Wine: a prefix made by another one is made anew.
wine_identity()
{
    printf '%s ' "$loader"
    stat -L -c '%s.%Y' "$loader"
}

# The caller's descriptors, except the standard ones, are none of a daemon's business: a pipe that stays open in Wine's
# services would keep whoever reads it waiting.
detached()
(
    local descriptor
    for descriptor in /proc/self/fd/*; do
        descriptor=${descriptor##*/}
        [ "$descriptor" -le 2 ] || eval "exec $descriptor>&-"
    done
    cd /
    exec "$@" </dev/null >/dev/null 2>&1
)

select_wine()
{
    architecture=$1
    case $architecture in
        x64)
            loader=/usr/lib/wine/wine64
            server=/usr/lib/wine/wineserver64
            compiler=x86_64-w64-mingw32-gcc
            export WINEARCH=win64
            ;;
        x86)
            # shellcheck disable=SC1091 # two assignments, written by cmake/bootstrap/wine.sh
            [ ! -e "$wmdrm_cache/wine32" ] || . "$wmdrm_cache/wine32"
            compiler=i686-w64-mingw32-gcc
            export WINEARCH=win32
            ;;
        *) usage >&2; exit 2 ;;
    esac
    prefix=${WMDRM_WINE_PREFIX:-$wmdrm_cache/prefix-$architecture}
    if [ ! -x "${loader:-}" ] || [ ! -x "${server:-}" ]; then
        fail "there is no Wine for $architecture on this machine; run: bash cmake/bootstrap-debian.sh"
    fi
    unset WINEDLLPATH
    export WINEPREFIX=$prefix WINELOADER=$loader WINESERVER=$server WINEDEBUG=${WINEDEBUG--all}
    # No Mono and no HTML engine, which would want to be downloaded, and no menu entries in the user's home.
    WINEDLLOVERRIDES="mscoree,mshtml,winemenubuilder.exe=${WINEDLLOVERRIDES:+;$WINEDLLOVERRIDES}"
    export WINEDLLOVERRIDES
    # File names are UTF-8 whatever the caller's locale.
    case ${LC_ALL:-${LC_CTYPE:-${LANG:-}}} in
        *[Uu][Tt][Ff]8* | *[Uu][Tt][Ff]-8*) ;;
        *) unset LC_ALL; export LC_CTYPE=C.UTF-8 ;;
    esac
}

prefix_is_ready()
{
    [ "$(cat "$prefix/made-by" 2>/dev/null)" = "$(wine_identity)" ]
}

# Wine makes the user's Documents, Desktop and so on links into the caller's home; programs under test stay out of it.
unlink_user_folders()
{
    local folder
    for folder in "$1"/drive_c/users/*/*; do
        if [ -L "$folder" ]; then
            rm "$folder"
            mkdir "$folder"
        fi
    done
}

# Makes the prefix beside its place and moves it there, so that an interrupted run leaves none.
make_prefix()
{
    local new=$prefix.new
    ! prefix_is_ready || return 0
    say "making a Wine prefix for $architecture in $prefix"
    rm -rf "$new"
    mkdir -p "$new"
    (
        export WINEPREFIX=$new
        detached "$loader" wineboot --init
        # The null driver has windows, which single-threaded apartments need, but no display.
        detached "$loader" reg add 'HKCU\Software\Wine\Drivers' /v Graphics /d null /f
        # A crash ends the program at once; no dialog and no debugger.
        detached "$loader" reg add 'HKLM\Software\Microsoft\Windows NT\CurrentVersion\AeDebug' /v Debugger /d false /f
        detached "$server" -k
        detached "$server" -w
        unlink_user_folders "$new"
    ) || fail "Wine could not make a prefix for $architecture ($new)"
    wine_identity >"$new/made-by"
    if [ -e "$prefix" ]; then
        ! server_is_running || detached "$server" -k
        rm -rf "$prefix"
    fi
    mv "$new" "$prefix"
}

server_is_running()
{
    "$server" -k0 2>/dev/null
}

# Starts Wine's server, services and desktop where nothing of the caller's can reach them: started by the program they
# would keep its standard streams open.
start_server()
{
    local keeper=$prefix/desktop_keeper.exe
    ! server_is_running || return 0
    if [ ! "$keeper" -nt "$keeper_source" ]; then
        "$compiler" -O1 -s -o "$keeper" "$keeper_source" || fail "$keeper_source did not compile"
    fi
    detached "$server" -p600
    detached "$loader" wineboot
    detached "$loader" "$keeper" || fail "Wine has no desktop"
}

stop_servers()
{
    local stopped
    select_wine x64
    for stopped in "${WMDRM_WINE_PREFIX:-$wmdrm_cache/prefix-x64}" "${WMDRM_WINE_PREFIX:-$wmdrm_cache/prefix-x86}"; do
        export WINEPREFIX=$stopped
        if [ -e "$stopped" ] && server_is_running; then
            detached "$server" -k
        fi
    done
}

main()
{
    case ${1:-} in
        --help | -h) usage; exit 0 ;;
        --stop) stop_servers; exit 0 ;;
    esac
    [ "$#" -ge 2 ] || { usage >&2; exit 2; }
    select_wine "$1"
    shift
    # A name without a folder may be one of Wine's own programs, such as reg.
    [[ $1 != */* || -f $1 ]] || fail "there is no program $1"
    prefix_is_ready || with_lock "prefix-$architecture" make_prefix
    server_is_running || with_lock "prefix-$architecture" start_server
    exec "$loader" "$@"
}

main "$@"
