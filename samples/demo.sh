#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what works, from nothing: sets up, builds, starts the service, individualizes a machine against it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage()
{
    cat <<'END'
usage: bash samples/demo.sh [--help]

Sets this machine up (Debian 12, root), builds the service and the DLL, starts the service on loopback and
individualizes a machine against it, under Wine. Shows the progress, the versions before and after, and the machine's
certificate; then the same with no service at all, and what a program reads when the service is gone. Everything but
build/ goes away at the end.
END
}

case ${1:-} in
    '') ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

log=$(mktemp -t wmdrmsdk-demo.XXXXXX)
folder=$(mktemp -d -t wmdrmsdk-demo.XXXXXX)
service=

clean_up()
{
    status=$?
    if [ -n "$service" ]; then
        kill "$service" 2>/dev/null && wait "$service" 2>/dev/null
    fi
    rm -rf "$folder"
    if [ "$status" = 0 ]; then
        rm -f "$log"
    else
        printf '\nThe demo failed. What was built and started is in %s; its end:\n' "$log"
        tail -n 20 "$log"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step()
{
    printf '\n== %s\n' "$*"
}

quietly()
{
    "$@" >>"$log" 2>&1
}

# Builds some targets of a preset.
build()
{
    local preset=$1
    shift
    quietly cmake --preset "$preset"
    quietly cmake --build --preset "$preset" --target "$@"
}

# drmupdate with the DLL that lies beside it.
drmupdate()
{
    bash tests/run-windows.sh x64 build/x64/bin/drmupdate.exe "$@"
}

step 'Setting up (the first time takes some minutes)'
quietly bash cmake/bootstrap-debian.sh

step 'Building the service for Linux, the DLL and drmupdate for Windows'
build native wmdrm-service
build x64 wmdrmsdk drmupdate
wmdrm_service=$(find build/native -name wmdrm-service -type f -perm -u+x | head -n 1)

step 'Making a service: its trust anchor is what clients are given'
anchor=$("$wmdrm_service" init --data "$folder/service" --name 'Demo archive')
printf '%s\n' "$anchor"
head -c 3000000 /dev/urandom >"$folder/component.bin"
"$wmdrm_service" publish --data "$folder/service" --version 2.11 --component "$folder/component.bin" \
    --component-name 'demo component'

step 'Starting it on loopback'
"$wmdrm_service" serve --data "$folder/service" --port 0 --port-file "$folder/port" --log - >>"$log" 2>&1 &
service=$!
until [ -s "$folder/port" ]; do
    kill -0 "$service" 2>/dev/null || { echo 'The service has ended.' >&2; exit 1; }
    sleep 0.1
done
url=http://127.0.0.1:$(cat "$folder/port")
echo "$url"

step 'A machine is individualized against it'
export WMDRM_SERVICE_URL=$url WMDRM_TRUST_ANCHOR=$anchor WMDRM_STORE_DIRECTORY="Z:${folder//\//\\}\\store"
drmupdate --refresh --report "Z:${folder//\//\\}\\report.txt"

step 'What the service knows of it'
"$wmdrm_service" machines --data "$folder/service"

step 'The events of that, as the program saw them (first and last of the report)'
head -n 4 "$folder/report.txt"
echo '...'
tail -n 4 "$folder/report.txt"

step 'Again: the machine is current, nothing is downloaded'
drmupdate

step 'The service is gone: the machine keeps its identity, and the program says what is wrong'
kill "$service"
wait "$service" || :
service=
if drmupdate --force; then
    echo 'An individualization without a service succeeded.' >&2
    exit 1
fi

step 'Another machine, with no service configured: the embedded authority, offline'
export WMDRM_SERVICE_URL= WMDRM_TRUST_ANCHOR= WMDRM_STORE_DIRECTORY="Z:${folder//\//\\}\\other"
drmupdate

step 'Done'
