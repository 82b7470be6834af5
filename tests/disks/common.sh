# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by the tests of this folder, as: . common.sh ARCHITECTURE..., with native, x64 or x86 for each.
#
# The script runs again in namespaces of its own, for mounts and processes: no mount is seen outside, and whatever
# happens to the script takes its processes and mounts along. Wine opens files in its server, so that each architecture
# gets a server of its own in there, by a prefix of its own: an overlay over the one in the cache.
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
. "$tests/../cmake/bootstrap/common.sh"
architectures=("$@")

fail()
{
    printf 'FAILED: %s\n' "$*" >&2
    exit 1
}

ok()
{
    printf 'ok: %s\n' "$*"
}

cached_prefix()
{
    printf '%s' "${WMDRM_WINE_PREFIX:-$wmdrm_cache/prefix-$1}"
}

# Wine keeps a folder for each prefix's server.
server_folder()
{
    printf '/tmp/.wine-%s/server-%s' "$(id -u)" "$(stat -c '%D-%i' "$1" | awk -F- '{ printf "%s-%x", $1, $2 }')"
}

outside()
{
    local architecture folder status=0
    for architecture in "${architectures[@]}"; do
        # The cached prefix is made out here, where it can stay, and its server too.
        [ "$architecture" = native ] || bash "$tests/run-windows.sh" "$architecture" hostname >/dev/null ||
            fail "Wine for $architecture does not work"
    done
    folder=$(mktemp -d)
    disks_folder=$folder unshare --mount --pid --fork --kill-child --mount-proc bash "$0" "$@" || status=$?
    rm -rf "$folder"
    exit "$status"
}

make_prefix()
{
    local architecture=$1 place=$folder/wine-$1
    mkdir -p "$place/upper" "$place/work" "$place/prefix"
    mount -t overlay -o "lowerdir=$(cached_prefix "$architecture"),upperdir=$place/upper,workdir=$place/work" overlay \
        "$place/prefix"
    rm -rf "$(server_folder "$place/prefix")"
}

inside()
{
    local architecture
    folder=$disks_folder
    mount -t tmpfs -o size=1g disks "$folder" || fail "this machine lets nobody mount anything"
    for architecture in "${architectures[@]}"; do
        [ "$architecture" = native ] || make_prefix "$architecture"
    done
    trap clean_up EXIT
}

clean_up()
{
    local architecture
    for architecture in "${architectures[@]}"; do
        [ "$architecture" = native ] || rm -rf "$(server_folder "$folder/wine-$architecture/prefix")"
    done
}

# --- mounts --------------------------------------------------------------------------------------------------

# new_disk NAME SIZE: an empty disk; its place is in $disk
new_disk()
{
    disk=$folder/disk-$1
    mkdir -p "$disk"
    mount -t tmpfs -o "size=$2" "$1" "$disk"
}

# Whoever still has something open there does not hold it.
drop_disk()
{
    umount --lazy "$1"
}

# --- tools ---------------------------------------------------------------------------------------------------

declare -A tool_in tool_out tool_process tool_architecture
trap '' PIPE

# In the place of a subshell, without the pipes of the other tools: each is to see the end of its own.
run_tool()
{
    local pipe
    for pipe in "${tool_in[@]}" "${tool_out[@]}"; do
        exec {pipe}>&-
    done
    if [ "$1" = native ]; then
        exec "$2"
    fi
    export WMDRM_WINE_PREFIX=$folder/wine-$1/prefix
    exec bash "$tests/run-windows.sh" "$1" "$2"
}

# start_tool NAME ARCHITECTURE PROGRAM
start_tool()
{
    local name=$1 architecture=$2 program=$3 in out
    rm -f "$folder/$name.in" "$folder/$name.out"
    mkfifo "$folder/$name.in" "$folder/$name.out"
    run_tool "$architecture" "$program" <"$folder/$name.in" >"$folder/$name.out" &
    tool_process[$name]=$!
    exec {in}>"$folder/$name.in" {out}<"$folder/$name.out"
    tool_in[$name]=$in
    tool_out[$name]=$out
    tool_architecture[$name]=$architecture
}

# tell NAME COMMAND: without waiting for the answer
tell()
{
    printf '%s\n' "$2" >&"${tool_in[$1]}" || fail "$1 is gone before: $2"
}

# hear NAME: the next line, in $answer
hear()
{
    IFS= read -r -t 300 answer <&"${tool_out[$1]}" || fail "$1 says nothing any more (it may have crashed)"
    answer=${answer%$'\r'}
}

ask()
{
    tell "$1" "$2"
    hear "$1"
}

# use NAME PATH: the folder of its commands
use()
{
    local path=$2
    [ "${tool_architecture[$1]}" = native ] || path="Z:${2//\//\\}"
    ask "$1" "folder $path"
    [ "$answer" = 0x00000000 ] || fail "$1 cannot use $2: $answer"
}

# expect NAME COMMAND ANSWER WHAT: the answer, as a pattern of case
expect()
{
    ask "$1" "$2"
    # shellcheck disable=SC2254 # it is a pattern
    case $answer in
        $3) ;;
        *) fail "$4: $2 gave \"${answer:0:60}\", expected \"$3\"" ;;
    esac
}

close_tool()
{
    local in=${tool_in[$1]} out=${tool_out[$1]}
    exec {in}>&- {out}<&-
    unset "tool_in[$1]" "tool_out[$1]"
}

# stop_tool NAME: at the end of its input it ends with 0
stop_tool()
{
    local in=${tool_in[$1]} status=0
    exec {in}>&-
    wait "${tool_process[$1]}" || status=$?
    [ "$status" = 0 ] || fail "$1 ended with $status"
    in=${tool_out[$1]}
    exec {in}<&-
}

kill_tool()
{
    kill -KILL "${tool_process[$1]}"
    wait "${tool_process[$1]}" 2>/dev/null || :
    close_tool "$1"
}

if [ -z "${disks_folder:-}" ]; then
    outside "${script_arguments[@]}"
else
    inside
fi
