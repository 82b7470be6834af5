#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: licenses.sh ARCHITECTURE PROGRAM
# Licences: two processes at once, a process that is killed while it stores (at random moments: that is what the sleeps
# are for), and a full disk. WMDRM_TEST_SEED repeats a run.
script_arguments=("$@")
seed=${WMDRM_TEST_SEED:-$RANDOM}
export WMDRM_TEST_SEED=$seed
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
. "$tests/disks/licenses_together.sh"
printf 'seed %s\n' "$seed"
RANDOM=$seed
each=200

# Whole responses, all that were told of and at most one more.
kill_while_storing()
{
    local round stored=0 told count
    start_tool looker "$1" "$2"
    use looker "$folder/killed"
    for ((round = 0; round < 20; round++)); do
        start_tool victim "$1" "$2"
        use victim "$folder/killed"
        tell victim "storing $stored $each"
        told=0
        while ((told < 1 + RANDOM % 10)); do
            hear victim
            [ "$answer" = "0x00000000 $each" ] || fail "round $round: storing gave \"$answer\""
            told=$((told + 1))
        done
        sleep "$(printf '0.%03d' $((RANDOM % 100)))"
        kill_tool victim
        expect looker check "0x00000000 ok" "round $round"
        ask looker count
        count=${answer#0x00000000 }
        [ $((count % each)) = 0 ] || fail "round $round: $count licences are no whole responses"
        [ $((count / each)) -ge $((stored + told)) ] || fail "round $round: $count licences, but $told responses more"
        stored=$((count / each))
    done
    stop_tool looker
    ok "killed 20 times while it stored $stored responses"
}

# Until there is no room: then all that was stored is there, can be read and removed, and with room it goes on.
fill_disk()
{
    local stored=0
    new_disk small 3m
    head -c 700k /dev/zero >"$disk/ballast"
    start_tool filler "$1" "$2"
    use filler "$disk/store"
    while :; do
        ask filler "store $stored $each"
        [ "$answer" = "0x00000000 $each" ] || break
        stored=$((stored + 1))
    done
    [ "$answer" = 0x80070070 ] || fail "on the full disk storing gave \"$answer\""
    [ $stored -gt 2 ] || fail "only $stored responses fitted"
    expect filler count "0x00000000 $((stored * each))" "on the full disk"
    expect filler "left 0" "0x00000000 1000" "on the full disk"
    rm "$disk/ballast"
    expect filler "store $stored $each" "0x00000000 $each" "with room again"
    expect filler "use 0 1" "0x00000000 1" "with room again"
    expect filler check "0x00000000 ok" "with room again"
    expect filler count "0x00000000 $(((stored + 1) * each))" "with room again"
    stop_tool filler
    drop_disk "$disk"
    ok "a full disk after $stored responses"
}

start_tool one "$1" "$2"
start_tool two "$1" "$2"
licenses_together
kill_while_storing "$@"
fill_disk "$@"
