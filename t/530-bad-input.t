#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Whatever comes in: rows that are true, messages that help, flat memory.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Zlib ();
use MLS;
use Test::More;

my $P = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: unknown';
my @usual = ('--now', '2026-11-22T18:00:00Z', '--columns', 'ip,user',
    '--header', 'never');

sub failure {
	return "$P\[198.51.100.66]: SASL LOGIN authentication failed: x, " .
	    "sasl_username=$_[0]";
}

sub users {
	my ($in, @files) = @_;
	my $r = run({ in => $in }, $FILTER, @OFFLINE, @usual, @files);
	$r->{users} = join ' ', map { (split /,/, $_, 2)[1] }
	    split /\n/, $r->{out};
	return $r;
}

# Lines that are no lines.
my $good = failure('bob') . "\n";
my %inputs = (
	'nothing at all' => [ '', '' ],
	'an empty line' => [ "\n$good\n\n", 'bob' ],
	'no final newline' => [ failure('bob'), 'bob' ],
	'CRLF' => [ failure('bob') . "\r\n$good", 'bob bob' ],
	'64 KB without meaning' => [ 'x' x 65536 . "\n$good", 'bob' ],
	'10 MB without meaning' => [ 'x' x 10e6 . "\n$good", 'bob' ],
	'10 MB without a newline' => [ $good . 'x' x 10e6, 'bob' ],
	'NULs before a line, as after a crash' =>
	    [ "\0" x 4096 . $good, 'bob' ],
	'NULs at the end' => [ failure('bob') . "\0" x 100, 'bob' ],
	'nothing but NULs' => [ "\0" x 300000, '' ],
	'all byte values' =>
	    [ join('', map { chr } 0 .. 255) x 100 . "\n$good", 'bob' ],
	'invalid UTF-8' =>
	    [ failure("\xff\xc3(\xed\xa0\x80") . "\n",
		'\\xFF\\xC3(\\xED\\xA0\\x80' ],
	'control bytes' => [ failure("a\x1b[31m\x7f\xc2\x85") . "\n",
		'a\\x1B[31m\\x7F\\xC2\\x85' ],
);
for my $what (sort keys %inputs) {
	my ($in, $users) = @{ $inputs{$what} };
	my $r = users($in);
	is $r->{users}, $users, $what;
	is $r->{status} . $r->{err}, '0', "$what: exit 0, silent";
}

# A user as long as a line may be, and longer: cut, not lost, not doubled.
for my $length (65000, 70000, 400000) {
	my $r = users(failure('u' x $length) . "\n$good");
	my @lengths = map { length } split / /, $r->{users};
	is_deeply \@lengths, [ 65536 < $length + 110 ?
	    65536 - length(failure('')) : $length, 3 ],
	    "a user of $length bytes";
}

# Lines that were cut are counted, however they come.
for ([ 'y' x 100000 . "\n" . "short\n" x 3000, 1 ], [ 'y' x 65536 . "\n", 0 ],
    [ join('', ('y' x 65537 . "\n") x 7), 7 ], [ 'y' x 900000, 1 ]) {
	my ($in, $cut) = @$_;
	like run({ in => $in }, $FILTER, @OFFLINE, '--stats', '-q')->{err},
	    qr/lines cut: $cut$/m, "$cut lines cut";
}

# Memory stays flat: at most 64 MB of address space beyond the program's own.
SKIP: {
	skip 'no prlimit', 4 unless have('prlimit');
	skip 'a sanitizer wants all the address space', 4
	    if $BUILD =~ /asan/;
	my @bounded = ('prlimit', '--as=100000000', $FILTER, @OFFLINE, @usual,
	    '--database', '/dev/null', '-q');
	for (
	    [ 'a gigabyte without a newline',
		"head -c 1000000000 /dev/zero | tr '\\0' x" ],
	    [ 'a gigabyte of empty lines',
		"head -c 1000000000 /dev/zero | tr '\\0' '\\n'" ]) {
		my ($what, $producer) = @$_;
		my $r = run('sh', '-c', "{ $producer; printf '\\n%s\\n' '" .
		    failure('bob') . "'; } | @bounded");
		is $r->{out}, "198.51.100.66,bob\n", $what;
		is $r->{status}, 0, "$what: exit 0";
	}
}

# gzip
my $lines = join '', map { failure("user$_") . "\n" } 1 .. 30;
my $member = Compress::Zlib::memGzip($lines);
my $all = join ' ', map { "user$_" } 1 .. 30;
my $file = "$DIR/log";

sub gz {
	my ($bytes) = @_;
	spew($file, $bytes);
	return users('', $file);
}

