# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced: two tools, named one and two, that individualize on one store at once.

busy=0xc00d2841
successes=0

# Each run ends with success, or with the code that says that another process holds the store.
judge()
{
    case $answer in
        "0x00000000 SUCCEED") successes=$((successes + 1)) ;;
        "$busy FAIL") ;;
        *) fail "$1: force gave \"$answer\"" ;;
    esac
}

# Both see the same identity, and the store has no damage.
agree()
{
    local certificate
    expect one version "0x00000000 2.10.0.1" "$1"
    expect one certificate "0x00000000 ????*" "$1"
    certificate=$answer
    expect two certificate "$certificate" "$1"
    expect one check "0x00000000 ok ok" "$1"
    expect two check "0x00000000 ok ok" "$1"
}

both_at_once()
{
    local round name
    for ((round = 0; round < 20; round++)); do
        # A new store now and then: making it is a race too.
        if ((round % 2 == 0)); then
            use one "$folder/store-$round"
            use two "$folder/store-$round"
        fi
        tell one force
        tell two force
        for name in one two; do
            hear $name
            judge "round $round"
        done
        agree "round $round"
    done
    ok "20 times both at once"
}

both_in_a_loop()
{
    local round name
    use one "$folder/store-loop"
    use two "$folder/store-loop"
    tell one "loop 20"
    tell two "loop 20"
    for ((round = 0; round < 20; round++)); do
        for name in one two; do
            hear $name
            judge "the loop"
        done
    done
    agree "the loop"
    ok "both in a loop"
}

individualize_together()
{
    both_at_once
    both_in_a_loop
    [ "$successes" -ge 40 ] || fail "only $successes succeeded"
    stop_tool one
    stop_tool two
}
