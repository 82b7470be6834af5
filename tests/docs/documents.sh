#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# The documents name what is there: links and their anchors lead somewhere, tests that are named exist, and the table of
# methods in docs/compatibility.md has every method of the IDL, with tests that call it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

perl -w - README.md src/README.md docs/*.md <<'END'
use strict;

my ($failures, $links, $methods) = (0, 0, 0);

sub fail { print "@_\n"; $failures++ }

sub read_file
{
    my $path = shift;
    local $/;
    open my $file, '<', $path or die "$path: $!\n";
    my $text = <$file>;
    return $text;
}

# --- links, anchors, names of tests

my (%text, %anchors);
for my $path (@ARGV) {
    $text{$path} = read_file($path);
    for my $heading ($text{$path} =~ /^#+ (.*)$/mg) {
        my $anchor = lc $heading;
        $anchor =~ s/[^\w\- ]//g;
        $anchor =~ tr/ /-/;
        $anchors{$path}{$anchor} = 1;
    }
}

my %sources = map { m{([^/]+)\.c$} ? ($1 => $_) : () } glob 'tests/*/*.c';
my $programs = join '', map { read_file($_) } glob 'tests/*/CMakeLists.txt';

for my $path (@ARGV) {
    my ($folder) = $path =~ m{^(.*/)}s;
    for my $link ($text{$path} =~ /\]\(([^)]+)\)/g) {
        next if $link =~ m{^https?:};
        my ($file, $anchor) = split /#/, $link, 2;
        my $target = $file eq '' ? $path : ($folder // '') . $file;
        1 while $target =~ s{[^/]+/\.\./}{};
        $links++;
        fail("$path: nothing is at $link") if !-e $target;
        fail("$path: there is no such heading: $link")
            if defined $anchor && $anchors{$target} && !$anchors{$target}{$anchor};
    }
    for my $test ($text{$path} =~ /`((?:test|bench)_\w+)`/g) {
        fail("$path: there is no $test") if $programs !~ /\b$test\b/ && !$sources{$test} && $test !~ /_$/;
    }
}

# --- methods

my ($table) = $text{'docs/compatibility.md'} =~ /^## Every method$(.*?)(?=^## |\z)/ms or die "no table of methods\n";
my (%tests, $row_interface);
for my $row (split /\n/, $table) {
    my ($interface, $method, $named) = $row =~ /^\| (?:`(\w+)`)? ?\| `(\w+)` \| (.*) \|$/ or next;
    $row_interface = $interface if $interface;
    fail("$row_interface $method stands twice") if $tests{"$row_interface $method"};
    $tests{"$row_interface $method"} = [$named =~ /`(\w+)`/g];
}

for my $idl ('idl/wmdrmsdk.idl', 'idl/contentenabler.idl', 'idl/shim/mfobjects.idl') {
    my $code = read_file($idl);
    $code =~ s{/\*.*?\*/}{}sg;
    while ($code =~ /\binterface (\w+)\s*:\s*\w+\s*\{(.*?)\n\}/sg) {
        my ($interface, $body) = ($1, $2);
        while ($body =~ /\bHRESULT (\w+)\(/g) {
            my $method = $1;
            my $named = delete $tests{"$interface $method"};
            $methods++;
            if (!$named || !@$named) {
                fail("$interface $method: no test in the table");
                next;
            }
            for my $test (@$named) {
                my $source = $sources{$test};
                fail("$interface $method: $test is no program of tests/") if !$source;
                fail("$interface $method: $test does not call it")
                    if $source && $interface ne 'IDRMStatusCallback' && read_file($source) !~ /\bI\w+_$method\(/;
            }
        }
    }
}
fail("the table has what no interface has: $_") for sort keys %tests;
die "only $methods methods, $links links: this script has lost its way\n" if $methods < 69 || $links < 50;
print "$methods methods, $links links, $failures failures\n";
exit($failures ? 1 : 0);
END
