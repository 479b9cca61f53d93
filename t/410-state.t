#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --state: a log read on where it was left.  What it needs, what it refuses, who
# may write, and that a run may end anywhere: at every system call by kill -9,
# and by every one that fails.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Compress::Raw::Zlib qw(crc32);
use Fcntl qw(:flock);
use IO::Compress::Gzip qw(gzip);
use Test::More;
use Time::HiRes qw(sleep time);
use MLS;

my $P = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
sub failure {
	return "${P}warning: unknown[198.51.100.66]: SASL LOGIN " .
	    "authentication failed: x, sasl_username=$_[0]\n";
}
sub other { return "${P}connect from unknown[192.0.2.1] $_[0]\n" }

my $dir = "$DIR/a";
my ($log, $state, $out) = map { "$dir/$_" } qw(log state out);
sub fresh {
	system('rm', '-rf', $dir);
	mkdir $dir or die "$dir: $!";
	spew($log, @_);
}
my @FILTER = ($FILTER, @OFFLINE, qw(--config /dev/null --database /dev/null
    --columns user --header never));
my @STATE = ('--state', $state, '-o', $out);
sub filter { return run(@FILTER, @STATE, @_, $log) }
sub add {
	open my $f, '>>:raw', $log or die "$log: $!";
	print $f @_;
	close $f;
}

# A run gives the rows of what is new.
sub gives {
	my ($rows, $about, @options) = @_;
	my $before = -e $out ? length slurp($out) : 0;
	my $ran = filter(@options);
	is_deeply([@$ran{qw(status out err)}], [0, '', ''], "$about: silent");
	is(substr(slurp($out), $before), $rows, $about);
}

