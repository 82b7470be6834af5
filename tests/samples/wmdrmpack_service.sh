#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Protecting and playing with a service in a process of its own: content that it knows, and where licences come from.
#   wmdrmpack_service.sh x64|x86 WMDRMPACK WMDRMPLAY DRMUPDATE SOURCE NATIVE-BUILD BUILD
# The service is built in NATIVE-BUILD where that is a build of the same source, else in a folder of BUILD.
. "$(dirname "$0")/pack_test.sh"

build_service()
{
    local source=$1 build=$2
    if ! grep -qsx "CMAKE_HOME_DIRECTORY:INTERNAL=$source" "$build/CMakeCache.txt"; then
        build=$3/native
        (cd "$source" && cmake --preset native -B "$build") || return 1
    fi
    flock "$build" cmake --build "$build" --target wmdrm-service || return 1
    service=$build/src/service/wmdrm-service
}

# add_content RIGHTS [OPTION...]: prints the key id
add_content()
{
    "$service" content add --data data --name content --rights "$@"
}

if ! build_service "$5" "$6" "$7" >log 2>&1; then
    cat log
    exit 1
fi
head -c 100001 /dev/urandom >plain
WMDRM_TRUST_ANCHOR=$("$service" init --data data --name 'a service') || exit 1
"$service" serve --data data --port 0 --port-file port --log - >log 2>&1 &
service_pid=$!
processes="$processes $service_pid"
wait_for port '[0-9]+'
url=http://127.0.0.1:$(cat port)/
nobody=http://127.0.0.1:1/acquire
export WMDRM_TRUST_ANCHOR WMDRM_SERVICE_URL=$url
program=$update
run 0

# --- content of the service ---------------------------------------------------------------------------------------
kid=$(add_content Play)
pack 0 plain plain.pack --kid "$kid"
grep -Fqx "$kid" out || fail "the key id is another one"
play 0 plain.pack --no-acquire --output back
same back plain
# On another machine, which asks for a licence of its own.
own_store=$WMDRM_STORE_DIRECTORY
WMDRM_STORE_DIRECTORY="$windows_work\\other"
program=$update
run 0
play 1 plain.pack --no-acquire
has err 'wmdrmplay: there is no licence: .*'
play 0 plain.pack --stdout
cmp -s out.raw plain || fail "another machine plays something else"
WMDRM_STORE_DIRECTORY=$own_store

pack 1 plain none.pack --kid AAAAAAAAAAAAAAAAAAAAAA==
has err 'wmdrmpack: no licence was acquired: .*\(0x[0-9A-F]{8}\)'
pack 1 plain none.pack --rights Play # new content is the service's own affair
has err 'wmdrmpack: cannot add content: .*\(0xC00D27DC\)'
[ ! -e none.pack ] && [ ! -e none.pack.part ] || fail "something of a file was made"

# --- counts -------------------------------------------------------------------------------------------------------
kid=$(add_content 'Play(count=2)' --per-machine 1)
pack 0 plain counted.pack --kid "$kid"
play 0 counted.pack --output counted
same counted plain
play 1 counted.pack
has err 'wmdrmplay: no licence was acquired: .*\(0x[0-9A-F]{8}\)'

# --- where licences come from -------------------------------------------------------------------------------------
kid=$(add_content 'Play(count=2)')
pack 1 plain dead.pack --kid "$kid" --url "$nobody"
has err 'wmdrmpack: no licence was acquired: .*\(0x80072EFD\)'
pack 0 plain live.pack --kid "$kid" --url "${url}acquire"
grep -aFq "${url}acquire" live.pack || fail "the URL is not in the file"
pack 0 plain dead.pack --kid "$kid" --url "$nobody" # the second use of that licence
play 1 dead.pack
has err 'wmdrmplay: no licence was acquired: .*\(0x80072EFD\)'
play 0 dead.pack --url "${url}acquire" --output dead
same dead plain
play 0 live.pack --stdout
cmp -s out.raw plain || fail "it plays something else"

# --- the service is gone ------------------------------------------------------------------------------------------
kill "$service_pid"
wait "$service_pid" 2>/dev/null
play 0 plain.pack --output back --overwrite
same back plain
play 1 live.pack
has err 'wmdrmplay: no licence was acquired: .*\(0x80072EFD\)'

finish
