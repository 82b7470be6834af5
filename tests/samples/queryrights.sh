#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# queryrights' output and exit codes.
#   queryrights.sh x64|x86 PROGRAM DRMUPDATE WMDRMCTL
. "$(dirname "$0")/sample_test.sh"
queryrights=$2 drmupdate=$3 wmdrmctl=$4
unknown='AAECAwQFBgcICQoLDA0ODw=='

# --- the command line ---------------------------------------------------------------------------------------------
run 0 --help
has out 'usage: queryrights .*'
has out 'exit codes: 0 all key ids were answered, .*'
silent err
run 0 --version
has out 'queryrights [0-9]+\.[0-9]+\.[0-9]+'
run 2
has err 'queryrights: no key id; see queryrights --help'
run 2 --bogus "$unknown"
has err 'queryrights: unknown option "--bogus"'
run 2 --csv --json "$unknown"
run 2 --csv=yes "$unknown"
has err 'queryrights: --csv takes no value'
run 2 --app-level many "$unknown"
has err 'queryrights: --app-level needs a number; see queryrights --help'
run 2 --app-level 4294967296 "$unknown"
run 2 --file a --file b
run 2 --file
[ ! -e store ] || fail "a wrong command line made a store"

# --- without licences ---------------------------------------------------------------------------------------------
run 0 "$unknown"
has out "$unknown"
has out '  Play                  no licence            not permitted'
has out '  CollaborativePlay     no licence            not permitted'
[ "$(wc -l <out)" -eq 10 ] || fail "not ten lines"
run 1 "$unknown" bogus "$unknown"
has err 'queryrights: bogus: .*; .*\. \(0xC00D2849\)'
[ "$(grep -c '^AAEC' out)" -eq 2 ] || fail "one bad key id kept the others from being answered"
run 1 --file missing.txt
has err 'queryrights: cannot read the key ids: .*\(0x80070002\)'

# --- with licences ------------------------------------------------------------------------------------------------
program=$drmupdate
run 0
program=$wmdrmctl
# Rights, and the line of values that each gives.
rights=('Play' 'Play(count=3); Copy' 'Play(until=2040-01-01)' 'Play(from=2040-01-01)'
    'Play(from=2020-01-01, until=2040-01-01T12:30Z)' 'Play(count=2, from=2020-01-01)' 'Play(count=2, until=2040-01-01)'
    'Play(count=2, from=2020-01-01, until=2040-01-01)' 'Play(hours=48)' 'Play; opl(analog-video=200)'
    'Play; min-app-level=2000')
values=('1,0x0,unlimited,,,,,,,,0,0,0' '1,0x0,count,3,,,,,,,0,0,0' '1,0x0,until,,,2040-01-01T00:00:00Z,,,,,0,0,0'
    '0,0x21,from,,2040-01-01T00:00:00Z,,,,,,0,0,0'
    '1,0x0,from-until,,2020-01-01T00:00:00Z,2040-01-01T12:30:00Z,,,,,0,0,0'
    '1,0x0,count-from,2,2020-01-01T00:00:00Z,,,,,,0,0,0' '1,0x0,count-until,2,,2040-01-01T00:00:00Z,,,,,0,0,0'
    '1,0x0,count-from-until,2,2020-01-01T00:00:00Z,2040-01-01T00:00:00Z,,,,,0,0,0'
    '1,0x0,after-first-use,,,,,,,48,0,0,0' '1,0x0,unlimited,,,,,,,,0,1,0' '0,0x41,unlimited,,,,,,,,0,0,0')
key_ids=()
for text in "${rights[@]}"; do
    run 0 content add --rights "$text"
    key_ids+=("$(cat out)")
    run 0 acquire "$(cat out)"
done
program=$queryrights
printf '\xef\xbb\xbf# key ids\r\n\r\n' >list.txt
printf '  %s \r\n' "${key_ids[@]}" >>list.txt
run 0 --csv --file list.txt
silent err
has out 'key_id,right,allowed,result,category,count,from,until,count2,from2,until2,hours,at_least,outputs,audio_path'
for index in "${!rights[@]}"; do
    has out "${key_ids[index]//+/\\+},Play,${values[index]}"
done
[ "$(wc -l <out)" -eq $((1 + 9 * ${#rights[@]})) ] || fail "not a line for each right"
run 0 --app-level 2000 --csv "${key_ids[10]}"
has out "${key_ids[10]//+/\\+},Play,1,0x0,unlimited,,,,,,,,0,0,0"
run 0 --min-version 99.0 --csv "${key_ids[0]}"
has out "${key_ids[0]//+/\\+},Play,0,0x81,unlimited,,,,,,,,0,0,0"
run 0 "${key_ids[1]}" "${key_ids[8]}" "${key_ids[7]}"
has out '  Play                  allowed               3 times'
has out '  Copy                  allowed               unlimited'
has out '  Backup                not granted           not permitted'
has out '  Play                  allowed               for 48 hours after its first use'
has out '  Play                  allowed               2 times from 2020-01-01T00:00:00Z until 2040-01-01T00:00:00Z'
run 0 --json "${key_ids[@]}"
json '@$j == 11 && $j->[1]{rights}[0]{right} eq "Play" && $j->[1]{rights}[0]{allowed}
    && $j->[1]{rights}[0]{counts}[0] == 3 && $j->[8]{rights}[0]{hours} == 48
    && $j->[3]{rights}[0]{dates}[0] eq "2040-01-01T00:00:00Z" && !$j->[3]{rights}[0]{allowed}'
# From the standard input.
case_name='queryrights -'
cases=$((cases + 1))
bash "$run_windows" "$architecture" "$program" - <list.txt >out.raw 2>err || fail "exit code $?"
tr -d '\r' <out.raw >out
[ "$(grep -c '==$' out)" -eq 11 ] || fail "not eleven answers"

finish
