#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Where rows go: formats, header, -o and what it refuses, locks, reopening.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(:flock :mode);
use JSON::PP ();
use MLS;
use Test::More;

my $P = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: unknown';
my $db = "$DIR/db.csv";
spew($db, "198.51.100.0,198.51.100.255,FR\n",
    "203.0.113.0,203.0.113.255,DE\n");
my @usual = ('--now', '2026-11-22T18:00:00Z', '--database', $db);

sub failure {
	my ($user, $ip) = @_;
	$ip //= '198.51.100.66';
	return "$P\[$ip]: SASL LOGIN authentication failed: x, " .
	    "sasl_username=$user\n";
}

sub filter {
	my ($in, @options) = @_;
	return run({ in => $in }, $FILTER, @OFFLINE, @usual, @options);
}

my $HEADER = 'server,date,ip,user,hostname,reverse_dns_status,' .
    'country_code,asn,aso,event,service,mechanism';
my $date = '2026-11-22T11:05:40+00:00';
my $row = sub {
	"mx1,$date,198.51.100.66,$_[0],,SKIPPED,FR,,,auth-failure,smtpd,LOGIN"
};

# Formats.
my $r = filter(failure('bob') . failure('a,"b'));
is $r->{out}, join("\n", $HEADER, $row->('bob'), $row->('"a,""b"'), ''),
    'csv, the default';
is $r->{err}, '', 'nothing on stderr';
is $r->{status}, 0, 'exit 0';

$r = filter(failure("tab\there") . failure('q"'), '--format', 'tsv',
    '--columns', 'ip,user,service');
is $r->{out}, "ip\tuser\tservice\n198.51.100.66\ttab\\x09here\tsmtpd\n" .
    "198.51.100.66\tq\"\tsmtpd\n", 'tsv: no quotes, tabs escaped';

$r = filter(failure('"q'), '--format', 'tsv', '--columns', 'user');
is $r->{out}, "user\n\\x22q\n", 'tsv: no cell begins with a quote';

$r = filter(failure("j\"\\\t\xc3\xa9\xff"), '--format', 'jsonl',
    '--columns', 'ip,user,asn');
my $object = JSON::PP->new->utf8->decode($r->{out});
is_deeply $object, { ip => '198.51.100.66', asn => '',
	user => "j\"\\\\\\x09\x{e9}\\xFF" }, 'jsonl: the cell text';
like $r->{out}, qr/\A\{"ip":[^\n]*\}\n\z/, 'one object a line, no header';

# The predecessor's file: ; CRLF, nine columns, minutes, null and N/A; quotes
# only where Python's csv.QUOTE_MINIMAL has them.
my @seed = (
	[ 'bob', '198.51.100.66', 'bob', 'FR' ],
	[ 'a;b', '198.51.100.66', '"a;b"', 'FR' ],
	[ 'q"u', '192.0.2.1', '"q""u"', 'N/A' ],
	[ 'a,b c', '203.0.113.9', 'a,b c', 'DE' ],
	[ 'DOM\\user', '203.0.113.9', 'DOM\\user', 'DE' ],
	[ "jos\xc3\xa9", '203.0.113.9', "jos\xc3\xa9", 'DE' ],
);
my $expected = "server;date;ip;user;hostname;reverse_dns_status;" .
    "country_code;asn;aso\r\n" . join '', map {
	"mx1;22/11/2026 11:05;$_->[1];$_->[2];null;Failed (Unknown);" .
	    "$_->[3];N/A;N/A\r\n" } @seed;
$r = filter(join('', map { failure($_->[0], $_->[1]) } @seed),
    '--format', 'maillogsentinel');
is $r->{out}, $expected, 'maillogsentinel, byte for byte';

# With look-ups: documentation networks are answered without a question.
is run({ in => failure('bob') }, $FILTER, @usual, '--header', 'never',
    '--format', 'maillogsentinel')->{out},
    "mx1;22/11/2026 11:05;198.51.100.66;bob;null;OK;FR;N/A;N/A\r\n",
    'maillogsentinel has no word for LOCAL but OK';

# Columns and events.
$r = filter(failure('bob'), '--columns', 'user,nonsense');
is $r->{status}, 64, 'unknown column: usage';
like $r->{err}, qr/unknown column 'nonsense'/, 'and says so';
is $r->{out}, '', 'no rows';
is filter(failure('bob'), '--columns', 'user,user')->{status}, 64,
    'a column twice';
$r = filter(failure('bob'), '--events', 'auth-success', '--columns', 'ip');
is $r->{status}, 64, 'successes without the column event: refused';
like $r->{err}, qr/must include 'event'/, 'and says why';
is filter('', '--events', 'auth-failure,auth-success', '--format',
    'maillogsentinel')->{status}, 64, 'nor in the seed\'s format';
is filter('', '--events', 'sunrise')->{status}, 64, 'unknown event';
$r = filter(failure('') . failure('x'), '--columns', 'user');
is $r->{out}, "user\n\"\"\nx\n", 'a row of one empty cell is not empty';
$r = filter(failure('bob'), '--columns',
    'client,reason,pid,program,network,message');
is $r->{out}, "client,reason,pid,program,network,message\n" .
    "unknown,x,250,postfix/smtpd,198.51.100.0/24,\"warning: unknown" .
    "[198.51.100.66]: SASL LOGIN authentication failed: x, " .
    "sasl_username=bob\"\n", 'columns on request';
$r = filter(failure('=1+1') . failure(' @x'), '--spreadsheet-safe',
    '--columns', 'user');
