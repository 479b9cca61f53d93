#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --follow: rows of a log as it grows, across rotations and the end of the
# filter, however it ends; t/soak does more of it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use IO::Handle;
use Time::HiRes qw(sleep time);
use Killing;
use MLS;
use Nameserver qw(fake_server);

my $P = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
sub failure {
	return "${P}warning: unknown[198.18.5.66]: SASL LOGIN " .
	    "authentication failed: x, sasl_username=$_[0]\n";
}
my ($log, $state, $out) = map { "$DIR/$_" } qw(log state out);
my $pid;
sub start {
	$pid = fork // die "fork: $!";
	return if $pid;
	open STDERR, '>>', "$DIR/said" or POSIX::_exit(126);
	exec $FILTER, @OFFLINE, qw(--config /dev/null --database /dev/null
	    --columns user --header never --follow), '--state', $state, '-o',
	    $out, @_, $log or POSIX::_exit(127);
}
sub end {
	my ($signal) = @_;
	kill $signal, $pid;
	waitpid $pid, 0;
	return $?;
}
sub add {
	my ($name, @lines) = @_;
	open my $f, '>>:raw', $name or die "$name: $!";
	print $f @lines;
	close $f;
}
my $all = '';
sub comes {
	my ($rows, $about) = @_;
	$all .= $rows;
	for (1 .. 1000) {
		last if -e $out && slurp($out) eq $all;
		sleep 0.01;
	}
	is(-e $out ? slurp($out) : '', $all, $about);
}
sub ticks {
	my @stat = split ' ', slurp("/proc/$pid/stat") =~ s/^.*\) //r;
	return $stat[11] + $stat[12];
}

