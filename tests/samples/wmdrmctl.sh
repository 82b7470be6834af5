#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# wmdrmctl's commands, output and exit codes, with the embedded authority.
#   wmdrmctl.sh x64|x86 PROGRAM DRMUPDATE
. "$(dirname "$0")/sample_test.sh"
wmdrmctl=$2 drmupdate=$3
unknown='AAECAwQFBgcICQoLDA0ODw=='
key_id='[A-Za-z0-9+/]{22}=='
commands=(status list show query acquire store use backup restore delete clean 'content add' 'content import'
    'content list' 'content withdraw' 'content header' 'content key' 'authority status' 'authority export'
    'authority import' 'authority certify' 'authority revoke' # these two: localimport.sh
    'clock show' 'clock set')

# with EXIT-CODE COMMAND ARGUMENTS...: runs a command whose name may be two words
with()
{
    local expected=$1 name=$2
    shift 2
    # shellcheck disable=SC2086 # two words
    run "$expected" $name "$@"
}

# add RIGHTS [OPTION...]: content of the embedded authority; sets kid
add()
{
    run 0 content add --rights "$@"
    has out "$key_id"
    kid=$(cat out)
}

# --- the command line ---------------------------------------------------------------------------------------------
run 0 --help
has out 'usage: wmdrmctl COMMAND .*'
for name in "${commands[@]}"; do
    has out "  $name +[a-z].*"
done
[ "$(grep -c '^  [a-z]' out)" -eq ${#commands[@]} ] || fail "commands that nothing here tests"
for name in "${commands[@]}"; do
    with 0 "$name" --help
    has out "usage: wmdrmctl $name.*"
    silent err
    with 2 "$name" --bogus
    has err 'wmdrmctl: unknown option "--bogus"'
    has err "wmdrmctl: see wmdrmctl $name --help"
done
run 0 --version
has out 'wmdrmctl [0-9]+\.[0-9]+\.[0-9]+'
run 2
has err 'wmdrmctl: no command; see wmdrmctl --help'
run 2 bogus
run 2 content
has err 'wmdrmctl: unknown command "content"; see wmdrmctl --help'
run 2 content bogus
run 2 show
has err 'wmdrmctl: too few arguments; see wmdrmctl show --help'
run 2 show one two
has err 'wmdrmctl: too many arguments; see wmdrmctl show --help'
run 2 acquire
run 2 acquire "$unknown" --header file
run 2 acquire "$unknown" --nonsilent --browser
run 2 acquire --predelivery --monitor
run 2 acquire --header file --legacy
run 2 acquire "$unknown" --json
run 2 content add --per-machine many
run 2 content import table.csv --per-machine many
run 2 content import
run 2 clock set yesterday
run 2 clock set 2026-13-01

# --- before anything ----------------------------------------------------------------------------------------------
run 0 status
has out 'version: +2\.[0-9]+\.0\.0, not individualized \(run drmupdate\)'
has out 'service: +local:'
has out 'licences: +0'
run 0 status --json
json '!$j->{individualized} && $j->{service} eq "local:" && $j->{trustAnchor} =~ /^[0-9a-f]{64}$/ && $j->{licenses} == 0'
run 0 list
has out 'There is no licence\.'
run 0 list --json
json '@$j == 0'
case_name='wmdrmctl list, to a full disk'
cases=$((cases + 1))
status=0
bash "$run_windows" "$architecture" "$program" list --json >/dev/full 2>err.raw </dev/null || status=$?
tr -d '\r' <err.raw >err
[ "$status" -eq 1 ] || fail "exit code $status, expected 1"
has err 'wmdrmctl: cannot write the output: .*; .*\. \(0x80070070\)'
run 0 clean
has out 'There was nothing to clean\.'
run 1 show "$unknown"
has err "wmdrmctl: $unknown: .*; .*\. \(0x8004C013\)"
run 1 query bogus
has err 'wmdrmctl: bogus: .*; .*\. \(0xC00D2849\)'
run 1 use "$unknown"
run 1 delete "$unknown"
run 1 store missing.xml
has err 'wmdrmctl: missing\.xml: .*\(0x80070002\)'
printf 'no response' >bad.xml
run 1 store bad.xml
has err 'wmdrmctl: the response was not stored: .*; .*\. \(0xC00D27DB\)'
run 1 acquire "$unknown"
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0xC00D2728\)'
program=$drmupdate
run 0
program=$wmdrmctl
run 0 status
has out 'version: +2\.[0-9]+\.0\.1, individualized'
run 1 acquire "$unknown"
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0xC00D271E\)'

run 1 store bad.xml
has err 'wmdrmctl: the response was not stored: .*; .*\. \(0xC00D2725\)'

