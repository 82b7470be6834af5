#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: full_disk.sh ARCHITECTURE PROGRAM
# Disks that are full at every moment of an individualization: each ends with ERROR_DISK_FULL and the old state in
# force, or with success; once there is room it succeeds.
script_arguments=("$@")
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
full=0x80070070
start_tool tool "$1" "$2"

# A new store on disks from one page to more than enough.
new_stores()
{
    local size failed=0 succeeded=0
    for ((size = 4; succeeded < 3 && size < 4096; size += 4)); do
        new_disk "new-$size" "${size}k"
        use tool "$disk/store"
        ask tool individualize
        case $answer in
            "$full FAIL")
                failed=$((failed + 1))
                # Nothing is in force, whether the store could be made or not.
                expect tool version "@($full|0x00000000 2.2.0.0)" "a disk of $size KiB"
                ;;
            "0x00000000 SUCCEED")
                succeeded=$((succeeded + 1))
                expect tool version "0x00000000 2.10.0.1" "a disk of $size KiB"
                ;;
            *) fail "individualize on a disk of $size KiB gave \"$answer\"" ;;
        esac
        mount -o remount,size=16m "$disk"
        expect tool individualize "0x00000000 SUCCEED" "a disk that had $size KiB, now with room"
        expect tool version "0x00000000 2.10.0.1" "a disk that had $size KiB, now with room"
        expect tool check "0x00000000 ok ok" "a disk that had $size KiB, now with room"
        use tool "$folder/none"
        drop_disk "$disk"
    done
    [ "$failed" -gt 10 ] && [ "$succeeded" = 3 ] || fail "$failed disks were too small, $succeeded large enough"
    ok "$failed disks that were too small for a new store, and $succeeded that were not"
}

free_kilobytes()
{
    df --output=avail -k "$1" | tail -n 1
}

# An identity on a disk that other files fill.
old_store()
{
    local left failed=0 succeeded=0 certificate
    new_disk old 16m
    use tool "$disk/store"
    expect tool individualize "0x00000000 SUCCEED" "a large disk"
    for ((left = 0; succeeded < 3 && left < 4096; left += 4)); do
        expect tool certificate "0x00000000 ????*" "the store so far"
        certificate=$answer
        use tool "$folder/none" # so that the store's log and its index are made anew, on the full disk
        fallocate -l "$(($(free_kilobytes "$disk") - left))k" "$disk/ballast"
        use tool "$disk/store"
        ask tool force
        rm "$disk/ballast"
        case $answer in
            "$full FAIL")
                failed=$((failed + 1))
                expect tool certificate "$certificate" "a disk that had $left KiB left"
                ;;
            "0x00000000 SUCCEED")
                succeeded=$((succeeded + 1))
                ask tool certificate
                [ "$answer" != "$certificate" ] || fail "the certificate stayed where force succeeded"
                ;;
            *) fail "force with $left KiB left gave \"$answer\"" ;;
        esac
        expect tool force "0x00000000 SUCCEED" "a disk that had $left KiB left, now with room"
        expect tool check "0x00000000 ok ok" "a disk that had $left KiB left, now with room"
    done
    [ "$failed" -gt 10 ] || fail "only $failed times there was too little room"
    ok "$failed times too little room for another identity, and $succeeded times enough"
}

shopt -s extglob
new_stores
old_store
stop_tool tool
