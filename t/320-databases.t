#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Country and AS of real and large databases, through the program: every answer
# is compared with a bisection of our own over the same files.  And what happens
# to rows when a database cannot be used.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Compress::Gzip qw(gzip $GzipError);
use IO::Handle;
use IPC::Open3 qw(open3);
use MLS;
use Socket qw(AF_INET AF_INET6 inet_ntop inet_pton);
use Test::More;
use Time::HiRes qw(sleep time);

my $TOR = '/usr/share/tor/geoip';
my @COLUMNS = ('--columns', 'ip,country_code,asn,aso');
my $LAST4 = "\xff" x 4;
my $LAST6 = "\xff" x 16;

srand 20261122;
differential();
two_databases();
damaged();
check();
needed();
endless();
too_large();
replaced();
done_testing;

# Addresses are packed, in network order, so that string comparison orders
# them; a table is [first, last, value] by family (length), sorted and apart.

sub differential {
	my $file = "$DIR/asn.csv";
	my ($outer, $inner) = networks($file);
	my @databases = ($file);
	my $country;

SKIP: {
		skip "no $TOR: install tor-geoipdb", 1
		    unless -r $TOR && -r "${TOR}6";
		$country = tor_tables();
		push @databases, $TOR, "${TOR}6";
		cmp_ok(@{$country->{4}} + @{$country->{16}}, '>', 500_000,
		    'ranges in the tor files');
	}
	my @asked = shuffled(
		$country ? (around(1500, $country->{4}),
		    around(1500, $country->{16})) : (),
		around(1500, $outer->{4}), around(700, $outer->{16}),
		around(700, $inner->{4}), around(300, $inner->{16}),
		(map { pack 'N', int rand 2 ** 32 } 1 .. 3000),
		(map { random6() } 1 .. 3000));
	my @expected = map {
		join ',', inet($_), $country ? find($country, $_) // '' : '',
		    find($inner, $_) // find($outer, $_) // ','
	} @asked;
	cmp_ok(scalar @asked, '>', 20_000 - ($country ? 0 : 8_000),
	    'addresses to ask');
	compare('differential', \@databases, \@asked, \@expected);
}

# A file of 400,000 networks in random order: ranges with gaps between them, and
# in some of them a smaller one, which must win.
sub networks {
	my ($file) = @_;
	my (%outer, %inner, @rows);
	my $at = 16_777_216;

	for my $i (1 .. 240_000) {
		$at += int rand 3000;
		my $size = 256 + int rand 8000;
		push @rows, add4(\%outer, $at, $at + $size, $i);
		push @rows, add4(\%inner, $at + 16, $at + 16 + rand 200, -$i)
		    if $i % 3 == 0;
		$at += $size + 1;
		$at++ if $i % 2;
	}
	for my $i (1 .. 60_000) {
		my $net = 0x20010000 + $i;
		push @rows, add6(\%outer, pack('N4', $net, 0, 0, 0),
		    pack('N4', $net + 0, 0xfffffff0, 5, 6), $i);
		push @rows, add6(\%inner, pack('N4', $net, 0, 1, 0),
		    pack('N4', $net, 0, 1, $i), -$i) if $i % 3 == 0;
	}
	is(scalar @rows, 400_000, 'rows in the generated file');
	cmp_ok($at, '<', 2 ** 32, 'which do not pass the last address');
	spew($file, shuffled(@rows));
	return (\%outer, \%inner);
}

sub add4 {
	my ($tables, $first, $last, $n) = @_;
	my ($asn, $name) = as_of($n);

	$last = int $last;
	push @{$tables->{4}}, [pack('N', $first), pack('N', $last),
	    "$asn,$name"];
	return "$first,$last,$asn,$name\n";
}

sub add6 {
	my ($tables, $first, $last, $n) = @_;
	my ($asn, $name) = as_of($n);

	push @{$tables->{16}}, [$first, $last, "$asn,$name"];
	return inet($first) . ',' . inet($last) . ",$asn,$name\n";
}

