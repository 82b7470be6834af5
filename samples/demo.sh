#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# Shows what works, from nothing: sets up, builds, starts the service, individualizes a machine against it, gives it
# licences, and protects, plays and streams a file.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

usage()
{
    cat <<'END'
usage: bash samples/demo.sh [--help]

Sets this machine up (Debian 12, root), builds the service and the DLL, starts the service on loopback and
individualizes a machine against it, under Wine. Shows the progress, the versions before and after, and the machine's
certificate. Then licences: content on the service, licences acquired silently and by a web page, their rights, a right
used up, a backup, everything lost, and the backup restored. An audio file made on the spot is protected, played back,
and streamed to a second machine. Then what a program reads when the service is gone, and the same with no service at
all. Everything but build/ goes away at the end.
END
}

case ${1:-} in
    '') ;;
    --help | -h) usage; exit 0 ;;
    *) usage >&2; exit 2 ;;
esac

log=$(mktemp -t wmdrmsdk-demo.XXXXXX)
folder=$(mktemp -d -t wmdrmsdk-demo.XXXXXX)
service=
background=

clean_up()
{
    status=$?
    if [ -n "$background" ]; then
        kill "$background" 2>/dev/null && wait "$background" 2>/dev/null
    fi
    if [ -n "$service" ]; then
        kill "$service" 2>/dev/null && wait "$service" 2>/dev/null
    fi
    rm -rf "$folder"
    if [ "$status" = 0 ]; then
        rm -f "$log"
    else
        printf '\nThe demo failed. What was built and started is in %s; its end:\n' "$log"
        tail -n 20 "$log"
    fi
    exit "$status"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

step()
{
    printf '\n== %s\n' "$*"
}

quietly()
{
    "$@" >>"$log" 2>&1
}

# Builds some targets of a preset.
build()
{
    local preset=$1
    shift
    quietly cmake --preset "$preset"
    quietly cmake --build --preset "$preset" --target "$@"
}

# One of the samples, with the DLL that lies beside them: NAME ARGUMENT...
sample()
{
    local program=$1
    shift
    bash tests/run-windows.sh x64 "build/x64/bin/$program.exe" "$@"
}

drmupdate()
{
    sample drmupdate "$@"
}

wmdrmctl()
{
    sample wmdrmctl "$@"
}

# A second of 440 Hz: WAV, mono, 16 bit.
make_song()
{
    perl -e '
        my $n = 44100;
        print "RIFF", pack("V", 36 + 2 * $n), "WAVEfmt ", pack("VvvVVvv", 16, 1, 1, $n, 2 * $n, 2, 16), "data",
            pack("V", 2 * $n), map { pack("s<", 12000 * sin($_ * 440 * 6.283185307 / $n)) } 0 .. $n - 1'
}

# A path as Windows programs have it.
windows_path()
{
    printf 'Z:%s' "${1//\//\\}"
}

# add_content NAME RIGHTS [OPTION...]: content on the service; prints its key id and leaves its header in the folder
add_content()
{
    local name=$1 rights=$2 key_id
    shift 2
    key_id=$("$wmdrm_service" content add --data "$folder/service" --name "$name" --rights "$rights" "$@")
    "$wmdrm_service" content header --data "$folder/service" --key-id "$key_id" >"$folder/$name.xml"
    printf '%s\n' "$key_id"
}

acquire()
{
    wmdrmctl acquire --header "$(windows_path "$folder/$1.xml")" "${@:2}"
}

# may_play KEY-ID...: for each, whether it may be played
may_play()
{
    sample queryrights --csv "$@" | tr -d '\r' \
        | awk -F, '$2 == "Play" { print $1 ": " ($3 ? "may be played" : "may not be played") ", " $5 ($6 $8 ? " " $6 $8 : "") }'
}

# in_background FILE REGEX COMMAND...: starts it, with its output in the file, and waits until that has such a line
in_background()
{
    local file=$1 line=$2
    shift 2
    : >"$file"
    "$@" >"$file" &
    background=$!
    until grep -q "$line" "$file"; do
        kill -0 "$background" 2>/dev/null || { echo 'The program has ended.' >&2; exit 1; }
        sleep 0.1
    done
}

# Waits for what was started, which is to succeed.
background_ends()
{
    wait "$background"
    background=
}

# What a person does in a browser: opens the page, agrees, and lets the answer come back to the program.
browse()
{
    perl -MHTTP::Tiny -e '
        my $browser = HTTP::Tiny->new;
        sub unescape { my $text = shift; $text =~ s/&lt;/</g; $text =~ s/&gt;/>/g; $text =~ s/&quot;/"/g;
                       $text =~ s/&amp;/&/g; $text }
        sub check { my $answer = shift; die "$answer->{status} $answer->{reason}\n" if !$answer->{success};
                    $answer->{content} }
        sub fields { map { unescape($_) } shift =~ /<input type="hidden" name="(\w+)" value="([^"]*)"/g }
        my $page = check($browser->get($ARGV[0]));
        my ($url) = map { unescape($_) } $page =~ /action="([^"]*)"/;
        $page = check($browser->post_form($url, {fields($page)}));
        print "the page says: $1\n" if $page =~ m{<tr><td>(.*?)</td>};
        $page = check($browser->post_form($url, {fields($page), confirm => 1}));
        my ($back, $response) = $page =~ m{action="([^"]*)".*?<textarea[^>]*>([^<]*)</textarea>}s;
        check($browser->post_form(unescape($back), {response => unescape($response)}))' "$1"
}

