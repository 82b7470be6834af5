#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# drmupdate's output, report and exit codes.
#   drmupdate.sh x64|x86 PROGRAM
. "$(dirname "$0")/sample_test.sh"
anchor=$(printf '%064d' 0 | tr 0 a)

fingerprint()
{
    sed -n "s/^certificate $1: [0-9]* bytes, SHA-256 \([0-9a-f]\{64\}\)$/\1/p" out
}

# events REPORT: the types of its events in one line, with the state of progress events
events()
{
    sed -nE 's/^[^ ]*Z ([0-9]+) [^ ]+ status=[^ ]+( hr=[^ ]+ state=([A-Z_]+).*)?$/\1 \3/p' "$1" \
        | sed 's/ $//' | uniq | tr '\n' ';'
}

# A listener on the loopback that accepts and never says anything. Sets port; "connections" gets a line for each.
start_silent_server()
{
    perl -MIO::Socket::INET -e '
        $| = 1;
        my $listener = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die;
        print $listener->sockport, "\n";
        while (my $connection = $listener->accept) { push @kept, $connection; print "accepted\n" }' >connections &
    processes="$processes $!"
    wait_for connections '[0-9]+'
    port=$(head -n 1 connections)
}

# --- the command line ---------------------------------------------------------------------------------------------
run 0 --help
has out 'usage: drmupdate .*'
has out 'exit codes: 0 done, 1 failed, 2 wrong usage, 3 cancelled'
silent err
run 0 --version
has out 'drmupdate [0-9]+\.[0-9]+\.[0-9]+'
run 2 --bogus
has err 'drmupdate: unknown option "--bogus"'
has err 'drmupdate: see drmupdate --help'
silent out
run 2 --report
has err 'drmupdate: --report needs a value'
has err 'drmupdate: see drmupdate --help'
run 2 --report=
run 2 surplus
has err 'drmupdate: "surplus" is no option'
[ ! -e store ] || fail "a wrong command line made a store"

# --- the embedded authority ---------------------------------------------------------------------------------------
run 0 --report "$windows_work\\first ä 中.txt"
silent err
has out 'version before: 2\.[0-9]+\.0\.0'
has out 'certificate before: none\. .*; .*\. \(0xC00D2728\)'
has out 'Downloading: 100 % of [0-9.]+ (bytes|KB|MB)'
has out 'The machine was individualized\.'
has out 'service: local:'
has out 'version after: 2\.[0-9]+\.0\.1'
first=$(fingerprint after)
[ -n "$first" ] || fail "no fingerprint"
[ "$(events 'first ä 中.txt')" = "513 INDI_BEGIN;513 INDI_DOWNLOAD;513 INDI_INSTALL;513 INDI_SUCCEED;508;" ] \
    || fail "events: $(events 'first ä 中.txt')"
grep -q 'exit code=0$' 'first ä 中.txt' || fail "the report has no end"

run 0
has out "The machine's identity is current\."
[ "$(fingerprint before)" = "$first" ] && [ "$(fingerprint after)" = "$first" ] || fail "the identity changed"

run 0 --force --refresh --report=second.txt
has out 'The machine was individualized\.'
has out 'device revocation list: version [0-9]+'
second=$(fingerprint after)
[ -n "$second" ] && [ "$second" != "$first" ] || fail "the identity is the old one"
[ "$(events second.txt)" = "513 INDI_BEGIN;513 INDI_DOWNLOAD;513 INDI_INSTALL;513 INDI_SUCCEED;508;516;" ] \
    || fail "events: $(events second.txt)"

# --- a terminal ---------------------------------------------------------------------------------------------------
case_name="drmupdate --force on a terminal"
cases=$((cases + 1))
script -qec "bash '$run_windows' $architecture '$program' --force" /dev/null </dev/null >out 2>err \
    || fail "exit code $?"
grep -Eq 'Downloading +\[#+\] 100 %, [0-9]+ bytes of [0-9]+ bytes' out || fail "no bar"
grep -q 'individualized' out || fail "no result"

# --- bad days -----------------------------------------------------------------------------------------------------
run 1 --report "$windows_work\\missing\\report.txt"
has err 'drmupdate: cannot make the report: .*; .*\. \(0x80070003\)'
silent out
run 1 --report 'Z:\dev\full'
has err 'drmupdate: cannot write the report: .*; .*\. \(0x80070070\)'

start_silent_server
export WMDRM_TRUST_ANCHOR=$anchor
WMDRM_SERVICE_URL=http://127.0.0.1:1/ run 1 --force --report=refused.txt # nobody listens on port 1
has err 'drmupdate: individualization ended: .*refuses connections; .*\. \(0x80072EFD\)'
[[ $(events refused.txt) == *"513 INDI_FAIL;508;" ]] || fail "events: $(events refused.txt)"
grep -q 'exit code=1$' refused.txt || fail "the report has no end"

# Ctrl+C while the service is silent.
case_name="drmupdate --force, cancelled"
cases=$((cases + 1))
WMDRM_SERVICE_URL=http://127.0.0.1:$port/ env --default-signal=INT bash "$run_windows" "$architecture" "$program" \
    --force --refresh --report=cancelled.txt >out.raw 2>err.raw </dev/null &
client=$!
wait_for connections accepted
kill -INT $client
status=0
wait $client || status=$?
tr -d '\r' <out.raw >out
tr -d '\r' <err.raw >err
[ $status -eq 3 ] || fail "exit code $status, expected 3"
has out Cancelled
has err 'drmupdate: individualization ended: .*cancelled; .*\. \(0xC00D2768\)'
[[ $(events cancelled.txt) == *"513 INDI_CANCEL;508;516;" ]] || fail "events: $(events cancelled.txt)"

# Whatever happened: with the old configuration the old identity is in force.
export WMDRM_TRUST_ANCHOR=''
run 0
has out "The machine's identity is current\."

finish
