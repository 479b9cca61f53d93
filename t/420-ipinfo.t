#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# mls-ipinfo: addresses in, country and network out; what is said of the
# databases; what is no address, no table, no database.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Compress::Gzip qw(gzip);
use Test::More;
use Time::HiRes qw(sleep time);
use Live qw(live appears ended);
use MLS;

my ($COUNTRY, $ASN, $NOTHING) = map { "$DIR/$_" } qw(country asn nothing);
spew($COUNTRY, "192.0.2.0,192.0.2.255,DE\n" .
    "198.51.100.0,198.51.100.255,US\n2001:db8::,2001:db8:0:ff::,FR\n");
spew($ASN, qq(192.0.2.0,192.0.2.127,64500,"Example, Ltd"\n) .
    "192.0.2.128,192.0.2.255,4200000000,a\x1b[1m\\b\n" .
    "203.0.113.0,203.0.113.255,64501,\n" .
    qq(2001:db8::,2001:db8:ffff::,64502,"""Quoted"""\n));
spew($NOTHING, "# nothing\n");
my @USUAL = ($IPINFO, '--config', $NOTHING, '--database', $COUNTRY,
    '--database', $ASN);

sub ipinfo { return run(@USUAL, @_) }
sub filter { return run({in => shift}, @USUAL, @_) }

# What came of a run, all of it.
sub gives {
	my ($ran, $about, $out, $status, $err) = @_;
	is_deeply([@$ran{qw(out status)}], [$out, $status // 0], $about);
	is($ran->{err}, $err // '', "$about: " .
	    ($err ? 'and says so' : 'silently'));
}

sub not_address { return "mls-ipinfo: '$_[0]' is no address\n" }
sub at { return "mls-ipinfo: standard input:$_[0]: $_[1]\n" }

# On the command line.
gives(ipinfo('192.0.2.1'), 'an address',
    "192.0.2.1  DE  AS64500  Example, Ltd\n");
gives(ipinfo('192.0.2.200', '2001:DB8:0:0::1', '198.51.100.1',
    '::ffff:203.0.113.9'), 'text is aligned, addresses are canonical',
    "192.0.2.200   DE  AS4200000000  a\\x1B[1m\\\\b\n" .
    "2001:db8::1   FR  AS64502       \"Quoted\"\n" .
    "198.51.100.1  US  -             -\n" .
    "203.0.113.9   -   AS64501       -\n");
gives(ipinfo('--csv', '192.0.2.1', '192.0.2.200', '198.51.100.1',
    '2001:db8::1'), '--csv', "ip,country_code,asn,aso\n" .
    qq(192.0.2.1,DE,64500,"Example, Ltd"\n) .
    "192.0.2.200,DE,4200000000,a\\x1B[1m\\\\b\n198.51.100.1,US,,\n" .
    qq(2001:db8::1,FR,64502,"""Quoted"""\n));
gives(ipinfo('--json', '192.0.2.200', '198.51.100.1', '2001:db8::1'),
    '--json', '{"ip":"192.0.2.200","country_code":"DE",' .
    qq("asn":"4200000000","aso":"a\\\\x1B[1m\\\\\\\\b"}\n) .
    '{"ip":"198.51.100.1","country_code":"US","asn":"","aso":""}' . "\n" .
    '{"ip":"2001:db8::1","country_code":"FR","asn":"64502",' .
    qq("aso":"\\"Quoted\\""}\n));

# Nothing known, and no address.
gives(ipinfo('10.0.0.1'), 'not found', "10.0.0.1  -   -  -\n", 1);
gives(ipinfo('10.0.0.1', '192.0.2.1'), 'one of two not found',
    "10.0.0.1   -   -        -\n192.0.2.1  DE  AS64500  Example, Ltd\n", 1);
gives(ipinfo('192.0.2.1', 'localhost', '10.0.0.1', '192.0.2.01'),
    'no address: the others are answered',
    "192.0.2.1  DE  AS64500  Example, Ltd\n10.0.0.1   -   -        -\n", 65,
    not_address('localhost') . not_address('192.0.2.01'));