step 'Setting up (the first time takes some minutes)'
quietly bash cmake/bootstrap-debian.sh

step 'Building the service for Linux, the DLL and the samples for Windows'
build native wmdrm-service
build x64 wmdrmsdk drmupdate queryrights wmdrmctl wmdrmpack wmdrmplay netstream
wmdrm_service=$(find build/native -name wmdrm-service -type f -perm -u+x | head -n 1)

step 'Making a service: its trust anchor is what clients are given'
anchor=$("$wmdrm_service" init --data "$folder/service" --name 'Demo archive')
printf '%s\n' "$anchor"
head -c 3000000 /dev/urandom >"$folder/component.bin"
"$wmdrm_service" publish --data "$folder/service" --version 2.11 --component "$folder/component.bin" \
    --component-name 'demo component'

step 'Starting it on loopback'
"$wmdrm_service" serve --data "$folder/service" --port 0 --port-file "$folder/port" --log - >>"$log" 2>&1 &
service=$!
until [ -s "$folder/port" ]; do
    kill -0 "$service" 2>/dev/null || { echo 'The service has ended.' >&2; exit 1; }
    sleep 0.1
done
url=http://127.0.0.1:$(cat "$folder/port")
echo "$url"

step 'A machine is individualized against it'
WMDRM_STORE_DIRECTORY=$(windows_path "$folder/store")
export WMDRM_SERVICE_URL=$url WMDRM_TRUST_ANCHOR=$anchor WMDRM_STORE_DIRECTORY
drmupdate --refresh --report "$(windows_path "$folder/report.txt")"

step 'What the service knows of it'
"$wmdrm_service" machines --data "$folder/service"

step 'The events of that, as the program saw them (first and last of the report)'
head -n 4 "$folder/report.txt"
echo '...'
tail -n 4 "$folder/report.txt"

step 'Again: the machine is current, nothing is downloaded'
drmupdate

step 'Content on the service: a song, a preview that plays once, a film that takes a web page'
song=$(add_content song 'Play(count=3); Copy; Backup')
preview=$(add_content preview 'Play(count=1); Backup')
film=$(add_content film 'Play(until=2040-01-01)' --interactive yes)
"$wmdrm_service" content list --data "$folder/service"

step 'Licences are acquired, silently'
acquire song
acquire preview
if acquire film; then
    echo 'Content that takes a web page was licensed silently.' >&2
    exit 1
fi

