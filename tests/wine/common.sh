# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of run-windows.sh.
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
folder=$(mktemp -d)
mounted=()

clean_up()
{
    local mount
    for mount in "${mounted[@]}"; do
        umount "$mount"
    done
    rm -rf "$folder"
}
trap clean_up EXIT

fail()
{
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

# expect WANTED GOT WHAT
expect()
{
    [ "$1" = "$2" ] || fail "$3: expected \"$1\", got \"$2\""
    printf 'ok: %s\n' "$3"
}

# run ARCHITECTURE VERB...: the probe of that architecture
run()
{
    local architecture=$1
    shift
    bash "$tests/run-windows.sh" "$architecture" "$(probe "$architecture")" "$@"
}

# status_of COMMAND...: its exit status, as text
status_of()
{
    local status=0
    "$@" >/dev/null 2>&1 || status=$?
    printf '%s' "$status"
}