# 5,000 networks, some without a name; the small ones have others.  A cell is
# written as it comes out: in quotes where it holds a comma.
sub as_of {
	my ($n) = @_;
	my $asn = 64_512 + abs($n) % 5000 + ($n < 0 ? 4_200_000_000 : 0);

	return ($asn, $asn % 7 ? "\"Example, No $asn\"" : '');
}

sub tor_tables {
	my %tables;

	for my $line (split /\n/, slurp($TOR)) {
		next if $line =~ /^#/;
		my ($first, $last, $code) = split /,/, $line, 3;
		push @{$tables{4}}, [pack('N', $first), pack('N', $last),
		    $code eq '??' ? '' : $code];
	}
	for my $line (split /\n/, slurp("${TOR}6")) {
		next if $line =~ /^#/;
		my ($first, $last, $code) = split /,/, $line, 3;
		push @{$tables{16}}, [inet_pton(AF_INET6, $first),
		    inet_pton(AF_INET6, $last), $code eq '??' ? '' : $code];
	}
	return \%tables;
}

sub find {
	my ($tables, $ip) = @_;
	my $table = $tables->{length $ip};
	my ($low, $high) = (0, scalar @$table);

	while ($low < $high) {
		my $middle = int(($low + $high) / 2);
		if ($table->[$middle][0] le $ip) {
			$low = $middle + 1;
		} else {
			$high = $middle;
		}
	}
	return if $low == 0 || $table->[$low - 1][1] lt $ip;
	return $table->[$low - 1][2];
}

# First, last, and one before and behind, of so many of a table's ranges.
sub around {
	my ($n, $table) = @_;
	my @picked = ($table->[0], $table->[-1],
	    map { $table->[rand @$table] } 3 .. $n);

	return map { ($_->[0], $_->[1], neighbour($_->[0], -1),
	    neighbour($_->[1], 1)) } @picked;
}

# The address before or behind; nothing past either end.
sub neighbour {
	my ($ip, $step) = @_;
	my @bytes = unpack 'C*', $ip;

	for my $i (reverse 0 .. $#bytes) {
		$bytes[$i] += $step;
		return pack 'C*', map { $_ & 255 } @bytes
		    if $bytes[$i] >= 0 && $bytes[$i] <= 255;
		$bytes[$i] &= 255;
	}
	return ();
}

sub random6 {
	my @words = map { int rand 2 ** 32 } 1 .. 4;

	$words[0] = $words[0] & 0x1fffffff | 0x20000000 if rand() < 0.9;
	return pack 'N4', @words;
}

sub shuffled {
	for my $i (reverse 1 .. $#_) {
		my $j = int rand $i + 1;
		@_[$i, $j] = @_[$j, $i] if $i != $j;
	}
	return @_;
}

sub inet {
	return inet_ntop(length $_[0] == 4 ? AF_INET : AF_INET6, $_[0]);
}

sub line_of {
	return "Nov 22 11:05:40 mx1 postfix/smtpd[1]: warning: " .
	    "unknown[$_[0]]: SASL LOGIN authentication failed: x, " .
	    "sasl_username=u\n";
}

sub filter {
	my ($in, @arguments) = @_;

	return run({in => $in}, $FILTER, @OFFLINE, '--now', '2026-11-22T12:00:00Z',
	    @COLUMNS, @arguments);
}

sub with {
	return map { ('--database', $_) } @_;
}

sub compare {
	my ($about, $databases, $asked, $expected) = @_;
	my $got = filter(join('', map { line_of(inet($_)) } @$asked),
	    with(@$databases));
	my (undef, @lines) = split /\n/, $got->{out};
	my @wrong;

	is($got->{err}, '', "$about: nothing on stderr");
	is(scalar @lines, scalar @$asked, "$about: a row for each");
	for my $i (0 .. $#$asked) {
		my $line = $lines[$i] // 'nothing';
		push @wrong, "got '$line', expected '$expected->[$i]'"
		    if $line ne $expected->[$i];
	}
	is(scalar @wrong, 0, "$about: differences in " . @$asked)
	    or diag join "\n", grep { defined } @wrong[0 .. 9];
}

