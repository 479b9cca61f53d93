#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The operational log: where it goes, what it holds, that it is bounded.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Live qw(live appears);
use MLS;
use Test::More;

my $log = "$DIR/log";
my $failure = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: unknown' .
    "[198.51.100.66]: SASL LOGIN authentication failed: x, sasl_username=b\n";
my @usual = ('--database', '/dev/null', '--now', '2026-11-22T18:00:00Z');

# /dev/null is no database: one warning.
my $r = run({ in => $failure }, $FILTER, @OFFLINE, @usual);
like $r->{err}, qr{\Amls-filter: /dev/null:1: [^\n]*\n\z},
    'a warning on stderr';
$r = run({ in => $failure }, $FILTER, @OFFLINE, @usual, '-q');
is $r->{err}, '', '-q: only errors';
$r = run({ in => $failure }, $FILTER, @OFFLINE, @usual, '-v');
like $r->{err}, qr/started\n.*ended\n\z/s, '-v: start and end too';

$r = run({ in => $failure }, $FILTER, @OFFLINE, @usual, '--log', $log, '--log-level',
    'info');
is $r->{err}, '', '--log FILE: nothing on stderr';
my $stamp = qr/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d{4} mls-filter\[\d+\]/;
like slurp($log), qr{\A$stamp:\ info:\ started\n
    $stamp:\ warning:\ /dev/null:1:\ [^\n]*\n$stamp:\ info:\ ended\n\z}x,
    'stamped, with program, pid and level';
is sprintf('%o', (stat $log)[2] & 0777), '640', 'mode 0640';
unlink $log;
symlink "$DIR/elsewhere", $log;
$r = run({ in => $failure }, $FILTER, @OFFLINE, @usual, '--log', $log);
is $r->{status}, 73, 'not through a symbolic link';
ok !-e "$DIR/elsewhere", 'nothing was made';
unlink $log;

spew("$DIR/one", '');
link "$DIR/one", $log;
is run({ in => $failure }, $FILTER, @OFFLINE, @usual, '--log', $log)->{status}, 73,
    'not into a file with another name';
unlink $log;
require POSIX;
POSIX::mkfifo($log, 0600);
is run({ in => $failure }, $FILTER, @OFFLINE, @usual, '--log', $log)->{status}, 73,
    'not into a FIFO, and without waiting';
unlink $log;
$r = run({ in => $failure }, $FILTER, @OFFLINE, @usual, '--log', "$DIR/both", '-o',
    "$DIR/both");
is $r->{status}, 64, 'not into the output';
unlink $log;

# HUP opens it again.
my ($pid, $write) = live("$DIR/out", undef, $FILTER, @OFFLINE, @usual, '--log',
    $log, '--log-level', 'info');
appears($log, 'started');
rename $log, "$log.1";
kill 'HUP', $pid;
ok defined appears($log, 'opened again'), 'HUP: the log is opened again';
like slurp($log), qr/: output and log opened again\n/,
    'no database is, before a row needs one';
close $write;
waitpid $pid, 0;
like slurp($log), qr/ended\n\z/, 'and used to the end';

# A flood of warnings is cut off and counted: errors are not.
my @missing = map { "$DIR/none$_" } 1 .. 70;
$r = run($FILTER, @OFFLINE, '--database', '/dev/null', '-q', @missing);
is scalar(() = $r->{err} =~ /\n/g), 70, 'errors are all said';
my @databases = map { ('--database', "$DIR/none$_") } 1 .. 70;
$r = run({ in => $failure }, $FILTER, @OFFLINE, @databases);
is scalar(() = $r->{err} =~ /none\d+/g), 20, 'complaints stop at 20';
like $r->{err}, qr/and 50 more/, 'and say how many more';

# Closed descriptors are errors, and no file takes their place.
$r = run('sh', '-c', "echo x | '$FILTER' @OFFLINE -q --database /dev/null >&-");
is $r->{status}, 74, 'standard output closed: exit 74';
$r = run('sh', '-c', "'$FILTER' @OFFLINE -q --database /dev/null -o '$DIR/o' <&-");
is $r->{status}, 74, 'standard input closed: exit 74';

# --stats
$r = run({ in => $failure x 3 }, $FILTER, @OFFLINE, @usual, '-q', '--stats');
like $r->{err}, qr/inputs: 1, bytes: \d+, lines looked at: 3, events: 3, rows: 3/,
    'counters';

spew("$DIR/db.csv", "198.51.100.0,198.51.100.255,FR\n");
utime time - 3 * 86400 - 60, time - 3 * 86400 - 60, "$DIR/db.csv";
$r = run({ in => $failure }, $FILTER, @OFFLINE, '--database', "$DIR/db.csv", '--stats');
like $r->{err}, qr/database \Q$DIR\E\/db\.csv: range CSV, 1 IPv4 and 0 IPv6 ranges, 3 days old/,
    'names and ages of the databases';

done_testing;
