#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# mls-summarize from outside: what it reads, which day a row belongs to, what
# it warns of, what it writes, and what hostile rows do to it.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Compress::Gzip qw(gzip);
use JSON::PP;
use List::Util qw(sum);
use Test::More;
use MLS;

spew("$DIR/none.yaml", "# nothing\n");
my $HEADER = 'server,date,ip,user,hostname,reverse_dns_status,country_code,' .
    "asn,aso,event,service,mechanism\n";
my @NOW = ('--now', '2026-11-23T00:05:00Z');

sub summarize {
	my $how = ref $_[0] eq 'HASH' ? shift : {};
	return run($how, $SUMMARIZE, '--config', "$DIR/none.yaml", @_);
}

# A row; what is not given is as usual.
sub row {
	my %is = (server => 'mx1', date => '2026-11-22T11:05:40+01:00',
	    ip => '192.0.2.7', user => 'ann', hostname => '',
	    reverse_dns_status => 'NXDOMAIN', country_code => 'FR',
	    asn => 64496, aso => 'EXAMPLE', event => 'auth-failure',
	    service => 'submission', mechanism => 'LOGIN', @_);
	return join(',', map { $is{$_} } split /[,\n]/, $HEADER) . "\n";
}

# The model for these rows; complains of anything on stderr.
sub json {
	my ($in, @options) = @_;
	my $r = summarize({in => $in}, @NOW, '--format', 'json', @options);
	is_deeply([@$r{qw(status err)}], [0, ''], 'good rows');
	return decode_json($r->{out});
}

