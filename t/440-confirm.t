#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --confirm against something that does as rsyslogd does: one answer a line, no
# accepted line lost whatever ends the filter, and nothing doubled but the line
# that was in its hand.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use MLS;
use Nameserver qw(fake_server);
use Omprog qw(failure other);
use SmallDisk;

my $dir = "$DIR/a";
my ($state, $out, $said) = map { "$dir/$_" } qw(state out said);
sub fresh { Omprog->fresh($dir) }
sub start {
	my $how = ref $_[0] ? shift : {};
	return Omprog->filter({error => $said, state => $state, out => $out,
	    %$how}, @_);
}
sub started {
	my $o = start(@_);
	is($o->answer, "OK\n", 'ready');
	return $o;
}
sub written { return -e $out ? slurp($out) : '' }
sub said { return -e $said ? slurp($said) : '' }
sub appears {
	my ($what, $is) = @_;
	for (1 .. 1000) {
		return pass($what) if $is->();
		sleep 0.01;
	}
	return fail($what);
}

# One answer for each line, whatever it is.
fresh();
my $o = started();
my @odd = ("\n", "\x1f\x8b\n", "\r\n", "x\n", "\0\0\n", "\xff\xfe\xc3\n", "OK\n", ".\n",
    "a" x 8096 . "\n", 'b' x 70_000 . "\n", other(1), " \n",
    "-- MARK --\n");
is_deeply([map { $o->send($_) } @odd], [("OK\n") x @odd],
    'an answer to every odd line');
is($o->send(failure('ann')), "OK\n", 'to one that gives a row');
is($o->send('2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times' .
    "\n"), "OK\n", 'to its repetition');
is($o->send($odd[-1]), "OK\n", 'to something else');
is($o->send('2026-11-22T11:05:41+01:00 mx1 last message repeated 9 times' .
    "\n"), "OK\n", 'to a repetition of nothing');
is($o->send(failure('bob'), 40), "OK\n", 'to one that comes in pieces');
is($o->send(failure('c' x 60_000), 9), "OK\n", 'to a long one');
is($o->send("${Omprog::HEAD}message repeated 3 times: [ warning: unknown[192.0.2.7]: " .
    "SASL LOGIN authentication failed: x, sasl_username=dan]\n"), "OK\n",
    'to one with a count');
is($o->says_more(0.3), 0, 'and nothing else');
my $rows = join '', map { "$_\n" } qw(ann ann ann bob), 'c' x 60_000,
    qw(dan dan dan);
appears('the rows are there while it runs', sub { written() eq $rows });
is($o->end, 0, 'end of input ends it');
is(written(), $rows, 'nothing more');
is(said(), '', 'no word');

# What a kill leaves, the next instance makes good; at once, or at its end.
$o = started();
$o->send(failure('eve'));
$o->kill;
$o = started();
$rows .= "eve\n";
appears('kill -9: the row comes after the next start', sub {
	written() eq $rows;
});
$o->send(failure('fay'));
is($o->end, 0, 'end');
is(written(), $rows . "fay\n", 'and the next one');
cmp_ok(scalar(() = glob "$state.journal.*"), '<=', 2,
    'journals do not pile up');

# What a line repeats may be written when that one is not.
fresh();
$o = started();
$o->send(failure('a'));
appears('a row in the state', sub { slurp($state) =~ /^rows 1$/m });
is($o->send('2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times' .
    "\n"), "OK\n", 'its repetition');
$o->kill;
$o = started();
is($o->end, 0, 'end');
is(written(), "a\na\na\n", 'is one after a kill, too');

# A state that is put away takes its journal along: nothing of it comes again,
# nothing of it is lost.
for my $name ('', 'damaged') {
	fresh();
	$o = started();
	$o->send(failure('gil'));
	appears('a row', sub { written() eq "gil\n" });
	$o->send(failure('hal'));
	$o->kill;
	my $journal = slurp("$state.journal.00000001");
	like($journal, qr/=gil\n.*=hal\n\z/s, 'a journal is left');
	if ($name) {
		spew($state, 'x');
		is(start()->answer, '', 'a damaged state: it ends');
		like(said(), qr/--reset-state, which puts the journal away, too/,
		    'and says what can be done');
		unlink $said;
	}
	my $before = written();
	$o = started('--reset-state');
	is($o->send(failure('ivy')), "OK\n", '--reset-state: it works');
	is($o->end, 0, 'end');
	is(written(), "${before}ivy\n", 'no row of the old journal');
	my ($aside) = glob "$state.old-*Z";
	is(slurp("$aside.journal.00000001"), $journal, 'which is put away');
	like(said(), qr/'\Q$aside\E'\n.* put away as '\Q$aside\E.journal.\*'/,
	    'as is said');
	unlink $said;
	is(run($FILTER, qw(--config /dev/null --database /dev/null --columns
	    user --header never), @OFFLINE, glob "$aside.journal.*")->{out},
	    "gil\nhal\n", 'and can be read as any log');
}

