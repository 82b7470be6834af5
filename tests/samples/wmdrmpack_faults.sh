#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Protecting and playing that does not come to its end: Ctrl+C, killed programs, full disks, readers that go away; and a
# head that is damaged in any of its bytes.
#   wmdrmpack_faults.sh x64|x86 WMDRMPACK WMDRMPLAY DRMUPDATE
. "$(dirname "$0")/pack_test.sh"
trap 'kill $processes 2>/dev/null; umount -l "$work/full" 2>/dev/null; rm -rf "$work"' EXIT

# Neither the file nor what there was of it.
gone()
{
    [ ! -e "$1" ] && [ ! -e "$1.part" ] || fail "something of $1 is there"
}

# half_way FILE ARGUMENTS...: starts the program and waits until some of FILE was written
half_way()
{
    local file=$1
    shift
    start "$@"
    timeout 60 bash -c 'until [ -s "$1" ]; do sleep 0.02; done' - "$file" || fail "nothing was written"
}

head -c 200001 /dev/urandom >plain
truncate -s 300M long
program=$update
run 0

# --- Ctrl+C and killed programs -----------------------------------------------------------------------------------
program=$pack
half_way long.pack.part long long.pack
kill -INT "$pid"
ends 3
has err 'wmdrmpack: .* \(0xC00D2768\)'
gone long.pack
half_way long.pack.part long long.pack
kill -KILL "$pid"
wait "$pid" 2>/dev/null
[ ! -e long.pack ] || fail "half a file has the name of a whole one"
pack 0 long long.pack # what was left is no hindrance
[ ! -e long.pack.part ] || fail "it is there in part too"

program=$play
half_way long.back.part long.pack --output long.back
kill -INT "$pid"
ends 3
has err 'wmdrmplay: playing ended: .* \(0xC00D2768\)'
gone long.back
half_way started.out long.pack --stdout
kill -INT "$pid"
ends 3
has err 'wmdrmplay: playing ended: .* \(0xC00D2768\)'
half_way long.back.part long.pack --output long.back
kill -KILL "$pid"
wait "$pid" 2>/dev/null
[ ! -e long.back ] || fail "half a file has the name of a whole one"
play 0 long.pack --output long.back
same long.back long
rm -f long.back started.out

# --- outputs ------------------------------------------------------------------------------------------------------
pack 0 plain plain.pack
play 0 plain.pack --output -
cmp -s out.raw plain || fail "the standard output is not the plain file"
[ ! -e ./- ] || fail "a file is named like the standard output"
play 0 plain.pack --output back
play 1 plain.pack --output nowhere/back
has err 'wmdrmplay: cannot make the output: .*\(0x80070003\)'
pack 1 plain nowhere/plain.pack
has err 'wmdrmpack: cannot make the output: .*\(0x80070003\)'
# What is to be overwritten is there until there is something else.
perl -e 'local $/; open F, "<:raw", "plain.pack"; $_ = <F>; substr($_, -1) ^= "\x01"; print' >altered
play 1 altered --output back --overwrite
same back plain
pack 1 plain back --overwrite --kid AAAAAAAAAAAAAAAAAAAAAA==
same back plain
pack 0 plain itself
cp itself before
play 1 itself --output itself --overwrite # it is open
same itself before

# The reader of a pipe has enough.
case_name='wmdrmplay --stdout | head'
cases=$((cases + 1))
bash "$run_windows" "$architecture" "$play" --stdout long.pack 2>err.raw </dev/null | head -c 1000 >out
status=${PIPESTATUS[0]}
tr -d '\r' <err.raw >err
[ "$status" -eq 1 ] || fail "exit code $status, expected 1"
has err 'wmdrmplay: cannot write the output: .*\(0x[0-9A-F]{8}\)'
case_name='wmdrmplay --stdout >/dev/full'
cases=$((cases + 1))
bash "$run_windows" "$architecture" "$play" --stdout plain.pack 2>err.raw </dev/null >/dev/full
status=$?
tr -d '\r' <err.raw >err
[ "$status" -eq 1 ] || fail "exit code $status, expected 1"
has err 'wmdrmplay: cannot write the output: .*\(0x80070070\)'

mkdir full
mount -t tmpfs -o size=240k none full || fail "this machine lets nobody mount anything"
pack 0 plain full/plain.pack
pack 1 plain full/more.pack
has err 'wmdrmpack: cannot write the output: .*\(0x80070070\)'
gone full/more.pack
play 1 full/plain.pack --output full/back
has err 'wmdrmplay: cannot write the output: .*\(0x80070070\)'
gone full/back
play 0 full/plain.pack --output back --overwrite
same back plain
umount -l full

# --- the head, damaged at each byte -------------------------------------------------------------------------------
head -c 50 plain >short
pack 0 short short.pack
play 0 short.pack --no-acquire --stdout
size=$(($(stat -c %s short.pack) - 50 - 16)) # head, content header, tag
[ "$size" -gt 100 ] || fail "the head has $size bytes"
for ((byte = 0; byte < size; byte++)); do
    perl -e 'local $/; open F, "<:raw", "short.pack"; $_ = <F>; substr($_, $ARGV[0], 1) ^= chr(1 << $ARGV[0] % 8); print' \
        "$byte" >altered
    play 1 altered --no-acquire --output damaged
    case_name="byte $byte of the head is damaged"
    grep -Eqx 'wmdrmplay: .+' err && [ "$(wc -l <err)" -eq 1 ] || fail "not one message"
    silent out
    gone damaged
done

finish
