#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The DLL exports exactly the names of exports.txt, undecorated.
#   exports.sh OBJDUMP DLL
set -euo pipefail
here=$(dirname "$0")
found=$("$1" -p "$2" | awk '
    /^\[Ordinal\/Name Pointer\] Table/ { table = 1; next }
    table && !/^\t\[/ { table = 0 }
    table { print $NF }' | LC_ALL=C sort)
diff -u --label "exports.txt" --label "$2" "$here/exports.txt" - <<<"$found"
echo "$(wc -l <<<"$found") exports, all expected"
