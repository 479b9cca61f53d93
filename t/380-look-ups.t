#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Look-ups against a server that does everything a server can do wrong: what
# comes out is what its oracle says, in the order of the input, whatever is
# lost, forged, late or refused, and live rows leave when they have to.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use Daemon qw(said stop wait_until);
use MLS;
use Live qw(live appears ended);
use Nameserver qw(fake_server line_of oracle silent_port udp_port ptr_name);

spew("$DIR/mls.yaml", '');
my @common = ($FILTER, '--config', "$DIR/mls.yaml", '--database',
    '/dev/null', '--header', 'never', '--columns',
    'ip,reverse_dns_status,hostname,forward_confirmed');

sub at { return map { ('--resolver', $_) } map {
	$_->{address} =~ /:/ ? "[$_->{address}]:$_->{port}" :
	    "$_->{address}:$_->{port}" } @_ }

# Rows of a log in which these addresses fail, as [ip, status, name, forward].
sub look_up {
	my ($addresses, @options) = @_;
	spew("$DIR/mail.log", map { line_of($_) } @$addresses);
	my $r = run(@common, @options, "$DIR/mail.log");
	return ($r, map { [map { MLS::unescape($_) } cells($_)] }
	    split /\n/, $r->{out});
}

# What the oracle says, as rows.
sub truth {
	my ($how, @addresses) = @_;
	return map {
		my ($ip, $status, $name, $forward) = @$_;
		[$ip, $status, $name, $forward];
	} oracle($how, @addresses);
}

