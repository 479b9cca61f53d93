#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Compiled databases.  A million addresses, and the ends of every range of large
# files, are answered as another program does, python's ipaddress and bisect.
# And what is damaged: refused with a reason, or at least no harm.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

my @TOR = grep { -r } '/usr/share/tor/geoip', '/usr/share/tor/geoip6';
my $NONE = "$DIR/none.yaml";
spew($NONE, '');

sub ipinfo { return run($IPINFO, '--config', $NONE, @_) }

# The oracle writes its own files, asks its own questions, and counts.
sub differential {
	my $python3 = have('python3');
SKIP: {
		skip "no program 'python3'", 7 unless $python3;
		my $r = run($python3, "$TOP/t/lib/oracle", 'make', "$DIR", @TOR);
		is("$r->{status}$r->{err}", '0', 'the oracle has questions');
		$r = ipinfo('--compile', '-o', "$DIR/all.db", "$DIR/asn.csv",
		    @TOR);
		is("$r->{status}$r->{err}", '0', 'compiled');
		answers('answers', "$DIR/all.db");
		answers('texts', "$DIR/asn.csv", @TOR);
		is(run('cmp', "$DIR/answers", "$DIR/texts")->{status}, 0,
		    'the compiled file answers as the texts do');
		$r = run($python3, "$TOP/t/lib/oracle", 'compare', "$DIR",
		    @TOR);
		is($r->{err}, '', 'both as the oracle');
		like($r->{out}, qr/^\d{7,} answers, 0 differences\n\z/,
		    'in more than a million');
	}
}

# Puts the questions to databases.
sub answers {
	my ($to, @databases) = @_;
	my $r = run('/bin/sh', '-c', 'in=$1 out=$2; shift 2; ' .
	    'exec "$@" <"$in" >"$out"', 'sh', "$DIR/questions", "$DIR/$to",
	    $IPINFO, '--config', $NONE, '--csv', '--header', 'never',
	    map { ('--database', $_) } @databases);
	is("$r->{status}$r->{err}", '1', "$to: some are in no range");
}

# A small good one, its bytes, and what it answers.
my $good;
sub good {
	return $good if $good;
	spew("$DIR/text", "192.0.2.0,192.0.2.255,64500,Example\n" .
	    "198.51.100.0,198.51.100.9,64501,\"Other, Inc.\"\n" .
	    "2001:db8::,2001:db8::ffff,64500,Example\n" .
	    join '', map { sprintf "2001:db8:%x::,2001:db8:%x::,%d,N%d\n",
		2 * $_, 2 * $_, 65000 + $_, $_ } 1 .. 100);
	spew("$DIR/land", "192.0.2.0,192.0.2.127,FR\n::,2001:db8::f,DE\n");
	my $r = ipinfo('--compile', '-o', "$DIR/good.db", "$DIR/text",
	    "$DIR/land");
	is("$r->{status}$r->{err}", '0', 'a small one');
	return $good = slurp("$DIR/good.db");
}

# Where section n lies: offset and size.
sub section {
	my ($n) = @_;
	return unpack 'Q<Q<', substr good(), 32 + 16 * $n, 16;
}

sub patched {
	my ($at, $bytes) = @_;
	my $text = good();
	substr $text, $at, length $bytes, $bytes;
	return $text;
}

my $LINE = '2026-11-22T11:05:40+00:00 mx1 postfix/smtpd[250]: warning: ' .
    'unknown[192.0.2.7]: SASL LOGIN authentication failed: (reason ' .
    "unavailable), sasl_username=ann\n";
my @ASKED = qw(192.0.2.7 192.0.2.200 198.51.100.3 0.0.0.0 255.255.255.255 ::
    2001:db8::7 2001:db8:8:: 2001:db8:9:: 2001:db8:ffff::
    ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff);

# Refused when opened, by every way to open it; rows are written all the same.
sub refused {
	my ($about, $bytes, $why, $size) = @_;
	my $file = "$DIR/bad.db";
	spew($file, $bytes);
	truncate $file, $size or die "truncate: $!" if $size;
	for my $action (['--info'], ['--verify'], ['--compile', '-o',
	    "$DIR/not"]) {
		my $r = ipinfo(@$action, $file);
		is($r->{status}, 65, "$about: @$action: status");
		like($r->{err}, qr/\Amls-ipinfo: \Q$file\E:(1:)? $why.*\n\z/,
		    "$about: @$action: why");
	}
	ok(!-e "$DIR/not", "$about: nothing compiled");
	my $r = run({in => $LINE}, $FILTER, '--config', $NONE, @OFFLINE,
	    '--columns', 'ip,user,asn', '--header', 'never', '--database',
	    $file);
	is_deeply([@$r{qw(status out)}], [0, "192.0.2.7,ann,\n"],
	    "$about: the row is there");
	is(() = $r->{err} =~ /^mls-filter: /gm, 1, "$about: one warning");
}