# --- content ------------------------------------------------------------------------------------------------------
run 0 content list
has out 'There is no content\.'
add 'Play(count=2); Copy' --name 'A song ä 中'
song=$kid
run 1 content add --rights 'Fly'
has err 'wmdrmctl: the content was not added: its rights cannot be read.*\(0x80070057\)'
run 1 content add --kid bogus
has err 'wmdrmctl: the content was not added: .*\(0xC00D2849\)'
printf '# the key\n00112233445566778899aabbccddeeff\n' >key.txt
run 0 content add --kid "$unknown" --key-file key.txt --rights 'Play; Backup'
has out "$unknown"
run 0 content key "$unknown"
has out 00112233445566778899aabbccddeeff
printf '00112233445566778899aabbccddeef0\n' >key.txt
run 1 content add --kid "$unknown" --key-file key.txt
has err 'wmdrmctl: the content was not added: .*\(0x80070057\)'
printf 'zz' >key.txt
run 1 content add --key-file key.txt
run 0 content key "$song"
has out '[0-9a-f]{32}'
run 1 content key "$(printf 'x%.0s' {1..16} | base64)"
has err 'wmdrmctl: .*: .*\(0x80070490\)'
run 0 content list
has out "${song//+/\\+} +0 +0 +offered +Play\(count=2\); Copy  # A song ä 中"
run 0 content list --json
json '@$j == 2 && $j->[0]{keyId} eq "'"$song"'" && $j->[0]{rights} eq "Play(count=2); Copy" && !$j->[0]{withdrawn}
    && $j->[0]{name} eq "A song \x{e4} \x{4e2d}"'
run 1 content import .
has err 'wmdrmctl: \.: .* the file that was named, may not be opened; .*\(0x80070005\)'
printf 'KID,KEY,RIGHTS,NAME\n%s,,"Play(count=1, hours=2)",\nnothing\n%s,,Fly\n' \
    "$(printf '1%.0s' {1..16} | base64)" "$(printf '2%.0s' {1..16} | base64)" >table.csv
run 1 content import table.csv
has err 'wmdrmctl: table\.csv: line 3: its first field is no key id: .*'
has err 'wmdrmctl: table\.csv: line 4: its rights are wrong at character 1, "Fly"'
has err 'wmdrmctl: table\.csv: nothing was added; mend this, and import the table again'
run 0 content list --json
json '@$j == 2'
sed -i '/nothing/d; s/Fly/Copy/' table.csv
run 0 content import table.csv --name 'of the table' --per-machine 3
has out 2
run 0 content list --json
json '@$j == 4 && $j->[2]{rights} eq "Play(count=1, hours=2)" && $j->[3]{name} eq "of the table" && $j->[3]{perMachine} == 3'
run 1 content import nowhere.csv
has err 'wmdrmctl: nowhere\.csv: .*\(0x80070002\)'
for kid in "$(printf '1%.0s' {1..16} | base64)" "$(printf '2%.0s' {1..16} | base64)"; do
    run 0 content withdraw "$kid"
done
run 0 content header "$song" --url 'https://a.test/?a=1&b=2' --min-version 2.10
has out "<WRMHEADER version=\"2\.0\.0\.0\"><DATA><SECURITYVERSION>2\.10</SECURITYVERSION><LAINFO>https://a\.test/\?a=1&amp;b=2</LAINFO><KID>${song//+/\\+}</KID></DATA></WRMHEADER>"

# --- licences -----------------------------------------------------------------------------------------------------
run 0 acquire "$song" --right Play
has out 'The licence is in the store\.'
run 0 content header "$unknown"
cp out header.xml
{ printf '\xff\xfe'; iconv -t UTF-16LE <header.xml; } >header16.xml
run 0 acquire --header header16.xml
run 1 acquire "$song" --right Transfer.SDMI
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0xC00D2720\)'
run 1 acquire "$song" --right Fly
run 1 acquire "$song" --url 'ftp://a.test/'
run 1 acquire "$song" --url 'http://127.0.0.1:1/'
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0x80072EFD\)'
run 0 list
has out "${song//+/\\+}  20[^ ]+Z  permanent +0  Play\(count=2\); Copy.*"
has out "$unknown  20[^ ]+Z  permanent +0  Play; Backup.*"
[ "$(wc -l <out)" -eq 3 ] || fail "not two licences"
run 0 list --kid "$song" --json
json '@$j == 1 && $j->[0]{keyId} eq "'"$song"'" && $j->[0]{permanent} && $j->[0]{outputLevels}{copy} == 0'
run 0 list --right Copy
[ "$(wc -l <out)" -eq 2 ] || fail "not one licence"
run 0 list --source 7
has out 'There is no licence\.'
run 0 show "$song"
has out "licence $key_id"
has out '  Play                  allowed               2 times'
has_not out '  Backup .*'
run 0 show "$song" --json
json '@{$j->{licenses}} == 1 && $j->{rights}[0]{counts}[0] == 2'
run 0 query "$song"
has out 'Copy                  allowed               unlimited'
run 0 query "$song" --json
json '$j->{rights}[7]{right} eq "Backup" && !$j->{rights}[7]{allowed}'