# Country from one file, AS from another, in both orders; gzip, too.
sub two_databases {
	my ($country, $asn) = ("$DIR/country", "$DIR/asn");
	my $text = "192.0.2.0,192.0.2.255,de\n2001:db8::,2001:db8::ff,FR\n";
	my $in = join '', map { line_of($_) } '192.0.2.7', '198.51.100.7',
	    '::ffff:192.0.2.8', '2001:db8::7', 'unknown';
	my $expected = "ip,country_code,asn,aso\n" .
	    "192.0.2.7,DE,64496,\"Example, Inc.\"\n" .
	    "198.51.100.7,,64497,\n" .
	    "192.0.2.8,DE,64496,\"Example, Inc.\"\n" .
	    "2001:db8::7,FR,,\n,,,\n";

	gzip(\$text, $country) or die $GzipError;
	spew($asn, "network,asn,as_name\n192.0.2.0/24,AS64496," .
	    "\"Example, Inc.\"\n198.51.100.0/24,AS64497,\n");
	for my $order ([$country, $asn], [$asn, $country]) {
		my $got = filter($in, with(@$order));
		is($got->{out}, $expected, 'country and AS from two files');
		is($got->{err}, '', 'nothing on stderr');
		is("$got->{status} $got->{signal}", '0 0', 'status 0');
	}
}

sub damaged {
	my ($good, $bad) = ("$DIR/good", "$DIR/bad");
	my $in = line_of('192.0.2.7') . line_of('198.51.100.7');
	my $got;

	spew($good, "192.0.2.0,192.0.2.255,US\n");
	spew($bad, "198.51.100.0,198.51.100.255,CA\n" .
	    "192.0.2.0,192.0.2.255,DE\n10.0.0.9,10.0.0.1,DE\n");
	$got = filter($in, with($bad));
	is($got->{out}, "ip,country_code,asn,aso\n192.0.2.7,,,\n" .
	    "198.51.100.7,,,\n", 'a damaged database: rows, empty fields');
	is($got->{err}, "mls-filter: $bad:3: the range ends ('10.0.0.1') " .
	    "before it starts ('10.0.0.9'): damaged, get the file again\n",
	    'one warning');
	is("$got->{status} $got->{signal}", '0 0', 'status 0');
	$got = filter($in, with($bad, "$DIR/missing", $good));
	is($got->{out}, "ip,country_code,asn,aso\n192.0.2.7,US,,\n" .
	    "198.51.100.7,,,\n", 'the good one beside it is used');
	is(() = $got->{err} =~ /^mls-filter: /mg, 2, 'one warning each');
	like($got->{err}, qr/cannot open '\Q$DIR\E\/missing'/, 'the missing');
	is("$got->{status} $got->{signal}", '0 0', 'status 0');
}

sub check {
	my ($good, $bad) = ("$DIR/good", "$DIR/bad");
	my $got = run($FILTER, @OFFLINE, '--check', with($good));

	is($got->{status}, 0, '--check of a good database');
	is($got->{err}, '', 'which is silent');
	like($got->{out}, qr/^\Q$good\E: range CSV: good$/m, 'and says so');
	$got = run($FILTER, @OFFLINE, '--check', with($good, $bad));
	is($got->{status}, 65, '--check with a damaged one');
	like($got->{err}, qr/^mls-filter: \Q$bad\E:3: [^\n]+\n\z/,
	    'one complaint');
	unlike($got->{out}, qr/\Q$bad\E/, 'and it is not called good');
	$got = run($FILTER, @OFFLINE, '--check', with("$DIR/missing"));
	is($got->{status}, 65, '--check with a missing one');
}

