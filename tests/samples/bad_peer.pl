# SPDX-License-Identifier: LGPL-2.1-or-later
# What netstream may meet at the other end of its connection.
#   bad_peer.pl connect PORT STEP...             connects
#   bad_peer.pl listen PORT-FILE STEP...         waits for one connection; the port is in the file
#   bad_peer.pl between PORT-FILE PORT CHANGE    passes frames on between who connects to it and that port, and changes
#                                                those that come from there
# STEP: send=HEX; frame, which reads one and prints its kind; rest, which reads until the other end closes. After the
# last one it closes. CHANGE, of content: repeat=N, drop=N, swap=N (with the next one), cut=N (closes within it).
use strict;
use warnings;
use IO::Socket::INET;

my $head_size = 5;
my $content = 8;
alarm 60;

sub listener
{
    my $file = shift;
    my $listener = IO::Socket::INET->new(Listen => 1, LocalAddr => '127.0.0.1') or die $!;
    open my $out, '>', "$file.new" or die $!;
    print $out $listener->sockport, "\n";
    close $out;
    rename "$file.new", $file or die $!;
    return scalar $listener->accept;
}

sub connected
{
    return IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => shift) || die $!;
}

sub read_exactly
{
    my ($socket, $size) = @_;
    my $data = '';
    while (length $data < $size) {
        sysread $socket, $data, $size - length $data, length $data or return;
    }
    return $data;
}

# The whole frame, or undef when there is no more.
sub read_frame
{
    my $socket = shift;
    my $head = read_exactly($socket, $head_size) // return;
    my (undef, $size) = unpack 'CV', $head;
    my $body = read_exactly($socket, $size) // return;
    return $head . $body;
}

sub write_all
{
    my ($socket, $data) = @_;
    while (length $data) {
        my $count = syswrite($socket, $data) // return;
        substr $data, 0, $count, '';
    }
}

sub take_steps
{
    my $socket = shift;
    for (@_) {
        if (/^send=(.*)/) {
            write_all($socket, pack 'H*', $1);
        } elsif ($_ eq 'frame') {
            my $frame = read_frame($socket);
            print defined $frame ? unpack('C', $frame) : 'closed', "\n";
        } elsif ($_ eq 'rest') {
            1 while sysread $socket, my $data, 65536;
        } else {
            die "$_\n";
        }
    }
}

sub pass_on
{
    my ($from, $to, $change) = @_;
    my ($what, $which) = $change =~ /^(\w+)=(\d+)$/ or die $change;
    my ($number, $kept) = (0, '');
    while (defined(my $frame = read_frame($from))) {
        my $is_it = unpack('C', $frame) == $content && $number++ == $which;
        if ($what eq 'cut' && $is_it) {
            write_all($to, substr $frame, 0, length($frame) / 2);
            return;
        }
        next if $what eq 'drop' && $is_it;
        if ($what eq 'swap' && $is_it) {
            $kept = $frame;
            next;
        }
        write_all($to, $frame);
        write_all($to, $frame) if $what eq 'repeat' && $is_it;
        write_all($to, $kept);
        $kept = '';
    }
}

$SIG{PIPE} = 'IGNORE';
my $role = shift;
if ($role eq 'connect') {
    take_steps(connected(shift), @ARGV);
} elsif ($role eq 'listen') {
    take_steps(listener(shift), @ARGV);
} elsif ($role eq 'between') {
    my ($file, $port, $change) = @ARGV;
    my $sender = connected($port);
    my $receiver = listener($file);
    my $child = fork // die $!;
    if (!$child) {
        while (sysread $receiver, my $data, 65536) {
            write_all($sender, $data);
        }
        exit 0;
    }
    pass_on($sender, $receiver, $change);
    kill 'TERM', $child;
    waitpid $child, 0;
    shutdown $_, 2 for $sender, $receiver;
} else {
    die "$role\n";
}
