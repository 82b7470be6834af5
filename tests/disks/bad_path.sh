#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: bad_path.sh ARCHITECTURE PROGRAM
# Store folders that cannot be made: each ends with the code that says why, and nothing is left behind.
script_arguments=("$@")
. "$(dirname "${BASH_SOURCE[0]}")/common.sh" "$1"
no_path=0x80070003
protected=0x80070013
start_tool tool "$1" "$2"
new_disk place 4m

# refuses PATH CODE WHAT
refuses()
{
    use tool "$1"
    expect tool individualize "$2 FAIL" "$3"
    expect tool force "$2 FAIL" "$3"
    expect tool refresh "$2" "$3"
    expect tool version "$2" "$3"
    expect tool certificate "$2" "$3"
    ok "$3"
}

printf 'a file' >"$disk/file"
refuses "$disk/file" $no_path "the folder is a file"
refuses "$disk/file/store" $no_path "the folder above is a file"
refuses "$disk/file/deeper/store" $no_path "a folder further up is a file"
[ "$(cat "$disk/file")" = 'a file' ] || fail "the file was changed"
[ "$(ls "$disk")" = file ] || fail "something was made: $(ls "$disk")"

mkdir "$folder/read-only"
mount --bind "$disk" "$folder/read-only"
mount -o remount,bind,ro "$folder/read-only"
# Wine 8 tells of a folder that cannot be made there that access is denied (measured).
[ "$1" = native ] || protected=0x80070005
refuses "$folder/read-only/store" $protected "a new folder on a read-only disk"
refuses "$folder/read-only/deeper/store" $protected "a new folder in a new folder on a read-only disk"
refuses "$folder/read-only/file" $no_path "a file on a read-only disk"

use tool "$disk/new/folders/as/needed"
expect tool individualize "0x00000000 SUCCEED" "folders that can be made"
expect tool version "0x00000000 2.10.0.1" "folders that can be made"
ok "folders that can be made"
stop_tool tool