for ('', '192.0.2.0/24', '[192.0.2.1]', '192.0.2.1:25', 'fe80::1%eth0',
    '1.2.3.256', '1.2.3', "\x1b[2J") {
	my $shown = tr/ -~/?/cr;
	gives(ipinfo($_), "'$shown'", '', 65, not_address($shown));
}
{
	my $ran = ipinfo('--csv', map { "x$_" } 1 .. 25);
	is(() = $ran->{err} =~ /is no address$/mg, 20,
	    'twenty complaints, no more');
	like($ran->{err}, qr/\nmls-ipinfo: and 5 more like these\n\z/,
	    'and how many were left out');
}

# A list of addresses.
my $list = "192.0.2.1\n\n# a comment\n \t198.51.100.1\t \n#\n" .
    "2001:DB8::0:1\r\n203.0.113.9";
my $answers = <<'EOT';
ip,country_code,asn,aso
192.0.2.1,DE,64500,"Example, Ltd"
198.51.100.1,US,,
2001:db8::1,FR,64502,"""Quoted"""
203.0.113.9,,64501,
EOT
gives(filter($list, '--csv'), 'a list', $answers);
gives(filter($list, '--csv', '-'), 'the same by name', $answers);
gives(filter($list, '--csv', '--header', 'never'), '--header never',
    $answers =~ s/^ip,.*\n//r);
gives(filter($list), 'as text', <<'EOT');
192.0.2.1        DE  AS64500   Example, Ltd
198.51.100.1     US  -         -
2001:db8::1      FR  AS64502   "Quoted"
203.0.113.9      -   AS64501   -
EOT
gives(filter("192.0.2.1\n192.0.2.129\n2001:db8:ffff:0:ffff::1\n192.0.2.1\n"),
    'columns of text grow as they must', <<'EOT', 1);
192.0.2.1        DE  AS64500   Example, Ltd
192.0.2.129      DE  AS4200000000  a\x1B[1m\\b
2001:db8:ffff:0:ffff::1  -   -             -
192.0.2.1                DE  AS64500       Example, Ltd
EOT
like(filter($list, '--json')->{out}, qr/\A(?:\{"ip":"[^"]+".*\}\n){4}\z/,
    'as JSON');
{
	gzip(\"$list", \my $packed) or die;
	gives(filter($packed, '--csv'), 'a packed list', $answers);
	my $cut = filter(substr($packed, 0, length($packed) - 9), '--csv');
	is($cut->{status}, 65, 'a packed list cut short');
	like($cut->{err}, qr/'standard input' is cut short/, 'is said');
	like($cut->{out}, qr/^192\.0\.2\.1,DE/m, 'what came is answered');
}
gives(filter("192.0.2.1\n10.0.0.1\n", '--csv'), 'a list: not found',
    qq(ip,country_code,asn,aso\n192.0.2.1,DE,64500,"Example, Ltd"\n) .
    "10.0.0.1,,,\n", 1);
gives(filter("192.0.2.1 # mx\n\n10.0.0.1\n198.51.100.1 198.51.100.2\n" .
    "198.51.100.1\n", '--csv', '--header', 'never'),
    'a list: no address wins over not found',
    qq(192.0.2.1,DE,64500,"Example, Ltd"\n10.0.0.1,,,\n198.51.100.1,US,,\n)
	=~ s/^192.*\n//r, 65,
    at(1, "'192.0.2.1 # mx' is no address") .
    at(4, "'198.51.100.1 198.51.100.2' is no address"));
gives(filter("ip,user\n192.0.2.1,ann\n"), 'a table taken for a list', '', 65,
    at(1, "'ip,user' is no address; of a table, name its column with --column") .
    at(2, "'192.0.2.1,ann' is no address; of a table, name its column with " .
    '--column'));
gives(filter('', '--csv'), 'an empty list', "ip,country_code,asn,aso\n");
gives(filter(''), 'an empty list as text', '');
{
	my $ran = filter('x' x 200_000 . "\n192.0.2.1\n", '--csv',
	    '--header', 'never');
	is($ran->{out}, qq(192.0.2.1,DE,64500,"Example, Ltd"\n),
	    'behind a line that is too long');
	like($ran->{err}, qr/\A\Qmls-ipinfo: standard input:1: 'xxx\E/,
	    'which is no address');
	cmp_ok(length $ran->{err}, '<', 400, 'and not repeated at length');
}
{
	# Many, in an order that no batch may change; each beside its own.
	my $state = 1;
	my @many = map {
		$state = ($state * 1103515245 + 12345) % 2 ** 31;
		my $last = int($state / 2 ** 16) % 256;
		[$last < 128 ? "64500,\"Example, Ltd\"" :
		    'a\x1B[1m\\\\b', "192.0.2.$last"];
	} 1 .. 100_000;
	my $ran = filter(join('', map { "$_->[1]\n" } @many), '--csv',
	    '--header', 'never');
	is($ran->{status}, 0, 'many: status');
	my @lines = split /\n/, $ran->{out};
	is(scalar @lines, scalar @many, 'many: as many answers');
	my @wrong = grep { $lines[$_] !~ /^\Q$many[$_][1]\E,DE,.*\Q$many[$_][0]\E$/ }
	    0 .. $#many;
	is(scalar @wrong, 0, 'many: each has its own') or
	    diag "$lines[$wrong[0]] for $many[$wrong[0]][1]";
}

{
	# More places than are kept, with names of all lengths, in no order.
	my $step = 7919;
	my @places = map { [1_000_000 + $_, $_ % 3 ? '' :
	    substr("$_ " . 'long ' x 60, 0, $_ % 300)] } 0 .. 19_999;
	my $address = sub { join '.', 10, $_[0] >> 16, $_[0] >> 8 & 255,
	    $_[0] & 255 };
	spew("$DIR/places", map { my ($asn, $name) = @{$places[$_]};
	    $address->($_) . ',' . $address->($_) . ",$asn,$name\n" }
	    0 .. $#places);
	my @order = map { $_ * $step % @places } 0 .. 2 * @places;
	my $ran = run({in => join '', map { $address->($_) . "\n" } @order},
	    $IPINFO, '--config', $NOTHING, '--database', "$DIR/places",
	    '--csv', '--header', 'never');
	my @lines = split /\n/, $ran->{out}, -1;
	my @wrong = grep { $lines[$_] ne join ',', $address->($order[$_]), '',
	    @{$places[$order[$_]]} } 0 .. $#order;
	is("$ran->{status} @wrong[0 .. ($#wrong > 5 ? 5 : $#wrong)]", '0 ',
	    'many places: each has its own');
}

# A column of a table.
my $table = <<'EOT';
server,ip,user
mx1,192.0.2.1,"ann, lee"
mx1,,bob
mx2,198.51.100.1,"say ""hi"""
EOT
gives(filter($table, '--column', 'ip'), '--column', <<'EOT');
server,ip,user,country_code,asn,aso
mx1,192.0.2.1,"ann, lee",DE,64500,"Example, Ltd"
mx1,,bob,,,
mx2,198.51.100.1,"say ""hi""",US,,
EOT
gives(filter($table, '--column', 'ip', '--json'), '--column --json', <<'EOT');
{"server":"mx1","ip":"192.0.2.1","user":"ann, lee","country_code":"DE","asn":"64500","aso":"Example, Ltd"}
{"server":"mx1","ip":"","user":"bob","country_code":"","asn":"","aso":""}
{"server":"mx2","ip":"198.51.100.1","user":"say \"hi\"","country_code":"US","asn":"","aso":""}
EOT
gives(filter($table =~ tr/,/;/r, '--column', 'ip'), 'semicolons', <<'EOT');
server;ip;user;country_code;asn;aso
mx1;192.0.2.1;"ann; lee";DE;64500;Example, Ltd
mx1;;bob;;;
mx2;198.51.100.1;"say ""hi""";US;;
EOT
gives(filter("ip\tuser\n192.0.2.1\t\"a,b;c\n2001:db8::1\tx\n", '--column',
    'ip'), 'tabs, which quote nothing', "ip\tuser\tcountry_code\tasn\taso\n" .
    "192.0.2.1\t\"a,b;c\tDE\t64500\tExample, Ltd\n" .
    "2001:db8::1\tx\tFR\t64502\t\\x22Quoted\"\n");
gives(filter("\xef\xbb\xbf\"ip\"\r\n\"192.0.2.1\"\r\n", '--column', 'ip'),
    'a byte order mark, CR LF, quotes, one column',
    "\"ip\",country_code,asn,aso\n" .
    "\"192.0.2.1\",DE,64500,\"Example, Ltd\"\n");
gives(filter($table, '--column', 'ip', '--header', 'never'),
    '--column --header never', <<'EOT');
mx1,192.0.2.1,"ann, lee",DE,64500,"Example, Ltd"
mx1,,bob,,,
mx2,198.51.100.1,"say ""hi""",US,,
EOT
gives(filter($table . $table, '--column', 'ip'), 'a header that comes again',
    join('', map { "$_\n" } 'server,ip,user,country_code,asn,aso',
    ('mx1,192.0.2.1,"ann, lee",DE,64500,"Example, Ltd"', 'mx1,,bob,,,',
    'mx2,198.51.100.1,"say ""hi""",US,,') x 2));
gives(filter("ip,asn\n192.0.2.1,\n", '--column', 'ip'), 'a name that is taken',
    "ip,asn,country_code_2,asn_2,aso_2\n" .
    "192.0.2.1,,DE,64500,\"Example, Ltd\"\n");
gives(filter("ip,asn,aso_2\n192.0.2.1,,\n", '--column', 'ip', '--json'),
    'two that are taken', '{"ip":"192.0.2.1","asn":"","aso_2":"",' .
    '"country_code_3":"DE","asn_3":"64500","aso_3":"Example, Ltd"}' . "\n");
gives(filter("a,ip\n1,x\n2,10.0.0.1\n3,192.0.2.1,y\n4,\"192.0.2.1\n" .
    "5,\"192.0.2.1\"x\n6\n7,192.0.2.2\n", '--column', 'ip'),
    'rows that are none', "a,ip,country_code,asn,aso\n1,x,,,\n" .
    "2,10.0.0.1,,,\n7,192.0.2.2,DE,64500,\"Example, Ltd\"\n", 65,
    at(2, "'x' is no address") .
    at(4, '3 cells below 2 names: the row is left out') .
    at(5, 'a quote does not close, or closes too early: the row is left out') .
    at(6, 'a quote does not close, or closes too early: the row is left out') .
    at(7, '1 cells below 2 names: the row is left out'));
gives(filter("a,b\n1,2\n", '--column', 'ip'), 'no such column', '', 65,
    at(1, "there is no column 'ip' in the first line, 'a,b'"));
gives(filter('', '--column', 'ip'), 'a table of nothing', '');
gives(filter("\xef\xbb\xbf192.0.2.1\n", '--csv', '--header', 'never'),
    'a byte order mark before a list',
    "192.0.2.1,DE,64500,\"Example, Ltd\"\n");
gives(filter("ip,a,ip\n192.0.2.1,,192.0.2.2\n", '--column', 'ip'),
    'the column twice', '', 65, at(1, "two columns are called 'ip': rename " .
    'the one that is not meant'));
gives(filter("ip,a,a\n192.0.2.1,,\n", '--column', 'ip'),
    'another column twice', "ip,a,a,country_code,asn,aso\n" .
    "192.0.2.1,,,DE,64500,\"Example, Ltd\"\n");
gives(filter("ip,a,a\n192.0.2.1,,\n", '--column', 'ip', '--json'),
    'which no object can have', '', 65, at(1, "two columns are called 'a', " .
    'and an object has each name once: rename one'));
gives(filter("ip,a\n192.0.2.1," . 'x' x 70_000 . "\n192.0.2.1,y\n",
    '--column', 'ip'), 'a row that is too long', "ip,a,country_code,asn,aso\n" .
    "192.0.2.1,y,DE,64500,\"Example, Ltd\"\n", 65,
    at(2, 'more than 65536 bytes: the row is left out'));
gives(filter("ip,x\n192.0.2.1,\xff\x1b\\x41\\\\\n", '--column', 'ip',
    '--json'), 'JSON of what is not ours', '{"ip":"192.0.2.1",' .
    '"x":"\\\\xFF\\\\x1B\\\\x41\\\\\\\\","country_code":"DE",' .
    '"asn":"64500","aso":"Example, Ltd"}' . "\n");
{
	# The other way round: what mls-filter writes.
	my $log = '2026-11-22T11:05:40Z mx1 postfix/smtpd[1]: warning: ' .
	    'unknown[192.0.2.1]: SASL PLAIN authentication failed: x, ' .
	    "sasl_username=a\"b,c\n";
	for my $format (qw(csv tsv)) {
		my $rows = run({in => $log}, $FILTER, @OFFLINE, '--config',
		    $NOTHING, '--database', $COUNTRY, '--format', $format)->
		    {out};
		my $ran = filter($rows, '--column', 'ip');
		is("$ran->{status}$ran->{err}", '0', "mls-filter's $format");
		my @lines = split /\n/, $ran->{out};
		my ($head, $row) = split /\n/, $rows;
		my $d = $format eq 'csv' ? ',' : "\t";
		is($lines[0], join($d, $head, qw(country_code_2 asn_2 aso_2)),
		    'its header');
		like($lines[1], qr/^\Q$row\E${d}DE${d}64500/, 'its row');
	}
}

# Standard output that is appended to.
{
	my $file = "$DIR/answers.csv";
	spew("$DIR/list", "192.0.2.1\n");
	my $append = sub {
		system 'sh', '-c', 'f=$1; l=$2; shift 2; exec "$@" <"$l" >>"$f"',
		    'sh', $file, "$DIR/list", @USUAL, '--csv', @_;
		return slurp($file);
	};
	my ($head, $row) = ("ip,country_code,asn,aso\n",
	    qq(192.0.2.1,DE,64500,"Example, Ltd"\n));
	is($append->(), "$head$row", 'a new file gets a header');
	is($append->(), "$head$row$row", 'one that holds something does not');
	is($append->(qw(--header always)), "$head$row$row$head$row",
	    '--header always');
}

# Live input: answered before more is waited for.
sub start {
	return live("$DIR/live", "$DIR/live.err", @USUAL, '--csv', '--header',
	    'never', @_);
}
{
	my ($pid, $write) = start('--database', "$DIR/late");
	waitpid $pid, 0;
	is($? >> 8, 66, 'a database that is missing ends the program');
	spew("$DIR/late", "10.0.0.0,10.0.0.255,64510,Before\n");
	($pid, $write) = start('--database', "$DIR/late");
	print $write "192.0.2.1\n10.0.0.1\n192.0.2";
	ok(defined appears("$DIR/live", ',Before'), 'live: answered');
	is(slurp("$DIR/live"), qq(192.0.2.1,DE,64500,"Example, Ltd"\n) .
	    "10.0.0.1,,64510,Before\n", 'live: what is complete');
	print $write ".9\n";
	ok(defined appears("$DIR/live", "\n192.0.2.9,DE"), 'live: the rest');

	spew("$DIR/late", "10.0.0.0,10.0.0.255,64510,Behind\n");
	kill 'HUP', $pid;
	sleep 0.3;
	print $write "10.0.0.1\n";
	ok(defined appears("$DIR/live", '64510,Behind'),
	    'HUP: the databases anew');
	for my $name ('A' .. 'F') {
		spew("$DIR/late", "10.0.0.0,10.0.0.255,64510,Next $name\n");
		kill 'HUP', $pid;
		sleep 0.1;
		print $write "10.0.0.1\n";
		ok(defined appears("$DIR/live", "64510,Next $name"),
		    'HUP: once more');
	}
	spew("$DIR/late", "no database\n");
	kill 'HUP', $pid;
	ok(defined appears("$DIR/live.err", 'as they were'),
	    'HUP: a bad database');
	print $write "10.0.0.2\n";
	ok(defined appears("$DIR/live", '10.0.0.2,,64510,Next F'),
	    'HUP: leaves the old one');
	like(slurp("$DIR/live.err"), qr/\Amls-ipinfo: \Q$DIR\E\/late:1: /,
	    'HUP: says which');
	kill 'USR1', $pid;
	ok(defined appears("$DIR/live.err", 'mls-ipinfo: lines: 11, ' .
	    "addresses: 11, not found: 0, invalid: 0\n"), 'USR1: counters');
	kill 'TERM', $pid;
	ok(defined ended($pid, 20), 'TERM ends it');
	is($?, 0, 'TERM: status 0');
}
{
	my ($pid, $write) = start();
	close $write;
	waitpid $pid, 0;
	is($?, 0, 'the end of live input');
}

# Output that nobody reads, or that cannot be written.
{
	my $ran = run({in => "192.0.2.1\n" x 200_000}, 'bash', '-c',
	    '"$@" | head -n 1; echo "${PIPESTATUS[0]}"', 'sh', @USUAL);
	is($ran->{out}, "192.0.2.1        DE  AS64500   Example, Ltd\n0\n",
	    'a closed pipe ends it with status 0');
	is($ran->{err}, '', 'silently');
	$ran = run({in => "10.0.0.1\n" x 200_000}, 'bash', '-c',
	    '"$@" | head -n 1; echo "${PIPESTATUS[0]}"', 'sh', @USUAL);
	like($ran->{out}, qr/\n0\n\z/, 'whatever was not found');
}
SKIP: {
	skip 'no /dev/full', 4 unless -e '/dev/full';
	for (['192.0.2.1'], ['--help']) {
		my $ran = run({out_file => '/dev/full'}, @USUAL, @$_);
		is($ran->{status}, 74, "@$_: a full disk");
		like($ran->{err}, qr/\Amls-ipinfo: cannot write to 'standard output': .*\n\z/,
		    'is said');
	}
}

# Databases.
{
	spew("$DIR/none.yaml", "ipinfo:\n  database: []\n");
	my $ran = run($IPINFO, '--config', "$DIR/none.yaml", '192.0.2.1');
	is_deeply([@$ran{qw(status out)}], [66, ''], 'no database');
	like($ran->{err}, qr/--update.*apt-get install tor-geoipdb/,
	    'and what to do');
	$ran = ipinfo('--database', "$DIR/missing", '192.0.2.1');
	is_deeply([@$ran{qw(status out)}], [66, ''], 'a missing database');
	like($ran->{err}, qr/'\Q$DIR\E\/missing'/, 'is named');
	spew("$DIR/bad", "192.0.2.0,192.0.2.255,DE\n10.0.0.9,10.0.0.1,DE\n");
	$ran = ipinfo('--database', "$DIR/bad", '192.0.2.1');
	is_deeply([@$ran{qw(status out)}], [65, ''], 'a damaged database');
	like($ran->{err}, qr/\Amls-ipinfo: \Q$DIR\E\/bad:2: /, 'and where');
}

# --info.
{
	my $time = time - 3 * 86400 - 60;
	utime $time, $time, $COUNTRY or die;
	my $ran = ipinfo('--info', '--csv');
	is("$ran->{status}$ran->{err}", '0', '--info');
	my @rows = rows($ran->{out});
	is_deeply([map { $_->{file} } @rows], [$COUNTRY, $ASN], 'files');
	is_deeply([map { $_->{format} } @rows], [('range CSV') x 2], 'forms');
	is($rows[0]{age_days}, 3, 'age');
	like($rows[0]{date}, qr/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$/, 'date');
	is_deeply([@{$rows[0]}{qw(rows ipv4_ranges ipv6_ranges)}], [3, 2, 1],
	    'rows and families');
	is_deeply([@{$rows[1]}{qw(rows ipv4_ranges ipv6_ranges)}], [4, 3, 1],
	    'of both');
	like(ipinfo('--info', $COUNTRY)->{out}, qr/\A\Q$COUNTRY\E  range CSV  $rows[0]{date}  3 days old  3 rows  2 IPv4 ranges  1 IPv6 ranges\n\z/,
	    'as text, of a file that is named');
	my @lines = split /\n/, ipinfo('--info')->{out};
	is(length $lines[0], length $lines[1], 'text is aligned');
	my $json = ipinfo('--info', '--json')->{out};
	like($json, qr/\A(?:\{"file":"[^"]*","format":"range CSV",.*\}\n){2}\z/,
	    'as JSON');
	$ran = ipinfo('--info', $COUNTRY, "$DIR/bad");
	is($ran->{status}, 65, 'a bad one among them');
	like($ran->{out}, qr/\A\Q$COUNTRY\E .*\n\z/, 'leaves the others');
	like($ran->{err}, qr/\/bad:2: /, 'and is told');
}

# --verify.
{
	gives(ipinfo('--verify'), '--verify', "$COUNTRY: good\n$ASN: good\n");
	spew("$DIR/worse", "192.0.2.0,192.0.2.255,DE\n10.0.0.9,10.0.0.1,DE\n" .
	    "10.0.0.0,10.0.0.255,DE\n11.0.0.0,11.0.0.255,Germany\n");
	my $ran = ipinfo('--verify', $ASN, "$DIR/worse");
	is_deeply([@$ran{qw(status out)}], [65, "$ASN: good\n"],
	    '--verify of a bad file');
	like($ran->{err}, qr/\Amls-ipinfo: \Q$DIR\E\/worse:2: .*\nmls-ipinfo: \Q$DIR\E\/worse:4: .*\n\z/,
	    'every bad row of it');
	$ran = ipinfo('--verify', "$DIR/missing");
	is_deeply([@$ran{qw(status out)}], [66, ''], 'a missing file');
}

# --compile: the same answers out of one file.
{
	my $db = "$DIR/ip.db";
	gives(ipinfo('--compile', '-o', $db), '--compile', '');
	my @compiled = ($IPINFO, '--config', $NOTHING, '--database', $db);
	my @asked = qw(192.0.2.0 192.0.2.127 192.0.2.128 192.0.2.255 192.0.3.0
	    192.0.1.255 198.51.100.7 203.0.113.0 2001:db8:: 2001:db8:0:ff::
	    2001:db8:0:ff::1 2001:db8:ffff:: 2001:db8:ffff::1 :: 0.0.0.0
	    255.255.255.255 ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff);
	for my $format ([], ['--csv'], ['--json']) {
		my $ran = run(@compiled, @$format, @asked);
		my $want = ipinfo(@$format, @asked);
		is($ran->{out}, $want->{out}, "the same answers @$format");
		is_deeply([@$ran{qw(status err)}], [1, ''], 'and status');
	}
	gives(run(@compiled, '--verify'), 'it can be verified', "$db: good\n");
	my @rows = rows(run(@compiled, '--info', '--csv')->{out});
	my %of = map { $_->{file} => $_->{rows} } @rows;
	is_deeply([@of{$COUNTRY, $ASN}], [3, 4], 'it knows its sources');

	my $before = slurp($db);
	my $ran = ipinfo('--compile', '-o', $db, $COUNTRY, "$DIR/bad");
	is($ran->{status}, 65, '--compile of a bad file');
	like($ran->{err}, qr/\/bad:2: /, 'says where');
	ok(slurp($db) eq $before, 'and leaves what was there');
	my $other = "$DIR/nowhere/ip.db";
	$ran = ipinfo('--compile', '-o', $other);
	is($ran->{status}, 73, '--compile into no directory');
	like($ran->{err}, qr/nowhere/, 'is said');
	gives(ipinfo('--compile', '-o', $db, $COUNTRY), 'one file', '');
	gives(run(@compiled, '--csv', '--header', 'never', '192.0.2.1'),
	    'is what there is then', "192.0.2.1,DE,,\n");
	like(ipinfo('--compile', '-v', '-o', $db)->{err}, qr/compiled '\Q$db\E'/,
	    '-v says what was done');

	substr($before, length($before) / 2, 1) ^= "\x01";
	spew($db, $before);
	$ran = run(@compiled, '--verify');
	is_deeply([@$ran{qw(status out)}], [65, ''], 'a damaged one');
	like($ran->{err}, qr/\Q$db\E/, 'is named');
}

# --update, as far as the command line goes.
{
	my $db = "$DIR/fetched/ip.db";
	mkdir "$DIR/fetched" or die;
	spew("$DIR/ip2asn.tsv", join '', map { my $net = $_;
	    map { "$net.$_.0.0\t$net.$_.255.255\t64500\tDE\tFetched\n" }
		0 .. 255 } 11 .. 30);
	my @update = ('--update', '--source', "file://$DIR/ip2asn.tsv", '-o',
	    $db);
	my $ran = ipinfo(@update, '--dry-run');
	is($ran->{status}, 0, '--dry-run') or diag $ran->{err};
	ok(!-e $db, 'installs nothing');
	$ran = ipinfo(@update, '--force');
	is($ran->{status}, 0, '--update') or diag $ran->{err};
	like($ran->{out}, qr/^installed .*\n/m, 'says what it did');
	is($ran->{err}, '', 'and nothing else');
	is(run($IPINFO, '--config', $NOTHING, '--database', $db, '20.1.2.3')->
	    {out}, "20.1.2.3  DE  AS64500  Fetched\n", 'and it is there');
	$ran = ipinfo(@update, '--quiet', '--force');
	is_deeply([@$ran{qw(status out err)}], [0, '', ''], '--quiet');
}

# The log.
{
	my $log = "$DIR/log";
	my $ran = ipinfo('--log', $log, '192.0.2.1', 'x');
	is($ran->{err}, '', '--log: nothing on standard error');
	like(slurp($log), qr/\A\S+ mls-ipinfo\[\d+\]: error: 'x' is no address\n\z/,
	    'but in the file');
	is(ipinfo('-q', 'x')->{err}, not_address('x'), '-q: errors');
}

# What does not go together.
for my $case ([qr/--csv and --json/, qw(--csv --json 192.0.2.1)],
    [qr/exclude each other/, qw(--info --verify)],
    [qr/exclude each other/, qw(--update --compile -o x)],
    [qr/--column reads standard input/, qw(--column ip 192.0.2.1)],
    [qr/--column is for/, qw(--column ip --info)],
    [qr/are for --update/, '--force'], [qr/are for --update/, '--dry-run'],
    [qr/-o is for/, qw(-o x 192.0.2.1)], [qr/needs -o/, '--compile'],
    [qr/are for look-ups/, qw(--csv --verify)],
    [qr/takes no files/, qw(--update x)]) {
	my ($like, @options) = @$case;
	my $ran = ipinfo(@options);
	is_deeply([@$ran{qw(status out)}], [64, ''], "@options: status 64");
	like($ran->{err}, qr/\Amls-ipinfo: .*$like.*\n\z/, "@options: why");
}
is(ipinfo('--version')->{out}, run($FILTER, '--version')->{out} =~
    s/filter/ipinfo/r, '--version');

done_testing;
