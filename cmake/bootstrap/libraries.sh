# SPDX-License-Identifier: LGPL-2.1-or-later
# Sourced by bootstrap-debian.sh: the libraries that Debian does not package for MinGW, cross-compiled from its source
# packages as static archives: $wmdrm_cache/TRIPLET/{include,lib}.

# Windows 7 is the oldest system. The headers' default is the newest, which would let newer imports in.
windows_flags="-O2 -D_WIN32_WINNT=0x0601 -DWINVER=0x0601"

# cmake_library ARCHITECTURE SOURCE BUILD PREFIX [OPTION...]
cmake_library()
{
    local architecture=$1 source=$2 build=$3 prefix=$4
    shift 4
    cmake -G Ninja -S "$source" -B "$build" -DCMAKE_TOOLCHAIN_FILE="$wmdrm_source/cmake/mingw.cmake" \
        -DWMDRM_MINGW_ARCH="$architecture" -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS="$windows_flags" \
        -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_INSTALL_LIBDIR=lib -DCMAKE_INSTALL_INCLUDEDIR=include \
        -Wno-dev -Wno-deprecated "$@" &&
        cmake --build "$build" &&
        cmake --install "$build"
}

build_cmocka()
{
    local architecture=$1 source=$2 build=$3 prefix=$4
    cmake_library "$architecture" "$source" "$build" "$prefix" \
        -DBUILD_SHARED_LIBS=OFF -DWITH_STATIC_LIB=ON -DWITH_EXAMPLES=OFF -DWITH_CMOCKERY_SUPPORT=OFF -DUNIT_TESTING=OFF ||
        return
    if [ -e "$prefix/lib/libcmocka-static.a" ]; then
        mv "$prefix/lib/libcmocka-static.a" "$prefix/lib/libcmocka.a"
    fi
}

# Debian's patches ask for XML_DTD == 1, as autoconf defines it; expat's CMake files would define it without a value.
build_expat()
{
    local architecture=$1 source=$2 build=$3 prefix=$4
    cmake_library "$architecture" "$source/expat" "$build" "$prefix" -DEXPAT_SHARED_LIBS=OFF -DEXPAT_BUILD_TOOLS=OFF \
        -DEXPAT_BUILD_EXAMPLES=OFF -DEXPAT_BUILD_TESTS=OFF -DEXPAT_BUILD_DOCS=OFF -DEXPAT_BUILD_PKGCONFIG=OFF \
        -DEXPAT_DTD=OFF -DCMAKE_C_FLAGS="$windows_flags -DXML_DTD=1"
}

# The amalgamation is the same for both architectures: prepare_sqlite3 makes it once.
prepare_sqlite3()
{
    (cd "$1" && ./configure --disable-tcl --disable-readline && make sqlite3.c)
}

build_sqlite3()
{
    local architecture=$1 source=$2 build=$3 prefix=$4
    local tool=$architecture-w64-mingw32
    mkdir -p "$build" "$prefix/include" "$prefix/lib" || return
    # shellcheck disable=SC2086 # windows_flags is a list of words
    "$tool-gcc" $windows_flags -DSQLITE_THREADSAFE=1 -DSQLITE_DQS=0 -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_USE_URI=0 \
        -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_DEPRECATED \
        -c "$source/sqlite3.c" -o "$build/sqlite3.o" &&
        "$tool-ar" rcs "$prefix/lib/libsqlite3.a" "$build/sqlite3.o" &&
        cp "$source/sqlite3.h" "$prefix/include/"
}

# library_files NAME: what must be there when it is done
library_files()
{
    case $1 in
        cmocka) printf 'include/cmocka.h lib/libcmocka.a' ;;
        expat) printf 'include/expat.h include/expat_external.h lib/libexpat.a' ;;
        sqlite3) printf 'include/sqlite3.h lib/libsqlite3.a' ;;
    esac
}

# library_stamp NAME ARCHITECTURE: changes with the source package, the compiler and this recipe. The source package's
# version is that of the machine's own library of the same source, so that asking needs no network.
library_stamp()
{
    printf '%s ' "$1"
    dpkg-query -W -f '${source:Version} ' "lib$1-dev" "gcc-mingw-w64-${2/_/-}-win32"
    cat "$wmdrm_source/cmake/bootstrap/libraries.sh" "$wmdrm_source/cmake/mingw.cmake" | sha256sum | cut -c1-16
}

library_is_current()
{
    local name=$1 architecture=$2 prefix=$wmdrm_cache/$2-w64-mingw32 file
    [ "$(cat "$prefix/stamp/$name" 2>/dev/null)" = "$(library_stamp "$name" "$architecture")" ] || return 1
    for file in $(library_files "$name"); do
        [ -s "$prefix/$file" ] || return 1
    done
}

# Builds one library for one architecture in the temporary folder, then moves its files into place, the stamp last: an
# interrupted run leaves the old state or an unstamped one, which is built again.
build_library()
{
    local name=$1 architecture=$2 work=$3
    local prefix=$wmdrm_cache/$architecture-w64-mingw32 stage=$work/stage-$name-$architecture file
    if ! "build_$name" "$architecture" "$work/$name" "$work/build-$name-$architecture" "$stage" \
        >"$work/$name-$architecture.log" 2>&1; then
        tail -n 40 "$work/$name-$architecture.log" >&2
        fail "$name for $architecture did not build"
    fi
    mkdir -p "$prefix/include" "$prefix/lib" "$prefix/stamp"
    rm -f "$prefix/stamp/$name"
    for file in $(library_files "$name"); do
        [ -s "$stage/$file" ] || fail "$name for $architecture has no $file"
        cp "$stage/$file" "$prefix/$file.new"
        mv "$prefix/$file.new" "$prefix/$file"
    done
    library_stamp "$name" "$architecture" >"$work/stamp-$name-$architecture"
    mv "$work/stamp-$name-$architecture" "$prefix/stamp/$name"
    say "built $name for $architecture"
}

# Called with the lock "libraries" held.
build_missing_libraries()
{
    local wanted=() name architecture work jobs=() job failed=0
    for name in cmocka expat sqlite3; do
        for architecture in "${wmdrm_mingw_architectures[@]}"; do
            library_is_current "$name" "$architecture" || wanted+=("$name $architecture")
        done
    done
    [ "${#wanted[@]}" -gt 0 ] || return 0
    say "cross-compiling for MinGW: $(printf '%s; ' "${wanted[@]}")"

    work=$(mktemp -d "${TMPDIR:-/tmp}/wmdrm-libraries.XXXXXX")
    # shellcheck disable=SC2064 # the folder of this call
    trap "rm -rf '$work'" EXIT
    for name in $(printf '%s\n' "${wanted[@]}" | cut -d ' ' -f 1 | sort -u); do
        fetch_source "$name" "$work"
        if [ "$name" = sqlite3 ]; then
            prepare_sqlite3 "$work/sqlite3" >"$work/sqlite3.log" 2>&1 ||
                { tail -n 40 "$work/sqlite3.log" >&2; fail "sqlite3.c could not be made"; }
        fi
    done
    for job in "${wanted[@]}"; do
        build_library "${job% *}" "${job#* }" "$work" &
        jobs+=("$!")
    done
    for job in "${jobs[@]}"; do
        wait "$job" || failed=1
    done
    [ "$failed" = 0 ] || fail "not every library was built"
    rm -rf "$work"
    trap - EXIT
}

bootstrap_libraries()
{
    with_lock libraries build_missing_libraries
}
