#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --follow: rows of a log as it grows, across rotations and the end of the
# filter, however it ends; t/soak does more of it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
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
# Makes room for log.1.
sub shift_up {
	for my $n (reverse 1 .. 8) {
		for my $gz ('', '.gz') {
			rename "$log.$n$gz", "$log." . ($n + 1) . $gz
			    if -e "$log.$n$gz";
		}
	}
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
shift_up();
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
shift_up();
spew("$log.1", slurp($log));
truncate $log, 0;
add($log, failure('h'));
comes("h\n", 'emptied');
kill 'STOP', $pid;
add($log, failure('h0'));
shift_up();
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
shift_up();
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
shift_up();
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
shift_up();
rename $log, "$log.1";
spew($log, failure('n3'));
start();
comes("n3\n", 'rotated once more');
rename "$log.1", "$log.late";
add("$log.late", failure('lost'));
for (1 .. 500) {
	last if slurp("$DIR/said") =~ /missing/;
	sleep 0.01;
}
like(slurp("$DIR/said"), qr/may be missing: somebody went on writing to a /,
    'what comes late in a file that cannot be found is told of');
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

my ($wrong, $calls) = rotated_at_each_call();
is($wrong, undef, "rotated before each of $calls calls");
cmp_ok($calls, '>', 50, 'which are many');
my ($killed, $rotations);
($wrong, $killed, $rotations) = killed_again_and_again(
    $ENV{MLS_BYTES} // 4_000_000, $ENV{MLS_KILLS} // 40);
is($wrong, undef, "killed $killed times, rotated $rotations times");
my $moved;
($wrong, $moved) = hups_during_rotation($ENV{MLS_HUPS} // 300);
is($wrong, undef, "SIGHUPs, the output moved $moved times");

done_testing;
