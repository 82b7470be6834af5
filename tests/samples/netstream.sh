#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# A file from one process to another: netstream's output and exit codes.
#   netstream.sh x64|x86 PROGRAM DRMUPDATE
. "$(dirname "$0")/sample_test.sh"
netstream=$2 drmupdate=$3

# --- the command line ---------------------------------------------------------------------------------------------
run 0 --help
has out 'usage: netstream --serve FILE .*'
has out 'exit codes: 0 the whole file went over, 1 failed, 2 wrong usage, 3 cancelled'
silent err
run 0 --version
has out 'netstream [0-9]+\.[0-9]+\.[0-9]+'
run 2
has err 'netstream: what to do; see netstream --help'
run 2 127.0.0.1
run 2 127.0.0.1 out.bin
has err 'netstream: --port is needed to receive; see netstream --help'
run 2 --serve file surplus
run 2 --serve file --unregistered
run 2 --port 70000 127.0.0.1 out.bin
has err 'netstream: --port needs a number up to 65535; see netstream --help'
run 2 --serve file --timeout 0
has err 'netstream: --timeout needs a number from 1 to 3600; see netstream --help'
run 2 --bogus
[ ! -e store ] || fail "a wrong command line made a store"

# --- bad days -----------------------------------------------------------------------------------------------------
run 1 --serve missing.bin
has err 'netstream: cannot open the file: .*\(0x80070002\)'
run 1 --port 1 127.0.0.1 received.bin
has err 'netstream: cannot reach the sender: .*'
[ ! -e received.bin ] || fail "a file was made of nothing"

# --- a file goes over ---------------------------------------------------------------------------------------------
program=$drmupdate
run 0
program=$netstream
head -c 5000011 /dev/urandom >content.bin
: >empty.bin

# serve ARGUMENTS...: starts a sender and sets port
serve()
{
    start --serve "$@"
    wait_for started.out 'listening on port [0-9]+'
    port=$(tr -d '\r' <started.out | sed -n 's/^listening on port //p')
}

serve content.bin
run 0 --port "$port" 127.0.0.1 received.bin
has out 'received: 5000011 bytes'
silent err
ends 0
has out 'receiver: .*, round trip [1-9][0-9]* microseconds'
has out 'sent: 5000011 bytes'
cmp content.bin received.bin || fail "the file is another one"

serve empty.bin
run 0 --port "$port" 127.0.0.1 nothing.bin
has out 'received: 0 bytes'
ends 0
[ -e nothing.bin ] && [ ! -s nothing.bin ] || fail "the empty file is another one"

# --- refusals -----------------------------------------------------------------------------------------------------
serve content.bin --deny
run 1 --port "$port" 127.0.0.1 denied.bin
has err 'netstream: the sender does not admit this machine: .*\(0xC00D28A6\)'
ends 1
has err 'netstream: the receiver is not admitted: .*\(0xC00D28A6\)'
[ ! -e denied.bin ] || fail "a file was made of nothing"

serve content.bin
run 1 --port "$port" --unregistered 127.0.0.1 denied.bin
has err 'netstream: no licence: .*\(0xC00D28A5\)'
ends 1
has err 'netstream: cannot make a licence for the receiver: .*\(0xC00D28A5\)'

# A machine of another authority.
serve content.bin
own_store=$WMDRM_STORE_DIRECTORY
export WMDRM_STORE_DIRECTORY="$windows_work\\other"
program=$drmupdate
run 0
program=$netstream
run 1 --port "$port" 127.0.0.1 denied.bin
has err 'netstream: the sender does not register this machine: .*\(0xC00D28A0\)'
export WMDRM_STORE_DIRECTORY=$own_store
ends 1

# --- peers that are none ------------------------------------------------------------------------------------------
peer=$(dirname "$run_windows")/samples/bad_peer.pl
bad_data='0x8007000D' gone_away='0x80072746' timed_out='0x8007274C'

# A sender meets a receiver of these steps, and ends with that code.
meets_receiver()
{
    local expected=$1
    shift
    serve content.bin --timeout 2
    perl "$peer" connect "$port" "$@" >peer.out || fail "the peer has failed"
    ends 1
    has err "netstream: .* \\($expected\\)"
    [ "$(wc -l <err)" -eq 1 ] || fail "more than one message"
}

