#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Protecting files and playing them: bytes, licences, and files that were cut or altered.
#   wmdrmpack.sh x64|x86 WMDRMPACK WMDRMPLAY DRMUPDATE
. "$(dirname "$0")/pack_test.sh"

gone()
{
    [ ! -e "$1" ] || fail "$1 is there"
}

# alter FILE OFFSET: a copy "altered" with one byte other than before
alter()
{
    perl -e 'local $/; open F, "<:raw", $ARGV[0]; $_ = <F>; substr($_, $ARGV[1], 1) ^= "\x01"; print' "$1" "$2" >altered
}

head -c 200001 /dev/urandom >plain
: >empty
printf x >one

# --- the command line ---------------------------------------------------------------------------------------------
pack 0 --help
has out 'usage: wmdrmpack .*'
pack 0 --version
has out 'wmdrmpack [0-9]+\.[0-9]+\.[0-9]+'
pack 2
pack 2 plain
pack 2 plain out.pack --block-size 0
pack 2 plain out.pack --block-size 16777217
pack 2 plain out.pack --kid x --rights Play
play 0 --help
has out 'usage: wmdrmplay .*'
play 0 -h
has out 'usage: wmdrmplay .*'
pack 0 -h
play 2
play 2 --stdout --output x plain
[ ! -e store ] || fail "a wrong command line made a store"

# --- before there is an identity ----------------------------------------------------------------------------------
pack 1 plain early.pack
has err '.*\(0xC00D2728\)'
gone early.pack
program=$update
run 0

# --- there and back -----------------------------------------------------------------------------------------------
pack 0 plain plain.pack
has out '[A-Za-z0-9+/]{22}=='
silent err
head -c 8 plain.pack | grep -q '^WMDRMPK1$' || fail "no magic"
[ "$(stat -c %s plain.pack)" -gt 200001 ] || fail "too short"
grep -q WRMHEADER plain.pack || fail "no content header"
play 0 plain.pack --output back
same back plain
silent err
play 0 plain.pack
gone -
play 0 plain.pack --stdout
cmp -s out.raw plain || fail "the standard output is not the plain file"
silent err
# Of each size: none at all, one byte, a block exactly, one more and one less.
for size in 0 1 15 16 17 999 1000 1001 2000; do
    head -c $size plain >"size$size"
    pack 0 "size$size" sized.pack --overwrite --block-size 1000
    play 0 sized.pack --output sized --overwrite
    same sized "size$size"
done
pack 0 size17 small.pack --block-size 1
play 0 small.pack --stdout
cmp -s out.raw size17 || fail "blocks of a byte"

# --- licences -----------------------------------------------------------------------------------------------------
pack 0 one counted.pack --rights 'Play(count=2)' --name 'counted'
kid=$(grep -E '==$' out)
play 0 counted.pack --no-acquire --stdout
play 1 counted.pack --no-acquire --stdout # one use was for protecting
has err 'wmdrmplay: no licence opens the file: .*\(0x[0-9A-F]{8}\)'
silent out
play 0 counted.pack --stdout # the embedded authority gives another licence
pack 0 plain again.pack --kid "$kid"
play 0 again.pack --output again
same again plain
pack 1 plain unknown.pack --kid AAAAAAAAAAAAAAAAAAAAAA==
gone unknown.pack
pack 1 plain unknown.pack --kid nonsense
pack 1 plain unknown.pack --rights 'Fly'
gone unknown.pack

# --- files --------------------------------------------------------------------------------------------------------
pack 1 missing x.pack
has err 'wmdrmpack: cannot open the input: .*\(0x80070002\)'
pack 1 plain plain.pack
has err 'wmdrmpack: cannot make the output: .*\(0x80070050\)'
play 1 plain.pack --output back
has err 'wmdrmplay: cannot make the output: .*\(0x80070050\)'
same back plain
play 1 missing.pack
has err 'wmdrmplay: cannot open the file: .*\(0x80070002\)'
play 1 plain
has err 'wmdrmplay: this is no protected file'
play 1 empty
has err 'wmdrmplay: this is no protected file'
for size in 8 31; do
    head -c $size plain.pack >cut.pack
    play 1 cut.pack
    has err 'wmdrmplay: this is no protected file'
done
for size in 32 100 1000 100000 $(($(stat -c %s plain.pack) - 1)); do
    head -c "$size" plain.pack >cut.pack
    play 1 cut.pack --output cut
    has err 'wmdrmplay: the file is cut off'
    gone cut
done
(cat plain.pack; printf x) >longer.pack
play 1 longer.pack
has err 'wmdrmplay: something was appended to the file'
alter plain.pack 7
play 1 altered
has err 'wmdrmplay: this protected file is of another version, or damaged'
alter plain.pack 31 # the counter id
play 1 altered --output cut
has err "wmdrmplay: the file's head was altered, or is of other content"
gone cut
alter plain.pack $(($(stat -c %s plain.pack) - 1)) # the last block's tag
play 1 altered --output cut
has err 'wmdrmplay: the file was altered: block 3 is not what was protected'
gone cut
alter plain.pack 70000 # in the first or second block
play 1 altered --output cut
has err 'wmdrmplay: the file was altered: block [01] is not what was protected'
gone cut
# Two blocks in each other's place.
pack 0 size2000 two.pack --block-size 1000
perl -e 'local $/; open F, "<:raw", "two.pack"; $_ = <F>; my $n = length() - 2032;
    print substr($_, 0, $n) . substr($_, $n + 1016) . substr($_, $n, 1016)' >altered
play 1 altered --output cut
has err 'wmdrmplay: the file was altered: block 0 is not what was protected'
gone cut
# Rubbish behind the magic.
(printf WMDRMPK1; head -c 3000 /dev/urandom) >rubbish
play 1 rubbish
[ "$(wc -l <err)" -eq 1 ] || fail "more than one message"

finish
