#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Importing: a file under a licence that its maker makes itself, and the maker's key and certificate.
#   localimport.sh x64|x86 LOCALIMPORT WMDRMPLAY WMDRMCTL DRMUPDATE
. "$(dirname "$0")/sample_test.sh"
import=$2 play=$3 ctl=$4 update=$5

run_as()
{
    program=$1
    shift
    run "$@"
}

# The same bytes, or a failure.
same()
{
    cmp -s "$1" "$2" || fail "$1 is not $2"
}

gone()
{
    [ ! -e "$1" ] || fail "$1 is there"
}

head -c 200001 /dev/urandom >plain

# --- the command line ---------------------------------------------------------------------------------------------
run_as "$import" 0 --help
has out 'usage: localimport .*'
run 0 -h
run 0 --version
has out 'localimport [0-9]+\.[0-9]+\.[0-9]+'
run 2
run 2 plain out.pack
has err 'localimport: --key and --certificate are needed; see localimport --help'
run 2 --key k --certificate c plain
run 2 --new-key k --rights Play
has err 'localimport: --new-key stands alone; see localimport --help'
[ ! -e store ] || fail "a wrong command line made a store"

# --- the issuer's key and certificate -----------------------------------------------------------------------------
run 0 --new-key issuer.key
key=$(cat out)
has out '[0-9a-f]{64}'
silent err
run 1 --new-key issuer.key
has err 'localimport: the key cannot be kept: .*\(0x80070050\)'
run 0 --new-key other.key
run_as "$ctl" 2 authority certify --role issuer --name Ripper --output issuer.cert
has err 'wmdrmctl: an issuer needs --sign-key .*'
run 2 authority certify --role machine --name Ripper --sign-key "$key" --output issuer.cert
run 2 authority certify --role issuer --name Ripper --sign-key "$key" --days 0 --output issuer.cert
run 2 authority certify --role issuer --name Ripper --sign-key "$key" --rsa-modulus dddd --output issuer.cert
run 2 authority certify --role application --name Player --sign-key "$key" --output issuer.cert
run 1 authority certify --role issuer --name 'wmdrmsdk embedded authority' --sign-key "$key" --output issuer.cert
has err 'wmdrmctl: the certificate was not made: .*\(0x80070057\)'
gone issuer.cert
run 0 authority certify --role issuer --name 'My ripper' --sign-key "$key" --days 30 --output issuer.cert
id=$(cat out)
has out '[0-9a-f]{64}'
run 1 authority certify --role issuer --name 'My ripper' --sign-key "$key" --output issuer.cert
has err 'wmdrmctl: the certificate cannot be written: .*\(0x80070050\)'
run 0 authority certify --role application --name Player --rsa-modulus "$(printf 'd%.0s' {1..256})" --output player.xml
grep -q '^<APPLICATIONCERTIFICATE ' player.xml || fail "no application's certificate"

# --- before there is an identity ----------------------------------------------------------------------------------
run_as "$import" 1 --key issuer.key --certificate issuer.cert plain early.pack
has err 'localimport: this machine has no certificate: .*\(0xC00D2728\)'
gone early.pack
run_as "$update" 0

# --- there and back -----------------------------------------------------------------------------------------------
run_as "$import" 0 --key issuer.key --certificate issuer.cert --license song.license plain song.pack
has out '[A-Za-z0-9+/]{22}=='
kid=$(cat out)
silent err
run_as "$play" 0 song.pack --no-acquire --output back
same back plain
silent err
run_as "$ctl" 0 list --json
json '@$j == 1' # the licence that it protected with is gone
run 0 show --json "$kid"
grep -q "\"issuer\": \"My ripper\"" out || fail "another issuer"
# Counts are whole: protecting takes none.
run_as "$import" 0 --key issuer.key --certificate issuer.cert --rights 'Play(count=1)' plain once.pack
run_as "$play" 0 once.pack --no-acquire --stdout
cmp -s out.raw plain || fail "the standard output is not the plain file"
run 1 once.pack --no-acquire --stdout
has err 'wmdrmplay: no licence opens the file: .*\(0x[0-9A-F]{8}\)'
# The licence that was written is the one that was stored: deleted, it stays deleted.
run_as "$ctl" 0 store song.license
run 0 delete "$kid"
run 1 store song.license
has err 'wmdrmctl: .*\(0xC00D275F\)'

# --- what does not work -------------------------------------------------------------------------------------------
program=$import
run 1 --key missing --certificate issuer.cert plain x.pack
has err "localimport: cannot open the issuer's key: .*\(0x80070002\)"
run 1 --key plain --certificate issuer.cert plain x.pack
has err "localimport: cannot open the issuer's key: .*\(0x[0-9A-F]{8}\)"
run 1 --key issuer.key --certificate missing plain x.pack
has err "localimport: cannot open the issuer's certificate: .*\(0x80070002\)"
run 1 --key issuer.key --certificate plain plain x.pack # too large
has err "localimport: cannot open the issuer's certificate: .*\(0x800700DF\)"
run 1 --key issuer.key --certificate player.xml plain x.pack
has err 'localimport: no licence was made: .*\(0xC00D28A0\)'
run 1 --key other.key --certificate issuer.cert plain x.pack
has err 'localimport: no licence was made: .*\(0xC00D2721\)'
run 1 --key issuer.key --certificate issuer.cert --rights 'Fly' plain x.pack
has err 'localimport: no licence was made: .*\(0x80070057\)'
run 1 --key issuer.key --certificate issuer.cert --rights 'Play; issuer=Somebody' plain x.pack
has err 'localimport: no licence was made: .*\(0x80070057\)'
run 1 --key issuer.key --certificate issuer.cert missing x.pack
has err 'localimport: cannot open the input: .*\(0x80070002\)'
gone x.pack
run 1 --key issuer.key --certificate issuer.cert plain song.pack
has err 'localimport: cannot make the output: .*\(0x80070050\)'
run 1 --key issuer.key --certificate issuer.cert --license song.license plain x.pack
has err 'localimport: the licence cannot be written: .*\(0x80070050\)'
gone x.pack
run 0 --key issuer.key --certificate issuer.cert --overwrite plain song.pack
run_as "$play" 0 song.pack --no-acquire --output back --overwrite
same back plain

# --- revoked ------------------------------------------------------------------------------------------------------
run_as "$ctl" 2 authority revoke "$id"
run 2 authority revoke --role issuer 12
run 0 authority revoke --role issuer "$id"
run_as "$update" 0 --refresh
run_as "$import" 1 --key issuer.key --certificate issuer.cert plain x.pack
has err 'localimport: this machine does not take the licence: .*\(0xC00D28A1\)'
gone x.pack
run_as "$play" 0 song.pack --no-acquire --output back --overwrite # what there was stays
same back plain

finish