# Without a row no database is needed, and none is looked at.
sub needed {
	my $nothing = "$DIR/nothing.log";
	my $log = "$DIR/rows.log";
	my @bad = (@OFFLINE, '--config', '/dev/null', '--database',
	    "$DIR/none.csv", @COLUMNS);
	my $complaint = qr/\Amls-filter: cannot open '[^\n]*none\.csv'[^\n]*\n\z/;

	spew($nothing, "Nov 22 11:05:40 mx1 cron[7]: nothing\n" x 100);
	spew($log, line_of('192.0.2.7'));
	is(run($FILTER, @bad, $nothing)->{err}, '',
	    'a file without a row: no database is looked at');
	like(run($FILTER, @bad, $nothing, $log, $log)->{err}, $complaint,
	    'with the first row it is, once');
	is(run($FILTER, @bad, '--state', "$DIR/needed.state", '-o',
	    "$DIR/needed.csv", $nothing)->{err}, '', '--state: the same');
	for ([$nothing, qr/\A\z/, 'no'], [$log, $complaint, 'the first']) {
		my ($of, $said, $which) = @$_;
		my $r = run('/bin/sh', '-c', 'exec cat "$0" | "$@"', $of,
		    $FILTER, @bad);
		like($r->{err}, $said, "behind a pipe: $which row");
		$r = run({ in => slurp($of) }, $FILTER, @bad, '--confirm',
		    '--state', "$DIR/confirm.state", '-o',
		    "$DIR/confirm.csv");
		like($r->{err}, $said, "--confirm: $which row");
	}
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDERR, '>', "$DIR/follow.err" or die "follow.err: $!";
		exec $FILTER, @bad, '--follow', '--state', "$DIR/follow.state",
		    '-o', "$DIR/follow.csv", $nothing or die "exec: $!";
	}
	grown("$DIR/follow.state");
	is(slurp("$DIR/follow.err"), '', '--follow: no row');
	open my $end, '>>', $nothing or die "$nothing: $!";
	print $end line_of('192.0.2.7');
	close $end or die;
	grown("$DIR/follow.err");
	kill 'TERM', $pid;
	waitpid $pid, 0;
	like(slurp("$DIR/follow.err"), $complaint, '--follow: the first row');
}

# Waits until a file holds something.
sub grown {
	my ($file) = @_;
	for (1 .. 300) {
		last if -s $file;
		sleep 0.1;
	}
}

# Small files that unpack to much more than memory should hold: one line without
# end, and more rows than any database has.  Both end early.
sub endless {
	my ($line, $rows) = ("$DIR/line.gz", "$DIR/rows.gz");
	my $in = line_of('192.0.2.7');
	my $out = "ip,country_code,asn,aso\n192.0.2.7,,,\n";
	my @limit = limit();
	my $got;

	pack_up($line, 'x' x 1_000_000, 100);
	pack_up($rows, "0,255,US\n" x 100_000, 84);
	for my $case (
	    [$line, "1: a line of more than 4096 bytes: no address database," .
		" or damaged"],
	    [$rows, "8388609: more than 8388608 IPv4 or 4194304 IPv6 ranges:" .
		" too much for a database of countries and networks"]) {
		my ($file, $why) = @$case;
		cmp_ok(-s $file, '<', 1_000_000, 'a small file');
		$got = run({in => $in}, @limit, $FILTER, @OFFLINE, '--now',
		    '2026-11-22T12:00:00Z', @COLUMNS, with($file));
		is($got->{err}, "mls-filter: $file:$why\n", 'its end');
		is($got->{out}, $out, 'and the row is there');
		is("$got->{status} $got->{signal}", '0 0', 'status 0');
	}
}

# One that memory does not suffice for is left out, as any that is no good.
sub too_large {
	my ($small, $large) = ("$DIR/small.csv", "$DIR/large.db");
	my $in = line_of('192.0.2.7');
	my $with = sub {
		my ($kib, $db) = @_;
		return run({in => $in}, '/bin/sh', '-c',
		    "ulimit -v $kib; exec \"\$@\"", 'sh', $FILTER, @OFFLINE,
		    '--now', '2026-11-22T12:00:00Z', '--header', 'never',
		    @COLUMNS, with($db));
	};
	spew($small, "192.0.2.0,192.0.2.255,US\n");
	my $r = run($IPINFO, '--compile', '-o', $large, "$DIR/asn.csv");
	is("$r->{status}$r->{err}", '0', 'a large one');
	cmp_ok(-s $large, '>', 4 << 20, 'larger than what is tried at a time');
	my $kib = 8 << 10;
	$kib += 1 << 10 while $kib < 128 << 10 &&
	    $with->($kib, $small)->{out} ne "192.0.2.7,US,,\n";
SKIP: {
		skip 'a sanitizer needs more than there is', 2
		    if $kib >= 128 << 10;
		$r = $with->($kib, $large);
		is("$r->{status} $r->{out}", "0 192.0.2.7,,,\n",
		    'the row is there');
		is($r->{err}, "mls-filter: $large: cannot be read: " .
		    "Cannot allocate memory\n", 'and what is wrong');
	}
}

