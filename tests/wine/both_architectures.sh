# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: both_architectures.sh CACHE
# A 32-bit and a 64-bit program, each under its own Wine, are one user on one machine: they see the same, open what the
# other has sealed, and share a database.
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cache=$1

probe()
{
    printf '%s' "$folder/probe-$1.exe"
}

build()
{
    local architecture=$1 triplet=$2
    "$triplet-gcc" -O1 -municode -static -I"$cache/$triplet/include" -o "$(probe "$architecture")" \
        "$tests/wine/probe.c" -L"$cache/$triplet/lib" -lsqlite3 -lcrypt32
}

build x64 x86_64-w64-mingw32
build x86 i686-w64-mingw32
expect 64 "$(run x64 bits)" "the 64-bit program runs"
expect 32 "$(run x86 bits)" "the 32-bit program runs"
cd "$folder"
expect "$(run x64 folder)" "$(run x86 folder)" "both see the same folder"
expect "$(run x64 user)" "$(run x86 user)" "both see the same user"

for pair in "x64 x86" "x86 x64"; do
    read -r sealer opener <<<"$pair"
    run "$sealer" seal sealed
    expect 0 "$(status_of run "$opener" unseal sealed)" "$opener opens what $sealer sealed"
done

jobs=()
for architecture in x64 x86 x64 x86; do
    run "$architecture" count counter.db 250 >"$folder/count-$architecture-${#jobs[@]}" &
    jobs+=("$!")
done
for job in "${jobs[@]}"; do
    wait "$job" || fail "a program that counts up ended with $?"
done
expect 1000 "$(run x64 count counter.db 0)" "four programs share one database and lose nothing"
