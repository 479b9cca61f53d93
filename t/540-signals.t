#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Live input: rows leave when input pauses; TERM writes what was received; HUP
# opens the output again; USR1 prints counters.
use strict;
use warnings;
use FindBin;
use IO::Handle;
use lib "$FindBin::Bin/lib";
use Live qw(live appears ended);
use MLS;
use POSIX ();
use Socket qw(AF_UNIX PF_UNSPEC SOCK_STREAM);
use Test::More;
use Time::HiRes qw(sleep time);

my $P = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: unknown';

sub failure {
	return "$P\[198.51.100.66]: SASL LOGIN authentication failed: x, " .
	    "sasl_username=$_[0]\n";
}

# A filter with a pipe we hold; its rows go to a file.
sub start {
	my ($out, @options) = @_;
	return live($out, "$out.err", $FILTER, @OFFLINE, '-q', '--columns',
	    'user', '--header', 'never', '--now', '2026-11-22T18:00:00Z',
	    @options);
}

my $out = "$DIR/out";

# A row leaves while the pipe stays open; half a line waits for its end.
my ($pid, $pipe) = start($out);
print $pipe failure('one');
ok defined appears($out, "one\n"), 'a row leaves while input is open';
my $half = failure('second');
print $pipe substr $half, 0, 60;
sleep 0.3;
is slurp($out), "one\n", 'half a line gives nothing';
print $pipe substr $half, 60;
ok defined appears($out, "second\n"), 'its other half completes it';

# TERM: what is in the pipe is still read.
print $pipe failure("late$_") for 1 .. 200;
kill 'TERM', $pid;
my $took = ended($pid, 5);
ok defined $took && $took < 2, 'TERM ends it in under two seconds';
is $? >> 8, 0, 'exit 0';
is slurp($out), join('', "one\nsecond\n", map { "late$_\n" } 1 .. 200),
    'all that was received is written, once';
is slurp("$out.err"), '', 'silent';
close $pipe;

# TERM against a writer that never pauses.
($pid, $pipe) = start($out);
my $flood = fork // die;
if (!$flood) {
	$SIG{PIPE} = 'DEFAULT';
	my $block = failure('flood') x 500;
	print $pipe $block while 1;
	POSIX::_exit(0);
}
close $pipe;
ok defined appears($out, 'flood'), 'a flood';
kill 'TERM', $pid;
$took = ended($pid, 5);
ok defined $took && $took < 2, 'TERM ends it all the same';
is $? >> 8, 0, 'exit 0';
waitpid $flood, 0;
like slurp($out), qr/\A(flood\n)+\z/, 'whole rows';

# TERM before anything came.
($pid, $pipe) = start($out);
sleep 0.3;
kill 'INT', $pid;
ok defined ended($pid, 2), 'INT is TERM';
is $? >> 8, 0, 'exit 0';

# HUP: rename rotation; every row in exactly one piece, in order.
my $file = "$DIR/mls.csv";
($pid, $pipe) = start($out, '-o', $file);
my $sent = 0;
for my $piece (1 .. 30) {
	print $pipe failure('row' . ++$sent) for 1 .. 20;
	appears($file, "row$sent\n");
	rename $file, "$file.$piece";
	kill 'HUP', $pid;
	print $pipe failure('row' . ++$sent);
	appears($file, "row$sent\n") // appears("$file.$piece", "row$sent\n");
}
close $pipe;
ended($pid, 5);
my $together = join '', map { -e $_ ? slurp($_) : '' }
    (map { "$file.$_" } 1 .. 30), $file;
is $together, join('', map { "row$_\n" } 1 .. $sent),
    'thirty rotations: the pieces add up';
ok -e $file, 'the new file is in use';

# HUP after the file was emptied where it stands: the header comes again.
($pid, $pipe) = start($out, '-o', "$DIR/emptied", '--header', 'auto');
print $pipe failure('a');
appears("$DIR/emptied", "a\n");
truncate "$DIR/emptied", 0;
kill 'HUP', $pid;
appears("$DIR/emptied", "user\n");
print $pipe failure('b');
close $pipe;
ended($pid, 5);
is slurp("$DIR/emptied"), "user\nb\n", 'copytruncate and HUP: a new header';