sub differing {
	my ($got, $want, $n) = @_;
	my @wrong = grep {
		join(' ', @{$got->[$_] // []}[0 .. $n]) ne
		    join(' ', @{$want->[$_] // []}[0 .. $n])
	} 0 .. ($#$got > $#$want ? $#$got : $#$want);
	diag(join "\n", map {
		'got ' . join(' ', @{$got->[$_] // ['nothing']}) . ', not ' .
		    join(' ', @{$want->[$_] // ['nothing']})
	} @wrong[0 .. ($#wrong < 5 ? $#wrong : 5)]) if @wrong;
	return scalar @wrong;
}

my $probe = fake_server();
plan skip_all => 'no test server' unless $probe;
my @behaviours = split /\n/, run($Nameserver::PROGRAM, '--list')->{out};
cmp_ok(scalar @behaviours, '>=', 54, 'the server knows many faults');
my @all = map { my $code = $_; map { ("198.18.$code.$_",
    sprintf $code ? '2001:2:0:%x::%x' : '2001:2::%2$x', $code, $_) }
    1, 7, 20, 99, 254 } 0 .. $#behaviours;

# Every fault, for addresses of both families, over both, and once more with
# names confirmed.
for my $transport ('127.0.0.1', '::1') {
	my $server = Daemon::has_address($transport) &&
	    fake_server(address => $transport, latency => 2);
	SKIP: {
		skip "no $transport", 6 unless $server;
		my $confirm = $transport =~ /:/;
		my ($r, @rows) = look_up(\@all, at($server),
		    $confirm ? '--dns-confirm' : ('--columns',
		    'ip,reverse_dns_status,hostname'));
		is($r->{status}, 0, "$transport: status");
		is($r->{err}, '', "$transport: no complaint");
		is(index($r->{out}, 'evil'), -1, "$transport: nothing forged");
		my @want = truth({}, @all);
		if ($confirm) {
			for (@want) {
				($_->[3], my $name) = split /:/, $_->[3], 2;
				$_->[2] = $name if defined $name;
				$_->[1] = 'MISMATCH' if $_->[1] eq 'OK' &&
				    $_->[3] eq 'fail';
				$_->[1] = 'SERVFAIL' if $_->[1] eq 'OK' &&
				    $_->[3] eq 'temperror';
			}
		}
		is(differing(\@rows, \@want, $confirm ? 3 : 2), 0,
		    "$transport: all is as the oracle says");
		stop($server->{pid});
		my ($ports, $ids) = said($server->{name}) =~
		    /source_ports=(\d+) ids_sequential=(\d+)/;
		# 32 questions by one of 16 sockets, then by the next.
		cmp_ok($ports, '>=', 16, "$transport: from 16 ports");
		cmp_ok($ids, '<', 8, "$transport: with random ids");
	}
}

# A column that asks for the addresses too leaves the status alone.
{
	my ($r, @rows) = look_up(['198.18.0.1', '198.18.41.1', '198.18.1.1'],
	    at($probe));
	is_deeply(\@rows, [
	    ['198.18.0.1', 'OK', ptr_name('198.18.0.1'), 'pass'],
	    ['198.18.41.1', 'OK', ptr_name('198.18.41.1'), 'fail'],
	    ['198.18.1.1', 'NXDOMAIN', '', 'permerror']],
	    'forward_confirmed without --dns-confirm');
}

# A realistic mix, 100,000 rows, byte for byte.
my @many = map { join '.', unpack 'C4', pack 'N',
    (($_ * 2654435761 & 0x7fffffff) | 0x0b000000) & 0x5fffffff } 1 .. 100_000;
{
	my %how = (latency => 40, jitter => 30, mix => 'ok=60,nxdomain=25,' .
	    'servfail=5,drop=4,slow=1,nodata=1,refused=1,cname2317=3');
	my $server = fake_server(%how);
	my @public = grep { !/^(?:0|127|22[4-9]|2[3-5]\d)\./ } @many;
	my ($r, @rows) = look_up(\@public, at($server), '--columns',
	    'ip,reverse_dns_status,hostname');
	is($r->{status}, 0, 'mix: status');
	is(differing(\@rows, [truth(\%how, @public)], 2), 0,
	    'mix: ' . @public . ' rows as the oracle says');
	stop($server->{pid});
	# A port is given up after 20,000 questions.
	my ($ports, $ids) = said($server->{name}) =~
	    /source_ports=(\d+) ids_sequential=(\d+)/;
	cmp_ok($ports, '>=', 16, "mix: from $ports ports");
	cmp_ok($ids, '<', 30, 'mix: with random ids');
}

# All rows wait, and there is still room for what their names lead to.
{
	my $server = fake_server(latency => 50);
	my @some = @many[0 .. 2999];
	my ($r, @rows) = look_up(\@some, at($server), '--dns-confirm',
	    '--dns-cache', '1024');
	is(differing(\@rows, [truth({}, @some)], 3), 0,
	    'more names than are kept: each is confirmed');
	stop($server->{pid});
}

# Jitter and loss: the order stands, and what is answered is right.
{
	my %how = (jitter => 300, loss => 5, mix => 'ok=80,nxdomain=20');
	my $server = fake_server(%how);
	my @some = @many[0 .. 19_999];
	my ($r, @rows) = look_up(\@some, at($server), '--columns',
	    'ip,reverse_dns_status,hostname');
	my @want = truth(\%how, @some);
	my $lost = 0;
	for (0 .. $#want) {
		next unless ($rows[$_][1] // '') eq 'TIMEOUT';
		$lost++;
		$want[$_] = [$want[$_][0], 'TIMEOUT', ''];
	}
	is(differing(\@rows, \@want, 2), 0, 'jitter and loss: order and names');
	cmp_ok($lost, '<', 20, 'three losses in a row are rare');
	stop($server->{pid});
}

# The first of two servers fails in every way; the second is there.
{
	my $good = fake_server(latency => 1);
	my ($silent, $silent_port) = silent_port();
	my @some = @many[0 .. 1999];
	my @want = map { [$_, 'OK', ptr_name($_)] } @some;
	my @bad = (
		['nobody there', {address => '127.0.0.1', port => udp_port()}],
		['silent', {address => '127.0.0.1', port => $silent_port}],
		['refuses', fake_server(mix => 'refused=1')],
		['fails', fake_server(mix => 'servfail=1')],
		['formerr', fake_server(mix => 'formerr=1')],
	);
	for (@bad) {
		my ($what, $server) = @$_;
		my ($r, @rows) = look_up(\@some, at($server, $good),
		    '--columns', 'ip,reverse_dns_status,hostname');
		is(differing(\@rows, \@want, 2), 0,
		    "the first $what, the second answers");
	}
	# And alone: as it is.
	my @few = @many[0 .. 99];
	for ([@{$bad[0]}, 'UNREACHABLE'], [@{$bad[2]}, 'REFUSED'],
	    [@{$bad[3]}, 'SERVFAIL'], [@{$bad[4]}, 'BADREPLY']) {
		my ($what, $server, $status) = @$_;
		my ($r, @rows) = look_up(\@few, at($server), '--columns',
		    'ip,reverse_dns_status,hostname');
		is(differing(\@rows, [map { [$_, $status, ''] } @few], 2), 0,
		    "alone: $status");
	}
	stop($_->{pid}) for grep { $_->{pid} } $good, map { $_->[1] } @bad;
}

# A server that refuses more than 1,500 a second is asked no more than it
# takes.
{
	my $server = fake_server(rate => 1500, refuse => 1, latency => 5);
	my @some = @many[0 .. 5999];
	my ($r, @rows) = look_up(\@some, at($server), '--columns',
	    'ip,reverse_dns_status,hostname');
	my $refused = grep { $_->[1] eq 'REFUSED' } @rows;
	is(scalar @rows, 6000, 'refused above 1,500 a second: it ends');
	cmp_ok($refused, '<', 120, 'and less than 2 % stay refused');
	($r) = look_up([@some[0 .. 999]], at($server), '--dns-rate', '1000');
	stop($server->{pid});
	my ($peak) = said($server->{name}) =~ /peak_qps=(\d+)/;
	ok($peak, "counted: $peak at most in a second");
}

# --dns-rate and --dns-in-flight are kept.
{
	my $server = fake_server(latency => 100);
	my ($r) = look_up([@many[0 .. 499]], at($server), '--dns-rate', '400',
	    '--dns-in-flight', '20', '--columns', 'ip,hostname');
	stop($server->{pid});
	my ($queries, $peak, $pending) = said($server->{name}) =~
	    /queries=(\d+).*peak_qps=(\d+) peak_pending=(\d+)/;
	is($queries, 500, 'every address is asked about once');
	cmp_ok($peak, '<=', 440, 'a rate is kept');
	cmp_ok($pending, '<=', 20, 'so is a number in flight');
}

# Nobody answers: a file ends soon all the same.
for (['TIMEOUT', silent_port()], ['UNREACHABLE', undef, udp_port()]) {
	my ($status, $socket, $port) = @$_;
	my $from = time;
	my ($r, @rows) = look_up(\@many, '--resolver', "127.0.0.1:$port",
	    '--columns', 'ip,reverse_dns_status');
	is(scalar(grep { $_->[1] eq $status } @rows), scalar @many,
	    "a dead resolver: all rows, $status");
	cmp_ok(time - $from, '<', 30, 'in the time of a few questions');
}

#
# Live input.
#

# Starts a filter whose input stays open: its pid and the pipe.
sub start_live {
	return live("$DIR/live.out", "$DIR/live.err", @common[0 .. 7],
	    'ip,reverse_dns_status,hostname', @_);
}

# A row every 100 ms, for which no answer ever comes.
{
	my ($pid, $pipe) = start_live(at($probe), '--dns-deadline', '600ms');
	my (%sent, %seen);
	my $begin = time;
	while (time - $begin < 3) {
		my $n = keys %sent;
		if ($n < 15 && time - $begin >= $n * 0.1) {
			print $pipe line_of("198.18.5.$n");
			$sent{$n} = time;
		}
		for (slurp("$DIR/live.out") =~ /^198\.18\.5\.(\d+),TIMEOUT/gm) {
			$seen{$_} //= time;
		}
		last if keys %seen == 15;
		sleep 0.005;
	}
	is(scalar keys %seen, 15, 'live: every row leaves');
	my @waits = sort { $a <=> $b } map { $seen{$_} - $sent{$_} }
	    keys %seen;
	cmp_ok($waits[0] // 0, '>=', 0.55, 'not before the deadline');
	# Without one they would wait for all three tries; t/bench/live says
	# how late they are.
	cmp_ok($waits[-1] // 9, '<', 3, 'nor long after it');
	note(sprintf 'latest: %.0f ms after a deadline of 600 ms',
	    1000 * ($waits[-1] // 9));
	kill 'USR1', $pid;
	my $from = time;
	sleep 0.01 while slurp("$DIR/live.err") !~ /^mls-filter: dns: / &&
	    time - $from < 5;
	like(slurp("$DIR/live.err"), qr/dns: look-ups 15, known 0, local 0, /,
	    'counters on SIGUSR1');
	kill 'TERM', $pid;
	my $took = ended($pid, 5);
	ok(defined $took && $took < 2, 'TERM: out in two seconds');
	is($? >> 8, 0, 'exit 0');
}

# The row leaves, the question goes on: the next row has the name.
{
	my $server = fake_server(slow => 900);
	my ($pid, $pipe) = start_live(at($server), '--dns-deadline', '300ms');
	print $pipe line_of('198.18.37.1');
	ok(defined appears("$DIR/live.out", "198.18.37.1,TIMEOUT,\n", 3), 'slow: TIMEOUT first');
	sleep 1;
	print $pipe line_of('198.18.37.1');
	ok(defined appears("$DIR/live.out", '198.18.37.1,OK,' . ptr_name('198.18.37.1'), 2),
	    'then the name is known');
	# A fast answer does not wait for the deadline.
	print $pipe line_of('198.18.0.99');
	my $took = appears("$DIR/live.out", '198.18.0.99,OK', 3);
	ok(defined $took, 'a fast one leaves with its name');
	close $pipe;
	ended($pid, 5);
	stop($server->{pid});
}

# TERM and the end of live input with a dead resolver: everything is out in
# two seconds; a heap waits for its answers.
{
	my ($silent, $port) = silent_port();
	for my $end ('TERM', 'end of input') {
		my ($pid, $pipe) = start_live('--resolver', "127.0.0.1:$port",
		    '--dns-deadline', '60s');
		print $pipe map { line_of("11.0.0.$_") } 1 .. 50;
		sleep 0.5;
		my $from = time;
		$end eq 'TERM' ? kill 'TERM', $pid : close $pipe;
		my $took = ended($pid, 5);
		ok(defined $took && $took < 2, "live, $end: two seconds");
		is($? >> 8, 0, 'exit 0');
		is(slurp("$DIR/live.out"), join('', map { "11.0.0.$_,TIMEOUT,\n" }
		    1 .. 50), 'every row is there');
	}
	my $server = fake_server(slow => 2000);
	spew("$DIR/heap", line_of('198.18.37.1'));
	my $r = run('sh', '-c', "cat '$DIR/heap' | " . join ' ', map { "'$_'" }
	    @common[0 .. 7], 'ip,reverse_dns_status', at($server));
	is($r->{out}, "198.18.37.1,OK\n", 'a short heap in a pipe waits');
	stop($server->{pid});
}

# So many rows at once that they would fill every line: live input is not held
# back, and nothing is late.
{
	my ($silent, $port) = silent_port();
	my @burst = map { sprintf '11.%d.%d.9', $_ / 250, $_ % 250 } 1 .. 5000;
	my ($pid, $pipe) = start_live('--resolver', "127.0.0.1:$port",
	    '--dns-deadline', '1s');
	print $pipe line_of('11.9.9.9');
	sleep 0.4;
	my $from = time;
	print $pipe map { line_of($_) } @burst;
	my $took = appears("$DIR/live.out", "$burst[-1],TIMEOUT,\n", 5);
	ok(defined $took && $took < 3, 'a live burst leaves in time');
	print $pipe map { line_of($_) } map { s/9$/8/r } @burst;
	sleep 0.3;
	$from = time;
	kill 'TERM', $pid;
	$took = ended($pid, 6);
	ok(defined $took && $took < 2, 'TERM behind a burst: two seconds');
	is(() = slurp("$DIR/live.out") =~ /,TIMEOUT,$/mg, 10_001,
	    'every row is there');
}

# A low rate does not eat the time that questions have.
{
	my $server = fake_server(loss => 30);
	my ($r, @rows) = look_up([@many[0 .. 399]], at($server), '--dns-rate',
	    '60', '--columns', 'ip,reverse_dns_status');
	cmp_ok(scalar(grep { $_->[1] eq 'TIMEOUT' } @rows), '<', 35,
	    'a low rate and losses: asked three times all the same');
	stop($server->{pid});
}

# ldns is loaded by those who ask only: here it is a file that is none.
{
	mkdir "$DIR/broken";
	spew("$DIR/broken/libldns.so.$_", '') for 1 .. 9;
	local $ENV{LD_LIBRARY_PATH} = "$DIR/broken";
	my ($r) = look_up(['192.0.2.1'], '--dns', 'off');
	is_deeply([@$r{qw(status out err)}], [0, "192.0.2.1,SKIPPED,,\n", ''],
	    'without look-ups ldns is not needed');
	($r) = look_up(['192.0.2.1']);
	is($r->{status}, 69, 'with them it is');
	like($r->{err}, qr/^mls-filter: libldns\.so\.\d is needed: \S/,
	    'and said to be');
	is($r->{out}, '', 'before there is a row');
	is(run(@common, '--check')->{status}, 69, 'and by --check');
}

# A reader that dawdles makes no storm of questions.
{
	my $server = fake_server(latency => 5);
	spew("$DIR/mail.log", map { line_of($_) } @many[0 .. 4999]);
	my $r = run('sh', '-c', join(' ', map { "'$_'" } @common,
	    at($server), '--dns-cache', '1024', "$DIR/mail.log") .
	    ' | (sleep 3; cat)');
	stop($server->{pid});
	is(() = $r->{out} =~ /,OK,/g, 5000, 'a slow reader gets all rows');
	my ($queries) = said($server->{name}) =~ /queries=(\d+)/;
	cmp_ok($queries, '<', 11000, 'and nothing is asked again and again');
}

done_testing;