# --- a count ------------------------------------------------------------------------------------------------------
run 0 use "$song"
has out "Play was used, by licence $key_id\."
run 0 use "$song" --right Copy
run 0 query "$song"
has out 'Play                  allowed               1 time'
run 0 use "$song"
run 1 use "$song"
has err "wmdrmctl: ${song//+/\\+}: .*; .*\. \(0xC00D2748\)"
run 1 use "$song" --right Backup
run 0 query "$song"
has out 'Play                  count used up         not permitted'

# --- backup and restore -------------------------------------------------------------------------------------------
run 1 backup "$windows_work\\backup"
has err 'wmdrmctl: there is no backup: .*; .*\. \(0x80070003\)'
mkdir backup
run 0 backup "$windows_work\\backup"
has out 'The licences are backed up\.'
has out "${song//+/\\+}: its licence may not be backed up"
has out 'Left out, as their issuer wants it: 1\.'
run 1 backup backup
has err 'wmdrmctl: there is no backup: .*; .*\. \(0xC00D2742\)'
run 0 backup backup --overwrite
run 0 restore backup
has out 'The licences are restored\.'
perl -e 'open F, "+<:raw", $ARGV[0] or die; seek F, 200, 0; read F, $_, 1; seek F, 200, 0; print F $_ ^ "\x01"' \
    backup/licenses.wmbackup
run 1 restore backup
has err 'wmdrmctl: nothing was restored: .*; .*\. \(0xC00D2743\)'
run 1 restore missing

# --- removal ------------------------------------------------------------------------------------------------------
run 0 delete "$song"
has out 'The licences are deleted\.'
run 1 delete "$song"
run 0 delete "$unknown" --mark
run 0 query "$unknown"
has_not out 'Play +allowed .*'
run 0 clean
has out 'The store is clean\.'
run 0 list
has out 'There is no licence\.'
run 0 content withdraw "$song"
run 1 acquire "$song"
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0xC00D271E\)'
run 0 content list
has out "${song//+/\\+} +1 +1 +withdrawn .*"

# --- not silently -------------------------------------------------------------------------------------------------
run 0 acquire "$unknown" --nonsilent --url 'https://a.test/acquire'
has out 'https://a\.test/acquire'
has out '[A-Za-z0-9!*=]+'
[ "$(wc -l <out)" -eq 2 ] || fail "not two lines"
[[ $(tail -n 1 out | tr '!*' '+/' | base64 -d) == *"<KID>$unknown</KID>"* ]] || fail "no request"
run 0 acquire "$unknown" --legacy --json --url 'https://a.test/acquire'
json '$j->{url} eq "https://a.test/acquire" && length $j->{challenge} > 100'
add 'Play' --interactive
run 1 acquire "$kid"
has err 'wmdrmctl: no licence was acquired: .*; .*\. \(0xC00D2759\)'

# A monitor sees the licence that another process acquires.
add 'Play'
start acquire "$kid" --monitor
program=$wmdrmctl
sleep_until_monitored()
{
    timeout 30 bash -c 'until grep -q MonitorLicenseAcquisition monitor.log 2>/dev/null; do sleep 0.05; done'
}
WMDRM_LOG=$windows_work\\other.log run 0 acquire "$kid"
ends 0
has out 'The licence is in the store\.'

# The challenge as an object, and nothing after it when the licence has come.
add 'Play'
rm -f monitor.log
WMDRM_LOG=$windows_work\\monitor.log start acquire "$kid" --legacy --monitor --json --url 'https://a.test/acquire'
sleep_until_monitored || fail "nothing is monitored"
WMDRM_LOG=$windows_work\\other.log run 0 acquire "$kid"
ends 0
json '$j->{url} eq "https://a.test/acquire"'

# Ctrl+C.
add 'Play'
rm -f monitor.log
WMDRM_LOG=$windows_work\\monitor.log start acquire "$kid" --monitor
sleep_until_monitored || fail "nothing is monitored"
kill -INT "$pid"
ends 3
has err 'wmdrmctl: no licence was acquired: .*cancelled; .*\. \(0xC00D2768\)'

