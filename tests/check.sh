#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Sets the machine up, builds everything and tests everything. See usage below.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1

usage()
{
    cat <<'END'
usage: bash tests/check.sh [--help] [PRESET...]

Sets the machine up (cmake/bootstrap-debian.sh), then configures, builds (warnings are errors) and tests each preset:
x64, x86, native and native-asan, or those that are named. What is built stays in build/, so that the next run is short.

The last line is "N passed, N failed". What could not be set up, configured or built, a test that was skipped, and a
preset without tests count as failures. The exit status is 0 when nothing failed.
END
}

passed=0
failed=0

# Why something failed, again at the end, where it is read
complaints=()

complain()
{
    failed=$((failed + 1))
    complaints+=("$*")
    printf 'FAILED: %s\n' "$*"
}

# Adds up what ctest has written about a preset (JUnit; every attribute of the whole has a line of its own). ctest's
# status tells of failures that are no test's.
count_tests()
{
    local preset=$1 results=$2 status=$3 total bad=0 name
    total=$(sed -n 's/^\ttests="\([0-9]*\)"$/\1/p' "$results" 2>/dev/null)
    if [ "${total:-0}" = 0 ]; then
        complain "$preset: no test has run"
        return
    fi
    # Whatever is not "run" has failed or was skipped.
    while read -r name; do
        complain "$preset: $name"
        bad=$((bad + 1))
    done < <(sed -n '/status="run"/!s/^\t<testcase name="\([^"]*\)".*/\1/p' "$results")
    passed=$((passed + total - bad))
    if [ "$bad" = 0 ] && [ "$status" != 0 ]; then
        complain "$preset: ctest ended with $status"
    fi
}

check()
{
    local preset=$1 results=$PWD/build/$1/results.xml status=0
    printf '\n== %s\n' "$preset"
    if ! cmake --preset "$preset" -DWMDRM_WERROR=ON; then
        complain "$preset: cannot be configured"
        return
    fi
    if ! cmake --build --preset "$preset" --parallel; then
        complain "$preset: does not build"
        return
    fi
    rm -f "$results"
    ctest --preset "$preset" --output-junit "$results" || status=$?
    count_tests "$preset" "$results" "$status"
}

main()
{
    local preset presets=("$@")
    case ${1:-} in
        --help | -h) usage; exit 0 ;;
        -*) usage >&2; exit 2 ;;
    esac
    [ "$#" -gt 0 ] || presets=(x64 x86 native native-asan)
    # Neither a service nor a store of the caller's is any business of the tests.
    unset WMDRM_SERVICE_URL WMDRM_TRUST_ANCHOR WMDRM_STORE_DIRECTORY WMDRM_LOG WMDRM_WINE_PREFIX

    printf '== setting up\n'
    bash cmake/bootstrap-debian.sh || complain "the machine could not be set up"
    for preset in "${presets[@]}"; do
        check "$preset"
    done

    printf '\n'
    [ "$failed" = 0 ] || printf 'FAILED: %s\n' "${complaints[@]}"
    printf '%d passed, %d failed\n' "$passed" "$failed"
    [ "$failed" = 0 ]
}

main "$@" </dev/null