fresh(failure('a'), other(1));
gives("a\n", 'the first time');
gives('', 'nothing new');
add(failure('b'), other(2), failure('c') =~ s/\n//r);
gives("b\n", 'a line that is not complete waits');
add("c\n");
gives("cc\n", 'until it is');
is(sprintf('%o', (stat $state)[2] & 0777), '640', 'not for everybody');
like(slurp($state), qr/^sequence [4-9]\nrows 3\n/m, 'all rows are counted');
ok(!-e "$out.cut", 'nothing was cut off');

# "last message repeated" across runs.
add(failure('d'));
gives("d\n", 'a row');
add("2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times\n");
gives("d\nd\n", 'which is repeated');
add("2026-11-22T11:05:41+01:00 mx1 last message repeated 1 times\n");
gives("d\n", 'and once more');
add(other(3));
gives('', 'something else');
add("2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times\n");
gives('', 'which has no rows');

# And of files.
sub again {
	return '2026-11-22T11:05:41+01:00 mx1 last message repeated ' .
	    "$_[0] times\n";
}
fresh(failure('a'));
spew("$log.2", failure('b'));
spew("$log.1", again(2));
spew($log, again(1), failure('c'));
gives("b\nb\nb\nb\nc\n", 'repeated in the files behind');
rename "$log.2", "$log.3";
rename "$log.1", "$log.2";
rename $log, "$log.1";
spew($log);
gives('', 'rotated, and nothing new');
add(again(2));
gives("c\nc\n", 'repeated in a new file');
add(again(1));
gives("c\n", 'and again');
rename $log, "$log.0";
spew($log, failure('d') =~ s/\n//r);
gives('', 'half a line');
add("\n", again(1));
gives("d\nd\n", 'and all of it');
fresh(failure("a\\b\tc"));
filter();
rename $log, "$log.1";
spew($log);
gives('', 'rotated, with a line that is not plain');
add(again(1));
gives("a\\\\b\\x09c\n", 'and is repeated');
add(again(1));
gives("a\\\\b\\x09c\n", 'and again, whatever is in it');
fresh(failure('a'));
filter();
unlink $log;
spew($log, again(2), failure('b'));
is(filter()->{status}, 1, 'a file is gone');
is(slurp($out), "a\nb\n", 'what is repeated then, nobody knows');

# A line that is longer than one may be, in pieces.
my $long = failure('e' . 'x' x 70_000);
add($long =~ s/\n//r);
gives(substr($long, 0, 65536) =~ s/.*=(.*)/$1\n/r,
    'a line that is too long is cut');
add('y' x 400_000);
gives('', 'its rest is passed over');
add(failure('forged'), failure('f'));
gives("f\n", 'up to its end');

# The first time: what there is, or not.
fresh(failure('a'));
spew("$log.1", failure('one'));
spew("$log.2", failure('two'));
system('gzip', "$log.2");
gives("two\none\na\n", 'the first time: all that was rotated away',
    '--backlog', 'all');
fresh(failure('a'), failure('b') =~ s/\n//r);
spew("$log.1", failure('one'));
gives('', '--backlog none: nothing', '--backlog', 'none');
add("rest\n", failure('c'));
gives("c\n", 'not the rest of a line either');

# Header, and an output that somebody moved or removed.
fresh(failure('a'));
@FILTER[-1] = 'auto';
filter();
rename $out, "$out.1";
add(failure('b'));
gives("user\nb\n", 'a new output has a header');
unlink $out;
add(failure('c'));
gives("user\nc\n", 'so has one that takes the place of a removed one');
fresh(other(1));
filter();
rename $out, "$out.1";
spew($out, "user\nforeign\n");
add(failure('a'));
gives("a\n", 'the same header does not make it the same output');
@FILTER[-1] = 'never';

# The machine was started again: a disk has another number.  And what stands
# behind the checkpoint is recognised all the same.
sub restate {
	my ($change) = @_;
	local $_ = slurp($state) =~ s/sum \w+\n\z//r;
	$change->();
	spew($state, $_, sprintf "sum %08x\n", crc32($_));
}
for ([sub {}, 'an output'], [sub { rename $out, "$out.1" }, 'one moved away'],
    [sub { system('cp', $out, "$out.new"); rename "$out.new", $out },
	'a copy of one']) {
	my ($move, $about) = @$_;
	my @rows = map { "user-$_\n" } 1 .. 40;
	fresh(map { failure("user-$_") } 1 .. 40);
	gives(join('', @rows), "$about: before");
	spew($out, @rows, "again\n");
	$move->();
	add(failure('again'));
	restate(sub { s/^(\w+ device) \d+$/$1 1/mg });
	is_deeply([@{filter()}{qw(status err)}], [0, ''],
	    "$about, on a disk of another number: silent");
	is(join('', map { slurp($_) } grep { -e } "$out.1", $out),
	    join('', @rows, "again\n"), "$about: nothing is there twice");
	is(join('', map { slurp($_) } glob "$out*.cut"), "again\n",
	    "$about: cut back");
}
fresh();
filter();
restate(sub { s/^(\w+ device) \d+$/$1 1/mg });
add(failure('a'));
gives("a\n", 'a log that was empty, on a disk of another number');
spew("$out.1", "a\n");
restate(sub { s/^(output inode) \d+$/"$1 " . (stat "$out.1")[1]/me;
    s/^output length .*$/output length 1/m });
spew("$out.1", "other\n");
filter();
is(slurp("$out.1"), "other\n", 'another file with that inode is left alone');
fresh(failure('a'));
filter();
add(failure('b'));
restate(sub {
	s/state 2/state 1/;
	s/^(output (head|tail)|line|left|log|carried) .*\n//mg;
});
gives("b\n", 'the state of a version before');

# Killed before there was a row.
fresh(other(1));
filter();
restate(sub { s/^ended 1$/ended 0/m });
add(failure('a'));
gives("a\n", 'an output that was empty is not gone');

# A file that was rotated away and is not what was read of it: nobody knows what
# else is missing.
for (['cut', sub { truncate "$log.1", 3000 }],
    ['compressed and cut', sub { system('gzip', "$log.1");
	truncate "$log.1.gz", 300 }],
    ['an older one, and more', sub { my $old = slurp("$log.1");
	spew("$log.1", substr($old, 0, 4000) =~ s/[^\n]*\z//r,
	    failure('lost')) }]) {
	my ($about, $damage) = @$_;
	fresh(map { failure("u$_") } 1 .. 100);
	filter();
	add(failure('v'));
	rename $log, "$log.1";
	$damage->();
	spew($log, failure('w'));
	my $ran = filter();
	is($ran->{status}, 1, "rotated away, $about: status");
	like($ran->{err}, qr/may be missing/, "rotated away, $about: is said");
	like(slurp($out), qr/^w$/m, "rotated away, $about: the next is read");
}

fresh(failure('same') x 100);
filter();
rename $log, "$log.1";
truncate "$log.1", 50 * length failure('same');
spew($log, failure('w'));
is(filter()->{status}, 1, 'cut where it looks as it did: status');
like(slurp($out), qr/\A(same\n){100}w\n\z/, 'and the next is read');

fresh(map { failure("u$_") } 1 .. 20);
filter();
unlink $log;
spew("$log.1", failure('u1'), map { failure("n$_") } 1 .. 40);
spew($log, failure('w'));
is(filter()->{status}, 1, 'one with the same first line, longer: status');
like(slurp($out), qr/^u20\nu1\nn1\n(?:n\d+\n){39}w\n\z/m, 'is read');
{
	fresh(failure('a'));
	gzip(\(join '', map { failure("u$_") } 1 .. 20), "$log.1.gz",
	    -Level => 0);
	truncate "$log.1.gz", 500;
	my $ran = filter('--backlog', 'all');
	is(slurp($out), "u1\nu2\nu3\na\n",
	    'what there is of a damaged one is read');
}

# What was last written to when that was that is gone has been read.
fresh(failure('a'));
spew("$log.2", failure('y'));
spew("$log.1", failure('z'));
utime 1795000000, 1795000000, $log, "$log.1", "$log.2";
gives("y\nz\na\n", 'written to at one time');
unlink $log;
spew($log, failure('b'));
is(filter()->{status}, 1, 'one of them gone: status');
is(slurp($out), "y\nz\na\nb\n", 'the others are not read again');

fresh();
gives('', 'an empty log');
unlink $log;
spew($log, failure('a'));
is(filter()->{status}, 1, 'that is gone: status');
is(slurp($out), "a\n", 'the next is read');

# Compressed with what we do not read: said once, and the rest is read.
my $WHEN = '(?:about|before|between) \S+(?: and \S+)?';
sub misses {
	my ($why, $rows, $about, @options) = @_;
	my $before = -e $out ? length slurp($out) : 0;
	my $ran = filter(@options);
	is($ran->{status}, 1, "$about: status");
	my $what = "lines of '\Q$log\E' written $WHEN may be missing";
	like($ran->{err}, qr/\Amls-filter: $what: [^\n;]*$why[^\n;]*\n\z/,
	    "$about: said once");
	is(substr(slurp($out), $before), $rows, "$about: the rest is read");
}
sub packed {
	my ($from, $to) = @_;
	spew($to, "\xFD7zXZ\0", 'x' x 100);
	utime((stat $from)[8, 9], $to);
	unlink $from;
}
my $use_gzip = 'have logrotate use gzip, or delaycompress';
fresh(map { failure("u$_") } 1 .. 20);
filter();
add(failure('lost'));
packed($log, "$log.1.xz");
spew($log);
misses($use_gzip, '', 'xz, and an empty log');
gives('', 'xz: not said again');
add(failure('v'));
gives("v\n", 'xz: read on');
rename "$log.1.xz", "$log.3.xz";
rename $log, "$log.2";
packed("$log.2", "$log.2.xz");
spew("$log.1", failure('w'));
spew($log, failure('x'));
misses($use_gzip, "w\nx\n", 'xz, and others behind');
fresh();
for (1 .. 3) {
	spew("$dir/file", failure('lost'));
	packed("$dir/file", "$log.$_.zst");
}
misses($use_gzip, '', 'the first time, all compressed so');
add(failure('a'));
gives("a\n", 'then read on');
fresh();
unlink $log;
spew("$log.3", failure('a'));
filter('--backlog', 'all');
spew("$dir/file", failure('lost'));
packed("$dir/file", "$log.2.xz");
spew("$log.1", failure('b'));
spew($log, failure('c'));
misses($use_gzip, "b\nc\n", 'one in the middle');
fresh(failure('a'));
spew("$log.1", failure('b'));
spew("$log.2", failure('c'));
spew("$log.5", failure('d'));
spew("$log.6", failure('e'));
misses('a file among those .* is missing', "e\nd\nc\nb\na\n", 'a hole',
    '--backlog', 'all');
gives('', 'not said again');
fresh(failure('a'));
filter();
rename $log, "$log.2";
spew($log, failure('b'));
misses('a file among those .* is missing', "b\n", 'a hole before the log');
fresh(failure('a'));
spew("$log-2026112$_", failure("day$_")) for 0, 1;
gives("day0\nday1\na\n", 'dates');
rename $log, "$log-20261122";
spew("$log-20261124", failure('day4'));
spew($log, failure('b'));
gives("day4\nb\n", 'dates show no hole');

# Numbers and dates: in the order of time.
for my $turn (0, 1) {
	fresh(failure('log'));
	my @files = (map({ "$log.$_" } 3, 2, 1), "$log-20261122");
	@files = @files[3, 0, 1, 2] if $turn;
	for my $n (0 .. 3) {
		spew($files[$n], failure($n));
		utime 1795000000 + $n, 1795000000 + $n, $files[$n];
	}
	gives("0\n1\n2\n3\nlog\n", 'numbers and dates');
}

# While one is compressed it is there twice.
for my $part (1, 0.5, 0) {
	my @lines = map { failure("u$_") } 1 .. 100;
	gzip(\join('', @lines), \my $packed);
	$packed = substr $packed, 0, $part * length $packed;
	my $rows = join '', map { "u$_\n" } 1 .. 100;
	fresh(failure('b'));
	spew("$log.1", @lines);
	spew("$log.1.gz", $packed);
	gives("${rows}b\n", "being compressed: $part of it");
	fresh(@lines[0 .. 9]);
	filter();
	spew($log, @lines);
	rename $log, "$log.1";
	spew("$log.1.gz", $packed);
	spew($log, failure('b'));
	gives(substr($rows, 31) . "b\n", "$part of it, later");
}

# Lines that come late, to a file that was read to its end.
sub add_to {
	my ($name, @lines) = @_;
	open my $f, '>>:raw', $name or die "$name: $!";
	print $f @lines;
	close $f;
}
for (['renamed', sub { "$log.1" }], ['renamed twice', sub {
	    rename "$log.1", "$log.2";
	    rename $log, "$log.1";
	    spew($log);
	    "$log.2" }],
    ['compressed', sub { system('gzip', '-n', "$log.1"); '' }]) {
	my ($about, $then) = @$_;
	fresh(failure('a'));
	filter();
	rename $log, "$log.1";
	spew($log, failure('b'));
	gives("b\n", "late, $about: before");
	add_to("$log.1", failure('late'));
	my $name = $then->();
	gives("late\n", "late, $about");
	gives('', "late, $about: once");
	next unless $name;
	add_to($name, failure('later'));
	add_to($log, failure('c'));
	# Which first, depends on where the log was left.
	is(filter()->{status}, 0, "late, $about: again, status");
	like(slurp($out), qr/late\n(?:c\nlater|later\nc)\n\z/,
	    "late, $about: again");
}

# The log is gone meanwhile.
fresh(failure('a'));
filter();
rename $log, "$log.1";
spew($log, failure('b'));
gives("b\n", 'late, and no log: before');
add_to("$log.1", failure('late'));
unlink $log;
spew($log, failure('c'));
is(filter()->{status}, 1, 'late, and no log: status');
is(join('', sort split /^/m, slurp($out)), "a\nb\nc\nlate\n",
    'late, and no log: each once');

fresh(failure('a'));
filter();
rename $log, "$log.1";
spew($log, failure('b'));
gives("b\n", 'late, half a line: before');
add_to("$log.1", failure('late') =~ s/\n//r);
gives('', 'late, half a line');
add_to("$log.1", "\n");
gives("late\n", 'late, all of it');
add_to("$log.1", again(2));
gives("late\nlate\n", 'late, and repeated');
rename "$log.1", "$log.2";
rename $log, "$log.1";
spew($log, failure('c'));
gives("c\n", 'late, a repetition: before');
add_to("$log.1", again(1));
gives("b\n", 'late, a repetition');

# What is refused.
sub refuses {
	my ($status, $like, $about, @command) = @_;
	my $ran = run(@command);
	is($ran->{status}, $status, "$about: status");
	like($ran->{err}, qr/\Amls-filter: [^\n]*$like[^\n]*\n\z/,
	    "$about: why");
}
fresh(failure('a'));
refuses(64, '--state needs --output', 'no output', @FILTER, '--state', $state,
    $log);
refuses(64, '--state needs one file', 'no file', @FILTER, @STATE);
refuses(64, '--state needs one file', 'standard input', @FILTER, @STATE, '-');
refuses(64, '--state needs one file', 'two files', @FILTER, @STATE, $log,
    $log);
refuses(64, '--follow needs --state', 'follow', @FILTER, '--follow', $log);
refuses(64, '--reset-state needs --state', 'reset', @FILTER, '--reset-state',
    $log);
refuses(64, 'both state and output', 'one for both', @FILTER, '--state', $out,
    '-o', $out, $log);
refuses(64, 'both state and log', 'the log itself', @FILTER, '--state', $log,
    '-o', $out, $log);
is(slurp($log), failure('a'), 'the log itself: as it was');
refuses(66, q{'.*/none': there is no such file}, 'no log', @FILTER, @STATE,
    "$dir/none");
ok(!-e $out && !-e $state, 'nothing is created then');
POSIX::mkfifo("$dir/fifo", 0600);
refuses(66, 'no regular file', 'a FIFO', @FILTER, @STATE, "$dir/fifo");

filter();
my $good = slurp($state);
for (['', 'nothing in it'], [$good =~ s/rows 1/rows 2/r, 'another number'],
    [substr($good, 0, 100), 'cut short'], ['x' x 100_000, 'too long'],
    ["$good ", 'something behind it']) {
	spew($state, $_->[0]);
	refuses(65, 'is damaged; restore it, or begin anew with --reset-state',
	    "a state with $_->[1]", @FILTER, @STATE, $log);
	is(slurp($state), $_->[0], 'it is left alone');
}
for my $which ('input', 'left') {
	spew($state, $good);
	restate(sub { s/^$which again \K\d+$/9999/m });
	refuses(65, 'not the state of this version', "$which: behind its place",
	    @FILTER, @STATE, $log);
}
spew($state, "$good ");
is(slurp($out), "a\n", 'so is the output');
{
	my $ran = filter('--reset-state');
	is($ran->{status}, 0, '--reset-state');
	like($ran->{err}, qr/state was put away as '\Q$state\E\.old-\d{8}T/,
	    'says where the old one is');
	is(slurp((glob "$state.old-*")[0]), "$good ", 'there it is');
	is(slurp($out), "a\na\n", 'and reading begins anew');
}
{
	my @first = glob "$state.old-*";
	filter('--reset-state') for 1 .. 5;
	is(scalar(() = glob "$state.old-*"), @first + 5,
	    'five within seconds: none takes the place of another');
	spew($out, "a\na\n");
}
unlink $state;
refuses(65, "there is no state '\Q$state\E', but '\Q$out\E' holds rows",
    'a state that is gone', @FILTER, @STATE, $log);
is(slurp($out), "a\na\n", 'the output is as it was');
{
	my $ran = filter(qw(--backlog none));
	is_deeply([$ran->{status}, slurp($out)], [0, "a\na\n"],
	    'with --backlog none: nothing');
	like($ran->{err}, qr/holds rows: what has been logged since is passed/,
	    'with a warning');
	unlink $state;
	@FILTER[-1] = 'auto';
	spew($out, "user\n");
	gives("a\n", 'a header is no row');
	@FILTER[-1] = 'never';
}
my $text = slurp($log);
spew($log, $text, failure('b'));
filter();
spew($log, $text =~ s/11:05:40/11:05:41/r, failure('b'), failure('c'));
is(filter()->{status}, 1, 'a log that begins otherwise: something is missing');
spew($log, (map { failure("n$_") } 1 .. 30));
filter();
spew($log, (map { failure("n$_") } 1 .. 20, 22 .. 40));
refuses(65, 'somebody has edited it', 'a log that was edited', @FILTER, @STATE,
    $log);
for ([[1 .. 2], 'as it was'], [[1 .. 2, 5 .. 9], 'and grown since']) {
	my ($lines, $about) = @$_;
	fresh(map { failure("n$_") } 1 .. 3);
	filter();
	unlink $log;
	spew($log, map { failure("n$_") } @$lines);
	refuses(65, 'put an older copy there', "an older copy of a short log, " .
	    $about, @FILTER, @STATE, $log);
	is(slurp($out), "n1\nn2\nn3\n", "$about: nothing is there twice");
}
fresh(failure('a'), failure('b'));
filter();
truncate $out, 2;
add(failure('c'));
refuses(65, 'somebody has cut it; move it away', 'an output that was cut',
    @FILTER, @STATE, $log);
spew($out, "x\nb\nc\n");
refuses(65, 'somebody has changed it; move it away', 'an output that was ' .
    'changed', @FILTER, @STATE, $log);

# The state of another log.
fresh(failure('a'));
filter();
spew("$dir/other", failure('b'));
refuses(78, "is the state of '\Q$log\E': '.*other' needs one of its own",
    'another log', @FILTER, @STATE, "$dir/other");
is(slurp($out), "a\n", 'another log: nothing is written');
mkdir "$dir/new";
rename $log, "$dir/new/log";
open my $moved, '>>:raw', "$dir/new/log" or die;
print $moved failure('b');
close $moved;
is_deeply([@{run(@FILTER, @STATE, "$dir/new/log")}{qw(status err)}], [0, ''],
    'the same log under another name');
is(slurp($out), "a\nb\n", 'is read on');
{
	my $ran = run('sh', '-c', 'cd "$1" && shift && exec "$@"', '-',
	    "$dir/new", @FILTER, @STATE, 'log');
	is_deeply([@$ran{qw(status err)}], [0, ''], 'a name from elsewhere');
}
like(slurp($state), qr/^log \Q$dir\E\/new\/log$/m, 'the state says which');

# Only from a file that was named.
spew("$dir/conf", "filter:\n  state: $state\n  output: $out\n");
fresh(failure('a'));
spew("$DIR/conf", "filter:\n  state: $state\n  output: $out\n");
is(run($FILTER, @OFFLINE, '--config', "$DIR/conf", '--database', '/dev/null',
    $log)->{status}, 0, 'a file that was named');
ok(-e $state, 'may say so');

# One at a time.
{
	fresh(failure('a'));
	my $pid = fork // die;
	if (!$pid) {
		exec @FILTER, @STATE, '--follow', $log;
	}
	for (1 .. 500) {
		last if -e $state;
		sleep 0.01;
	}
	my $from = time;
	refuses(75, "'\Q$state\E' is being written by process $pid",
	    'a second one', @FILTER, @STATE, $log);
	kill 'TERM', $pid;
	waitpid $pid, 0;
	is($?, 0, 'TERM ends the first');
}
{
	fresh(failure('a'));
	filter();
	spew($out, "a\nothers\n");
	rename $out, "$out.1";
	open my $held, '>>', "$out.1" or die;
	flock $held, LOCK_EX or die;
	refuses(75, "'\Q$out\E.1' is being written", 'somebody writes to the ' .
	    'output that was moved away', @FILTER, @STATE, $log);
	is(slurp("$out.1"), "a\nothers\n", 'it is left alone');
}

# Killed before the Nth system call, whichever; and each call fails once, and
# from then on.  What is read afterwards is what would have been.
SKIP: {
	skip 'a sanitizer must be loaded first', 4 if $BUILD =~ /asan/;
	my @lines = map { $_ % 3 ? other($_) : failure("u$_") } 1 .. 60;
	my $want = join '', map { $_ % 3 ? '' : "u$_\n" } 1 .. 60;
	my $prepare = sub {
		fresh(@lines[0 .. 9]);
		filter();
		rename $log, "$log.1";
		spew("$log.1", @lines[0 .. 29]);
		spew($log, @lines[30 .. 59]);
	};
	local $ENV{FAULT_COUNT} = "$DIR/counts";
	my $faulty = sub {
		local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
		return filter();
	};
	$prepare->();
	$faulty->();
	my %calls = slurp("$DIR/counts") =~ /^(\w+) (\d+)$/gm;
	is(slurp($out), $want, "a run of $calls{all} system calls");

	my @wrong;
	for my $n (1 .. $calls{all}) {
		$prepare->();
		local $ENV{FAULT} = "all:$n:KILL";
		my $ran = $faulty->();
		push @wrong, "$n: not killed" if $ran->{status} != 137;
		delete local $ENV{FAULT};
		$ran = filter();
		push @wrong, "$n: $ran->{status} $ran->{err}"
		    if $ran->{status} || $ran->{err};
		push @wrong, "$n: " . slurp($out) if slurp($out) ne $want;
	}
	is(join("\n", @wrong), '', 'killed before each of them');

	my ($tried, $harmless) = (0, 0);
	@wrong = ();
	for my $call (grep { $_ ne 'all' } sort keys %calls) {
		for my $n (1 .. $calls{$call}) {
			for my $how (map { ("$n:$_", "$n+:$_") }
			    $call eq 'open' ? 'EMFILE' : qw(ENOSPC EIO)) {
				$prepare->();
				local $ENV{FAULT} = "$call:$how";
				my $ran = $faulty->();
				delete local $ENV{FAULT};
				$tried++;
				my $is_whole = $ran->{status} == 0 &&
				    slurp($out) eq $want;
				$harmless += $is_whole;
				push @wrong, "$call:$how: $ran->{status} " .
				    $ran->{err} unless $is_whole ||
				    $ran->{status} > 1 && $ran->{err} =~
				    /^mls-filter: .*'\S+.*'.*: \w/m;
				$ran = filter();
				push @wrong, "$call:$how: then $ran->{status} "
				    . $ran->{err} if $ran->{status};
				push @wrong, "$call:$how: then " . slurp($out)
				    if slurp($out) ne $want;
			}
		}
	}
	is(join("\n", @wrong), '', "each fails: $tried times, $harmless " .
	    'without consequence');

	@wrong = ();
	for my $seed (1 .. 20) {
		$prepare->();
		local $ENV{SHAKE} = $seed;
		my $ran = $faulty->();
		push @wrong, "$seed: $ran->{status} $ran->{err}"
		    if $ran->{status} || slurp($out) ne $want;
	}
	is(join("\n", @wrong), '',
	    'interrupted and in small pieces: the same rows');
}

# What a damaged gzip file says before the damage is read once, though every run
# complains: whether there is little of it or much.
for my $n (1, 49, 300, 5000) {
	my $text = join '', map { failure("u$_") } 1 .. $n;
	my $rows = join '', map { "u$_\n" } 1 .. $n;
	my $packed;
	gzip(\$text, \$packed) or die 'gzip';
	substr($packed, -6, 1) ^= "\x01";
	fresh($packed);
	for my $run (1 .. 3) {
		my $ran = filter();
		is($ran->{status}, 65, "damaged, $n rows, run $run: status");
		like($ran->{err}, qr/damaged/, 'and why');
		is(slurp($out), $rows, 'each row once');
	}
}

# And what comes behind the place where a run ended, if both came with the damage.
{
	my @all = map { failure("u$_") } 1 .. 49;
	my ($part, $packed);
	gzip(\join('', @all[0 .. 19]), \$part) or die 'gzip';
	gzip(\join('', @all), \$packed) or die 'gzip';
	substr($packed, -6, 1) ^= "\x01";
	fresh($part);
	is(filter()->{status}, 0, 'a part of it, not damaged');
	spew($log, $packed);
	for my $run (1 .. 2) {
		is(filter()->{status}, 65, "more of it, damaged, run $run");
		is(slurp($out), join('', map { "u$_\n" } 1 .. 49),
		    'each row once, the last ones too');
	}
}

done_testing;
