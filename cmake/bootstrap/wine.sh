# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by bootstrap-debian.sh: sees that Wine runs. 64 bit is Debian's package; 32 bit is the first way that works:
#   1. Debian's wine32:i386, where it is installed or apt can install it without touching any other package;
#   2. a private tree in the cache, made of the same packages, for machines whose package versions do not fit.
# The choice is written to $wmdrm_cache/wine32, which tests/run-windows.sh reads. It is made only after a probe program has
# really run. (A third way, 64-bit Wine in its experimental WoW64 mode, fails the probe by nature: it has neither DPAPI
# nor sockets for 32-bit programs.)

# The probe: what our programs need of a Wine at the least. Fails with the number of the line that failed.
write_probe()
{
    cat <<'END'
#include <winsock2.h>
#include <windows.h>
#include <wincrypt.h>
#include <string.h>
#define NEED(condition) do { if (!(condition)) return __LINE__; } while (0)

int main(void)
{
    WSADATA sockets;
    DATA_BLOB plain = { 6, (BYTE *)"secret" }, sealed, opened;

    NEED(!WSAStartup(MAKEWORD(2, 2), &sockets));
    NEED(LoadLibraryA("winhttp.dll"));
    NEED(LoadLibraryA("mfplat.dll"));
    NEED(CryptProtectData(&plain, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &sealed));
    NEED(CryptUnprotectData(&sealed, NULL, NULL, NULL, NULL, CRYPTPROTECT_UI_FORBIDDEN, &opened));
    NEED(opened.cbData == 6 && !memcmp(opened.pbData, "secret", 6));
    return 0;
}
END
}

# probe_wine ARCHITECTURE: does the Wine that run-windows.sh finds run the probe?
probe_wine()
{
    local compiler=x86_64-w64-mingw32-gcc folder status=0
    [ "$1" = x64 ] || compiler=i686-w64-mingw32-gcc
    folder=$(mktemp -d)
    write_probe >"$folder/probe.c"
    "$compiler" -o "$folder/probe.exe" "$folder/probe.c" -lcrypt32 -lws2_32 || fail "the probe did not compile"
    timeout 120 bash "$wmdrm_source/tests/run-windows.sh" "$1" "$folder/probe.exe" || status=$?
    rm -rf "$folder"
    [ "$status" = 0 ] || say "the $1 probe ended with $status"
    return "$status"
}

# choose_wine32 LOADER SERVER: takes the choice for the probe, and takes it back if that fails.
choose_wine32()
{
    if [ -x "$1" ] && [ -x "$2" ]; then
        printf 'loader=%q\nserver=%q\n' "$1" "$2" >"$wmdrm_cache/wine32.new"
        mv "$wmdrm_cache/wine32.new" "$wmdrm_cache/wine32"
        ! probe_wine x86 || return 0
        rm -f "$wmdrm_cache/wine32"
    fi
    return 1
}

# Can apt install wine32:i386 adding packages only: no upgrade, no downgrade, no removal? Asked of a private copy of
# the package lists, since a machine whose lists of the second architecture are broken is a damaged machine.
wine32_package_fits()
{
    local folder=$1 plan
    local options=(-q -o Dir::Etc::sourcelist="$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
        -o Dir::State::Lists="$folder/lists" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache=
        -o APT::Architectures::=amd64 -o APT::Architectures::=i386 -o APT::Sandbox::User=root
        -o APT::Update::Error-Mode=any)
    mkdir -p "$folder/lists/partial"
    write_source_list deb "$folder/sources.list"
    apt-get "${options[@]}" update >"$folder/log" 2>&1 || return 1
    plan=$(apt-get "${options[@]}" --simulate --no-install-recommends --no-remove install wine32:i386 2>>"$folder/log") ||
        return 1
    ! grep -qE '^Remv |^Inst [^ ]+ \[' <<<"$plan"
}

install_wine32_package()
{
    local folder status=0
    [ "$(id -u)" = 0 ] || return 1
    folder=$(mktemp -d)
    wine32_package_fits "$folder" || status=$?
    rm -rf "$folder"
    if [ "$status" != 0 ]; then
        say "apt cannot add wine32:i386 to this machine without changing other packages"
        return 1
    fi
    say "installing wine32:i386"
    dpkg --add-architecture i386
    if ! { apt-get -q -o DPkg::Lock::Timeout=600 update && DEBIAN_FRONTEND=noninteractive apt-get -q -y \
        -o DPkg::Lock::Timeout=600 --no-install-recommends --no-remove install wine32:i386; } >&2; then
        dpkg --remove-architecture i386 || say "the architecture i386 could not be taken back"
        return 1
    fi
}

