#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --confirm under a real rsyslogd: every message gives its row, whatever ends
# the filter or both of them, and a row stands there twice only where a line was
# in the filter's hand when it was killed.  make soak does more of it.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::IP ();
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Daemon qw(start stop wait_until wait_for_port free_port);
use Nameserver qw(fake_server);
use SmallDisk;

plan skip_all => "no program 'rsyslogd'" unless have('rsyslogd');
my ($module) = grep { -e } map { "$_/rsyslog/omprog.so" } '/usr/lib',
    '/usr/lib64', glob '/usr/lib/*-linux-gnu';
plan skip_all => 'no omprog' unless $module;
my $messages = $ENV{MLS_MESSAGES} || 10_000;
my $kills = $ENV{MLS_OMPROG_KILLS} || 5;

my ($dir, $port, $rsyslogd, @filter);

# rsyslogd as facts about it demand; what a test changes comes last.
sub rsyslogd {
	my (%how) = @_;
	my $confirm = $how{confirm} // 'on';
	my $transactions = $how{transactions} // 'off';
	my $command = join ' ', @filter;
	spew("$dir/conf", <<"EOT");
global(workDirectory="$dir" localHostname="mx1" maxMessageSize="64k")
main_queue(queue.size="300000" queue.workerThreads="1"
	queue.timeoutShutdown="20000")
module(load="imtcp" maxSessions="10")
module(load="omprog")
input(type="imtcp" address="127.0.0.1" port="$port")
template(name="line" type="string" string="%timereported:::date-rfc3339% \\
%hostname% %syslogtag%%msg:::sp-if-no-1st-sp%%msg:::drop-last-lf%\\n")
action(type="omprog" name="mls" binary="$command" template="line"
	confirmMessages="$confirm" confirmTimeout="30000" reportFailures="on"
	useTransactions="$transactions" forceSingleInstance="on"
	hup.signal="HUP" closeTimeout="10000" killUnresponsive="on"
	output="$dir/said"
	queue.type="LinkedList" queue.filename="mls" queue.size="300000"
	queue.saveOnShutdown="on" queue.dequeueBatchSize="1"
	queue.timeoutShutdown="5000" queue.timeoutActionCompletion="10000"
	queue.timeoutEnqueue="20000"
	action.resumeRetryCount="-1" action.resumeInterval="1")
EOT
	$rsyslogd = start('rsyslogd', have('rsyslogd'), '-n', '-i',
	    "$dir/pid", '-f', "$dir/conf");
	wait_for_port('127.0.0.1', $port);
}
sub fresh {
	my (@options) = @_;
	$dir = "$DIR/run";
	system('rm', '-rf', $dir);
	mkdir $dir or die "$dir: $!";
	$port = free_port('127.0.0.1');
	@filter = ($FILTER, qw(--confirm --config=/dev/null
	    --database=/dev/null --header=never --format=tsv),
	    '--columns=user,reverse_dns_status', "--state=$dir/state",
	    "--output=$dir/rows", @options);
}
# As long as it needs to drain its queues.
sub finish {
	kill 'TERM', $rsyslogd;
	for (1 .. 600) {
		last if waitpid $rsyslogd, POSIX::WNOHANG();
		sleep 0.1;
	}
	stop($rsyslogd);
}
# Messages from..to, every tenth a failed login of user u<number>, from a
# network of ours.
sub feed {
	my ($from, $to, $net) = @_;
	$net //= 0;
	my $s = IO::Socket::IP->new(PeerHost => '127.0.0.1',
	    PeerPort => $port)
	    or die "connect: $@; ", waitpid($rsyslogd, POSIX::WNOHANG()),
	    " $?\n", Daemon::said('rsyslogd');
	my $head = '<22>2026-11-22T11:05:40.123456+01:00 mx1 ' .
	    'postfix/smtpd[250]: ';
	my $text = '';
	for my $n ($from .. $to) {
		$text .= $head . ($n % 10 ? "connect from x[192.0.2.$n]\n" :
		    'warning: unknown[198.18.' . "$net." . $n / 10 % 200 . ']: SASL ' .
		    "LOGIN authentication failed: x, sasl_username=u$n\n");
		next if length $text < 60_000 && $n < $to;
		print $s $text;
		$text = '';
	}
	close $s or die "send: $!";
	# What it has not read when it is told to stop is lost.
	my $end = sprintf ':%04X ', $port;
	wait_until('rsyslogd has read it', sub {
		slurp('/proc/net/tcp') !~ /^ *\d+: \w+$end\w+:\w+ 0[^A6]/m;
	}, 60);
}
sub users { return map { -e $_ ? slurp($_) =~ /^u(\d+)\t/gm : () } @_ }
# Waits until the rows of 1..to are there; says what is missing and doubled.
sub arrived {
	my ($to, @files) = @_;
	my %seen;
	@files = "$dir/rows" unless @files;
	eval {
		wait_until('rows', sub {
			%seen = ();
			$seen{$_}++ for users(@files);
			return keys %seen >= int($to / 10);
		}, 120);
	};
	return missing($to, \%seen);
}
sub missing {
	my ($to, $seen) = @_;
	my @missing = grep { !$seen->{$_ * 10} } 1 .. $to / 10;
	my @doubled = grep { $seen->{$_} > 1 } keys %$seen;
	return (scalar @missing, scalar @doubled);
}
sub counted {
	my ($to, @files) = @_;
	my %seen;
	$seen{$_}++ for users(@files ? @files : "$dir/rows");
	return missing($to, \%seen);
}
# rsyslogd dies itself (8.2302) of a child that dies before it is ready.
sub works {
	my ($before) = @_;
	wait_until('the filter works', sub {
		my %seen = map { $_ => 1 } users("$dir/rows");
		return keys %seen > $before / 10;
	}, 60);
}
sub child {
	my @pids = map { split ' ', slurp($_) }
	    glob "/proc/$rsyslogd/task/*/children";
	return $pids[-1];
}
sub said { return -e "$dir/said" ? slurp("$dir/said") : '' }

# Every mode, and a clean stop.
my ($server) = fake_server(mix => 'ok=1');
for my $mode (
	['messages', [@OFFLINE], {}],
	['on the disk', [@OFFLINE, '--fsync'], {}, $messages / 5],
	['transactions', [@OFFLINE], { transactions => 'on' }],
	['names', ['--resolver=127.0.0.1:NAMES'], {}],
) {
	my ($about, $options, $how, $n) = @$mode;
	$n //= $messages;
	my @options = @$options;
	s/NAMES/$server->{port}/ for @options;
	fresh(@options);
	rsyslogd(%$how);
	feed(1, $n);
	is_deeply([arrived($n)], [0, 0], "$about: $n messages");
	finish();
	is_deeply([counted($n)], [0, 0], "$about: after the stop");
	is(said(), '', "$about: no word");
	cmp_ok(scalar(() = glob "$dir/state.journal.*"), '<=', 2,
	    "$about: journals do not pile up");
}

# Without confirmation nothing is lost on a clean stop.
fresh(@OFFLINE);
@filter = grep { !/^--(?:confirm|state)/ } @filter;
rsyslogd(confirm => 'off');
feed(1, $messages);
is_deeply([arrived($messages)], [0, 0], 'unconfirmed');
finish();

# Killed under load.
fresh(@OFFLINE);
rsyslogd();
my $to = 0;
for my $n (1 .. $kills) {
	feed($to + 1, $to + 5000);
	works($to);
	$to += 5000;
	sleep rand 0.3;
	my $pid = child();
	kill 'KILL', $pid if $pid;
}
# If all was answered when it died, rsyslogd starts it again for the next message
# only; until then rows are in the journal.
feed($to + 1, $to + 10);
$to += 10;
my ($missing, $doubled) = arrived($to);
my %there = map { $_ => 1 } users("$dir/rows");
is($missing, 0, "killed $kills times: nothing is missing") or diag
    'missing: ', join(' ', grep { !$there{$_ * 10} } 1 .. $to / 10),
    '; rsyslogd ', kill(0, $rsyslogd) ? 'lives' : 'is dead',
    '; the filter said: ', said();
cmp_ok($doubled, '<=', $kills, "and $doubled rows stand there twice");
finish();

# Killed when all is answered and not all is written.
fresh(@OFFLINE);
rsyslogd();
feed(1, 2000);
wait_until("nearly all rows", sub { (() = users("$dir/rows")) >= 170 });
kill 'KILL', child();
feed(2001, 2010);
is_deeply([ arrived(2010) ], [0, 0],
    'killed behind its answers: the next message brings the rows');
finish();

# HUP to both, at any time, while the output is moved.
fresh(@OFFLINE);
rsyslogd();
my @moved;
feed(1, 10);
works(0);
for my $n (1 .. 40) {
	feed($n * 500 - 489, $n * 500 + 10);
	if (-e "$dir/rows") {
		push @moved, "$dir/rows." . @moved;
		rename "$dir/rows", $moved[-1];
	}
	kill 'HUP', $rsyslogd;
	my $pid = child();
	kill 'HUP', $pid if $pid;
}
is_deeply([arrived(20_010, @moved, "$dir/rows")], [0, 0],
    'a storm of HUP: the pieces add up');
finish();
is_deeply([counted(20_010, @moved, "$dir/rows")], [0, 0], 'also at the end');

# As systemd stops them: TERM to both at once, under load; then both start.
fresh(@OFFLINE);
$to = 0;
for my $n (1 .. 3) {
	rsyslogd();
	feed($to + 1, $to + 20_000);
	$to += 20_000;
	works($to - 20_000);
	my $pid = child();
	kill 'TERM', $pid if $pid;
	finish();
}
rsyslogd();
is_deeply([arrived($to)], [0, 0], 'TERM to both, three times');
finish();

# Stopped while nobody answers for names (198.18.5.0/24).
fresh("--resolver=127.0.0.1:$server->{port}", '--dns-deadline=30s');
rsyslogd();
feed(1, 300, 5);
wait_until('they are accepted', sub {
	30 <= map { slurp($_) =~ /^/gm } glob "$dir/state.journal.*";
});
finish();
cmp_ok(scalar users("$dir/rows"), '<', 30, 'rows wait for names');
$filter[-1] = '--dns-deadline=1s';
rsyslogd();
feed(301, 600, 0);
is_deeply([arrived(600)], [0, 0], 'the next one asks for them');
is(scalar(() = slurp("$dir/rows") =~ /\tOK$/gm), 30, 'others are known');
finish();

# A full disk, and room again.
SKIP: {
	fresh(@OFFLINE);
	my $small = small_disk(3) or skip 'no right to mount', 4;
	s/\Q$dir\E\//$small\// for @filter;
	rsyslogd();
	feed(1, 10);
	is_deeply([arrived(10, "$small/rows")], [0, 0], 'a row');
	fill();
	feed(11, 100_000);
	wait_until('no more', sub { said() =~ /no lines are accepted/ }, 60);
	pass('a full disk');
	unlink "$small/fill";
	is_deeply([arrived(100_000, "$small/rows")], [0, 0], 'room again');
	finish();
	is_deeply([counted(100_000, "$small/rows")], [0, 0], 'at the end');
}

done_testing;
