#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Our files are what they claim to be: readers that nobody here wrote (sqlite3,
# Miller, Python) find the same rows and cells in hostile rows as we do, byte
# for byte.  Packages: sqlite3 miller python3.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Corpus;
use Encode ();
use JSON::PP ();
use MLS;
use Test::More;

# Readers' own settings must not matter.
$ENV{HOME} = "$DIR";
$ENV{MLRRC} = '__none__';
$ENV{PYTHONIOENCODING} = 'utf-8';

my @USERS = (
	'', ' ', '  ', ' leading', 'trailing ', "\t", 'a,b', ',', ',,', 'a,',
	'"', '""', '"""', '"a"', 'a"b', 'a""b', '"a,b"', '",', ',"', '" "',
	';', 'a;b', "'", "it's", '`id`', '$(id)', '|', 'a|b', '#', '# remark',
	'\\', '\\\\', 'a\\', '\\"', '\\n', '\\t', '\\\\n', '\\x41', '\\x',
	'\\0', '=cmd|\' /C calc\'!A0', '=1+1', '+1', '-1', '@SUM(1)', ' =1+1',
	'"=1+1"', '=', '--', "\t=1", "\xef\xbc\x9d1+1", "\xef\xbc\x8b1",
	"\xef\xbc\x8d1", "\xef\xbc\xa0x", '0', '007', '1e5', '0x1F', '1_000',
	'1,000', '-', 'true', 'null', 'NULL', 'NaN', 'N/A', 'user',
	'date,ip,user', '%s%n%u', '../../etc/passwd', '{}', '[1,2]',
	'<script>alert(1)</script>', "'); DROP TABLE rows; --",
	"jos\xc3\xa9\@example.net", "\xd0\xbf\xd0\xbe\xd0\xbb@\xd1\x80\xd1\x84",
	"\xf0\x9f\x98\x80", "\xe2\x80\xae" . 'gpj.exe', "\xe2\x81\xa6x",
	"\xef\xbb\xbfbom", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xc2\x85",
	"\xc2\xa0", "jos\xe9", "\xff\xfe", "\xc3", "\xe2\x82", "\xed\xa0\x80",
	"\xc0\x80", "\xf4\x90\x80\x80", "\r\rx", "a\rb", "\e[31mred\e[0m",
	"\x00x", 'a' x 5000,
	(map { chr } 1 .. 9, 11, 12, 14 .. 255),
	(map { "x" . chr . "y,\"z\"" } 1 .. 9, 11 .. 255),
);
my @REASONS = ('(reason unavailable)', 'locked, call "us", or don\'t;',
    '=1+1', '"', ' ', 'a\\b');