meets_receiver $gone_away
meets_receiver $gone_away send=0110
meets_receiver $gone_away send=0110000000aabb
meets_receiver $timed_out rest
meets_receiver $timed_out send=0110 rest
meets_receiver $bad_data send=ff00000000 rest
meets_receiver $bad_data send=0600000000 rest         # a kind that is the sender's to send
meets_receiver $bad_data send=0101001000 rest         # longer than any
meets_receiver $bad_data send=01ffffffff rest
meets_receiver $bad_data send=0a0400000000000000 rest # a failure that is none
meets_receiver $bad_data send=0a03000000000080 rest   # half a result
meets_receiver 0x80004004 send=0a0400000004400080 rest # its own failure: E_ABORT
# Challenges of nothing and of rubbish, as it begins and without registering: it tells why.
for kind in 01 05; do
    meets_receiver 0xC00D28B0 send=${kind}00000000 frame rest
    has peer.out 10
    meets_receiver 0xC00D28AC send=${kind}04000000deadbeef frame rest
    has peer.out 10
done

# A receiver meets a sender of these steps.
meets_sender()
{
    local expected=$1 peer_pid
    shift
    rm -f peer.port
    perl "$peer" listen peer.port "$@" >peer.out &
    peer_pid=$!
    wait_for peer.port '[0-9]+'
    run 1 --port "$(cat peer.port)" --timeout 2 127.0.0.1 denied.bin
    has err "netstream: .* \\($expected\\)"
    [ "$(wc -l <err)" -eq 1 ] || fail "more than one message"
    [ ! -e denied.bin ] || fail "a file was made of nothing"
    wait "$peer_pid" || fail "the peer has failed"
}

meets_sender $gone_away frame
meets_sender $gone_away frame send=02
meets_sender $timed_out rest
meets_sender $bad_data frame send=0400000000 rest     # admitted without having been registered
meets_sender $bad_data frame send=0203001000 rest
meets_sender 0xC00D28AC frame send=0204000000deadbeef frame rest
has peer.out 10                                       # and says so
meets_sender 0xC00D28B0 frame send=0200000000 frame rest

# --- what happens on the way --------------------------------------------------------------------------------------
# changed CHANGE: the receiver sees that the content is not as it was sent, and keeps none of it
changed()
{
    local between
    serve content.bin --timeout 10
    rm -f peer.port
    perl "$peer" between peer.port "$port" "$1" &
    between=$!
    wait_for peer.port '[0-9]+'
    local sender=$pid
    run 1 --port "$(cat peer.port)" --timeout 10 127.0.0.1 changed.bin
    has err "netstream: cannot receive the file: .* \\($2\\)"
    [ ! -e changed.bin ] || fail "half a file was left"
    wait "$between" || fail "the proxy has failed"
    kill "$sender" 2>/dev/null
    wait "$sender"
}

changed repeat=3 $bad_data
changed drop=0 $bad_data
changed drop=7 $bad_data
changed swap=5 $bad_data
changed cut=4 $gone_away

# interrupted: a sender and a receiver in the middle of a long file
truncate -s 3G long.bin
interrupted()
{
    started=started serve long.bin --timeout 2
    sender=$pid
    started=receiver start --port "$port" --timeout 2 127.0.0.1 long.out
    receiver=$pid
    timeout 60 bash -c 'until [ -s long.out.part ]; do sleep 0.02; done' || fail "nothing came"
}

sender_ends()
{
    pid=$sender started=started ends "$@"
}

receiver_ends()
{
    pid=$receiver started=receiver ends "$@"
    [ ! -e long.out ] && [ ! -e long.out.part ] || fail "half a file was left"
}

interrupted
kill -KILL "$receiver"
sender_ends 1
has err 'netstream: cannot send the file: .*'
[ ! -e long.out ] || fail "half a file under its name"
rm long.out.part

interrupted
kill -STOP "$receiver"
sender_ends 1
has err "netstream: cannot send the file: .* \\($timed_out\\)"
kill -CONT "$receiver"
receiver_ends 1

interrupted
kill -KILL "$sender"
receiver_ends 1
has err 'netstream: cannot receive the file: .*'

interrupted
kill -STOP "$sender"
receiver_ends 1
has err "netstream: cannot receive the file: .* \\($timed_out\\)"
kill -CONT "$sender"
sender_ends 1

for who in receiver sender; do
    interrupted
    kill -INT "${!who}"
    "${who}_ends" 3
    if [ $who = sender ]; then receiver_ends 1; else sender_ends 1; fi
done

# --- Ctrl+C -------------------------------------------------------------------------------------------------------
serve content.bin
kill -INT "$pid"
ends 3
has err 'netstream: no receiver came: .*\(0xC00D2768\)'

finish