# Whoever dies of it has put the journal away before the state: what is left
# gives no row again.
SKIP: {
	skip 'a sanitizer must be loaded first', 4 if $BUILD =~ /asan/;
	fresh();
	$o = started();
	$o->send(failure('a'));
	appears('a row', sub { slurp($state) =~ /^rows 1$/m });
	$o->kill;
	{
		local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
		local $ENV{FAULT} = 'rename:2:KILL';
		is(start('--reset-state')->answer, '', 'it dies of it');
	}
	start()->end;
	is(written(), "a\n", 'nothing twice');
}

# The state of a log is none.
fresh();
spew("$dir/log", failure('a'));
run($FILTER, qw(--config /dev/null --database /dev/null --columns user --header
    never), @OFFLINE, '--state', $state, '-o', $out, "$dir/log");
my $other_state = slurp($state);
is(start()->answer, '', 'the state of a log: it ends');
like(said(), qr/'\Q$state\E' is the state of a log/, 'and says so');
is(slurp($state) . written(), "${other_state}a\n", 'all is as it was');

# What looks like a piece of the journal is none.
fresh();
spew("$state.journal.7", failure('x'));
$o = started();
is($o->end, 0, 'a file beside the journal');
is(written(), '', 'is not read');

# Half a line at the end was never accepted.
$o = started();
syswrite $o->{in}, failure('half') =~ s/\n//r;
is($o->end, 0, 'half a line');
unlike(written(), qr/half/, 'gives no row');

# SIGTERM is not the end as long as somebody talks.
fresh();
$o = started();
$o->send(failure(0));
kill 'TERM', $o->{pid};
my $answers = join '', map { sleep 0.02; $o->send(failure($_)) } 1 .. 100;
is($answers, "OK\n" x 100, 'goes on after TERM');
is($o->end, 0, 'until the end of input');
is(written(), join('', map { "$_\n" } 0 .. 100), 'with all rows');
$o = started();
kill 'TERM', $o->{pid};
is($o->wait(5), 0, 'TERM, and nobody talks: it ends');
$o = started();
$o->send(failure('x'));
kill 'INT', $o->{pid};
is($o->wait(5), 0, 'INT is TERM');

# HUP, any number of times, during anything.
fresh();
$o = started();
my $sent = 0;
my $pieces = '';
for my $n (1 .. 60) {
	$o->send(failure($sent++)) for 1 .. 10;
	if (!-e "$dir/moved" || -e $out) {
		$pieces .= slurp("$dir/moved") if -e "$dir/moved";
		rename $out, "$dir/moved";
	}
	kill 'HUP', $o->{pid} for 1 .. 1 + rand 3;
}
is($o->end, 0, 'a storm of HUP');
is($pieces . slurp("$dir/moved") . written(),
    join('', map { "$_\n" } 0 .. $sent - 1), 'the pieces add up');

# Two instances: the second waits for the first, and says so with dots.
fresh();
$o = started();
$o->send(failure('a'));
my $other = start({timeout => 20});
sleep 3.5;
is($o->end, 0, 'the first one ends');
is($other->answer, "OK\n", 'then the second is ready');
cmp_ok($other->{dots}, '>=', 1, 'there were dots before');
$other->send(failure('b'));
is($other->end, 0, 'it works');
is(written(), "a\nb\n", 'one after the other');
like(said(), qr/'\Q$state\E' is being written by process $o->{pid}; no/,
    'and it is said why');
unlike(said(), qr/accepted again/, 'none was accepted before');
$o = started();
$other = start({timeout => 20});
is($other->answer(0.5), undef, 'a third one waits');
kill 'TERM', $other->{pid};
is($other->wait(5), 75 << 8, 'until it is told to end');
$o->end;

# HUP while it waits, and whatever is asked of it: only answers where they
# belong.
fresh();
$o = started();
$other = start({timeout => 20}, qw(--stats -v -v), '--columns=user,ip');
for (1 .. 5) {
	sleep 0.1;
	kill 'HUP', $other->{pid};
	kill 'USR1', $other->{pid};
}
is($o->end, 0, 'the first one ends');
is($other->answer, "OK\n", 'the second got HUP and USR1: it is ready');
is($other->send(failure('a')), "OK\n", 'a line');
kill $_, $other->{pid} for qw(USR1 HUP HUP);
is($other->send(other(1)), "OK\n", 'another one');
is($other->says_more(2.2), 0, 'nothing else, for longer than dots take');
is($other->end, 0, 'end');
is(written(), "a\t198.18.5.66\n", 'the row');
like(said(), qr/events: 1,/, 'what was asked for is said elsewhere');

# Transactions.
for my $options ([], ['--fsync']) {
	fresh();
	$o = started(@$options);
	my @talk = (
		["BEGIN TRANSACTION\n", "OK\n"],
		[failure('a'), "DEFER_COMMIT\n"], [other(1), "DEFER_COMMIT\n"],
		["BEGIN TRANSACTION\n", "OK\n"],
		[failure('b'), "DEFER_COMMIT\n"],
		["COMMIT TRANSACTION\n", "OK\n"],
		["COMMIT TRANSACTION\n", "OK\n"],
		[failure('c'), "OK\n"],
		["BEGIN TRANSACTION\n", "OK\n"],
		[failure('d'), "DEFER_COMMIT\n"],
	);
	is_deeply([map { $o->send($_->[0]) } @talk], [map { $_->[1] } @talk],
	    "transactions @$options: answers");
	$o->kill;
	$o = started(@$options);
	$o->end;
	is(written(), "a\nb\nc\nd\n", "transactions @$options: nothing is lost");
}

