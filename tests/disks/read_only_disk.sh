#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: read_only_disk.sh ARCHITECTURE PROGRAM
# A store on a disk that cannot be written: changes end with ERROR_WRITE_PROTECT, questions are answered.
script_arguments=("$@")
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
protected=0x80070013
cd "$folder" # for paths that are relative
start_tool tool "$1" "$2"
start_tool other "$1" "$2"
new_disk store 16m
# With what means something in a URI, which is how SQLite is told that nothing changes the store; Windows has no name
# with "?".
place="$folder/read-only, 100%41 #1 Grüße"
[ "$1" != native ] || place+="?mode=rwc&vfs=none"
mkdir "$place"

# protect FOLDER: shows it, read-only, in $place
protect()
{
    use tool "$folder/none"
    ! mountpoint -q "$place" || drop_disk "$place"
    mount --bind "$1" "$place"
    mount -o remount,bind,ro "$place"
    ! touch "$place/file" 2>/dev/null || fail "the read-only disk can be written"
    use tool "$place"
}

# refuses WHAT: no change is made
refuses()
{
    expect tool individualize "$protected FAIL" "$1"
    expect tool force "$protected FAIL" "$1"
    expect tool refresh "$protected" "$1"
}

# answers WHAT: as the store of this identity does
answers()
{
    expect tool version "0x00000000 2.10.0.1" "$1"
    expect tool certificate "$certificate" "$1"
    expect tool revoked "0x00000000 no" "$1"
    expect tool list "0x00000000 1" "$1"
}

mkdir "$disk/store"
protect "$disk/store"
refuses "an empty folder"
expect tool version "$protected" "an empty folder"
ok "an empty folder"

use other "$disk/store"
expect other individualize "0x00000000 SUCCEED" "the disk when it can be written"
ask other certificate
certificate=$answer
use other "$folder/none"
protect "$disk/store"
answers "a store at rest"
refuses "a store at rest"
answers "a store at rest, after refusals"
ok "a store at rest"

# other_name PATH: the same folder
other_name()
{
    ask tool "folder $1"
    [ "$answer" = 0x00000000 ] || fail "the tool cannot use $1: $answer"
    answers "$1"
    refuses "$1"
    ok "a store at rest, as $1"
}

other_name "${place##*/}" # beside the tool's current folder
if [ "$1" = native ]; then
    other_name "/$place" # in a URI a host would follow
else
    place_of_windows=${place//\//\\}
    other_name "\\\\?\\Z:$place_of_windows"
fi

# A process that was killed leaves the log with what it wrote last.
use other "$disk/store"
ask other certificate # and keeps the store open
expect other force "0x00000000 SUCCEED" "the disk when it can be written"
ask other certificate
certificate=$answer
kill_tool other
[ -s "$disk/store/store.db-wal" ] || fail "the killed process left no log, so that nothing is tested here"
protect "$disk/store"
answers "a store with a log"
refuses "a store with a log"
ok "a store with a log that a killed process left"

# Where the disk is writable again, so is the store.
use tool "$disk/store"
expect tool force "0x00000000 SUCCEED" "the disk when it can be written again"
expect tool check "0x00000000 ok ok" "the disk when it can be written again"
ok "the disk is writable again"
stop_tool tool