spew("$log.1", failure('old'));
spew($log, failure('a'));
start();
comes("old\na\n", 'what was there');
add($log, failure('b'));
comes("b\n", 'what comes');
add($log, failure('c') =~ s/\n//r);
sleep 0.3;
comes('', 'half a line waits');
add($log, "c\n");
comes("cc\n", 'for its end');
add($log, "2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times\n");
comes("cc\ncc\n", 'repeated');

my ($before, $from) = (ticks(), time);
sleep 2;
cmp_ok(ticks() - $before, '<=', 2, 'idle: no processor time');

# Renamed: who writes may not know it yet.
shift_up($DIR);
rename $log, "$log.1";
add("$log.1", failure('d'));
comes("d\n", 'what still goes to the file that was renamed');
spew($log);
add("$log.1", failure('e'));
comes("e\n", 'and also when there is a new one');
add($log, failure('f'));
comes("f\n", 'then the new one');
add($log, failure('g'));
comes("g\n", 'goes on');

# Copied and emptied.
shift_up($DIR);
spew("$log.1", slurp($log));
truncate $log, 0;
add($log, failure('h'));
comes("h\n", 'emptied');
kill 'STOP', $pid;
add($log, failure('h0'));
shift_up($DIR);
spew("$log.1", slurp($log));
truncate $log, 0;
add($log, map { failure("h$_") } 1 .. 5);
kill 'CONT', $pid;
comes(join('', map { "h$_\n" } 0 .. 5), 'emptied and filled beyond that');

# Removed, when all of it had been read.
unlink $log;
sleep 0.3;
spew($log, failure('h6'));
comes("h6\n", 'removed');
is(-e "$DIR/said" ? slurp("$DIR/said") : '', '', 'nothing to say so far');

# Killed, and much happens meanwhile.
add($log, failure('i'));
comes("i\n", 'a row before');
end('KILL');
add($log, failure('j'));
shift_up($DIR);
rename $log, "$log.1";
system('gzip', '-n', "$log.1");
spew($log, failure('k'));
start();
comes("j\nk\n", 'after kill -9');
is(end('TERM'), 0, 'TERM');
add($log, failure('l'));
start();
comes("l\n", 'after TERM');

# Somebody goes on writing to the old file.
shift_up($DIR);
rename $log, "$log.1";
spew($log, failure('m'));
comes("m\n", 'rotated again');
add("$log.1", failure('late'));
comes("late\n", 'a line that comes late');
add($log, failure('n'));
comes("n\n", 'and the log is read on');
add("$log.1", failure('later'), failure('half') =~ s/half\n//r);
comes("later\n", 'one more');
add($log, failure('n2'));
add("$log.1", "half\n");
for (1 .. 500) {
	last if slurp($out) =~ /n2\n/ && slurp($out) =~ /half\n/;
	sleep 0.01;
}
my ($last) = slurp($out) =~ /later\n(.*)/s;
is(join(' ', sort split /\n/, $last), 'half n2', 'and both at once');
$all .= $last;
is(end('INT'), 0, 'nothing is missing');
shift_up($DIR);
rename $log, "$log.1";
spew($log, failure('n3'));
start();
comes("n3\n", 'rotated once more');
rename "$log.1", "$log.late";
add("$log.late", failure('n3a'));
comes("n3a\n", 'what comes late, wherever that file was moved to');
open my $writer, '>>:raw', "$log.late" or die "$log.late: $!";
system('gzip', "$log.late") == 0 or die 'gzip';
unlink "$log.late.gz";
print $writer failure('n3b');
$writer->flush;
comes("n3b\n", 'even if it was compressed and removed');
is(slurp("$DIR/said"), '', 'nothing is missing');
truncate $writer, 0;
print $writer failure('x' x 9), failure('lost') x 99;
close $writer;
for (1 .. 500) {
	last if slurp("$DIR/said") =~ /missing/;
	sleep 0.01;
}
like(slurp("$DIR/said"), qr/may be missing: somebody went on writing to a /,
    'what comes late in a file that was emptied is told of');
add($log, failure('n4'));
comes("n4\n", 'and the log is read');
is(end('INT') >> 8, 1, 'the status tells it too');
spew("$DIR/said");

# Rows that wait for a name are left for the next run.
SKIP: {
	my ($server, $why) = fake_server(mix => 'ok=1');
	skip $why, 4 unless $server;
	my @ask = ('--dns', 'on', '--resolver', "127.0.0.1:$server->{port}",
	    '--columns', 'user,reverse_dns_status', '--dns-deadline');
	start(@ask, '30s');
	add($log, failure('o'), failure('p'));
	sleep 1;
	is(end('TERM'), 0, 'TERM while a row waits for a name');
	comes('', 'it is not written');
	start(@ask, '1s');
	comes("o,TIMEOUT\np,TIMEOUT\n", 'but by the next run');
	is(end('TERM'), 0, 'which ends well');
}
is(slurp("$DIR/said"), '', 'no complaint');

# Emptied, and filled with what begins like it.
{
	my @lines = map { failure("q$_") } 1 .. 20;
	start();
	add($log, @lines);
	comes(join('', map { "q$_\n" } 1 .. 20), 'more than a head');
	for (1 .. 500) {
		last if slurp($state) =~ /^print at @{[-s $log]}$/m;
		sleep 0.01;
	}
	kill 'STOP', $pid;
	my $text = slurp($log);
	spew($log, $text =~ s/q20\n\z/r20\n/r, failure('s'));
	kill 'CONT', $pid;
	sleep 2;
	is(end('TERM') >> 8, 65, 'emptied and filled with something alike: it ends');
	like(slurp("$DIR/said"), qr/somebody has edited it/, 'and says why');
	comes('', 'nothing is taken for what was read');
	unlink $log, "$DIR/said", $state, $out;
}

# A log that is copied and emptied, read in between.
{
	my $dir = "$DIR/copied";
	mkdir $dir or die "$dir: $!";
	my $once = sub {
		my $ran = run($FILTER, @OFFLINE, qw(--config /dev/null
		    --database /dev/null --columns user --header never), @_,
		    '--state', "$dir/state", '-o', "$dir/out", "$dir/log");
		return $ran->{err} . (-e "$dir/out" ? slurp("$dir/out") : '');
	};
	add("$dir/log", map { failure("a$_") } 1 .. 5);
	spew("$dir/log.1", slurp("$dir/log"));
	is($once->(), join('', map { "a$_\n" } 1 .. 5),
	    'a copy of what the log still holds does not count');
	truncate "$dir/log", 0;
	add("$dir/log", failure('b'));
	like($once->(), qr/^a5\nb\n\z/m, 'and then it does');
	rename "$dir/log.1", "$dir/log.2";
	rename "$dir/log", "$dir/log.1";
	add("$dir/log.1", failure('c'));
	add("$dir/log", map { failure("d$_") } 1 .. 9);
	rename "$dir/log.2", "$dir/log.3";
	rename "$dir/log.1", "$dir/log.2";
	spew("$dir/log.1", substr slurp("$dir/log"), 0, 300);
	like($once->(), qr/^b\nc\nd1\n(?:d\d\n){7}d9\n\z/m,
	    'nor one of which half is there');
	spew("$dir/log.1", slurp("$dir/log"));
	truncate "$dir/log", 0;
	add("$dir/log", failure('e'));
	like($once->(), qr/^d8\nd9\ne\n\z/m, 'nothing comes twice');

	# Of an empty file there is nothing to know it by.
	unlink glob("$dir/*");
	add("$dir/log.1", failure('old'));
	spew("$dir/log");
	is($once->('--backlog', 'none'), '', 'no backlog');
	rename "$dir/log.1", "$dir/log.2";
	rename "$dir/log", "$dir/log.1";
	system('gzip', "$dir/log.1");
	add("$dir/log", failure('new'));
	is($once->(), "new\n", 'nor when the log was empty');
}
{
	unlink glob("$DIR/log*"), $state, $out;
	add("$log.1", failure('old'));
	spew($log);
	start('--backlog', 'none');
	for (1 .. 500) {
		last if -e $state;
		sleep 0.01;
	}
	kill 'STOP', $pid;
	rename "$log.1", "$log.2";
	rename $log, "$log.1";
	system('gzip', "$log.1");
	add($log, failure('new'));
	kill 'CONT', $pid;
	$all = '';
	comes("new\n", 'nor while it is followed');
	is(end('TERM'), 0, 'TERM');
	is(-e "$DIR/said" ? slurp("$DIR/said") : '', '', 'no complaint');
	unlink glob("$DIR/log*"), "$DIR/said", $state, $out;
}

my ($wrong, $calls) = rotated_at_calls($ENV{MLS_CALLS} // 10);
is($wrong, '', "rotated before $calls calls of the system");
cmp_ok($calls, '>', 200, 'which are many');
my ($killed, $rotations);
($wrong, $killed, $rotations) = killed_again_and_again(
    $ENV{MLS_BYTES} // 4_000_000, $ENV{MLS_KILLS} // 40);
is($wrong, undef, "killed $killed times, rotated $rotations times");
my $moved;
($wrong, $moved) = hups_during_rotation($ENV{MLS_HUPS} // 300);
is($wrong, undef, "SIGHUPs, the output moved $moved times");

done_testing;