# No text of a client is a header, whole or broken off, nor does it choose the
# delimiter.
{
	my $bob = row(user => 'bob');
	for (['a torn row', row(user => ';date;ip;x,hostna') =~ s/hostna\K.*\n//sr],
	    ['a cut row', row(user => 'a;date;ip;server;user;c' . 'x' x 70_000)],
	    ['a rest', ',date,ip,' . "\n"],
	    ['a cut one', 'date,ip,' . 'x' x 70_000 . "\n"],
	    ['a rest of names', 'date,ip,,,FR,1,X,auth-failure,smtpd,LOGIN' . "\n"]) {
		my ($about, $bad) = @$_;
		my $r = summarize({in => $HEADER . $bob . $bad .
		    ($bad =~ /\n\z/ ? '' : $bob) . $bob x 30}, @NOW,
		    '--format', 'json');
		my $j = decode_json($r->{out});
		is_deeply([@$j{qw(total damaged_rows)}], [31, 1],
		    "no header: $about");
	}
	my $x = 'x,22/11/2026 11:05,203.0.113.9,ceo,,,US,,,auth-failure,' .
	    'smtpd,LOGIN';
	my $seed = sub { "mx1;22/11/2026 08:00;192.0.2.7;$_[0];null;OK;FR;1;A" .
	    "\r\n" };
	is(json($seed->($x) . $seed->('ann') x 50)->{total}, 51,
	    'a user does not choose the delimiter');
	(my $tabbed = row(user => 'ann')) =~ tr/,/\t/;
	(my $first = row(user => 'USER')) =~ tr/,/\t/;
	is(json($first =~ s/USER/$x/r . $tabbed x 50)->{total}, 51,
	    'nor here');

	# A file that begins within a row: its rest is no row, and the others are.
	my $torn = 'x;22/11/2026 11:05;203.0.113.9;ceo;null;OK;FR;1;A,,,DE,1,' .
	    "X,auth-failure,smtpd,LOGIN\n";
	for (['before others', $bob x 50, 50], ['alone', '', 0],
	    ['before a header', $HEADER . $bob, 1]) {
		my ($about, $more, $rows) = @$_;
		my $r = summarize({in => $torn . $more}, @NOW, '--format',
		    'json');
		my $j = decode_json($r->{out});
		is_deeply([$r->{status}, @$j{qw(total damaged_rows)}],
		    [65, $rows, 1], "the rest of a row $about");
	}
	is(json($seed->('ann'))->{total}, 1, 'one row alone');
	is(json($tabbed)->{total}, 1, 'one row with tabs alone');
}

{
	my @many = map { "c$_" } 1 .. 1000;
	is(json(join(',', 'date', @many, 'ip') . "\n" . join(',',
	    '2026-11-22T10:00:00Z', ('') x @many, '192.0.2.1') . "\n")->
	    {total}, 1, 'a thousand columns');
}

# What could not be read is part of the verdict.
{
	spew("$DIR/good.csv", $HEADER, row());
	my $r = summarize(@NOW, '--format', 'json', "$DIR/good.csv",
	    "$DIR/missing.csv");
	is($r->{status}, 66, 'a missing file: status');
	my $j = decode_json($r->{out});
	is($j->{unread_files}, 1, 'a missing file: counted');
	like($j->{verdict}, qr/^1 failed login .*; 1 file was not read whole$/,
	    'a missing file: in the verdict');
	gzip(\join('', $HEADER, map { row(user => "u$_") } 1 .. 5000), \my $z);
	spew("$DIR/cut.csv.gz", substr $z, 0, length($z) / 2);
	$r = summarize(@NOW, '--format', 'text', "$DIR/cut.csv.gz");
	is($r->{status}, 65, 'half a file: status');
	like($r->{out}, qr/1 file was not\s+read whole/, 'half a file: is told');
}

# What is read.
my $seed = "server;date;ip;user;hostname;reverse_dns_status;country_code;" .
    "asn;aso\r\nmx1;22/11/2026 08:00;192.0.2.7;ann;null;ERRNO 1;N/A;N/A;N/A" .
    "\r\nmx1;22/11/2026 23:59;2001:DB8:0::1;\"a;\\x41\";h.example;OK;FR;" .
    "64496;\"A, B\"\r\n";
{
	my $j = json($seed);
	is($j->{total}, 2, 'the seed: rows');
	is_deeply([map { $_->{value} } @{$j->{top}{user}}],
	    ['a;\\\\x41', 'ann'], 'the seed: its backslash is one');
	is_deeply([map { [@$_{qw(value hostname country_code asn)}] }
	    @{$j->{top}{ip}}], [['192.0.2.7', '', '', ''],
	    ['2001:db8::1', 'h.example', 'FR', '64496']],
	    'the seed: null and N/A are nothing, addresses canonical');
	is($j->{top}{reverse_dns_status}[0]{value}, 'ERRNO 1',
	    'the seed: its statuses');
	is($j->{hours}[23], 1, 'the seed: hours');
	is_deeply([map { $_->{value} } @{json(join '', $HEADER, map {
	    row(reverse_dns_status => $_) } qw(OK LOCAL SKIPPED TIMEOUT))->
	    {top}{reverse_dns_status}}], ['TIMEOUT'], 'look-ups that failed');

	my $both = $seed . $HEADER . row(user => 'a\\\\b', server => '"m,x"') .
	    "ip\tuser\tdate\nx\n" =~ s/x\n$//r .
	    "192.0.2.9\t\"t\"\t2026-11-22 10:00:00\n" .
	    $seed . row() =~ s/.*//sr;
	$j = json($both);
	is($j->{total}, 6, 'headers anywhere');
	is_deeply([sort map { $_->{value} } @{$j->{top}{user}}],
	    ['"t"', 'a;\\\\x41', 'a\\\\b', 'ann'], 'each dialect its own');
	my ($ours, $theirs) = ($HEADER . row(server => 'a\\\\b'),
	    $seed =~ s/^mx1/a\\\\b/mgr);
	is_deeply({map { @$_{qw(value attempts)} } @{json($_)->{top}{server}}},
	    {'a\\\\b' => 1, 'a\\\\\\\\b' => 2}, 'the same bytes in two of them')
	    for $ours . $theirs, $theirs . $ours;
	is_deeply({map { @$_{qw(value attempts)} } @{json($seed =~
	    s/^mx1/a\\b/mr =~ s/^mx1/a\\\\b/mr)->{top}{server}}},
	    {'a\\\\b' => 1, 'a\\\\\\\\b' => 1}, 'or in one');
	is_deeply({map { @$_{qw(value attempts)} } @{json($HEADER .
	    row(hostname => 'a\\\\b', date => '2026-11-22T08:00:00Z') .
	    row(hostname => 'c') . "server;date;ip;hostname;reverse_dns_status;" .
	    "country_code;asn;aso\nmx1;22/11/2026 08:00;192.0.2.7;a\\\\b;" .
	    "NXDOMAIN;FR;64496;EXAMPLE\n")->{top}{hostname}}},
	    {'a\\\\b' => 1, 'c' => 1, 'a\\\\\\\\b' => 1},
	    'and of a client');
	is(json(row() . row())->{total}, 2, 'no header: our twelve columns');
	is(json($seed =~ s/^.*\n//r)->{total}, 2, 'no header: nine');
	is(json('')->{total}, 0, 'nothing at all');
	is(json(row())->{days}[0]{in_period}, JSON::PP::true,
	    'all days are of all');
	is(scalar @{json($HEADER . row(date => '2024-11-22T10:00:00Z') .
	    row())->{days}}, 400, 'two years: the last 400 days');
	is(json($HEADER)->{verdict}, '0 failed logins', 'a header alone');
	is(json("ip,date\n192.0.2.1,2026-11-22T00:00:00Z\n")->{total}, 1,
	    'two columns are enough');
	is_deeply([map { @$_{qw(addresses countries)} } @{json(join '', $HEADER,
	    map { row(country_code => $_) } '', 'FR', 'DE', 'FR')->{top}{user}}],
	    [1, 2], 'one address, of which three things are said');
	is(json(join '', $HEADER, map { row(user => "u$_", country_code =>
	    qw(FR DE)[$_ > 3]) } 1 .. 3, 3 .. 5)->{top}{ip}[0]{users}, 5,
	    'one address, of which two things are said: its users');
	is(json($HEADER . row(country_code => ''))->{top}{user}[0]{countries}, 0,
	    'no country known');
	for my $c (0xad, 0x61c, 0x180e, 0x200b .. 0x200f, 0x202a .. 0x202e,
	    0x2060 .. 0x2064, 0x2066 .. 0x2069, 0xfeff, 0xe0001, 0xe0061) {
		utf8::encode(my $name = 'a' . chr($c) . 'nn');
		my $seen = $name =~ s/([^a-z])/sprintf '\\x%02X', ord $1/egr;
		my @rows = ($HEADER, row(user => $name) x 2, row());
		my @users = map { $_->{value} } @{json(join '', @rows)->
		    {top}{user}};
		my @shown = map { summarize({in => join '', @rows}, @NOW,
		    '--format', $_)->{out} } qw(text html);
		ok($users[0] eq $seen && $users[1] eq 'ann' &&
		    2 == grep({ /\Q$seen/ && !/\Q$name/ } @shown),
		    sprintf 'two names that look alike: U+%04X is seen', $c);
	}
	is(json($HEADER . row(user => '\\x3Dcmd') . row(user => '=cmd'))->
	    {tables}{user}{distinct}, 1,
	    'a name that was made safe for spreadsheets is the same name');

	my $text = $HEADER . row() x 1000;
	gzip(\$text, "$DIR/a.csv.gz") or die;
	spew("$DIR/b.csv", $HEADER . row());
	my $r = summarize(@NOW, '--format', 'json', "$DIR/a.csv.gz",
	    "$DIR/b.csv");
	$j = decode_json($r->{out});
	is($j->{total}, 1001, 'files, gzip too');
	is_deeply([map { $_->{rows} } @{$j->{files}}], [1000, 1],
	    'and what was in each');
	spew("$DIR/c.csv", "ip,date\n192.0.2.1,2026-11-22T00:00:00Z\n");
	spew("$DIR/d.csv", row());
	# A row may begin as one that was passed over under another header.
	my $passed = '2026-11-10T00:00:00Z';
	is(json(join('', "server,date,ip\n", "mx1,$passed,192.0.2.1\n" x 3,
	    "server,note,date,ip\n",
	    "mx1,$passed,2026-11-22T00:00:00Z,192.0.2.1\n"), '--period',
	    'yesterday')->{total}, 1, 'what is passed over, by the header');
	is(decode_json(summarize(@NOW, '--format', 'json', "$DIR/c.csv",
	    "$DIR/d.csv")->{out})->{total}, 2,
	    'a header is of its file alone');
}

# While logrotate packs a file it is there twice.
{
	my $file = "$DIR/twice.csv";
	my $text = join '', $HEADER, map { row(user => "user$_") } 1 .. 9000;
	my $other = join '', $HEADER, map { row(user => "other$_") } 1 .. 9000;
	gzip(\$text, \my $packed);
	for (['whole', $text, $packed, 9000],
	    ['half packed', $text, substr($packed, 0, length($packed) / 2), 9000],
	    ['hardly packed', $text, substr($packed, 0, 4), 9000],
	    ['nothing packed', $text, '', 9000],
	    ['half unpacked', substr($text, 0, length($text) / 2), $packed, 9000],
	    ['nothing unpacked', '', $packed, 9000],
	    ['packed since it was listed', undef, $packed, 9000],
	    ['another file', $other, $packed, 18000],
	    ['another file, half', $other, substr($packed, 0,
	    length($packed) / 2), undef]) {
		my ($about, $plain, $gz, $rows) = @$_;
		# A line that was torn is not told from a whole one.
		$plain = $plain =~ s/[^\n]+\z//r if defined $plain;
		unlink $file;
		spew($file, $plain) if defined $plain;
		spew("$file.gz", $gz);
		for my $names ([$file, "$file.gz"], ["$file.gz", $file]) {
			my $r = summarize(@NOW, '--format', 'json', @$names);
			my $j = decode_json($r->{out});
			if (!defined $rows) {
				is($r->{status}, 65, "twice, $about");
				next;
			}
			is_deeply([@$r{qw(status err)}, @$j{qw(total
			    unread_files damaged_rows)}], [0, '', $rows, 0, 0],
			    "twice, $about");
			is(sum(map { $_->{rows} } @{$j->{files}}), $rows,
			    'as is shown of the files');
		}
	}
}

{
	my @rows = map { row(user => "user$_") } 1 .. 9000;
	gzip(\join('', $HEADER, @rows), "$DIR/torn.csv.gz");
	spew("$DIR/torn.csv", $HEADER, @rows[0 .. 4999], substr $rows[5000],
	    0, 20);
	my $j = decode_json(summarize(@NOW, '--format', 'json',
	    "$DIR/torn.csv", "$DIR/torn.csv.gz")->{out});
	is_deeply([@$j{qw(total damaged_rows)}], [8999, 1],
	    'twice, one torn: damaged once');
}

# What is damaged.
{
	my @bad = (
		['a,b', 'too few cells'],
		[row() =~ s/\n/,x/r, 'too many cells'],
		[row(user => '"a'), 'a quote is missing'],
		[row(user => '"a"b'), 'a quote is missing'],
		[row(date => '2026-02-30T11:05:40Z'), 'no date'],
		[row(date => '22.11.2026 11:05'), 'no date'],
		[row(date => ''), 'no date'],
		[row(ip => '192.0.2.256'), 'no address'],
		[row(event => 'auth-x'), 'no event'],
		[row(user => 'x' x 70000), 'longer than 64 KiB'],
	);
	for (@bad) {
		my ($line, $why) = @$_;
		chomp $line;
		spew("$DIR/bad.csv", $HEADER . row() . "$line\n" . row());
		my $r = summarize(@NOW, "$DIR/bad.csv");
		is($r->{status}, 65, "$why: status");
		like($r->{err}, qr{\Amls-summarize: \Q$DIR\E/bad\.csv:3: .*\Q$why\E.*\n\z},
		    "$why: told");
		like($r->{out}, qr/^2 failed logins .*\n1 damaged row was left out/m,
		    "$why: the report is made, and says so");
	}
	my %says = (html => '30 rows are not counted', mail => 'damaged, and not ' .
	    'counted: 30', json => '"damaged_rows":30',
	    prometheus => 'mls_damaged_rows 30');
	for my $format (sort keys %says) {
		my $r = summarize({in => $HEADER . "a\n" x 30 . row()}, @NOW,
		    '--format', $format, '--attach', 'none');
		is($r->{status}, 65, "damaged rows, $format: status");
		like($r->{out} =~ s/=\n//gr, qr/\Q$says{$format}/,
		    "damaged rows, $format: says so");
	}
	my $r = summarize({in => $HEADER . "a\n" x 30}, @NOW);
	is(() = $r->{err} =~ /\n/g, 21, 'not every damaged row is told');
	like($r->{err}, qr/and 10 more\n\z/, 'but how many there are');
	$r = summarize({in => "x\n"}, @NOW);
	like($r->{err}, qr/standard input:1: neither a header/,
	    'no table at all');
	spew("$DIR/log", "Nov 30 10:00:00 mx1 a log\n" x 3 . $HEADER . row() .
	    "a\n");
	$r = summarize(@NOW, "$DIR/log", "$DIR/log");
	is(() = $r->{err} =~ m{/log:1: neither a header.*for mls-filter\)$}mg, 2,
	    'what is none is told once a file');
	is(() = $r->{err} =~ /\n/g, 4, 'and what is wrong behind it');
	like($r->{out}, qr/^8 damaged rows were left out/m, 'all are counted');

	$r = summarize(@NOW, "$DIR/none.csv", "$DIR/b.csv");
	is($r->{status}, 66, 'a missing file: status');
	like($r->{out}, qr/^1 failed login /m, 'the others are reported');
	$r = summarize(@NOW, "$DIR/none.csv");
	is_deeply([@$r{qw(status out)}], [66, ''], 'none: nothing is written');
	spew("$DIR/cut.gz", substr slurp("$DIR/a.csv.gz"), 0, 60);
	is(summarize(@NOW, "$DIR/cut.gz")->{status}, 65, 'gzip cut short');
}
is(summarize({in => $HEADER, out_file => '/dev/full'}, @NOW)->{status}, 74,
    'a full disk');

# Which day.
sub total {
	my ($period, $now, @dates) = @_;
	my $r = summarize({in => $HEADER . join '', map { row(date => $_) }
	    @dates}, '--now', $now, '--period', $period, '--format', 'json');
	is($r->{err}, '', "$period: nothing on stderr");
	return decode_json($r->{out});
}
{
	my @dates = ('2025-12-31T23:59:59+01:00', '2026-01-01T00:00:00+01:00',
	    '2026-01-01T23:59:60+01:00', '2026-01-02T00:00:00+01:00');
	local $ENV{TZ} = 'Europe/Paris';
	my $now = '2026-01-02T00:05:00+01:00';
	is(total('yesterday', $now, @dates)->{total}, 2, 'new year');
	is(total('today', $now, @dates)->{total}, 1, 'the day after');
	is(total('2025-12-31', $now, @dates)->{total}, 1, 'the old year');
	is(total('2025-12-31..2026-01-01', $now, @dates)->{total}, 3,
	    'a range over its end');
	is(total('7d', $now, @dates)->{total}, 3, 'seven days before today');
	is(total('24h', $now, @dates, '2026-01-01T00:04:59+01:00',
	    '2026-01-01T00:05:00+01:00', '2025-12-31T23:05:00Z',
	    '2026-01-02T00:05:00+01:00')->{total}, 4, '24 hours are moments');
	my $j = total('yesterday', $now, @dates);
	is_deeply([@{$j->{period}}{qw(from to label)}],
	    ['2026-01-01T00:00:00+01:00', '2026-01-02T00:00:00+01:00',
	    '2026-01-01'], 'its bounds');

	# The clocks go back on 25 October and forward on 29 March.
	$j = total('yesterday', '2026-10-26T00:05:00+01:00',
	    '2026-10-24T23:59:59+02:00', '2026-10-25T00:00:00+02:00',
	    '2026-10-25T02:30:00+02:00', '2026-10-25T02:30:00+01:00',
	    '2026-10-25T23:59:59+01:00', '2026-10-26T00:00:00+01:00');
	is($j->{total}, 4, 'a day of 25 hours');
	is_deeply([@{$j->{period}}{qw(from to)}],
	    ['2026-10-25T00:00:00+02:00', '2026-10-26T00:00:00+01:00'],
	    'its bounds');
	is($j->{hours}[2], 2, 'the hour that comes twice');
	$j = total('yesterday', '2026-03-30T00:05:00+02:00',
	    '2026-03-28T23:59:59+01:00', '2026-03-29T01:59:59+01:00',
	    '2026-03-29T03:00:00+02:00', '2026-03-30T00:00:00+02:00');
	is($j->{total}, 2, 'a day of 23 hours');
	is_deeply([@{$j->{period}}{qw(from to)}],
	    ['2026-03-29T00:00:00+01:00', '2026-03-30T00:00:00+02:00'],
	    'its bounds');
	is(total('24h', '2026-03-29T12:00:00+02:00',
	    '2026-03-28T10:59:59+01:00', '2026-03-28T11:00:00+01:00')->{total},
	    1, '24 hours across it');
	# The day that is written counts, whatever the zone.
	is(total('yesterday', $now, '2026-01-01T23:30:00-08:00',
	    '2026-01-02T00:30:00+09:00')->{total}, 1, 'other zones');
	is_deeply([map { $_->{attempts} } @{json($HEADER . row(date => $_))->
	    {days}}], [1], "the first and the last day: $_")
	    for '0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z';
	is(total('2024-02-29', $now, '2024-02-29T12:00:00Z')->{total}, 1,
	    '29 February');
	for my $bad ('2026-02-29', 'tomorrow', '2026-01-02..2026-01-01',
	    '2026-1-1', '2026-01-01..', '2026-01-01 ', '') {
		my $r = summarize({in => ''}, '--period', $bad);
		is_deeply([@$r{qw(status out)}], [64, ''], "period '$bad'");
	}
}

# What it is compared with.
{
	my $week = join '', map { my $day = $_; map { row(ip => "192.0.2.$day",
	    date => "2026-11-${day}T10:00:00+00:00") } 1 .. $day } 15 .. 21;
	my $j = json($HEADER . $week . row(ip => '192.0.2.15') .
	    row(ip => '203.0.113.1', asn => 64511) x 2, '--period',
	    'yesterday');
	is_deeply($j->{comparison}, {known => JSON::PP::true, before => 21,
	    before_whole => JSON::PP::true, baseline_days => 7, median => 18,
	    per_day => 3}, 'the day before and the median');
	is_deeply([map { $_->{value} } @{$j->{new}{ip}{top}}],
	    ['203.0.113.1'], 'a new address');
	is($j->{new}{network}{distinct}, 1, 'a new network');
	is($j->{new}{asn}{top}[0]{value}, '64511', 'a new autonomous system');
	is_deeply([map { $_->{value} } @{json(join('', $HEADER, map { row(
	    ip => "192.0.2.$_->[0]", date => "2026-11-$_->[1]T10:00:00Z") }
	    [1, '03'], [2, '05'], [1, '12'], [2, '12']), '--period',
	    '2026-11-12..2026-11-21')->{new}{ip}{top}}], ['192.0.2.1'],
	    'seen before the seven days: new');
	is_deeply([map { $_->{attempts} } @{$j->{days}}], [15 .. 21, 3],
	    'eight days');
	my @uneven = (9, 1, 7, 2, 8, 3, 20);
	is(json($HEADER . join('', map { row(date => '2026-11-' . (15 + $_) .
	    'T10:00:00Z') x $uneven[$_] } 0 .. 6), '--period', 'yesterday')->
	    {comparison}{median}, 7, 'the median of seven');
	$j = json($HEADER . row() x 300, '--period', 'yesterday');
	is($j->{comparison}{known}, JSON::PP::false,
	    'nothing to compare with');
	is_deeply([@{json($HEADER . row(date => '2026-11-18T10:00:00Z') .
	    row(), '--period', '2026-11-20..2026-11-22')->{comparison}}{qw(known
	    before_whole before)}], [JSON::PP::true, JSON::PP::false, 1],
	    'less than was before is known');
	is(json($HEADER . row(date => '2026-11-01T10:00:00Z') x 2 . row(),
	    '--period', 'yesterday')->{outside_rows}, 2, 'of another time');
	is($j->{new}{ip}{distinct}, 0, 'then nothing is new');
	is_deeply(json($HEADER . row(date => '2026-11-01T10:00:00Z') . row(),
	    '--period', 'yesterday')->{comparison}, {known => JSON::PP::true,
	    before => 0, before_whole => JSON::PP::true, baseline_days => 7,
	    median => 0, per_day => 1}, 'days without a row');
	is_deeply($j->{alerts}, [], 'nor alarming');
	$j = json($HEADER . $week . row() x 300, '--period', 'yesterday');
	is_deeply([map { @$_{qw(kind attempts count)} } @{$j->{alerts}}],
	    ['spike', 300, 18], 'a spike');
	for (['three days', '19', 1], ['two days', '20', 0]) {
		my ($about, $from, $alerts) = @$_;
		is(scalar @{json($HEADER . $week =~
		    s/^.*?(?=^[^\n]*-11-$from)//msr . row() x 300, '--period',
		    'yesterday')->{alerts}}, $alerts,
		    "$about are " . ($alerts ? 'usual' : 'not yet'));
	}
	is(scalar @{json($HEADER . $week . row() x 53, '--period', 'yesterday',
	    '--alert-least', 10)->{alerts}}, 0, 'less than three times: none');
	is(scalar @{json($HEADER . $week . row() x 54, '--period', 'yesterday',
	    '--alert-least', $_)->{alerts}}, $_ < 55 ? 1 : 0, "three times, and $_")
	    for 10, 54, 55;
	is_deeply([map { $_->{kind} } @{json(join('', $HEADER, $week, map {
	    row(user => "u$_") } 1 .. 300), '--period', 'yesterday')->
	    {alerts}}], ['spike', 'many-users'], 'the worst first');
}

# What the seed's mail has, and what is new, by name.
{
	my $in = join '', $HEADER, (map { row(ip => "198.51.100.$_", date =>
	    '2026-11-21T10:00:00Z') } 1 .. 3),
	    row(ip => '203.0.113.9', asn => 64511, hostname => 'h.example',
	    reverse_dns_status => 'OK') x 3, row(ip => '203.0.113.8') x 2,
	    row(reverse_dns_status => 'TIMEOUT');
	my $text = summarize({in => $in}, @NOW, '--period', 'yesterday')->{out};
	utf8::decode($text);
	like($text, qr/^\Q$_\E/m, "text: $_") for
	    'mls report: mx1, 2026-11-22', '6 failed logins from 3 addresses',
	    'Who tried whom', 'Users: 1', 'Addresses: 3', 'Networks: 2',
	    'Host names: 1 (unknown in 3 failed logins)', 'Countries: 1',
	    'Organisations: 1', 'Autonomous systems: 2', 'Services: 1',
	    'Mechanisms: 1';
	like($text, qr/^Reverse DNS failures: 3\n  NXDOMAIN +2 .*\n  TIMEOUT +1 /m,
	    'text: look-ups that failed, and why');
	like($text =~ s/.*What was read//sr =~ s/\s+/ /gr,
	    qr/^ 1 file, 1,014 bytes, 10 lines, 9 rows;.* mls-summarize [\d.]+ $/,
	    'text: size and lines of the data, and who says so');
	like($text, qr/^New\ in\ 7\ days:\ 3\ addresses,\ 6\ failed\ logins\n
	    \ \ 203\.0\.113\.9\ +3\ +50\ %\ +FR\ AS64511.*\n
	    \ \ 203\.0\.113\.8\ +2\ .*\n\ \ 192\.0\.2\.7\ +1\ .*\n\n
	    New\ in\ 7\ days:\ 2\ networks,\ 6\ failed\ logins\n
	    \ \ 203\.0\.113\.0\/24\ +5\ .*\n\ \ 192\.0\.2\.0\/24\ +1\ .*\n\n
	    New\ in\ 7\ days:\ 1\ autonomous\ system,\ 3\ failed\ logins\n
	    \ \ AS64511\ +3\ /mx, 'text: who is new');
	for my $format (qw(html mail)) {
		my $out = summarize({in => $in}, @NOW, '--period', 'yesterday',
		    '--format', $format, '--attach', 'none')->{out};
		$out =~ s/=\n//g;
		like($out, qr/Reverse DNS failures<?[^<]*<[^>]*>(?:&nbsp;)?3</,
		    "$format: look-ups that failed");
		like($out, qr/\b9 rows, .* mls-summarize \d/,
		    "$format: size of the data, and who says so");
	}
}

# Logins that succeed where others failed.
{
	my $at = sub { (date => "2026-11-22T$_[0]:00+00:00") };
	my $ok = sub { row(event => 'auth-success', $at->(shift), @_) };
	my $fail = join '', map { row($at->("10:0$_"), user => "u$_") } 0 .. 9;
	my $alerts = sub {
		my $j = json(join('', $HEADER, @_), '--period', 'yesterday',
		    '--alert-users', 0);
		return [map { [@$_{qw(kind subject object attempts count)}] }
		    @{$j->{alerts}}];
	};
	my $found = [['success-after-failures', 'ann', '192.0.2.7', 10, 1]];
	is_deeply($alerts->($fail, $ok->('11:00')), $found,
	    'from an address that failed');
	is_deeply($alerts->($ok->('11:00'), $fail), $found,
	    'in whatever order the rows stand');
	my $when = sub { json(join('', $HEADER, @_), '--period', 'yesterday',
	    '--alert-users', 0)->{alerts}[0]{when} };
	is($when->($fail, @$_), '2026-11-22T12:00:00+00:00',
	    'the last of those with most failures')
	    for [map { $ok->($_) } '11:00', '12:00'],
	    [map { $ok->($_) } '12:00', '11:00'];
	is(json(join('', $HEADER, map({ s/11-22/11-21/gr } $fail,
	    $ok->('11:00')), $ok->('12:00')), '--period',
	    '2026-11-21..2026-11-22')->{alerts}[0]{when},
	    '2026-11-21T11:00:00+00:00', 'not one that is no reason');
	is_deeply($alerts->($fail, $ok->('09:00')), [],
	    'not before it failed');
	is_deeply($alerts->($fail =~ s/.*\n//r, $ok->('11:00')), [],
	    'not after a few mistakes');
	is_deeply($alerts->($fail, $ok->('11:00', ip => '192.0.2.200')),
	    [['success-after-failures', 'ann', '192.0.2.200', 10, 1]],
	    'from its network');
	is_deeply($alerts->($fail, $ok->('11:00', ip => '192.0.3.200')), [],
	    'not from another network');
	my $on = sub { $_[0] =~ s/2026-11-22T(..):/"2026-11-$_[1]T" .
	    ($_[2] \/\/ $1) . ':'/egr };
	is_deeply($alerts->($on->($fail, 21, 23), $ok->('00:10')), $found,
	    'from one that failed before midnight');
	is_deeply($alerts->($ok->('00:10'), $on->($fail, 21, 23)), $found,
	    'in whatever order here too');
	is_deeply($alerts->($fail, $ok->('11:00'), $on->($fail, 22, 12)), $found,
	    'failed before and after: what was before counts');
	is_deeply($alerts->($on->($fail, 22, 12), $ok->('11:00'), $fail), $found,
	    'in whatever order');
	is_deeply($alerts->($fail =~ s/.*\n//r, $ok->('10:09'),
	    $fail =~ s/T10:/T11:/gr), [], 'too few before, many after');
	is_deeply($alerts->($on->($fail, 19), $on->($fail, 21, '08'),
	    $ok->('09:00')), [], 'days ago only');
	is_deeply($alerts->($on->($fail, 21), $ok->('09:00'), $ok->('11:00')),
	    [[@{$found->[0]}[0 .. 3], 2]], 'not before the last, but before one');
	is_deeply($alerts->($on->($fail, 21, '08'), $on->($ok->('09:00'), 21),
	    $ok->('11:00')), [], 'before one of the day before');
	is_deeply($alerts->($ok->('11:00'), $fail =~ s/T10:/T11:/gr =~
	    s/:00\+/:01+/gr), [], 'only after');
	is_deeply($alerts->((map { row(date => "2026-11-2${_}T00:01:00-08:00") x
	    4 } 0 .. 2), $ok->('11:00')), [], 'on three days');
	is_deeply($alerts->(row(date => '2026-11-20T20:00:00-10:00') x 10,
	    row(event => 'auth-success', date => '2026-11-22T12:00:00+14:00')),
	    $found, 'a day is 24 hours in any zone');
	my $before = row(event => 'auth-success',
	    date => '2026-11-20T10:00:00+00:00');
	is_deeply($alerts->($before, $ok->('11:00', ip => '198.51.100.1',
	    country_code => 'DE')), [['success-new-country', 'ann', 'DE', 0,
	    1]], 'from a new country');
	is_deeply($alerts->($before, $ok->('11:00', ip => '198.51.100.1',
	    country_code => 'x' x 200)), [['success-new-country', 'ann', 'x' x 64,
	    0, 1]], 'however long its name is');
	is($when->($before, map { $ok->($_, country_code => 'DE') } @$_),
	    '2026-11-22T12:00:00+00:00', 'the last from there')
	    for ['11:00', '12:00'], ['12:00', '11:00'];
	is(json(join('', $HEADER, $fail, $before, $ok->('11:00',
	    country_code => 'DE')), '--period', 'yesterday', '--alert-failures',
	    0, '--alert-users', 0)->{alerts}[0]{kind}, 'success-new-country',
	    'whatever --alert-failures says');
	is_deeply($alerts->($before, $ok->('11:00')), [],
	    'not from the usual one');
	is_deeply($alerts->($ok->('11:00', country_code => 'DE')), [],
	    'not of a user not known before');
	is(json($HEADER . $fail . $ok->('11:00'))->{total}, 10,
	    'a success is no failure');
}

# Whatever is alarming, it is said what to do about it.
{
	my $in = join '', $HEADER, (map { row(date => "2026-11-2${_}T10:00:00Z",
	    event => 'auth-success') } 1, 2), (map { row(ip => '192.0.2.7',
	    user => "u$_", date => '2026-11-22T09:00:00Z'), row(ip =>
	    "203.0.113.$_", country_code => 'A' . chr(65 + $_)) } 1 .. 25),
	    row(date => '2026-11-22T12:00:00Z', event => 'auth-success',
	    country_code => 'DE'), map { row(user => '', date =>
	    "2026-11-${_}T10:00:00Z") } 18 .. 20;
	my @options = (@NOW, '--period', 'yesterday', '--alert-least', 10);
	my $alerts = json($in, @options)->{alerts};
	is_deeply([map { $_->{kind} } @$alerts], [qw(success-after-failures
	    success-new-country spike many-users many-addresses
	    many-countries)], 'every kind of alert, the worst first');
	is_deeply([grep { "$_->{title}$_->{advice}" !~ /\w{3} .* \w{3}/ ||
	    $_->{advice} !~ /^(?:ask|see|block|if) / } @$alerts], [],
	    'json: what to do');
	for my $format (qw(text html mail)) {
		my $out = summarize({in => $in}, @options, '--format', $format,
		    '--attach', 'none')->{out};
		$out =~ s/=\n//g;
		$out =~ s/<[^<>]*>|\s+/ /g;
		ok($out =~ /\Q$_->{advice}/i, "$format: $_->{kind}: what to do")
		    for @$alerts;
	}
}

# The same input and clock give the same bytes, in every format.
{
	my $rows = run("$BUILD/t/rows", 20000, 10, 3000, 2000, 'wild')->{out};
	spew("$DIR/rows.csv", $rows);
	for my $format (qw(text json prometheus blocklist)) {
		my @r = map { summarize(@NOW, '--period', '2026-11-28',
		    '--format', $format, "$DIR/rows.csv") } 1, 2;
		is($r[0]{status}, 0, "$format: status");
		ok(length $r[0]{out} && $r[0]{out} eq $r[1]{out},
		    "$format: the same bytes again");
	}
	my $text = summarize(@NOW, "$DIR/rows.csv")->{out};
	utf8::decode($text) or fail('text is UTF-8');
	is_deeply([grep { !/[^\x00-\x{2fff}]/ && length > 78 }
	    split /\n/, $text], [], 'text: 78 columns');
	unlike($text, qr/ $/m, 'text: no blanks at the end of a line');
	$text = summarize({in => $HEADER . join '', map { row(user => "u$_",
	    date => sprintf '2026-%02d-%02dT10:00:00Z', 9 + $_ / 30,
	    1 + $_ % 30) } 0 .. 59}, @NOW, '--top', 100)->{out};
	is(scalar(() = $text =~ /^  2026-\S+ \w+ /mg), 31, 'text: 31 days');
	is(scalar(() = $text =~ /^  u\d+ .* 2 % /mg), 50, 'text: 50 users');
}

# Metrics: the text format of Prometheus, whatever stands in the rows; no more
# of them for more users and addresses, of which none is a label.
sub check_metrics {
	my ($about, $metrics) = @_;
	my (%type, %seen, %wrong);
	for (split /\n/, $metrics) {
		if (/^# HELP mls_\w+ \S.*$/) {
			next;
		} elsif (/^# TYPE (mls_\w+) gauge$/) {
			$wrong{$_} = 1 if $type{$1}++;
		} elsif (/^(mls_\w+)(?:\{(\w+="(?:[^"\\]|\\["\\n])*")\})? \d+$/) {
			$wrong{$_} = 1 if !$type{$1} || $seen{$1, $2 // ''}++;
		} else {
			$wrong{$_} = 1;
		}
	}
	is_deeply([sort keys %wrong], [], "prometheus, $about: its grammar");
	return scalar keys %seen;
}
{
	my ($few, $many) = map { my $r = run("$BUILD/t/rows", $_, 10, $_, $_);
	    summarize({in => $r->{out}}, @NOW, '--format', 'prometheus')->{out} }
	    2000, 60_000;
	is(check_metrics('many', $many), check_metrics('few', $few),
	    'prometheus: as many for many');
	unlike($many, qr/="(?:user\d|\d|2001:)/, 'prometheus: nobody by name');
}

# Tables that are full.
{
	my $rows = join '', $HEADER, map { row(user => "u$_") .
	    row(user => 'root') } 1 .. 3000;
	my $j = json($rows, '--max-keys', 1000, '--top', 1);
	is($j->{total}, 6000, 'more users than are kept: the total is exact');
	is($j->{tables}{user}{exact}, JSON::PP::false, 'and it is said');
	my ($top) = @{$j->{top}{user}};
	is($top->{value}, 'root', 'who came often is known');
	ok(exists $top->{error} && !exists json(row())->{top}{user}[0]{error},
	    'an error is told where there may be one');
	ok($top->{attempts} - $top->{error} <= 3000 &&
	    $top->{attempts} >= 3000, 'within the bounds that are told');
	like(summarize({in => $rows}, '--max-keys', 1000)->{out},
	    qr/^Users: 1,000 at least/m, 'text says so too');

	# Few places change hands all the time.
	my @servers = ((map { ("s$_") x 9 } 1 .. 999), 'rare',
	    map { ("a$_", "b$_", ("a$_") x 3) } 1 .. 30);
	my %truth;
	$truth{$_}++ for @servers;
	$j = json(join('', $HEADER, map { row(server => $_) } @servers),
	    '--max-keys', 1000, '--top', 1000);
	is_deeply([grep { $_->{attempts} < $truth{$_->{value}} ||
	    $_->{attempts} - $_->{error} > $truth{$_->{value}} }
	    @{$j->{top}{server}}], [], 'each within its bounds');
}

# Memory has an end, whatever the rows are.
SKIP: {
	my $prlimit = have('prlimit') or skip 'no prlimit', 2;
	skip 'a sanitizer wants all the address space', 2 if $BUILD =~ /asan/;
	my $pad = 'y' x 110;
	my $i = 0;
	open my $out, '>', "$DIR/wide.csv" or die;
	print $out $HEADER;
	while ($i++ < 200_000) {
		print $out row((map { $_ => "$i$pad" } qw(server user hostname
		    reverse_dns_status country_code asn aso service
		    mechanism)), ip => sprintf('2a00:%x:%x::1', $i >> 16,
		    $i & 65535), event => $i % 3 ? 'auth-failure' :
		    'auth-success', date => sprintf('%04d-11-22T10:00:00Z',
		    $i % 9000 + 1));
	}
	close $out;
	# Less than half of what all of it would be.  A heap for each thread,
	# which glibc takes if it can, is address space that nobody needs.
	local $ENV{MALLOC_ARENA_MAX} = 1;
	my $r = run($prlimit, '--as=160000000', $SUMMARIZE, '--config',
	    "$DIR/none.yaml", @NOW, '--max-keys', 50000, '--format', 'json',
	    "$DIR/wide.csv");
	is_deeply([@$r{qw(status err)}], [0, ''], 'memory has an end');
	is($r->{status} ? 0 : decode_json($r->{out})->{rows}, 200_000,
	    'and every row is counted');
}

# Nor is the beginning of a user's name another user: who succeeded is told with
# a mark.
{
	my $rows = join '', $HEADER, map { row(user => 'u' x 200, event => $_) }
	    ('auth-failure') x 12, 'auth-success';
	my $last = json($rows)->{alerts}[0];
	is_deeply([@$last{qw(kind cut)}], ['success-after-failures',
	    JSON::PP::true], 'a success of a long name');
	for (qw(text html)) {
		my $out = summarize({in => $rows}, @NOW, '--format', $_)->
		    {out};

		like($out =~ s/\s//gr, qr/u\xe2\x80\xa6logged/,
		    "$_: marked once");
	}
	$rows = join '', $HEADER, map { row(user => 'u' x 200,
	    ip => "192.0.2.$_") } 1 .. 9;
	$last = json($rows, '--alert-addresses', 5)->{alerts}[0];
	is_deeply([@$last{qw(kind cut)}], ['many-addresses', JSON::PP::true],
	    'a long name that many tried');
}

# What is known of an address in part, since memory for texts was spent, is no
# address: others would be blocked.
{
	my $pad = 'y' x 110;
	my $rows = join '', $HEADER, (map { my $i = $_;
	    row((map { $_ => "$i$pad" } qw(server user hostname
	    reverse_dns_status country_code asn aso service mechanism)),
	    ip => join '.', 10, $i >> 16, $i >> 8 & 255, $i & 255) }
	    1 .. 4000), map { row(ip => '2001:db8::1:2:345', user => "u$_") x 20 }
	    1, 2;
	my @options = ('--max-keys', 5000, '--top', 1000, '--alert-users', 2);
	my $j = json($rows, @options);
	is_deeply([map { @$_{qw(value cut)} } grep { $_->{value} =~ /^2001/ }
	    @{$j->{top}{ip}}], ['2001:db8::1:2:34', JSON::PP::true],
	    'an address of which the end is not known');
	is_deeply([grep { $_->{ip} !~ /^10[.\d]+\z/ } @{$j->{logins}}], [],
	    'tried nobody');
	is_deeply($j->{alerts}, [], 'nor many');
	is(summarize({in => $rows}, @options, '--format', 'blocklist')->{out},
	    '', 'and is not blocked');
}

# Beyond the ceiling every number of this kind is told as a bound, in every
# format; below it none is.
{
	my $many = sub { my ($n) = @_; return join '', $HEADER, map {
	    my $ip = join '.', 203, 0, $_ >> 8, $_ & 255;
	    (row(ip => $ip, server => "mx$_", user => "u$_", asn => $_,
	    date => '2026-11-21T10:00:00+00:00'), row(user => "u$_"),
	    row(ip => '192.0.2.9', user => 'bob'),
	    row(ip => $ip, server => "mx$_", asn => $_)) } 1 .. $n };
	my @options = (@NOW, '--period', 'yesterday', '--max-keys', 1000,
	    '--alert-addresses', 1, '--alert-users', 1, '--alert-list', 1);
	my $show = sub {
		my ($n, @more) = @_;
		my $r = summarize({in => $many->($n)}, @options, @more);
		is_deeply([@$r{qw(status err)}], [0, ''], "@more: made");
		return $r->{out} =~ s/\s+/ /gr;
	};
	my $bound = qr/at least|about|≤|as far as is known/;
	my %says = (text => ['report: at least 1,000 servers', 'from at least ' .
	    '1,000 addresses', 'tried at least [\d,]+ users? in at least [\d,]+ ' .
	    'failed', 'and at least [\d,]+ more', 'about [\d,]+ address',
	    'Addresses: 1,000 at least', ' ann .* at least [\d,]+ address',
	    'ann 203\.0\.\S+ ≤'],
	    html => ['at least 1,000 servers', '>addresses at least<',
	    '>users tried at least<', 'tried at least [\d,]+ users? in at least',
	    '>at least [\d,]+ more of these kinds',
	    'Addresses<small>at least', 'about [\d,]+ new', '≤',
	    '· at least [\d,]+ users?'],
	    mail => ['at least 1,000 addresses', 'about [\d,]+ address',
	    'tried at least', 'at least [\d,]+ more of these kinds', '≤',
	    '· at least [\d,]+ users?'],
	    json => ['"at_least":true,"new"', '"at_least":true,"when"',
	    '"exact":false', 'from at least'],
	    prometheus => ['mls_exact\{column="ip"\} 0']);
	for my $format (sort keys %says) {
		my @more = ('--format', $format, $format eq 'mail' ?
		    ('--attach', 'none') : ());
		my ($few, $lots) = map { my $out = $show->($_, @more);
		    $out =~ s/= //g, $out =~ s/=([0-9A-F]{2})/chr hex $1/ge
		    if $format eq 'mail'; utf8::decode($out); $out } 300, 3000;
		ok($lots =~ /$_/, "$format: bound") || diag $_
		    for @{$says{$format}};
		unlike($few =~ s/HELP mls_exact.*? TYPE//r =~ s/<style>.*?<\/style>//gsr,
		    $bound, "$format: no bound where it is exact");
	}
}

{
	my $j = json($HEADER . join('', map { row(ip => "192.0.2.$_") .
	    row(ip => "192.0.2.$_", user => 'bob') } 1 .. 5), qw(--alert-users 2
	    --alert-list 2));
	is_deeply([scalar @{$j->{alerts}}, $j->{hidden_alerts}], [2, 3],
	    'alerts that are not listed are counted');
}

# Shares are rounded as on the page; where nothing is an alert, none is said.
{
	my $text = summarize({in => $HEADER . row() x 14 .
	    row(user => 'bob') x 2}, @NOW, '--period', 'yesterday',
	    '--alert-users', 2, '--alert-failures', 0)->{out};
	like($text, qr/^  bob +2 +13 %  1 address, 1 country$/m,
	    'text: 12.5 % is 13 %');
	like($text, qr/ no alerts\.$/m, 'text: no alerts');
	like($text, qr/^Notices\n  notice: one address tried many users$/m,
	    'text: but notices');
	unlike($text, qr/^Alerts$/m, 'text: and no heading that says so');
}

# Blocklists.
{
	my $in = join '', $HEADER, (map { row(ip => $_) x 12 }
	    qw(192.0.2.7 192.0.2.70 9.9.9.9 2001:db8::7 198.51.100.1)),
	    row(ip => '203.0.113.9') x 9, row(ip => '') x 20;
	spew("$DIR/allow", "# ours\n 198.51.100.0/24  # office\n\n" .
	    "198.51.100.0\n2001:db8:1::/48\n192.0.2.70\n");
	my $list = sub {
		my $r = summarize({in => $in}, '--format', 'blocklist', @_);
		is_deeply([@$r{qw(status err)}], [0, ''], "blocklist @_");
		return $r->{out};
	};
	is($list->(), "9.9.9.9\n192.0.2.7\n192.0.2.70\n198.51.100.1\n" .
	    "2001:db8::7\n", 'in the order of addresses');
	is($list->('--allow', "$DIR/allow"), "9.9.9.9\n192.0.2.7\n" .
	    "2001:db8::7\n", 'but for those that are allowed');
	is($list->('--blocklist-of', 'networks', '--allow', "$DIR/allow"),
	    "9.9.9.0/24\n2001:db8::/48\n",
	    'no network with an address that is allowed');
	is($list->('--min-attempts', 9), "9.9.9.9\n192.0.2.7\n192.0.2.70\n" .
	    "198.51.100.1\n203.0.113.9\n2001:db8::7\n", '--min-attempts');
	is($list->('--min-attempts', 24, '--blocklist-of', 'networks'),
	    "192.0.2.0/24\n", 'attempts of a network are those of all in it');
	is($list->('--blocklist-form', 'cidr', '--allow', "$DIR/allow"),
	    join('', map { "$_ REJECT too many failed logins\n" } '9.9.9.9',
	    '192.0.2.7', '2001:db8::7'), 'cidr');
	is($list->('--blocklist-form', 'ipset', '--allow', "$DIR/allow"),
	    "create mls4 hash:net family inet maxelem 1048576 -exist\n" .
	    "flush mls4\nadd mls4 9.9.9.9\nadd mls4 192.0.2.7\n" .
	    "create mls6 hash:net family inet6 maxelem 1048576 -exist\n" .
	    "flush mls6\nadd mls6 2001:db8::7\n", 'ipset');
	my $nft = $list->('--blocklist-form', 'nft', '--allow', "$DIR/allow");
	is($nft, "add table inet mls\n" . join('', map { my ($n, @ips) = @$_;
	    "add set inet mls blocked$n { type ipv${n}_addr; flags interval; }" .
	    "\nflush set inet mls blocked$n\nadd element inet mls blocked$n {\n" .
	    join(",\n", map { "\t$_" } @ips) . "\n}\n" }
	    [4, qw(9.9.9.9 192.0.2.7)], [6, '2001:db8::7']), 'nft');
	SKIP: {
		my @alone = (have('unshare'), '-n');
		skip 'no nft to ask', 1 unless have('nft') && $alone[0] &&
		    run(@alone, 'true')->{status} == 0;
		spew("$DIR/sets.nft", $nft);
		my $r = run(@alone, have('nft'), '-c', '-f', "$DIR/sets.nft");
		is("$r->{status}$r->{err}", '0', 'nft understands it');
	}
	like($list->('--blocklist-form', 'nft', '--min-attempts', 1000),
	    qr/\Aadd table inet mls\nadd set .*\nflush .*\nadd set .*\nflush .*\n\z/,
	    'nft: no elements, no braces');
	SKIP: {
		my $postmap = have('postmap') or skip 'no postmap', 1;
		spew("$DIR/table.cidr", $list->('--blocklist-form', 'cidr',
		    '--blocklist-of', 'networks'));
		spew("$DIR/main.cf", '');
		my $r = run($postmap, '-c', "$DIR", '-q', '192.0.2.200',
		    "cidr:$DIR/table.cidr");
		is($r->{out}, "REJECT too many failed logins\n",
		    'Postfix understands the table');
	}
	for (["192.0.2.1/24\n", 1], ["# x\n192.0.2.300\n", 2],
	    ["2001:db8::/129\n", 1], ["10/8\n", 1]) {
		spew("$DIR/wrong", $_->[0]);
		my $r = summarize({in => $in}, '--format', 'blocklist',
		    '--allow', "$DIR/wrong");
		is_deeply([@$r{qw(status out)}], [78, ''], 'a wrong allow list');
		like($r->{err}, qr/wrong:$_->[1]: '.*' is neither an address/,
		    'is an error with its line');
	}
	is(summarize({in => $HEADER}, '--format', 'blocklist')->{status}, 0,
	    'nobody at all');
	is(join('', grep { !/^#/ } split /^/m, summarize({in => join '', $HEADER,
	    map { row(ip => $_) x 20 } qw(127.0.0.1 0.0.0.0 ::1 192.0.2.8)},
	    @NOW, '--format', 'blocklist')->{out}), "192.0.2.8\n",
	    'never this machine');
	is(summarize({in => $in}, '--allow', "$DIR/missing")->{status}, 66,
	    'so is a missing one');
}

# Hostile rows: all bytes in every text column, and more.
{
	my @texts = ((map { my $c = chr; utf8::encode($c) if $_ > 255;
	    $c =~ /["\n\r]/ ? '"' . $c =~ s/"/""/r . '"' : "x${c}y" }
	    grep { $_ != 10 } 0 .. 255, 0x202e, 0x2028, 0xfeff, 0x9f, 0xe0001),
	    '<script>alert(1)</script>', '=cmd|x', "\x1b[2J", '%s%n',
	    'a' x 5000, "\xc3\xa9" x 3000, '\\x1B[2J', '\\', '\\x', '{}', '..');
	my $in = $HEADER;
	for my $text (@texts) {
		my $cell = $text =~ /,/ && $text !~ /^"/ ? "\"$text\"" : $text;
		$in .= row(map { $_ => $cell } qw(server user hostname
		    reverse_dns_status country_code asn aso service
		    mechanism)) x 12;
		$in .= row(ip => '192.0.2.8', map { $_ => $cell } qw(user
		    country_code), event => 'auth-success');
	}
	# A quoted line break would be two lines: such rows are damaged.
	for my $format (qw(text json prometheus blocklist html mail)) {
		my $r = summarize({in => $in}, @NOW, '--format', $format,
		    '--top', 1000, '--alert-list', 500, '--attach', 'none');
		my $out = $r->{out};
		check_metrics('hostile', $out) if $format eq 'prometheus';
		if ($format eq 'mail') {
			unlike($out, qr/[^\n -~]/, 'mail: plain ASCII');
			$out =~ s/=\n//g;
			$out =~ s/=([0-9A-F]{2})/chr hex $1/ge;
		}
		# Its indentation.
		$out =~ s/<style>.*?<\/style>//gs;
		ok(length $out, "$format: hostile rows give a report");
		unlike($out, qr/[\x00-\x09\x0b-\x1f\x7f]/,
		    "$format: no control byte");
		ok(utf8::decode($out), "$format: UTF-8");
		unlike($out, qr/[\x80-\x9f]|[\x{200e}\x{200f}\x{2028}-\x{202e}]|
		    [\x{2066}-\x{2069}\x{feff}]/x,
		    "$format: nothing that turns text around");
		unlike($r->{err}, qr/[^\n -~]/, "$format: stderr is plain");
		is_deeply([grep { length > 200 } split /\n/, $out], [],
		    "$format: no long lines")
		    if $format =~ /text|blocklist/;
		ok(eval { decode_json($r->{out}) }, 'json: it is') or diag $@
		    if $format eq 'json';
	}
}

# Names that collide in weak hashes take no longer than others: they all are
# there.
{
	my @names = map { my $n = $_; join '', map { $n >> $_ & 1 ? 'Ez' : 'FY' }
	    0 .. 11 } 0 .. 4095;
	my $j = json(join '', $HEADER, map { row(user => $_) } @names);
	is($j->{tables}{user}{distinct}, 4096, 'names made to collide');
}

done_testing();