# Downloads wine32 and all that it needs, by an apt configuration that shares nothing with the machine's. The main
# suite alone is always consistent in itself.
download_wine32()
{
    local folder=$1
    mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
    : >"$folder/status"
    write_source_list deb "$folder/sources.list" "$(. /etc/os-release && printf '%s' "$VERSION_CODENAME")"
    cat >"$folder/apt.conf" <<END
APT::Architecture "i386";
APT::Architectures { "i386"; };
APT::Install-Recommends "false";
APT::Sandbox::User "root";
Dir::Etc::sourcelist "$folder/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::State::Lists "$folder/lists";
Dir::State::status "$folder/status";
Dir::Cache "$folder/cache";
END
    APT_CONFIG=$folder/apt.conf apt-get -q update >&2 &&
        APT_CONFIG=$folder/apt.conf apt-get -q -y --download-only install wine32 >&2
}

# libwine's own maintainer script makes Wine's copy of zlib1.dll; in the private tree nobody runs it. Wine takes a DLL
# from its own folder only with its mark in the DOS stub.
add_zlib()
{
    local tree=$1 dll=$1/usr/lib/i386-linux-gnu/wine/i386-windows/zlib1.dll
    cp "$tree/usr/i686-w64-mingw32/lib/zlib1.dll" "$dll" &&
        { printf 'Wine builtin DLL'; head -c 16 /dev/zero; } | dd of="$dll" bs=1 seek=64 conv=notrunc status=none
}

# Unpacks the packages and makes Wine's programs find loader and libraries in the tree's final place. So they need no
# chroot and no mounts: paths, users, mounts and processes are the machine's own.
unpack_wine32()
{
    local folder=$1 new=$2 final=$3 package program
    for package in "$folder"/cache/archives/*.deb; do
        dpkg-deb --fsys-tarfile "$package" | tar -x -C "$new" --keep-directory-symlink --no-same-owner \
            --exclude='./usr/share/doc' --exclude='./usr/share/man' --exclude='./usr/share/locale' \
            --exclude='./usr/share/iso-codes' --exclude='./usr/x86_64-w64-mingw32' || return
    done
    add_zlib "$new" || return
    for program in wine wineserver32; do
        patchelf --set-interpreter "$final/lib/i386-linux-gnu/ld-linux.so.2" --force-rpath \
            --set-rpath "$final/usr/lib/i386-linux-gnu:$final/lib/i386-linux-gnu:$final/usr/lib/i386-linux-gnu/pulseaudio" \
            "$new/usr/lib/wine/$program" || return
    done
}

# Makes $wmdrm_cache/wine-i386, complete or not at all.
make_wine32_tree()
{
    local tree=$wmdrm_cache/wine-i386 new=$wmdrm_cache/wine-i386.new work status=0
    say "making a private tree for 32-bit Wine in $tree"
    work=$(mktemp -d)
    rm -rf "$new" "$tree"
    mkdir -p "$new"
    download_wine32 "$work" && unpack_wine32 "$work" "$new" "$tree" && mv "$new" "$tree" || status=$?
    rm -rf "$work" "$new"
    return "$status"
}

# The chosen loader, or nothing.
wine32_loader()
{
    if [ -e "$wmdrm_cache/wine32" ]; then
        (. "$wmdrm_cache/wine32" && printf '%s' "$loader")
    fi
}

# Called with the lock "wine32" held.
find_wine32()
{
    local tree=$wmdrm_cache/wine-i386 installed=(/usr/lib/wine/wine /usr/lib/wine/wineserver32) stamp
    stamp=$(sha256sum <"$wmdrm_source/cmake/bootstrap/wine.sh")
    if [ "$(cat "$wmdrm_cache/wine32.stamp" 2>/dev/null)" = "$stamp" ] && [ -x "$(wine32_loader)" ]; then
        return
    fi
    choose_wine32 "${installed[@]}" ||
        { install_wine32_package && choose_wine32 "${installed[@]}"; } ||
        { make_wine32_tree && choose_wine32 "$tree/usr/lib/wine/wine" "$tree/usr/lib/wine/wineserver32"; } ||
        fail "no 32-bit Wine runs on this machine, so the 32-bit library cannot be tested: neither wine32:i386 nor a" \
            "private tree of its packages passes the probe"
    printf '%s\n' "$stamp" >"$wmdrm_cache/wine32.stamp"
    say "32-bit Wine: $(wine32_loader)"
}

# Called with the lock "wine64" held.
check_wine64()
{
    local stamp
    stamp=$(stat -L -c '%n %s %Y' /usr/lib/wine/wine64)
    if [ "$(cat "$wmdrm_cache/wine64.stamp" 2>/dev/null)" != "$stamp" ]; then
        probe_wine x64 || fail "64-bit Wine does not run on this machine"
        printf '%s\n' "$stamp" >"$wmdrm_cache/wine64.stamp"
    fi
}

bootstrap_wine()
{
    with_lock wine64 check_wine64
    with_lock wine32 find_wine32
}