step 'The film, by the web page'
in_background "$folder/browser.txt" http://127 acquire film --browser --no-open
cat "$folder/browser.txt"
browse "$(grep -o 'http://127[^ ]*' "$folder/browser.txt")"
background_ends
tail -n 1 "$folder/browser.txt"

step 'What the machine has, and may do'
wmdrmctl list
wmdrmctl show "$song"

step 'Two of three plays, and the only one of the preview, are used'
wmdrmctl use "$song"
wmdrmctl use "$song"
wmdrmctl use "$preview"
if wmdrmctl use "$preview"; then
    echo 'A count was used twice.' >&2
    exit 1
fi

step 'The licences are backed up; then the whole store is lost, with the identity'
mkdir "$folder/backup"
wmdrmctl backup "$(windows_path "$folder/backup")"
ls -s "$folder/backup"
rm -rf "$folder/store"
may_play "$song" "$preview" "$film"

step 'Restored: the rights are back, and what was used up is not'
wmdrmctl restore "$(windows_path "$folder/backup")" --individualize
may_play "$song" "$preview" "$film"
if wmdrmctl use "$preview"; then
    echo 'A count came back.' >&2
    exit 1
fi
wmdrmctl use "$song"
if wmdrmctl use "$song"; then
    echo 'Counts came back.' >&2
    exit 1
fi

step 'What the service knows of that'
"$wmdrm_service" licenses list --data "$folder/service"

step 'A real audio file, made on the spot, is protected as content of the service, licensed, and played back'
make_song >"$folder/tone.wav"
tone=$(add_content tone 'Play')
sample wmdrmpack --kid "$tone" "$(windows_path "$folder/tone.wav")" "$(windows_path "$folder/tone.pack")"
head -c 400 "$folder/tone.pack" | tr -c '[:print:]' . | fold -w 100
echo
sample wmdrmplay --stdout "$(windows_path "$folder/tone.pack")" >"$folder/played.wav"
cmp "$folder/tone.wav" "$folder/played.wav"
echo 'The same bytes came back.'

step 'It is streamed, encrypted again, to a second machine, which registers and shows that it is near'
receiver=$(windows_path "$folder/receiver")
WMDRM_STORE_DIRECTORY=$receiver drmupdate
in_background "$folder/sender.txt" '^listening' sample netstream --serve "$(windows_path "$folder/played.wav")"
port=$(tr -d '\r' <"$folder/sender.txt" | sed -n 's/^listening on port //p')
WMDRM_STORE_DIRECTORY=$receiver sample netstream --port "$port" 127.0.0.1 "$(windows_path "$folder/streamed.wav")"
background_ends
cat "$folder/sender.txt"
cmp "$folder/tone.wav" "$folder/streamed.wav"
echo 'The same bytes arrived.'

step 'The service is gone: the machine keeps its identity, and the program says what is wrong'
kill "$service"
wait "$service" || :
service=
if drmupdate --force; then
    echo 'An individualization without a service succeeded.' >&2
    exit 1
fi

step 'Another machine, with no service configured: the embedded authority, offline'
WMDRM_STORE_DIRECTORY=$(windows_path "$folder/other")
export WMDRM_SERVICE_URL='' WMDRM_TRUST_ANCHOR=''
drmupdate

step 'Its own content, licensed to it offline'
video=$(wmdrmctl content add --name 'home video' --rights 'Play(count=2); Copy' | tr -d '\r')
wmdrmctl acquire "$video"
wmdrmctl use "$video"
wmdrmctl query "$video"
wmdrmctl status

step 'The same tone, protected and played offline'
sample wmdrmpack --name 'a tone' --rights 'Play(count=2)' "$(windows_path "$folder/tone.wav")" \
    "$(windows_path "$folder/home.pack")"
sample wmdrmplay --stdout --no-acquire "$(windows_path "$folder/home.pack")" | cmp - "$folder/tone.wav"
echo 'The same bytes came back.'
if sample wmdrmplay --stdout --no-acquire "$(windows_path "$folder/home.pack")" >"$folder/more.wav"; then
    echo 'It played more often than it may.' >&2
    exit 1
fi

step 'Done'