sub header {
	my $n = length good();
	refused('another version', patched(12, pack 'V', 2),
	    'compiled in version 2');
	refused('another byte order', patched(8, pack 'N', 0x01020304),
	    'compiled on a machine of another byte order');
	refused('larger than it says', good() . "\0" x 8,
	    'has \d+ bytes and should have \d+');
	refused("cut to $_", substr(good(), 0, $_), $_ < 208 ? 'cut short' :
	    'has \d+ bytes and should have \d+')
	    for 8, 9, 31, 32, 207, 208, int $n / 2, $n - 1;
	refused('size of nothing', patched(16, pack 'Q<', 0), 'has \d+ bytes');
	refused('size beyond all', patched(16, pack 'Q<', ~0), 'has \d+ bytes');
	# Mostly a hole.
	refused('too large', patched(16, pack 'Q<', 5 << 30),
	    'has 5368709120 bytes: too much for', 5 << 30);
	refused('a hole behind it', patched(16, pack 'Q<', 900 << 20),
	    'damaged \(its sections do not fit', 900 << 20);
	refused('another magic', patched(0, "MLS\0ipdc"), '');
	refused('empty', '', '');
}

sub sections {
	for my $n (0 .. 10) {
		my ($offset, $size) = section($n);
		my $at = 32 + 16 * $n;
		refused("section $n: begins behind the end",
		    patched($at, pack 'Q<', length(good()) + 8),
		    "damaged \\(section $n ");
		refused("section $n: begins at no multiple of 8",
		    patched($at, pack 'Q<', $offset + 1),
		    "damaged \\(section $n ");
		refused("section $n: ends beyond all numbers",
		    patched($at + 8, pack 'Q<', ~0 - 7),
		    "damaged \\(section $n ");
		next if $n >= 8;	# any number of items will do there
		refused("section $n: has no item", patched($at + 8,
		    pack 'Q<', 0), 'damaged \(its sections do not fit')
		    if $n != 5;
	}
}

# What opening does not see, --verify does, and mls-filter; looking up does no
# harm.
sub harmless {
	my ($about, $bytes) = @_;
	my $file = "$DIR/odd.db";
	spew($file, $bytes);
	my $r = ipinfo('--verify', $file);
	is_deeply([@$r{qw(status out)}], [65, ''], "$about: --verify sees it");
	like($r->{err}, qr/\Amls-ipinfo: \Q$file\E: damaged: its sum is wrong/,
	    "$about: and says so");
	for my $format (['--csv'], ['--json'], []) {
		$r = ipinfo('--database', $file, @$format, @ASKED);
		is($r->{err}, '', "$about: @$format: no complaint");
		like("$r->{status}/$r->{signal}", qr{^[01]/0$},
		    "$about: @$format: no harm");
		unlike($r->{out}, qr/[^\n\x20-\x7e]/,
		    "$about: @$format: nothing odd");
	}
	$r = ipinfo('--info', $file);
	is("$r->{status}/$r->{signal}", '0/0', "$about: --info: no harm");
	$r = run($FILTER, '--config', $NONE, @OFFLINE, '--check',
	    '--database', $file);
	is($r->{status}, 65, "$about: nor does mls-filter --check pass it");
	$r = run({in => $LINE}, $FILTER, '--config', $NONE, @OFFLINE,
	    '--columns', 'ip,user,asn', '--header', 'never', '--database',
	    $file);
	is_deeply([@$r{qw(status out err)}], [0, "192.0.2.7,ann,\n",
	    "mls-filter: $file: damaged: its sum is wrong, compile or fetch " .
	    "it again\n"], "$about: a row has nothing of it");
	for my $others ([], ["$DIR/land"]) {
		$r = ipinfo('--compile', '-o', "$DIR/again.db", $file,
		    @$others);
		is($r->{status}, 65, "$about: nothing is made of it");
		like($r->{err}, qr/damaged: its sum is wrong/,
		    "$about: and that is said");
		ok(!-e "$DIR/again.db", "$about: nothing at all");
	}
}