# TERM under load, and somebody else reads on: what was not written is there.
{
	pipe my $rest, my $into or die "pipe: $!";
	$into->blocking(0);
	$pid = fork // die;
	if (!$pid) {
		open STDIN, '<&', $rest;
		open STDOUT, '>', $out;
		open STDERR, '>', "$out.err";
		exec $FILTER, @OFFLINE, '-q', '--columns', 'user', '--header',
		    'never';
	}
	# Pieces that end anywhere.
	my ($sent, $begun, $told, $left, $line) = ('', time, 0, '', 0);
	my $lines = join '', map { failure("kept$_") } 10000 .. 19999;
	while (waitpid($pid, POSIX::WNOHANG()) == 0 && time - $begun < 10) {
		$told ||= time - $begun > 0.5 && kill 'TERM', $pid;
		my $from = length($sent) % length $lines;
		my $n = syswrite $into, substr $lines, $from, 3001;
		$sent .= substr $lines, $from, $n if $n;
	}
	close $into;
	$left .= $_ while <$rest>;
	my $rows = () = slurp($out) =~ /^kept/mg;
	$line = index $sent, "\n", $line + 1 for 1 .. $rows;
	is substr($sent, $line + 1), $left,
	    'TERM under load: each line is a row, or still in the pipe';
	ok $rows > 1000, "$rows rows before that";
}

# What has no end is left out, and that is said.
($pid, $pipe) = start($out, '--log-level', 'warning');
print $pipe failure('whole'), failure('half') =~ s/\n//r;
appears($out, 'whole');
kill 'TERM', $pid;
ended($pid, 5);
is $? >> 8, 0, 'half a line: exit 0';
is slurp($out), "whole\n", 'no row of it';
like slurp("$out.err"), qr/the last line of the input was not read to its end$/m,
    'and it is said';
close $pipe;

# A line that never ends, from a writer that never pauses.
($pid, $pipe) = start($out, '--log-level', 'warning');
print $pipe failure('whole');
my $endless = fork // die;
if (!$endless) {
	$SIG{PIPE} = 'DEFAULT';
	my $block = 'x' x 65536;
	print $pipe $block while 1;
	POSIX::_exit(0);
}
close $pipe;
appears($out, 'whole');
sleep 0.3;
kill 'TERM', $pid;
$took = ended($pid, 10);
ok defined $took && $took < 3, 'a line that never ends: TERM ends it';
is $?, 0, 'exit 0';
waitpid $endless, 0;
is slurp($out), "whole\n", 'no row of it';
like slurp("$out.err"), qr/\A[^\n]*was not read to its end\n\z/, 'and it is said';

# A line in pieces, the last of which comes when time is over.
($pid, $pipe) = start($out, '--log-level', 'warning');
print $pipe failure('whole');
appears($out, 'whole');
kill 'TERM', $pid;
my $late = fork // die;
if (!$late) {
	my $line = failure('pieces');
	for (1 .. 8) {
		print $pipe substr $line, 0, 12, '';
		sleep 0.2;
	}
	print $pipe $line, failure('behind');
	POSIX::_exit(0);
}
ended($pid, 5);
waitpid $late, 0;
# Or, on a machine with much to do, later.
my $said = slurp("$out.err") =~ /was not read to its end/ ? '' : "pieces\n";
is slurp($out), "whole\n$said", 'the rest of a line, and nothing behind it';
close $pipe;

# Its writer closes when time is over.
($pid, $pipe) = start($out, '--log-level', 'warning');
print $pipe failure('whole'), failure('half') =~ s/\n//r;
appears($out, 'whole');
kill 'TERM', $pid;
sleep 0.6;
close $pipe;
ended($pid, 5);
$said = slurp("$out.err") =~ /\A[^\n]*was not read to its end\n\z/ ?
    '' : "half\n";
is slurp($out), "whole\n$said", 'a last line without its newline';
is slurp("$out.err"), '', 'nothing is left, and nothing is said' if $said;

# Who is not told to stop is not told that he was.
{
	spew("$DIR/many", failure('x') x 50000);
	my $r = run('/bin/sh', '-c', "cat '$DIR/many' | '$FILTER' " .
	    "@OFFLINE --columns user | head -n 1");
	is_deeply([@$r{qw(out err)}], ["user\n", ''], 'nobody reads on: silent');
}

