#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: killed_processes.sh ARCHITECTURE PROGRAM
# A process that individualizes in a loop is killed, at random moments: that is the point here, and what the sleeps are
# for. After each, the store holds an identity in full or is as good as new, and the next run works. WMDRM_TEST_SEED
# repeats a run.
script_arguments=("$@")
seed=${WMDRM_TEST_SEED:-$RANDOM}
export WMDRM_TEST_SEED=$seed
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
rounds=20
# An individualization takes 10 ms natively, 50 to 150 under Wine.
span=250
[ "$1" != native ] || span=30
printf 'seed %s\n' "$seed"
RANDOM=$seed
start_tool looker "$1" "$2"

# sleep_up_to MILLISECONDS
sleep_up_to()
{
    sleep "$(printf '0.%03d' $((RANDOM % $1)))"
}

# What is there is whole: no version without a certificate, none older than the one before, and it goes on from here.
look()
{
    local before after
    use looker "$folder/store-$1"
    expect looker check "0x00000000 @(ok ok|ok cannot-be-opened|cannot-be-opened *)" "$2"
    ask looker version
    case $answer in
        "0x00000000 2.2.0.0")
            expect looker certificate "0xc00d2728" "$2"
            ! [ "${individualized:-}" ] || fail "$2: the identity is lost"
            ;;
        "0x00000000 2.10.0.1")
            expect looker certificate "0x00000000 ????*" "$2"
            expect looker revoked "0x00000000 no" "$2"
            individualized=1
            ;;
        *) fail "$2: version gave \"$answer\"" ;;
    esac
    ask looker certificate
    before=$answer
    expect looker individualize "0x00000000 SUCCEED" "$2"
    if [ "${individualized:-}" ]; then
        expect looker certificate "$before" "$2: nothing was needed"
    fi
    expect looker force "0x00000000 SUCCEED" "$2"
    ask looker certificate
    after=$answer
    [ "$before" != "$after" ] || fail "$2: force made no new certificate"
    expect looker check "0x00000000 ok ok" "$2"
    individualized=1
    use looker "$folder/none"
}

# Killed in the loop, on a store that many were killed on before.
kill_in_the_loop()
{
    local round
    individualized=
    for ((round = 0; round < rounds; round++)); do
        start_tool victim "$1" "$2"
        use victim "$folder/store-loop"
        tell victim "loop 1000000"
        hear victim # it is in the middle of it
        [ "$answer" = "0x00000000 SUCCEED" ] || fail "round $round: force gave \"$answer\""
        individualized=1
        sleep_up_to $span
        kill_tool victim
        look loop "round $round of the loop"
    done
    ok "killed $rounds times in the loop"
}

# Killed on the way to its first identity.
kill_at_first()
{
    local round
    for ((round = 0; round < rounds; round++)); do
        individualized=
        start_tool victim "$1" "$2"
        use victim "$folder/store-first-$round"
        tell victim individualize
        sleep_up_to $span
        kill_tool victim
        look "first-$round" "round $round of the first"
    done
    ok "killed $rounds times on the way to a first identity"
}

shopt -s extglob
kill_in_the_loop "$@"
kill_at_first "$@"
stop_tool looker