my $log = "$DIR/hostile.log";
spew($log, map {
	"Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: unknown[198.51.100." .
	    ($_ % 256) . ']: SASL PLAIN authentication failed: ' .
	    $REASONS[$_ % @REASONS] . ", sasl_username=$USERS[$_]\n"
} 0 .. $#USERS);
age($log);

# The user stands last once: an empty cell at the end of a row.
my @COLUMNS = qw(server date ip hostname reason message event service user);

my $csv = written('csv');
my @csv = map { [cells($_)] } split /\n/, slurp($csv);
is_deeply($csv[0], \@COLUMNS, 'csv: header');
is(scalar @csv, 1 + @USERS, 'csv: a line for each row');
is_deeply([map { MLS::unescape($_->[-1]) } @csv[1 .. $#csv]], \@USERS,
    'csv: every user comes back as the bytes that were logged');
# Our dialect itself: what is written for what was logged.
my %cell_of = map { $USERS[$_] => $csv[$_ + 1][-1] } 0 .. $#USERS;
my %written_as = ('\\' => '\\\\', 'a\\' => 'a\\\\', '\\x41' => '\\\\x41',
    "\t" => '\x09', "\x00x" => '\x00x', "\xff\xfe" => '\xFF\xFE',
    "\xc2\x85" => '\xC2\x85', "\xe2\x80\xa8" => '\xE2\x80\xA8',
    "jos\xe9" => 'jos\xE9', '"' => '"', ' leading' => ' leading',
    "jos\xc3\xa9\@example.net" => "jos\xc3\xa9\@example.net");
is(printable($cell_of{$_}), printable($written_as{$_}),
    'csv: how it is written: ' . printable($_)) for sort keys %written_as;
sqlite3($csv, \@csv);
miller('csv', $csv, \@csv);
python_csv($csv, \@csv);

my $tsv = written('tsv');
my @tsv = map { [split /\t/, $_, -1] } split /\n/, slurp($tsv);
# A quote at the beginning is written otherwise: some would not see its end.
my @unquoted = map { [map { s/^"/\\x22/r } @$_] } @csv;
same_cells(\@tsv, \@unquoted, 'tsv: cells');
# To Miller \\ in TSV is one backslash; it leaves \x.. alone.
miller('tsv', $tsv, [map { [map { s/\\\\/\\/gr } @$_] } @unquoted]);

my $jsonl = written('jsonl');
my $json = JSON::PP->new->utf8;
my @objects = map { $json->decode($_) } split /\n/, slurp($jsonl);
same_cells(from_objects(@objects), \@csv, 'jsonl: cells, by JSON::PP');
python_json($jsonl, \@csv);
miller('json', $jsonl, \@csv);

spreadsheet_safe();
done_testing;

sub written {
	my ($format, @more) = @_;
	my $name = "$DIR/rows.$format";
	my $ran = run({out_file => $name}, $FILTER, @OFFLINE, '--dns', 'off', @CLOCK,
	    '--format', $format, '--columns', join(',', @COLUMNS), @more, $log);
	is($ran->{status}, 0, "$format: exit status");
	is($ran->{err}, '', "$format: nothing on stderr");
	return $name;
}

# Two tables of cells, header included.
sub same_cells {
	my ($got, $want, $about) = @_;
	is(scalar @$got, scalar @$want, "$about: rows");
	for my $row (0 .. $#$want) {
		my @got = map { $_ // '(none)' } @{$got->[$row] // []};
		my @want = @{$want->[$row]};
		next if "@got" eq "@want" && @got == @want;
		fail("$about: row $row");
		diag('wanted: ', printable(join ' | ', @want));
		diag('got:    ', printable(join ' | ', @got));
		return;
	}
	pass("$about: every cell");
}

# JSON objects, decoded to characters, as a table of bytes.
sub from_objects {
	return [\@COLUMNS, map {
		my $object = $_;
		[map {
			defined $object->{$_} ?
			    Encode::encode('UTF-8', $object->{$_}) : undef
		} @COLUMNS]
	} @_];
}

# What a reader printed: a line for each row, each cell in hexadecimal with a
# blank behind it.
sub from_hex {
	my ($text) = @_;
	return [map {
		[map { pack 'H*', $_ } /([0-9A-Fa-f]*) /g]
	} split /\n/, $text];
}

sub sqlite3 {
	my ($file, $want) = @_;
	SKIP: {
		my $program = have('sqlite3') or
		    skip('sqlite3 is not installed', 3);
		my $select = join ' || ', map { qq{hex("$_") || ' '} } @COLUMNS;
		my $ran = run({in => ".mode csv\n.import $file t\n" .
		    ".mode list\nSELECT $select FROM t ORDER BY rowid;\n"},
		    $program, '-batch', ':memory:');
		is($ran->{err}, '', 'sqlite3: no complaint');
		same_cells([\@COLUMNS, @{from_hex($ran->{out})}], $want,
		    'sqlite3: .import');
	}
}

sub miller {
	my ($format, $file, $want) = @_;
	SKIP: {
		my $program = have('mlr') or
		    skip('mlr (Miller) is not installed', 3);
		# Nothing is a number, and {} no map.
		my $ran = run($program, '-S', "--i$format", '--ojson',
		    qw(--no-auto-unflatten --no-auto-flatten),
		    '--jlistwrap', 'cat', $file);
		is($ran->{err}, '', "miller, $format: no complaint");
		my $rows = eval { JSON::PP->new->utf8->decode($ran->{out}) };
		same_cells(from_objects(@{$rows // []}), $want,
		    "miller, $format");
	}
}

my $HEX;
BEGIN {
	$HEX = <<'PYTHON';
import csv, json, sys
def show(cells):
    print(''.join(c.encode('utf-8').hex() + ' ' for c in cells))
PYTHON
}

sub python {
	my ($about, $script, $file, $want) = @_;
	SKIP: {
		my $program = have('python3') or
		    skip('python3 is not installed', 3);
		my $ran = run($program, '-I', '-c', $HEX . $script, $file);
		is($ran->{err}, '', "$about: no complaint");
		same_cells(from_hex($ran->{out}), $want, $about);
	}
}

sub python_csv {
	my ($file, $want) = @_;
	python('python, csv', <<'PYTHON', $file, $want);
with open(sys.argv[1], newline='', encoding='utf-8') as f:
    for row in csv.reader(f, strict=True):
        show(row)
PYTHON
}

sub python_json {
	my ($file, $want) = @_;
	python('python, json', <<'PYTHON', $file, $want);
first = True
with open(sys.argv[1], newline='\n', encoding='utf-8') as f:
    for line in f:
        row = json.loads(line)
        if first:
            show(row)
        first = False
        show(row.values())
PYTHON
}

# No cell that a spreadsheet takes for a formula, and nothing lost by it.
sub spreadsheet_safe {
	my @safe = map { [cells($_)] } split /\n/,
	    slurp(written('csv', '--spreadsheet-safe'));
	# Blanks in front do not stop a spreadsheet, nor does it care whether
	# the sign is wide.
	my $formula = qr/^ *(?:[=+\-@\t\r]|\xef\xbc[\x8b\x8d\x9d\xa0])/;
	is_deeply([map { printable($_) } grep { /$formula/ } map { @$_ } @safe],
	    [], 'spreadsheet-safe: no cell is a formula');
	is_deeply([map { [map { MLS::unescape($_) } @$_] } @safe],
	    [map { [map { MLS::unescape($_) } @$_] } @csv],
	    'spreadsheet-safe: the same bytes come back');
	cmp_ok(scalar(grep { /$formula/ } map { @$_ } @csv), '>', 15,
	    'without it there are formulas');
}