sub inside {
	my %at = map { $_ => (section($_))[0] } 0 .. 10;
	my $all = pack 'V', ~0;
	harmless('index beyond the list', patched($at{0} + 4 * 0xc000, $all));
	harmless('all of the index beyond', patched($at{0}, $all x 65537));
	harmless('an index of nothing', patched($at{0}, "\0" x (4 * 65537)));
	harmless('an index that descends', patched($at{0} + 4 * 0xc001,
	    pack 'V', 0));
	harmless('addresses that descend', patched($at{1},
	    "\xff" x (section(1))[1]));
	harmless('places beyond', patched($at{2}, "\xff" x (section(2))[1]));
	harmless('tops that descend', patched($at{3},
	    "\xff" x 8 . "\0" x ((section(3))[1] - 8)));
	harmless('IPv6 that descends', patched($at{4},
	    "\xff" x (section(4))[1]));
	harmless('places of IPv6 beyond', patched($at{6},
	    "\xff" x (section(6))[1]));
	harmless('places of all ones', patched($at{7},
	    "\xff" x (section(7))[1]));
	harmless('names beyond', patched($at{7}, pack('VVva2', 1, ~0, 9, 'DE')
	    x ((section(7))[1] / 12)));
	harmless('names that end beyond', patched($at{7}, pack('VVva2', 1,
	    (section(8))[1] - 1, 65535, 'DE') x ((section(7))[1] / 12)));
	harmless('countries that are none', patched($at{7}, pack('VVva2', 1,
	    0, 0, "\n\e") x ((section(7))[1] / 12)));
	harmless('names of control bytes', patched($at{8},
	    "\e\n\0\x9b" x ((section(8))[1] / 4)));
	harmless('texts beyond', patched($at{9}, "\xff" x (section(9))[1]));
	harmless('texts without an end', patched($at{10},
	    'x' x (section(10))[1]));
}

# Any bit of the whole file: seen by --verify or by opening it.
sub flips {
	my ($missed, $died) = (0, 0);
	srand 20261125;
	for (1 .. 300) {
		my $bytes = good();
		my $at = $_ <= 208 ? $_ - 1 : int rand length $bytes;
		substr($bytes, $at, 1) ^= chr(1 << int rand 8);
		spew("$DIR/flip.db", $bytes);
		my $r = ipinfo('--verify', "$DIR/flip.db");
		$missed++, diag "byte $at" if $r->{status} != 65;
		$r = ipinfo('--database', "$DIR/flip.db", '--csv', @ASKED);
		$died++, diag "byte $at" if $r->{signal} ||
		    $r->{status} !~ /^(0|1|65)$/;
	}
	is($missed, 0, 'no bit is changed unseen');
	is($died, 0, 'and none of them does harm');
}

# What stood there stays until a whole one takes its place.
sub replacing {
	my $db = "$DIR/place/ip.db";
	mkdir "$DIR/place" or die;
	spew($db, good());
	my $r = run('/bin/sh', '-c', 'trap "" XFSZ; ulimit -f 100; exec "$@"',
	    'sh', $IPINFO, '--config', $NONE, '--compile', '-o', $db,
	    "$DIR/text");
	is($r->{status}, 73, 'no room: status');
	like($r->{err}, qr/cannot write '\Q$db\E'/, 'no room: said');
	ok(slurp($db) eq good(), 'no room: the old one stays');
	is(join(' ', map { s{.*/}{}r } glob("$DIR/place/*")), 'ip.db',
	    'no room: nothing left behind');
	for my $target ("$DIR/place", '/dev/null') {
		$r = ipinfo('--compile', '-o', $target, "$DIR/text");
		is($r->{status}, 73, "$target: status");
		like($r->{err}, qr/will not replace '\Q$target\E': it is no /,
		    "$target: said");
	}
	ok(-c '/dev/null', '/dev/null is one still');
	$r = ipinfo('--compile', '-o', $db, $db, "$DIR/land");
	is("$r->{status}$r->{err}", '0', 'out of itself and others');
	is(ipinfo('--database', $db, '--csv', '--header', 'never',
	    '192.0.2.7')->{out}, "192.0.2.7,FR,64500,Example\n",
	    'with all of it');
	is(sprintf('%o', (stat $db)[2] & 0777), '644', 'for all to read');
}

differential();
header();
sections();
inside();
flips();
replacing();
done_testing;
