#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# test_tls.sh x64|x86 FETCH: the transport over HTTPS, against servers of OpenSSL with good and bad certificates.
set -euo pipefail
architecture=$1
fetch=$2
runner=$(dirname "$(realpath "${BASH_SOURCE[0]}")")/../run-windows.sh

command -v openssl >/dev/null || { echo "test_tls.sh: error: no openssl" >&2; exit 1; }
folder=$(mktemp -d)
server=
failed=0

stop_server()
{
    [ -z "$server" ] || { kill "$server" && wait "$server"; } 2>/dev/null || true
    server=
}
trap 'stop_server; rm -rf "$folder"' EXIT
cd "$folder"

# The certificate NAME of a server called HOST, issued by the root, valid for DAYS from now (negative: expired).
make_certificate()
{
    local name=$1 host=$2 days=$3
    openssl req -newkey rsa:2048 -nodes -keyout "$name.key" -out "$name.csr" -subj "/CN=$host" 2>/dev/null
    openssl x509 -req -in "$name.csr" -CA root.pem -CAkey root.key -CAcreateserial -days "$days" -out "$name.pem" \
        -extfile <(printf 'subjectAltName=DNS:%s\nextendedKeyUsage=serverAuth\n' "$host") 2>/dev/null
}

# A server with the certificate NAME and further options of s_server. Sets port.
start_server()
{
    local name=$1 tries
    shift
    stop_server
    : >server.log # before somebody reads the last server's port
    openssl s_server -accept localhost:0 -4 -key "$name.key" -cert "$name.pem" -HTTP "$@" >server.log 2>&1 &
    server=$!
    for ((tries = 0; tries < 300; tries++)); do
        port=$(sed -n 's/^ACCEPT .*:\([0-9]*\)$/\1/p' server.log | head -n 1)
        [ -z "$port" ] || return 0
        kill -0 "$server" 2>/dev/null || break
        sleep 0.1
    done
    echo "test_tls.sh: error: the server does not start:" >&2
    cat server.log >&2
    exit 1
}

# expect CASE RESULT URL-SCHEME [CERTIFICATE]: what fetch prints.
expect()
{
    local case=$1 wanted=$2 scheme=$3 got
    shift 3
    got=$(bash "$runner" "$architecture" "$fetch" "$scheme://localhost:$port/answer" "$@" | tr -d '\r') ||
        got="exit code $?"
    if [ "$got" = "$wanted" ]; then
        echo "ok: $case"
    else
        echo "FAILED: $case: expected '$wanted', got '$got'"
        failed=1
    fi
}

openssl req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 30 -subj "/CN=wmdrmsdk test root" \
    -addext basicConstraints=critical,CA:TRUE -addext keyUsage=critical,keyCertSign 2>/dev/null
openssl x509 -in root.pem -outform der -out root.der
make_certificate good localhost 30
make_certificate elsewhere other.example 30
make_certificate expired localhost -1
printf 'HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecret' >answer

success="0x00000000 200 6"
refused="0x80072f8f 0 0"

start_server good
expect "a trusted certificate is accepted" "$success" https root.der
expect "an untrusted certificate is refused" "$refused" https
expect "TLS is no HTTP" "0x80072f78 0 0" http
start_server elsewhere
expect "another server's certificate is refused" "$refused" https root.der
start_server expired
expect "an expired certificate is refused" "$refused" https root.der
start_server good -tls1_2
expect "TLS 1.2 is spoken" "$success" https root.der
start_server good -tls1_1 -cipher DEFAULT@SECLEVEL=0
expect "TLS 1.1 is refused" "$refused" https root.der
start_server good -verify 1
expect "no certificate of ours is given to who asks for one" "$success" https root.der
exit "$failed"
