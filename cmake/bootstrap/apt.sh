# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by bootstrap-debian.sh: Debian's packages, on the machine itself and through private apt configurations that
# leave the machine's own alone.

# The repositories that the machine's own sources name for its release, one "URI SUITE" a line, whichever of apt's two
# notations they are written in. Works on a machine that has never run `apt-get update`.
debian_repositories()
{
    local codename
    codename=$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")
    apt-get indextargets --no-release-info --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
        awk -v codename="$codename" '
            $3 == "main" && ($2 == codename || $2 ~ "^" codename "[-/]") && !seen[$1, $2]++ { print $1, $2 }'
}

# write_source_list TYPE FILE [SUITE]: the same repositories as TYPE (deb or deb-src), all suites or the named one.
# Debian's own keyring verifies them.
write_source_list()
{
    local type=$1 file=$2 only=${3:-} uri suite
    local keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    debian_repositories | while read -r uri suite; do
        if [ -z "$only" ] || [ "$suite" = "$only" ]; then
            printf '%s [signed-by=%s] %s %s main\n' "$type" "$keyring" "$uri" "$suite"
        fi
    done >"$file"
    [ -s "$file" ] || fail "the apt sources of this machine name no Debian repository (component main)"
}

# missing_packages NAME...: those that are not installed. Asks dpkg only.
missing_packages()
{
    local name
    for name in "$@"; do
        # dpkg also knows packages that are "not-installed", or half.
        if ! dpkg-query -W -f '${db:Status-Status}\n' "$name" 2>/dev/null | grep -qx installed; then
            printf '%s\n' "$name"
        fi
    done
}

# install_packages NAME...: installs what is missing; apt is not even called when nothing is.
install_packages()
{
    local missing
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" -gt 0 ] || return 0
    [ "$(id -u)" = 0 ] || fail "these packages are missing, and only root can install them: ${missing[*]}"
    say "installing ${missing[*]}"
    apt-get -q -o DPkg::Lock::Timeout=600 update >&2
    DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 --no-install-recommends --no-remove \
        install "${missing[@]}" >&2
    mapfile -t missing < <(missing_packages "$@")
    [ "${#missing[@]}" = 0 ] || fail "apt reported success, but these are still missing: ${missing[*]}"
}

# fetch_source NAME FOLDER: downloads and unpacks Debian's newest source package of that name that the mirror really
# has into FOLDER/NAME. A mirror may list a version before it has the files, or after they are gone. apt verifies the
# signatures; dpkg-source applies Debian's patches.
fetch_source()
{
    local name=$1 folder=$2 versions version
    local options=(-q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o APT::Sandbox::User=root)
    if [ ! -e "$folder/sources.list" ]; then
        mkdir -p "$folder/lists/partial"
        write_source_list deb-src "$folder/sources.list"
        apt-get "${options[@]}" update >&2 || say "apt-get update was not complete"
    fi
    versions=$(apt-cache "${options[@]}" showsrc --only-source "$name" | sed -n 's/^Version: //p' | sort -rVu)
    [ -n "$versions" ] || fail "the mirror has no source package $name"
    mkdir "$folder/$name-download"
    for version in $versions; do
        if (cd "$folder/$name-download" && apt-get "${options[@]}" source --download-only "$name=$version" >&2); then
            dpkg-source --no-copy -x "$folder/$name-download/${name}_${version#*:}.dsc" "$folder/$name" >&2
            return
        fi
        say "$name $version could not be downloaded"
    done
    fail "no version of the source package $name could be downloaded"
}