# Names that nobody knows in time stay for the next instance.
SKIP: {
	fresh();
	my ($server, $why) = fake_server(mix => 'ok=1');
	skip $why, 9 unless $server;
	my @ask = ('--dns', 'on', '--resolver', "127.0.0.1:$server->{port}",
	    '--columns', 'user,reverse_dns_status');
	$o = started(@ask, '--dns-deadline', '30s');
	my $from = time;
	is($o->send(failure('a')), "OK\n", 'an answer before the name');
	is($o->send(failure('b') =~ s/198.18.5/198.18.0/r), "OK\n",
	    'another one');
	cmp_ok(time - $from, '<', 5, 'at once');
	is($o->end(9), 0, 'the end does not wait for long');
	is(written(), '', 'the rows are not written');
	$o = started(@ask, '--dns-deadline', '1s');
	appears('the next instance writes them', sub {
		written() eq "a\tTIMEOUT\nb\tOK\n";
	});
	is($o->end, 0, 'end');
}

# A full disk: dots, and the line in hand is kept whatever comes.
SKIP: {
	my $small = small_disk(4) or skip 'no right to mount', 17;
	my @saved = ($state, $out);
	($state, $out) = ("$small/state", "$small/out");
	unlink $said;
	$o = started({timeout => 4});
	$o->send(failure('a'));
	appears('a row', sub { written() eq "a\n" });
	fill();
	my $until_full = sub {
		my ($name) = @_;
		for my $n (1 .. 100_000) {
			my $answer = $o->send(failure("$name$n"), 1, 2.5);
			return $n unless defined $answer;
			die "'$answer'" if $answer ne "OK\n";
		}
	};
	# What is reserved lasts for a while.
	my $n = $until_full->('b');
	ok($n, "$n lines, then none is accepted");
	# The one in hand has been sent and is not answered.  logrotate comes.
	$o->{timeout} = 30;
	rename $out, "$out.1";
	kill 'HUP', $o->{pid} for 1, 2;
	my $pid = fork // die;
	if (!$pid) {
		sleep 4;
		unlink "$small/fill";
		POSIX::_exit(0);
	}
	is($o->answer, "OK\n", 'it is, when there is room again');
	waitpid $pid, 0;
	cmp_ok($o->{dots}, '>=', 1, 'dots meanwhile');
	my $want = "a\n" . join '', map { "b$_\n" } 1 .. $n;
	my $all = sub { slurp("$out.1") . written() };
	appears('all rows are there then', sub { $all->() eq $want });
	ok(-e $out, 'HUP meanwhile: some of them in the new file');
	like(said(), qr/no lines are accepted meanwhile/, 'it is said');
	like(said(), qr/lines are accepted again/, 'also that it is over');

	# rsyslogd goes away while we hold a line.
	fill();
	$n = $until_full->('c');
	kill 'TERM', $o->{pid};
	my $status = $o->end;
	ok(defined $status, 'it ends with a line in its hand');
	$o = start({timeout => 30});
	sleep 2;
	unlink "$small/fill";
	is($o->answer, "OK\n", 'the next is ready when there is room');
	$want .= join '', map { "c$_\n" } 1 .. $n;
	appears('and that line was kept too', sub { $all->() eq $want });
	is($o->end, 0, 'end');
	run(have('umount'), '-l', $small);
	($state, $out) = @saved;
}

# What cannot get better by itself.
fresh();
$o = started({timeout => 5});
$o->send(failure('a'));
appears('a row', sub { written() eq "a\n" });
$o->end;
mkdir "$dir/elsewhere";
rename $out, "$dir/elsewhere/out";
mkdir $out;
$o = start({timeout => 1.5});
is($o->answer, '', 'an output that cannot be one: it ends');
rmdir $out;

# What is asked for wrongly.
for (['--confirm', '--state', $state] , ['--confirm', '-o', $out],
    ['--confirm', '--state', $state, '-o', $out, '--follow'],
    ['--confirm', '--state', $state, '-o', $out, 'file']) {
	my $ran = run($FILTER, qw(--config /dev/null), @$_);
	is($ran->{status}, 64, "@$_: usage");
	like($ran->{err}, qr/--(?:state|confirm|follow) /, 'and why');
}
fresh();
$o = Omprog->start({error => $said}, $FILTER, '', "--config=/dev/null",
    '--database=/dev/null', '', @OFFLINE, "--state=$state", "-o$out",
    '--confirm ', '');
is($o->answer, "OK\n", 'empty arguments and blanks at the end: no harm');
is($o->end, 0, 'end');

done_testing;