# Lines that were read before databases that take long: longer than the
# patience with what hangs.
for my $n (1, 2) {
	spew("$DIR/ranges$n", "198.51.100.0,198.51.100.255,6450$n,Name\n");
	run($IPINFO, '--compile', '-o', "$DIR/slow$n.db",
	    "$DIR/ranges$n");
}
{
	local @ENV{qw(LD_PRELOAD FAULT)} = ("$BUILD/t/fault.so",
	    'pread:1+:SLOW');
	($pid, $pipe) = start($out, '--database', "$DIR/slow1.db",
	    '--database', "$DIR/slow2.db", '--columns', 'user,asn');
}
print $pipe failure('patient');
sleep 0.7;
kill 'TERM', $pid;
$took = ended($pid, 20);
ok defined $took && $took > 5, 'TERM while databases are read: they are';
is $?, 0, 'exit 0';
like slurp($out), qr/\Apatient,6450\d\n\z/, 'and the row is written';
close $pipe;

# A connection that breaks is no end.
{
	socketpair my $ours, my $theirs, AF_UNIX, SOCK_STREAM, PF_UNSPEC
	    or die "socketpair: $!";
	$pid = fork // die;
	if (!$pid) {
		close $ours;
		open STDIN, '<&', $theirs;
		open STDOUT, '>', $out;
		open STDERR, '>', "$out.err";
		exec $FILTER, @OFFLINE, '-q', '--columns', 'user', '--header',
		    'never';
	}
	# What it never reads makes closing a reset.
	syswrite $theirs, 'x';
	close $theirs;
	syswrite $ours, failure('a');
	ok defined appears($out, "a\n"), 'a row from a socket';
	close $ours;
	ended($pid, 5);
	is $? >> 8, 74, 'a broken connection: status 74';
	like slurp("$out.err"), qr/Connection reset by peer/, 'and why';
}

# TERM where nothing goes on: a FIFO nobody opens, output nobody reads.
POSIX::mkfifo("$DIR/fifo", 0600);
$pid = fork // die;
if (!$pid) {
	open STDOUT, '>', $out;
	exec $FILTER, @OFFLINE, '-q', '--columns', 'user', "$DIR/fifo";
}
sleep 0.5;
is waitpid($pid, POSIX::WNOHANG()), 0, 'a FIFO nobody opens is waited for';
kill 'TERM', $pid;
$took = ended($pid, 8);
ok defined $took && $took < 2, 'a FIFO nobody opens: TERM ends it';
is $?, 0, 'exit 0';
spew("$DIR/long", map { failure("u$_") } 1 .. 50000);

# Behind a pipe, whatever reads give: short, interrupted, and on a system where
# each must be asked for first.
for my $how (['NO_NOWAIT', 1], map { ['SHAKE', $_] } 1 .. 5) {
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	local $ENV{$how->[0]} = $how->[1];
	my $r = run('/bin/sh', '-c', 'exec cat "$0" | "$@"', "$DIR/long",
	    $FILTER, @OFFLINE, '-q', '--columns', 'user');
	is $r->{status}, 0, "behind a pipe, @$how";
	ok $r->{out} eq join('', map { "$_\n" } 'user', map { "u$_" }
	    1 .. 50000), 'all rows, once, in their order';
}

pipe my $unread, my $full or die;
$pid = fork // die;
if (!$pid) {
	close $unread;
	open STDOUT, '>&', $full;
	exec $FILTER, @OFFLINE, '-q', '--columns', 'user', "$DIR/long";
}
close $full;
sleep 0.5;
kill 'TERM', $pid;
ok defined ended($pid, 8), 'output nobody reads: TERM ends it';
close $unread;

# HUP as soon as it is caught: while options, rules and databases are read.
my $killed = 0;
for (1 .. 20) {
	($pid, $pipe) = start($out);
	for my $try (1 .. 5000) {
		my $status = -e "/proc/$pid/status" ?
		    slurp("/proc/$pid/status") : '';
		# Signal 1 is the lowest bit.
		last if $status =~ /^SigCgt:\s*[0-9a-f]*[13579bdf]$/m &&
		    $status =~ /^Name:\s*mls-filter$/m;
		sleep 0.0005;
	}
	kill 'HUP', $pid;
	close $pipe;
	ended($pid, 5);
	$killed++ if $? & 127;
}
is $killed, 0, 'HUP at the start does no harm';