my $r = gz($member);
is $r->{users}, $all, 'gzip, whatever the name';
$r = users($member);
is $r->{users}, $all, 'gzip on standard input';
$r = gz($member x 3);
is $r->{users}, "$all $all $all", 'three members';
is $r->{status}, 0, 'exit 0';
$r = gz($member . "\0" x 512);
is $r->{users} . $r->{status} . $r->{err}, $all . '0', 'zeros behind it';
$r = gz($member . 'garbage');
is $r->{users} . $r->{status}, $all . '0', 'garbage behind it';
like $r->{err}, qr/\Q$file\E.*behind the gzip data/, 'is said';
my $bad = $member;
substr($bad, -8, 4) = 'oops';
$r = gz($bad);
is $r->{status}, 65, 'a wrong checksum: exit 65';
like $r->{err}, qr/\Q$file\E.*damaged/, 'named';
spew("$DIR/text.gz", $good);
is users('', "$DIR/text.gz")->{users}, 'bob', 'text named .gz';

# Cut at every byte: exit 65, and the rows before the cut are there.
my ($wrong, $rows, $fewer) = (0, 0, 0);
for my $n (1 .. length($member) - 1) {
	$r = gz(substr $member, 0, $n);
	my @users = split / /, $r->{users};
	my $prefix = join ' ', map { "user$_" } 1 .. @users;
	$wrong++ if $r->{status} != 65 || $r->{users} ne $prefix ||
	    $r->{err} !~ /\Q$file\E.*(cut short|damaged)/;
	$fewer++ if @users < $rows;
	$rows = @users;
}
is $wrong, 0, 'cut at every byte: exit 65, a message, true rows';
is $fewer, 0, 'the later the cut, the more rows';
is $rows, 30, 'all of them when only the trailer is missing';

# Compressions we do not read, files we cannot.
spew($file, "\xfd7zXZ\0 and so on");
$r = users('', $file);
is $r->{status}, 65, 'xz: exit 65';
like $r->{err}, qr/xzcat/, 'says what to do';
mkdir "$DIR/dir";
spew("$DIR/good", $good);
$r = users('', "$DIR/missing", "$DIR/good", "$DIR/dir", "$DIR/good");
is $r->{status}, 66, 'a missing file: exit 66';
is $r->{users}, 'bob bob', 'the others are read';
like $r->{err}, qr/missing.*\n.*dir.*directory/, 'both are named';

# Rule files: nothing half-loaded, file and line said.
my $rules = "name: x\nabout: y\nprogram: \"*\"\nrules:\n";
my $example = "examples:\n  - line: \"login failed for bob\"\n    gives: " .
    "{event: auth-failure, user: bob}\n";
my %broken = (
	'no YAML' => [ "name: [\n", 2 ],
	'unknown type' => [ "$rules  - event: auth-failure\n    match: " .
	    "\"failed {user:ipp}\"\n$example", 6 ],
	'no example' => [ "$rules  - event: auth-failure\n    match: " .
	    "\"login failed for {user:rest}\"\n", 1 ],
	'wrong example' => [ "$rules  - event: auth-failure\n    match: " .
	    "\"login failed {user:rest}\"\n$example", 9 ],
);
for my $what (sort keys %broken) {
	my ($text, $line) = @{ $broken{$what} };
	spew("$DIR/broken.yaml", $text);
	$r = users($good, '--filters', 'postfix', '--filters',
	    "$DIR/broken.yaml");
	is $r->{status}, 78, "rule file, $what: exit 78";
	is $r->{out}, '', 'no rows';
	like $r->{err}, qr/\Q$DIR\E\/broken\.yaml:$line: /, 'file and line';
}
spew("$DIR/many.yaml", $rules, map { "  - event: sunset$_\n    match: a\n" }
    1 .. 30);
$r = users($good, '--filters', "$DIR/many.yaml");
is scalar(() = $r->{err} =~ /many\.yaml:\d+: /g), 20, 'up to 20 complaints';
like $r->{err}, qr/and \d+ more/, 'and how many more';

# Old logs: --explain and a run agree on the year.
spew("$DIR/old.log", $good);
utime 1606780800, 1606780800, "$DIR/old.log";	# 2020-12-01
like run($FILTER, @OFFLINE, '-q', "$DIR/old.log")->{out}, qr/,2020-11-22T/,
    'the year of an old file';
like run($FILTER, @OFFLINE, '--explain', "$DIR/old.log")->{out}, qr/date +2020-11-22T/,
    '--explain says the same';

# Databases: a warning and empty fields; an error only with --check.
spew("$DIR/bad.csv", "198.51.100.0,198.51.100.255,FR\n1.2.3.4,oops,DE\n");
my @bad = ('--database', "$DIR/bad.csv", '--columns', 'ip,country_code');
$r = users($good, @bad);
is $r->{out}, "198.51.100.66,\n", 'a bad database: empty fields';
is $r->{status}, 0, 'exit 0';
is scalar(() = $r->{err} =~ /\n/g), 1, 'one warning';
like $r->{err}, qr/bad\.csv:2: /, 'file and line';
$r = users($good, @bad, '--check');
is $r->{status}, 65, '--check: exit 65';
is users($good, '--database', "$DIR/none", '--check')->{status}, 65,
    'one that is not there: 65 too';
is users($good, '--database', "$DIR/bad.csv", '--columns', 'user',
    '--check')->{status}, 65, 'whether or not a column needs it';

done_testing;
