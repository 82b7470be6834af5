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

# --- Ctrl+C -------------------------------------------------------------------------------------------------------
serve content.bin
kill -INT "$pid"
ends 3
has err 'netstream: no receiver came: .*\(0xC00D2768\)'

finish