# Before it is caught, to a program that was started with it blocked.
$killed = 0;
my $hup = POSIX::SigSet->new(POSIX::SIGHUP());
for (1 .. 20) {
	POSIX::sigprocmask(POSIX::SIG_BLOCK(), $hup);
	($pid, $pipe) = start($out);
	POSIX::sigprocmask(POSIX::SIG_UNBLOCK(), $hup);
	kill 'HUP', $pid;
	close $pipe;
	ended($pid, 5);
	$killed++ if $?;
}
is $killed, 0, 'HUP before the start waits where it is blocked';

# HUP when nothing was moved changes nothing.
($pid, $pipe) = start($out, '-o', "$DIR/same.csv");
print $pipe failure('a');
appears("$DIR/same.csv", "a\n");
kill 'HUP', $pid for 1 .. 50;
print $pipe failure('b');
ok defined appears("$DIR/same.csv", "b\n"), 'goes on after a storm of HUP';
kill 'USR1', $pid;
ok defined appears("$out.err", 'rows: 2'), 'USR1 prints counters';
close $pipe;
ended($pid, 5);
is slurp("$DIR/same.csv"), "a\nb\n", 'nothing lost, nothing doubled';

# HUP reads the databases again; while one of them is bad, the old stay.
my $db = "$DIR/db.csv";
spew($db, "198.51.100.0,198.51.100.255,FR\n");
($pid, $pipe) = start($out, '--database', $db, '--columns',
    'user,country_code', '--log-level', 'info');
print $pipe failure('first');
ok defined appears($out, "first,FR\n"), 'a database';
spew("$db.new", "198.51.100.0,198.51.100.255,DE\nnonsense\n");
rename "$db.new", $db;
kill 'HUP', $pid;
print $pipe failure('second');
ok defined appears($out, "second,FR\n"), 'a bad one does not replace it';
spew("$db.new", "198.51.100.0,198.51.100.255,DE\n");
rename "$db.new", $db;
kill 'HUP', $pid;
sleep 0.2;
print $pipe failure('third');
ok defined appears($out, "third,DE\n"), 'a good one does';
close $pipe;
ended($pid, 5);
is_deeply [slurp("$out.err") =~ /: (.*) opened again$/mg], ['output and log',
    'output, log and databases'], 'what was opened again is said as it is';

# Live input outlives its first day: the year of a stamp without one is that of
# the clock when the line comes, not when the program began.
SKIP: {
	my ($shim) = glob '/usr/lib/*/faketime/libfaketime.so.1';
	skip 'no libfaketime', 2 unless $shim;
	skip 'a sanitizer must be loaded first', 2 if $BUILD =~ /asan/;
	spew("$DIR/clock", "\@2026-12-30 12:00:00\n");
	local $ENV{LD_PRELOAD} = $shim;
	local $ENV{FAKETIME_TIMESTAMP_FILE} = "$DIR/clock";
	local $ENV{FAKETIME_NO_CACHE} = 1;
	local $ENV{FAKETIME_DONT_FAKE_MONOTONIC} = 1;
	($pid, $pipe) = live($out, undef, $FILTER, @OFFLINE, '-q', '--columns',
	    'date', '--header', 'never');
	delete $ENV{LD_PRELOAD};
	print $pipe failure('x') =~ s/Nov 22/Dec 30/r;
	ok defined appears($out, "2026-12-30T11:05:40+00:00\n"), 'today';
	spew("$DIR/clock", "\@2027-01-03 12:00:00\n");
	print $pipe failure('x') =~ s/Nov 22/Jan  3/r;
	ok defined appears($out, "2027-01-03T11:05:40+00:00\n"),
	    'four days later, in the new year';
	close $pipe;
	ended($pid, 5);
}

# Non-blocking output into a slow reader.
pipe my $slow_read, my $slow_write or die;
my $many = join '', map { failure("n$_") } 1 .. 20000;
spew("$DIR/many", $many);
$pid = fork // die;
if (!$pid) {
	require Fcntl;
	close $slow_read;
	fcntl $slow_write, Fcntl::F_SETFL(), Fcntl::O_NONBLOCK();
	open STDOUT, '>&', $slow_write;
	exec $FILTER, @OFFLINE, '--database', '/dev/null', '-q', '--columns', 'user',
	    '--header', 'never', "$DIR/many";
}
close $slow_write;
my $got = '';
while (sysread $slow_read, my $piece, 5000) {
	$got .= $piece;
	sleep 0.001;
}
waitpid $pid, 0;
is $got, join('', map { "n$_\n" } 1 .. 20000),
    'a slow reader and a non-blocking pipe: all rows';

done_testing;
