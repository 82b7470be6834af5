# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: run_windows.sh ARCHITECTURE PROBE
# What run-windows.sh promises, for one architecture: a program run by it might as well be a native one.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
architecture=$1
program=$2

probe()
{
    printf '%s' "$program"
}

windows_path()
{
    printf 'Z:%s' "${1//\//\\}"
}

exit_codes()
{
    local code
    for code in 0 1 7 255; do
        expect "$code" "$(status_of run "$architecture" exit "$code")" "exit code $code comes back"
        expect "$code" "$(status_of run "$architecture" terminate "$code")" \
            "code $code of a terminated process comes back"
    done
    # Linux keeps eight bits. A failure must not become 0.
    for code in 256 512 0x10000 0xC0000000 0x80000000; do
        expect 1 "$(status_of run "$architecture" exit "$code")" "exit code $code is a failure"
        expect 1 "$(status_of run "$architecture" terminate "$code")" "code $code of a terminated process is a failure"
    done
    expect 5 "$(status_of run "$architecture" crash)" "a crash (0xC0000005) is a failure"
}

wrong_calls()
{
    expect 2 "$(status_of bash "$tests/run-windows.sh")" "no arguments are refused"
    expect 2 "$(status_of bash "$tests/run-windows.sh" arm64 "$program")" "an unknown architecture is refused"
    expect 1 "$(status_of bash "$tests/run-windows.sh" "$architecture" ./nothing.exe)" "a missing program is a failure"
}

surroundings()
{
    local place="$folder/a folder, Grüße" here
    mkdir "$place"
    here=$(cd "$place" && run "$architecture" folder)
    expect "$(windows_path "$place")" "$here" "the current folder is the caller's"
    expect "$(id -un)" "$(run "$architecture" user)" "the user's name is the caller's"
    expect 'two words, Grüße' "$(WMDRM_PROBE='two words, Grüße' run "$architecture" variable WMDRM_PROBE)" \
        "the environment is the caller's"
    expect "Grüße" "$(LC_ALL=C run "$architecture" arguments "Grüße")" "names are UTF-8 whatever the locale"
    cp "$program" "$place/probe.exe"
    expect 7 "$(cd "$place" && status_of bash "$tests/run-windows.sh" "$architecture" ./probe.exe exit 7)" \
        "a program is found by a relative path"
}

arguments()
{
    local wanted
    # shellcheck disable=SC2016 # a dollar that nobody expands
    local values=('two words' '' 'a"quote' 'back\slash\' '*.c' '$HOME' 'ü€' '--flag=a b')
    wanted=$(printf '%s\n' "${values[@]}")
    expect "$wanted" "$(run "$architecture" arguments "${values[@]}")" "arguments arrive unchanged"
}

streams()
{
    head -c 100000 /dev/urandom >"$folder/bytes"
    run "$architecture" copy <"$folder/bytes" >"$folder/copy"
    cmp "$folder/bytes" "$folder/copy" || fail "100,000 bytes through standard input and output"
    printf 'ok: 100,000 bytes through standard input and output\n'
    expect 'probe: no such verb' "$(run "$architecture" nonsense 2>&1 >/dev/null || :)" "standard error passes"
}

# Wine's server, services and desktop outlive the program. None of them may hold its streams: whoever reads those to
# the end would wait for ten minutes. A first run starts them, so this is a fresh prefix; its second program keeps the
# desktop in use when the first one ends.
first_run_ends()
{
    local fresh=(env WMDRM_WINE_PREFIX="$folder/prefix" bash "$tests/run-windows.sh" "$architecture" "$program")
    local line
    mkfifo "$folder/in-1" "$folder/out-1" "$folder/in-2" "$folder/out-2"
    "${fresh[@]}" wait-with-window <"$folder/in-1" >"$folder/out-1" 2>&1 &
    exec 4>"$folder/in-1" 5<"$folder/out-1"
    until read -r line <&5; [ "$line" = waiting ]; do :; done
    "${fresh[@]}" wait-with-window <"$folder/in-2" >"$folder/out-2" 4>&- 5<&- &
    exec 6>"$folder/in-2" 7<"$folder/out-2"
    read -r line <&7
    expect waiting "$line" "two programs with windows run in a fresh prefix"

    printf 'end\n' >&4
    timeout 60 cat <&5 || fail "the streams of the first program stay open"
    printf 'ok: the streams of the first program end with it\n'
    printf 'end\n' >&6
    timeout 60 cat <&7 || fail "the streams of the second program stay open"
    exec 4>&- 5<&- 6>&- 7<&-
    wait
    WMDRM_WINE_PREFIX=$folder/prefix bash "$tests/run-windows.sh" --stop
}

# The process id is the program's own: with it ends whatever holds the program's output.
killing()
{
    local process status=0
    mkfifo "$folder/out"
    bash "$tests/run-windows.sh" "$architecture" "$program" wait >"$folder/out" &
    process=$!
    exec 9<"$folder/out"
    read -r <&9
    kill -KILL "$process"
    timeout 60 cat <&9 || fail "the program lives on"
    exec 9<&-
    wait "$process" 2>/dev/null || status=$?
    expect 137 "$status" "killing the script kills the program"
}

# A mount made while the program runs is there for it.
mounting()
{
    local mount=$folder/mount status=0
    mkdir "$mount"
    mkfifo "$folder/to" "$folder/from"
    run "$architecture" wait-for-file "$(windows_path "$mount/file")" <"$folder/to" >"$folder/from" &
    exec 8>"$folder/to" 9<"$folder/from"
    read -r <&9
    mount -t tmpfs -o size=64k none "$mount"
    mounted+=("$mount")
    : >"$mount/file"
    printf 'look\n' >&8
    wait "$!" || status=$?
    exec 8>&- 9<&-
    expect 0 "$status" "a mount made meanwhile is seen"
}

exit_codes
wrong_calls
surroundings
arguments
streams
first_run_ends
killing
mounting