is $r->{out}, "user\n\\x3D1+1\n \\x40x\n", 'no cell begins a formula';
$r = filter(failure('x;=1+1'), '--spreadsheet-safe', '--columns', 'user');
is $r->{out}, "user\nx;\\x3D1+1\n", 'nor behind a semicolon';

# Header.
is filter(failure('b'), '--columns', 'user', '--header', 'never')->{out},
    "b\n", '--header never';
spew("$DIR/full", "user\nold\n");
system "$FILTER @OFFLINE @usual --columns user >>'$DIR/full' <<'E'\n" . failure('new') .
    "E\n";
is slurp("$DIR/full"), "user\nold\nnew\n", 'no header when >> appends';

# -o
my $out = "$DIR/out.csv";
$r = filter(failure('one'), '-o', $out, '--columns', 'user');
is $r->{status}, 0, '-o creates';
is slurp($out), "user\none\n", 'with a header';
is sprintf('%04o', S_IMODE((stat $out)[2])), '0640', 'mode 0640';
filter(failure('two'), '-o', $out, '--columns', 'user');
is slurp($out), "user\none\ntwo\n", 'and appends without another';
filter(failure('three'), '-o', $out, '--columns', 'user', '--header',
    'always');
is slurp($out), "user\none\ntwo\nuser\nthree\n", '--header always';
my $before = slurp($out);
$r = filter(failure('four'), '-o', $out, '--columns', 'ip');
is $r->{status}, 78, 'another header: exit 78';
like $r->{err}, qr/\Q$out\E.*header/, 'names the file';
is slurp($out), $before, 'and leaves it alone';
is filter(failure('x'), '-o', $out, '--format', 'jsonl')->{status}, 78,
    'JSON lines onto CSV: exit 78';
spew("$DIR/torn", "user\nhal");
$r = filter(failure('next'), '-o', "$DIR/torn", '--columns', 'user');
is slurp("$DIR/torn"), "user\nhal\nnext\n", 'a torn row is ended first';
like $r->{err}, qr/middle of a row/, 'and said';

spew("$DIR/torn", "user,i");
$r = filter(failure('next'), '-o', "$DIR/torn", '--columns', 'user,ip');
is slurp("$DIR/torn"), "user,ip\nnext,198.51.100.66\n",
    'a torn header is written anew';

# What -o refuses.
mkdir "$DIR/dir";
spew("$DIR/target", '');
symlink "$DIR/target", "$DIR/link";
link "$DIR/target", "$DIR/hard";
POSIX::mkfifo("$DIR/fifo", 0600);
for ([ dir => 'directory' ], [ link => 'symbolic link' ],
    [ hard => 'hard link' ], [ fifo => 'fifo' ],
    [ 'none/out' => 'directory that is not there' ]) {
	my ($name, $what) = @$_;
	$r = filter(failure('x'), '-o', "$DIR/$name");
	is $r->{status}, 73, "$what: exit 73";
	like $r->{err}, qr/\Q$DIR\/$name\E/, "$what: named";
}
is slurp("$DIR/target"), '', 'the target was not touched';

# A second writer.
open my $held, '>>', $out or die;
flock $held, LOCK_EX or die;
$r = filter(failure('x'), '-o', $out, '--columns', 'user');
is $r->{status}, 75, 'locked: exit 75';
like $r->{err}, qr/process $$\b/, 'says who holds it';
is slurp($out), $before, 'and writes nothing';
close $held;

# Whoever asks a question and reads only its beginning hears nothing more.
spew("$DIR/asked", failure('x') x 20000);
for ("--explain '$DIR/asked'", '--help', '--print-config', '--check') {
	$r = run('bash', '-c', "'$FILTER' @OFFLINE --database '$db' $_ | head -n 1 " .
	    ">/dev/null; echo \${PIPESTATUS[0]}");
	is $r->{err}, '', "$_ | head -1: silent";
	like $r->{out}, qr/\A(0|141)\n\z/, "$_: no error";
}

# Writes that fail.
SKIP: {
	skip 'no /dev/full', 2 unless -c '/dev/full';
	$r = run({ in => failure('x'), out_file => '/dev/full' }, $FILTER, @OFFLINE,
	    @usual);
	is $r->{status}, 74, '/dev/full: exit 74';
	like $r->{err}, qr/cannot write to 'standard output'/, 'said';
}
my $many = join '', map { failure("user$_") } 1 .. 20000;
spew("$DIR/many", $many);
$r = run("sh", "-c", "'$FILTER' @OFFLINE --database '$db' --now 2026-11-22T18:00:00Z " .
    "--columns user '$DIR/many' | head -n 1; echo \$?");
is $r->{out}, "user\n0\n", 'head -1 ends it';
is $r->{err}, '', 'silently';
SKIP: {
	skip 'root and mount are needed for a full disk', 3 if $> != 0;
	mkdir "$DIR/small";
	skip 'cannot mount a tmpfs', 3 if system("mount -t tmpfs -o size=64k " .
	    "tmpfs '$DIR/small' 2>/dev/null");
	$r = run($FILTER, @OFFLINE, @usual, '--columns', 'user', '-o',
	    "$DIR/small/out", "$DIR/many");
	is $r->{status}, 74, 'disk full: exit 74';
	like $r->{err}, qr/No space left/, 'says so';
	my $kept = slurp("$DIR/small/out");
	my $rows = () = $kept =~ /\n/g;
	is $kept, join('', "user\n", map { "user$_\n" } 1 .. $rows - 1),
	    'what is there is whole rows';
	system "umount '$DIR/small'";
}

done_testing;