# A database that is replaced under a program that runs: noticed without being
# told, and left alone if the new one is bad.
sub replaced {
	my $db = "$DIR/ip.db";
	my $compile = sub {
		my ($country) = @_;
		spew("$DIR/text", "192.0.2.0,192.0.2.255,$country\n");
		my $r = run($IPINFO, '--compile', '-o', $db, "$DIR/text");
		is("$r->{status}$r->{err}", '0', "compiled: $country");
	};
	$compile->('DE');
	open my $err, '>', "$DIR/said" or die "said: $!";
	my $pid = open3(my $in, my $out, '>&' . fileno $err, $FILTER,
	    '--config', '/dev/null', @OFFLINE, '--columns',
	    'ip,country_code', '--header', 'never', with($db));
	$in->autoflush(1);
	my $ask = sub {
		print $in line_of('192.0.2.7');
		return scalar <$out>;
	};
	my $until = sub {
		my ($is) = @_;
		my $end = time + 30;
		my $row = '';
		while (!$is->($row = $ask->()) && time < $end) {
			sleep 0.2;
		}
		return $row;
	};
	is($ask->(), "192.0.2.7,DE\n", 'replaced: the first');
	$compile->('FR');
	is($until->(sub { $_[0] =~ /FR/ }), "192.0.2.7,FR\n",
	    'replaced: the second is seen');
	my $good = slurp($db);
	spew("$DIR/bad", substr $good, 0, 5000);
	rename "$DIR/bad", $db or die "rename: $!";
	is($until->(sub { slurp("$DIR/said") =~ /as they were/ }),
	    "192.0.2.7,FR\n", 'replaced: a bad one is not taken');
	like(slurp("$DIR/said"), qr/\Amls-filter:\ going\ on\ with\ the\ databases
	    \ as\ they\ were\nmls-filter:\ \Q$db\E:\ has\ 5000\ bytes\ .*\n\z/x,
	    'replaced: and said, once');
	(my $flipped = $good) =~ s/FR/GR/;
	isnt($flipped, $good, 'replaced: a bit flipped');
	spew("$DIR/bad", $flipped);
	rename "$DIR/bad", $db or die "rename: $!";
	is($until->(sub { slurp("$DIR/said") =~ /sum is wrong/ }),
	    "192.0.2.7,FR\n", 'replaced: nor is one with a bit flipped');
	like(slurp("$DIR/said"), qr/sum is wrong/, 'replaced: which is said');
	$compile->('CA');
	is($until->(sub { $_[0] =~ /CA/ }), "192.0.2.7,CA\n",
	    'replaced: the next good one is');
	# In place, which cp does: what is in memory is not reached.
	truncate $db, 100 or die "truncate: $!";
	is($ask->(), "192.0.2.7,CA\n", 'cut in its place: no matter');
	is($until->(sub { slurp("$DIR/said") =~ /has 100 bytes|cut short/ }),
	    "192.0.2.7,CA\n", 'cut in its place: seen, and not taken');
	like(slurp("$DIR/said"), qr/cut short/, 'cut in its place: said');
	spew($db, $good);
	is($until->(sub { $_[0] =~ /FR/ }), "192.0.2.7,FR\n",
	    'written over: taken when it is whole');
	close $in;
	waitpid $pid, 0;
	is($?, 0, 'replaced: status 0');
}

# A shell that allows half a gigabyte of memory, where the program starts with
# that: under the sanitizers it does not.
sub limit {
	my @limit = ('/bin/sh', '-c', 'ulimit -v 524288; exec "$@"', 'sh');

	return run(@limit, $FILTER, @OFFLINE, '--version')->{out} ne '' ? @limit : ();
}

sub pack_up {
	my ($file, $text, $times) = @_;
	my $z = IO::Compress::Gzip->new($file, -Level => 1) or die $GzipError;

	$z->print($text) for 1 .. $times;
	$z->close or die $GzipError;
}