# By a browser: the page leads to the issuer, and takes what comes back.
start acquire "$kid" --browser --no-open --url 'https://a.test/?a=1&b=2'
wait_for started.out 'Open http://127\.0\.0\.1:[0-9]+/[0-9a-f]{32} in a browser of this machine\.'
page=$(grep -o 'http://127[^ ]*' started.out)
perl -MHTTP::Tiny -e '
    my $browser = HTTP::Tiny->new;
    my ($page, $root) = ($ARGV[0], $ARGV[0] =~ m{^(http://[^/]+)});
    sub status { my $answer = shift; print "$answer->{status}\n"; $answer->{content} }
    my $html = status($browser->get($page));
    print "action $1\n" if $html =~ /action="([^"]*)"/;
    print "$1 $2\n" while $html =~ /name="(\w+)" value="([^"]{1,60})/g;
    status($browser->get("$root/"));
    status($browser->get("$page/more"));
    status($browser->request("PUT", $page));
    status($browser->post_form($page, {other => "x"}));
    status($browser->post_form($page, {response => "<LICENSERESPONSE/>"}))' "$page" >answers
cp answers out
has out 'action https://a\.test/\?a=1&amp;b=2'
has out 'nonsilent 1'
has out 'challenge [A-Za-z0-9!*=]+'
has out "return ${page//./\\.}"
[ "$(grep -E '^[0-9]+$' out | tr '\n' ' ')" = '200 404 404 405 200 200 ' ] || fail "statuses"
run 0 acquire "$kid" --url local:
ends 0
has out 'The licence is in the store\.'
has err 'wmdrmctl: a response came and was not stored: .*\(0x80070490\)'
has err 'wmdrmctl: a response came and was not stored: .*; .*\. \(0xC00D2725\)'

# --- temporary licences -------------------------------------------------------------------------------------------
add 'Play(count=2); persist=later'
run 0 acquire "$kid"
has out 'It is a temporary one and ends with this program; --persist makes it permanent\.'
run 1 show "$kid"
run 0 acquire "$kid" --persist
has out 'The licence is in the store\.'
has_not out '.*temporary.*'
run 0 show "$kid"
has out '  store: +permanent'
add 'Play; persist=no'
run 0 acquire "$kid" --persist
has out 'It is a temporary one and ends with this program\.'
run 2 acquire "$kid" --nonsilent --persist
has err 'wmdrmctl: --persist goes with a key id, and with a licence; see wmdrmctl acquire --help'
run 2 acquire --predelivery --persist

# --- the authority ------------------------------------------------------------------------------------------------
run 0 authority status
has out 'service: +local:'
has out 'trust anchor: [0-9a-f]{64}'
has out 'machines: +1'
anchor=$(sed -n 's/^trust anchor: //p' out)
run 0 authority status --json
json '$j->{embedded} && $j->{licenses} >= 4 && $j->{contents} >= 4 && $j->{trustAnchor} eq "'"$anchor"'"'
run 1 authority export exported.bin
has err 'wmdrmctl: there is no terminal to ask for a passphrase; .*'
: >empty.txt
run 1 authority export exported.bin --passphrase-file empty.txt
has err 'wmdrmctl: empty\.txt: there is no passphrase on its first line'
printf 'correct horse ä\n' >passphrase.txt
printf 'wrong\n' >wrong.txt
run 0 authority export exported.bin --passphrase-file passphrase.txt
run 1 authority export exported.bin --passphrase-file passphrase.txt
has err 'wmdrmctl: the authority was not exported: .*\(0xC00D2742\)'
run 1 authority import exported.bin --passphrase-file wrong.txt --replace
run 1 authority import exported.bin --passphrase-file passphrase.txt
has err 'wmdrmctl: the authority was not imported: .*; --replace sets the present one aside\.'
[ "$(WMDRM_STORE_DIRECTORY=$windows_work\\other run 0 content list; cat out)" = 'There is no content.' ] \
    || fail "another store has content"
export WMDRM_STORE_DIRECTORY=$windows_work\\other
run 0 authority import exported.bin --passphrase-file passphrase.txt
run 0 authority status
has out "trust anchor: $anchor"
run 0 content list
has out "${song//+/\\+} +1 +1 +withdrawn .*"
export WMDRM_STORE_DIRECTORY=$windows_work\\store

# --- the clock ----------------------------------------------------------------------------------------------------
run 0 clock show
has out '20[0-9-]+T[0-9:]+Z'
run 0 clock show --json
json '$j->{clockKnown} && $j->{clock} =~ /^20/'
run 0 clock set now
has out 'The clock is set\. This is on record in the log\.'

# --- with a service -----------------------------------------------------------------------------------------------
export WMDRM_SERVICE_URL=http://127.0.0.1:1/ WMDRM_TRUST_ANCHOR=$anchor
run 0 authority status
has out 'service: +http://127\.0\.0\.1:1/?'
has out 'A service is configured: it is administered where it runs\.'
run 1 content list
has err 'wmdrmctl: the content cannot be listed: .*, or administer the service\. \(0xC00D27DC\)'
run 1 clock set now
run 0 content header "$song"

finish
