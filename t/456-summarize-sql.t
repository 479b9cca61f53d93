#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Every number of a report is the one that SQL gives for the same rows, a million
# of them with all that rows may hold.  MLS_ROWS=100000 takes fewer, and less
# time.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP;
use Test::More;
use MLS;

my $sqlite = have('sqlite3') or plan skip_all => 'no sqlite3';
my ($ROWS, $DAYS, $DAY) = ($ENV{MLS_ROWS} // 1_000_000, 12, '2026-11-28');
spew("$DIR/none.yaml", "# nothing\n");
spew("$DIR/rows.csv", '');
run({out_file => "$DIR/rows.csv"}, "$BUILD/t/rows", $ROWS, $DAYS, 40_000,
    20_000, 'wild')->{status} == 0 or die 'no rows';

# The database: the header in the middle is no row.
my $r = run({in => ".mode csv\n.import '$DIR/rows.csv' all_rows\n" .
    "CREATE TABLE r AS SELECT *, substr(date, 1, 10) AS day " .
    "FROM all_rows WHERE date <> 'date';\n" .
    "CREATE VIEW seven AS SELECT * FROM r WHERE day < '$DAY' AND " .
    "day >= date('$DAY', '-7 days') AND event = 'auth-failure';\n"},
    $sqlite, "$DIR/rows.db");
is("$r->{status}$r->{err}", '0', 'sqlite3 reads the rows') or
    BAIL_OUT($r->{err});

sub sql {
	my ($query) = @_;
	my $r = run({in => ".output /dev/null\nPRAGMA mmap_size = 2000000000;\n" .
	    "PRAGMA temp_store = memory;\nPRAGMA cache_size = -100000;\n" .
	    ".output stdout\n.mode json\n$query;\n"}, $sqlite,
	    "$DIR/rows.db");
	die "$query: $r->{err}" if $r->{status} || $r->{err} ne '';
	return $r->{out} =~ /\S/ ? decode_json($r->{out}) : [];
}
sub value { return (values %{sql($_[0])->[0]})[0] // 0 }

sub report {
	my $r = run($SUMMARIZE, '--config', "$DIR/none.yaml", '--format',
	    'json', @_, "$DIR/rows.csv");
	is_deeply([@$r{qw(status err)}], [0, ''], "@_: the report");
	return decode_json($r->{out});
}

# Numbers as numbers, so that they compare as such.
sub pick {
	my ($list, @keys) = @_;
	return [map { my $one = $_; [map { "$one->{$_}" } @keys] } @$list];
}

# Alerts of a kind, of which five are listed.  Returns how many there are.
sub check_alerts {
	my ($about, $json, $kind, $query, @keys) = @_;
	my @want = @{sql($query)};
	my @got = grep { $_->{kind} eq $kind } @{$json->{alerts}};
	is_deeply(pick(\@got, @keys), pick([@want > 5 ? @want[0 .. 4] : @want],
	    @keys), "$about: $kind");
	return scalar @want;
}

# Every number there is, by where it stands, the items of a list alike.
sub numbers {
	my ($value, $at, $seen) = @_;
	if (ref $value eq 'HASH') {
		numbers($value->{$_}, "$at.$_", $seen) for keys %$value;
	} elsif (ref $value eq 'ARRAY') {
		numbers($_, "$at\[]", $seen) for @$value;
	} elsif (!ref $value && $value =~ /^\d+$/) {
		$seen->{$at} = 1;
	}
}

# What is the same for every period: $f is the table of its failed logins.
sub check {
	my ($about, $json, $f, $period) = @_;
	my $total = value("SELECT count(*) FROM $f");
	is($json->{total}, $total, "$about: total");
	cmp_ok($total, '>', $ROWS / 100, "$about: there are some");
	my %events = map { ($_->{event} => $_->{n}) }
	    @{sql("SELECT event, count(*) AS n FROM $period GROUP BY 1")};
	is_deeply($json->{events}, \%events, "$about: events");
	for my $column (qw(user ip network hostname country_code asn aso
	    service mechanism reverse_dns_status server)) {
		my $with = "$column <> ''";
		$with .= " AND $column NOT IN ('OK', 'LOCAL', 'SKIPPED')"
		    if $column eq 'reverse_dns_status';
		my $want = sql("WITH g AS MATERIALIZED (SELECT $column AS " .
		    "value, count(*) AS attempts FROM $f WHERE $with GROUP BY " .
		    '1) SELECT *, (SELECT count(*) FROM g) AS d, (SELECT ' .
		    'sum(attempts) FROM g) AS n FROM g ORDER BY 2 DESC, 1 ' .
		    'LIMIT 25');
		is_deeply(pick($json->{top}{$column}, qw(value attempts)),
		    pick($want, qw(value attempts)), "$about: top.$column");
		my ($d, $n) = @{$want->[0]}{qw(d n)};
		is_deeply($json->{tables}{$column}, {distinct => $d,
		    attempts => $n, missing => $total - $n,
		    exact => JSON::PP::true}, "$about: tables.$column");
	}
	is_deeply(pick($json->{top}{user}, qw(value addresses countries)),
	    pick(sql('SELECT user AS value, count(DISTINCT ip) AS addresses, ' .
	    "count(DISTINCT nullif(country_code, '')) AS countries " .
	    "FROM $f WHERE user <> '' GROUP BY 1 ORDER BY count(*) DESC, 1 " .
	    'LIMIT 25'), qw(value addresses countries)),
	    "$about: addresses and countries of users");
	my @facts = qw(value users hostname country_code asn);
	is_deeply(pick($json->{top}{ip}, @facts), pick(sql('SELECT ip AS ' .
	    "value, count(DISTINCT nullif(user, '')) AS users, " .
	    'max(hostname) AS hostname, max(country_code) AS country_code, ' .
	    "max(asn) AS asn FROM $f GROUP BY 1 ORDER BY count(*) DESC, 1 " .
	    'LIMIT 25'), @facts), "$about: what is known of addresses");
	is_deeply(pick($json->{top}{asn}, qw(value aso)), pick(sql('SELECT ' .
	    "asn AS value, max(aso) AS aso FROM $f WHERE asn <> '' GROUP BY 1 " .
	    'ORDER BY count(*) DESC, 1 LIMIT 25'), qw(value aso)),
	    "$about: names of networks");
	@facts = qw(user ip hostname country_code attempts);
	is_deeply(pick($json->{logins}, @facts), pick(sql('SELECT user, ip, ' .
	    'hostname, country_code, count(*) AS attempts ' .
	    "FROM $f WHERE user <> '' GROUP BY 1, 2 ORDER BY 5 DESC, 1, 2 " .
	    'LIMIT 25'), @facts), "$about: logins");
	my %hours = map { ($_->{w} * 24 + $_->{h} => $_->{n}) }
	    @{sql("SELECT (strftime('%w', day) + 6) % 7 AS w, " .
	    "substr(date, 12, 2) + 0 AS h, count(*) AS n FROM $f " .
	    'GROUP BY 1, 2')};
	is_deeply($json->{weekday_hours}, [map { my $w = $_;
	    [map { $hours{$w * 24 + $_} // 0 } 0 .. 23] } 0 .. 6],
	    "$about: weekday and hour");
	%hours = map { ($_->{h} => $_->{n}) } @{sql('SELECT ' .
	    "substr(date, 12, 2) + 0 AS h, count(*) AS n FROM $f GROUP BY 1")};
	is_deeply($json->{hours}, [map { $hours{$_} // 0 } 0 .. 23],
	    "$about: hours");
	my %alerts;
	for (['many-users', 'ip', 'user', 10],
	    ['many-addresses', 'user', 'ip', 20],
	    ['many-countries', 'user', 'country_code', 5]) {
		my ($kind, $of, $many, $limit) = @$_;
		$alerts{$kind} = check_alerts($about, $json, $kind, "SELECT " .
		    "$of AS subject, '' AS object, '' AS 'when', " .
		    "count(DISTINCT nullif($many, '')) AS count, " .
		    "count(*) AS attempts FROM $f WHERE $of <> '' GROUP BY 1 " .
		    "HAVING count >= $limit ORDER BY 4 DESC, 1",
		    qw(subject object when count attempts));
	}
	# Of those with most failures before them the last.
	my $kind = 'success-after-failures';
	$alerts{$kind} = check_alerts($about, $json, $kind, 'SELECT user AS ' .
	    "subject, ip AS object, date AS 'when', count(*) AS count, " .
	    'max(n * 10000000000 + t) / 10000000000 AS attempts FROM ' .
	    '(SELECT s.*, (SELECT count(*) FROM tried WHERE ' .
	    'tried.network = s.network AND tried.t BETWEEN s.t - 86400 AND ' .
	    "s.t) AS n FROM (SELECT *, strftime('%s', date) + 0 AS t " .
	    "FROM $period WHERE event = 'auth-success' AND user <> '') AS s) " .
	    'GROUP BY user, ip HAVING attempts >= 10 ORDER BY 5 DESC, 1, 2',
	    qw(subject object when count attempts));
	$kind = 'success-new-country';
	$alerts{$kind} = check_alerts($about, $json, $kind, 'SELECT user AS ' .
	    'subject, country_code AS object, count(*) AS count, ' .
	    "max(date) AS 'when', 0 AS attempts FROM $period WHERE event = " .
	    "'auth-success' AND country_code <> '' AND user <> '' AND user IN (SELECT user " .
	    'FROM known) AND (user, country_code) NOT IN (SELECT * FROM ' .
	    'known) GROUP BY 1, 2 ORDER BY 1, 2',
	    qw(subject object count when attempts));
	my ($all, $hidden) = (0, 0);
	for (values %alerts) {
		$all += $_;
		$hidden += $_ - 5 if $_ > 5;
	}
	cmp_ok($all, '>', 10, "$about: there are alerts");
	is($json->{hidden_alerts}, $hidden, "$about: alerts not listed");
	my $serious = $alerts{'success-after-failures'} +
	    $alerts{'success-new-country'};
	is($json->{verdict} =~ s/,(?=\d{3})//gr, "$total failed logins from " .
	    "$json->{tables}{ip}{distinct} addresses in " .
	    "$json->{tables}{country_code}{distinct} countries, " .
	    ($serious ? "$serious alerts" : 'no alerts'), "$about: verdict");
	is($json->{host}, "$json->{tables}{server}{distinct} servers",
	    "$about: host");
	is_deeply($json->{files}, [{name => "$DIR/rows.csv", damaged => 0,
	    map { $_ => $json->{$_} } qw(bytes lines rows)}],
	    "$about: files");
	is($json->{unread_files}, 0, "$about: all of them");
	is($json->{period}{days}, scalar(grep { $_->{in_period} }
	    @{$json->{days}}), "$about: days of the period");
	is($json->{damaged_rows}, 0, "$about: nothing is damaged");
	is($json->{rows}, $ROWS, "$about: rows read");
	is($json->{lines}, $ROWS + 2, "$about: lines read");
	is($json->{bytes}, -s "$DIR/rows.csv", "$about: bytes read");
}

sql("CREATE TABLE f AS SELECT * FROM r WHERE event = 'auth-failure'");
sql("CREATE TABLE tried AS SELECT network, strftime('%s', date) + 0 AS t FROM f");
sql('CREATE INDEX tried_when ON tried (network, t)');
sql('CREATE TABLE known (user, country_code)');
my $json = report('--top', 25);
check('all', $json, 'f', 'r');
is_deeply(pick($json->{days}, qw(date attempts)), pick(sql('SELECT day AS ' .
    'date, count(*) AS attempts FROM f GROUP BY 1 ORDER BY 1'),
    qw(date attempts)), 'all: days');
is($json->{outside_rows}, 0, 'all: nothing is outside');
is_deeply($json->{comparison}, {known => JSON::PP::false, before_whole =>
    JSON::PP::false, map { $_ => 0 } qw(before baseline_days median per_day)},
    'all: nothing to compare with');

sql("CREATE TABLE p AS SELECT * FROM r WHERE day = '$DAY'");
sql("CREATE TABLE pf AS SELECT * FROM p WHERE event = 'auth-failure'");
sql("INSERT INTO known SELECT DISTINCT user, country_code FROM r WHERE event = " .
    "'auth-success' AND country_code <> '' AND day < '$DAY' AND " .
    "day >= date('$DAY', '-7 days')");
$json = report('--top', 25, '--period', $DAY);
check('a day', $json, 'pf', 'p');
is_deeply(pick($json->{days}, qw(date attempts)), pick(sql('SELECT day AS ' .
    "date, count(*) AS attempts FROM f WHERE day <= '$DAY' AND day >= " .
    "date('$DAY', '-7 days') GROUP BY 1 ORDER BY 1"), qw(date attempts)),
    'a day: days');
is($json->{outside_rows}, value('SELECT count(*) FROM r WHERE NOT (' .
    "day <= '$DAY' AND day >= date('$DAY', '-7 days'))"),
    'a day: rows outside');
my @week = sort { $a <=> $b } map { $_->{n} }
    @{sql('SELECT count(*) AS n FROM seven GROUP BY day')};
is_deeply($json->{comparison}, {known => JSON::PP::true,
    before_whole => JSON::PP::true, baseline_days => 7,
    before => value("SELECT count(*) FROM f WHERE day = " .
    "date('$DAY', '-1 days')"), median => $week[3],
    per_day => $json->{total}}, 'a day: comparison');
for my $column (qw(ip network asn)) {
	my $new = "$column <> '' AND $column NOT IN (SELECT $column " .
	    'FROM seven)';
	my $got = $json->{new}{$column};
	my ($all) = @{sql("SELECT count(DISTINCT $column) AS d, count(*) AS n " .
	    "FROM pf WHERE $new")};
	is_deeply([@$got{qw(distinct attempts)}], [$all->{d}, $all->{n}],
	    "a day: new.$column");
	is_deeply(pick($got->{top}, qw(value attempts)), pick(sql("SELECT " .
	    "$column AS value, count(*) AS attempts FROM pf WHERE $new " .
	    'GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 25'), qw(value attempts)),
	    "a day: new.$column.top");
	my @top = map { $_->{value} } @{$json->{top}{$column}};
	my %known = map { ($_->{value} => 1) } @{sql("SELECT DISTINCT $column " .
	    "AS value FROM seven WHERE $column IN ('" . join("', '", @top) .
	    "')")};
	is(join(' ', map { $_->{new} ? $_->{value} : () }
	    @{$json->{top}{$column}}), join(' ', grep { !$known{$_} } @top),
	    "a day: who is new in top.$column");
}
cmp_ok($json->{new}{ip}{distinct}, '>', 10, 'a day: some are new');

# What was compared above is all there is.
numbers($json, '', \my %seen);
my $item = qr/attempts|addresses|countries|users/;
is_deeply([grep { !/^\.(?:total|(?:hidden_alert|byte|line|row)s|(?:unread_file|
    damaged_row|outside_row)s|(?:events|tables\.\w+|comparison|period)\.[\w-]+|
    (?:hours|weekday_hours\[\]|(?:days|files|alerts|logins)\[\]\.\w+)(?:\[\])?|
    (?:top|new)\.\w+(?:\.top)?\[\]\.(?:$item|value|asn)|
    new\.\w+\.(?:distinct|attempts))$/x } sort keys %seen], [],
    'every number was compared');

done_testing();
