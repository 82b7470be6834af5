# SPDX-License-Identifier: LGPL-2.1-or-later
# shellcheck shell=bash
# What the tests of the samples share; sourced, with the script's own arguments: x64|x86 PROGRAM... A script's first
# program is the one under test. Everything happens in a folder of its own, with a store of its own and no service.
set -u
architecture=$1 program=$2
run_windows=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)/run-windows.sh
work=$(mktemp -d)
processes=
trap 'kill $processes 2>/dev/null; rm -rf "$work"' EXIT
windows_work="Z:${work//\//\\}"
export WMDRM_STORE_DIRECTORY="$windows_work\\store" WMDRM_SERVICE_URL='' WMDRM_TRUST_ANCHOR='' WMDRM_LOG=''
cd "$work" || exit 1
cases=0 failures=0

# run EXIT-CODE ARGUMENTS...: runs the program; what it wrote is in the files out and err, without CR.
run()
{
    local expected=$1 status=0
    shift
    case_name="$(basename "$program" .exe) $*"
    cases=$((cases + 1))
    timeout 120 bash "$run_windows" "$architecture" "$program" "$@" >out.raw 2>err.raw </dev/null || status=$?
    tr -d '\r' <out.raw >out
    tr -d '\r' <err.raw >err
    [ "$status" -eq "$expected" ] || fail "exit code $status, expected $expected"
}

fail()
{
    failures=$((failures + 1))
    echo "FAILED: $case_name: $1"
    sed 's/^/  out: /' out
    sed 's/^/  err: /' err
}

# has FILE REGEX: a line of the file is this, from its beginning to its end
has()
{
    grep -Eqx -- "$2" "$1" || fail "no line \"$2\" in $1"
}

has_not()
{
    ! grep -Eqx -- "$2" "$1" || fail "a line \"$2\" in $1"
}

silent()
{
    [ ! -s "$1" ] || fail "$1 is not empty"
}

# wait_for FILE REGEX: until the file has such a line, half a minute at most
wait_for()
{
    timeout 30 bash -c 'until tr -d "\r" 2>/dev/null <"$1" | grep -Eqx -- "$2"; do sleep 0.05; done' - "$1" "$2" \
        || fail "waited in vain for \"$2\" in $1"
}

# json EXPRESSION: Perl's, about the value $j that the program wrote to its output; true, and all of it is JSON
json()
{
    perl -MJSON::PP -e '
        local $/; open my $file, "<:raw", "out" or die; my $j = decode_json(<$file>);
        exit(eval($ARGV[0]) ? 0 : 1)' "$1" 2>/dev/null || fail "not so: $1"
}

# start ARGUMENTS...: starts the program, which goes on in the background (pid) and writes to $started.out and
# $started.err
started=started
start()
{
    case_name="$(basename "$program" .exe) $*"
    cases=$((cases + 1))
    rm -f "$started.out" "$started.err"
    env --default-signal=INT bash "$run_windows" "$architecture" "$program" "$@" >"$started.out" 2>"$started.err" \
        </dev/null &
    pid=$!
    processes="$processes $pid"
}

# ends EXIT-CODE: waits for what was started; what it wrote is then in out and err, as after run
ends()
{
    local status=0
    wait "$pid" || status=$?
    tr -d '\r' <"$started.out" >out
    tr -d '\r' <"$started.err" >err
    [ "$status" -eq "$1" ] || fail "exit code $status, expected $1"
}

finish()
{
    echo "$cases cases, $failures failures"
    [ "$cases" -gt 0 ] && [ "$failures" -eq 0 ]
}
