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
        expect "$code" "$(status_of run "$architecture" terminate "$code")" "code $code of a terminated process comes back"
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

# Wine's server and services outlive the program. None of them may hold the streams: whoever reads them to the end would
# wait for ten minutes. The first run after a stop is the one that starts them, so this prefix is a fresh one.
first_run_ends()
{
    local prefix=$folder/prefix output
    output=$(WMDRM_WINE_PREFIX=$prefix timeout 120 bash "$tests/run-windows.sh" "$architecture" "$program" bits 2>&1 |
        tail -n 1) || fail "the first run in a fresh prefix did not end"
    expect "$([ "$architecture" = x64 ] && printf 64 || printf 32)" "$output" "the first run of a fresh prefix ends"
    output=$(WMDRM_WINE_PREFIX=$prefix timeout 60 bash "$tests/run-windows.sh" "$architecture" "$program" folder 2>&1) ||
        fail "the second run did not end"
    WMDRM_WINE_PREFIX=$prefix bash "$tests/run-windows.sh" --stop
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
