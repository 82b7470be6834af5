# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced: two license_tools, named one and two, on one store at once.

# Between them every count is used once, whoever is faster.
use_together()
{
    local one two
    expect one "store 1 5" "0x00000000 5" "the first response"
    tell one "use 1 600"
    tell two "use 1 600"
    hear one
    one=${answer#0x00000000 }
    hear two
    two=${answer#0x00000000 }
    [ $((one + two)) = 1000 ] || fail "of 1000 counts $one and $two were used"
    expect one "left 1" "0x00000000 0" "after all uses"
    expect two "left 1" "0x00000000 0" "after all uses"
    ok "two use $one and $two of 1000"
}

# Both store the same responses at once: each licence is new to one of them.
store_together()
{
    local round added total=5
    for ((round = 0; round < 20; round++)); do
        tell one "store $((100 + round)) 50"
        tell two "store $((100 + round)) 50"
        added=0
        for name in one two; do
            hear $name
            case $answer in
                "0x00000000 50" | "0x00000000 0") added=$((added + ${answer#0x00000000 })) ;;
                *) fail "storing together gave \"$answer\"" ;;
            esac
        done
        [ $added = 50 ] || fail "of 50 licences $added were new"
        total=$((total + 50))
        expect one count "0x00000000 $total" "round $round"
        expect two count "0x00000000 $total" "round $round"
    done
    # What one removes is gone for the other, and stays gone.
    expect one "remove 100" "0x00000000 1" "removing"
    expect two "left 100" 0x8004c013 "after the other removed it"
    expect two "store 100 50" "0x00000000 0" "it comes again"
    expect one count "0x00000000 $((total - 1))" "after removing"
    expect two clean "0x00000000 0" "cleaning while the other has it open"
    expect one check "0x00000000 ok" "in the end"
    ok "two store the same 20 responses"
}

licenses_together()
{
    use one "$folder/licenses"
    use two "$folder/licenses"
    use_together
    store_together
    stop_tool one
    stop_tool two
}
