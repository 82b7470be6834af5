#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The DLL imports nothing but names of imports.txt, each of which a reviewer has found on Windows 7; a name that is not
# there is reported with its DLL.
#   imports.sh OBJDUMP DLL
set -euo pipefail
here=$(dirname "$0")
found=$("$1" -p "$2" | awk '
    /^\tDLL Name: / { dll = tolower($3); table = 0; next }
    /^\tvma:  Hint\/Ord Member-Name/ { table = 1; next }
    table && NF >= 3 { print dll "!" $3; next }
    { table = 0 }' | LC_ALL=C sort -u)
count=$(grep -c . <<<"$found")
if [ "$count" -lt 40 ]; then
    echo "only $count imports found: cannot read the output of $1" >&2
    exit 1
fi
new=$(LC_ALL=C comm -23 <(echo "$found") <(sed 's/ *#.*//; /^$/d' "$here/imports.txt" | LC_ALL=C sort -u))
if [ -n "$new" ]; then
    echo "not in imports.txt; add a name there only when Windows 7 has it:" >&2
    echo "$new" >&2
    exit 1
fi
echo "$count imports, all known to be on Windows 7"
