#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --send as an administrator uses it: whatever sendmail does, the status is
# right and nothing is lost: what was not taken is reported the next time.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(:flock);
use Test::More;
use Time::HiRes qw(sleep time);
use MLS;

my $HEADER = join(',', qw(server date ip user hostname reverse_dns_status
	country_code asn aso event service mechanism)) . "\n";
my $csv = "$DIR/rows.csv";
my $state = "$DIR/reported";
my $mail = "$DIR/mail";

sub row {
	my ($user, $day) = @_;
	$day //= 22;
	return "mx1,2026-11-${day}T11:05:40+00:00,192.0.2.7,$user,,SKIPPED," .
	    "NL,64496,Example,auth-failure,submission,LOGIN\n";
}

# A sendmail that keeps the mail, then does what is told.
sub sendmail {
	my ($then) = @_;
	spew("$DIR/sendmail", "#!/bin/sh\ncat >'$mail'\n$then\n");
	chmod 0755, "$DIR/sendmail" or die "chmod: $!";
	unlink $mail;
}

sub summarize {
	my (@options) = @_;
	return run($SUMMARIZE, '--config', "$TOP/conf/mls.yaml", '--now',
	    '2026-11-23T00:05:00Z', '--from', 'mls@mx1.example.net',
	    '--to', 'ann@example.net', '--sendmail', "$DIR/sendmail",
	    '--attach', 'csv', @options);
}

# The users whose rows went with the mail.
sub mailed {
	return 'no mail' unless -e $mail && -s $mail;
	my ($file) = slurp($mail) =~ /\.csv"\n\n(.*?)\n\n--/s or return 'none';
	my @rows = rows(MIME::Base64::decode_base64($file));
	return join ' ', map { $_->{user} } @rows;
}
require MIME::Base64;

#
# What sendmail does is what we say
#

spew($csv, $HEADER, row('ann'));
for (
	['exit 0', 0, qr/\A\z/],
	['echo queued for later >&2', 0, qr/'\S*sendmail' says: queued for later$/],
	['exit 75', 75, qr/ended with status 75$/],
	['echo "no such user" >&2; exit 67', 67, qr/status 67: no such user$/],
	['exit 1', 1, qr/status 1$/],
	['kill -9 $$', 75, qr/was ended by signal 9$/],
) {
	my ($then, $status, $like) = @$_;
	sendmail($then);
	my $r = summarize('--send', $csv);
	is($r->{status}, $status, "$then: the status");
	like($r->{err}, $like, "$then: what is said");
	is($r->{out}, '', "$then: nothing on standard output");
	is(mailed(), 'ann', "$then: it had the mail");
}
chmod 0644, "$DIR/sendmail";
my $r = summarize('--send', $csv);
is($r->{status}, 78, 'not executable: the status');
like($r->{err}, qr/cannot run '\S*sendmail': Permission denied/,
    'not executable: why');
unlink "$DIR/sendmail";
is(summarize('--send', $csv)->{status}, 78, 'missing: the status');
is(summarize('--send', '--sendmail', 'sendmail', $csv)->{status}, 78,
    'no absolute path: the status');

# Told to end while it hangs.
sendmail("echo \$\$ >'$DIR/pid'; exec sleep 100");
my $pid = fork // die "fork: $!";
if (!$pid) {
	open STDERR, '>', "$DIR/said";
	exec $SUMMARIZE, '--to', 'ann@example.net', '--send', '--sendmail',
	    "$DIR/sendmail", $csv or POSIX::_exit(127);
}
for (1 .. 500) {
	last if -s "$DIR/pid";
	sleep 0.02;
}
kill 'TERM', $pid;
waitpid $pid, 0;
is($? >> 8, 75, 'told to end while sendmail hangs: try later');
like(slurp("$DIR/said"), qr/told to end/, 'and says so');
ok(!kill(0, slurp("$DIR/pid")), 'sendmail is gone, too');

#
# Since the last one
#

my @since = ('--send', '--since-last', $state);
sendmail('exit 0');
spew($csv, $HEADER, row('ann'), row('bob'));
is(summarize(@since, $csv)->{status}, 0, 'the first time');
is(mailed(), 'ann bob', 'all rows');

sub add_row {
	my ($user) = @_;
	spew($csv, slurp($csv), row($user));
}

add_row('cyd');
sendmail('exit 75');
is(summarize(@since, $csv)->{status}, 75, 'not taken');
is(mailed(), 'cyd', 'it had what is new');
add_row('dan');
sendmail('exit 0');
is(summarize(@since, $csv)->{status}, 0, 'taken');
is(mailed(), 'cyd dan', 'what was not taken came again');
unlink $mail;
is(summarize(@since, '--skip-empty', $csv)->{status}, 0, 'nothing new');
is(mailed(), 'no mail', 'no mail');
for (['a damaged row', row('') =~ s/,.*//r . "\n", 65],
    ['a file that is not there', '', 66, "$DIR/missing"]) {
	my ($about, $rows, $status, @more) = @$_;
	spew("$DIR/empty.csv", $HEADER, $rows);
	unlink $mail;
	is(summarize('--send', '--skip-empty', "$DIR/empty.csv", @more)->
	    {status}, $status, "nothing but $about");
	isnt(mailed(), 'no mail', "nothing but $about: is told");
}
is(summarize(@since, $csv)->{status}, 0, 'nothing new, a sign of life');
like(slurp($mail), qr/^Subject: .*: 0 failed logins/m, 'says that');

# Rotated, packed, and written on.
add_row('eve');
run('gzip', '-n', '-c', $csv)->{out} =~ /\A(.*)\z/s;
spew("$csv.1.gz", $1);
spew("$csv.1", slurp($csv));
spew($csv, $HEADER, row('fay'));
is(summarize(@since, $csv, "$csv.1", "$csv.1.gz")->{status}, 0, 'rotated');
unlink "$csv.1";
is(mailed(), 'fay eve', 'the end of the old, all of the new');

# Half a row is no row yet.
spew($csv, slurp($csv), row('gus') =~ s/.{20}\n\z//r);
summarize(@since, $csv);
is(mailed(), '', 'half a row waits');
spew($csv, $HEADER, row('fay'), row('gus'));
summarize(@since, $csv);
is(mailed(), 'gus', 'until it is whole');

# However the header is written, rows behind it are known the next time.
for (['an unknown column first', 'id,date,ip,user', sub { '7,' }],
    ['quotes', '"date","ip","user"', sub { '' }],
    ['an empty line before it', "\ndate,ip,user", sub { '' }]) {
	my ($about, $names, $first) = @$_;
	my $one = sub { $first->() . "2026-11-22T10:00:00Z,192.0.2.1,$_[0]\n" };
	spew("$DIR/header.csv", "$names\n", $one->('ida'));
	summarize(@since, "$DIR/header.csv");
	is(mailed(), 'ida', "$about: the first time");
	spew("$DIR/header.csv", slurp("$DIR/header.csv"), $one->('jon'));
	is(summarize(@since, "$DIR/header.csv")->{status}, 0, "$about: again");
	is(mailed(), 'jon', "$about: the second");
}

# Half a file: what could be read is reported, once.
{
	my @users = map { "many$_" } 1 .. 3000;
	spew("$DIR/whole.csv", $HEADER, map { row($_) } @users);
	my $z = run('gzip', '-n', '-c', "$DIR/whole.csv")->{out};
	spew("$DIR/half.csv.gz", substr $z, 0, length($z) / 2);
	my $half = summarize(@since, "$DIR/half.csv.gz");
	is($half->{status}, 65, 'half a file: status');
	my @first = split ' ', mailed();
	cmp_ok(scalar @first, '>', 100, 'half a file: its rows');
	summarize(@since, "$DIR/half.csv.gz");
	is(mailed(), '', 'half a file: once');
	spew("$DIR/half.csv.gz", $z);
	is(summarize(@since, "$DIR/half.csv.gz")->{status}, 0, 'the whole');
	is(join(' ', @first, split ' ', mailed()), "@users",
	    'the whole: the rest of it');
}

open my $lock, '+>>', "$state.lock" or die "lock: $!";
flock $lock, LOCK_EX or die "lock: $!";
add_row('hal');
unlink $mail;
$r = summarize(@since, $csv);
is($r->{status}, 75, 'another one is at work');
is(mailed(), 'no mail', 'no mail');
close $lock;

# Whatever the file begins with, later rows are read as the ones before: the
# last header counts, wherever it stands, and lines keep their numbers.
my $line = '2026-11-22T11:05:40+00:00,192.0.2.7';
for (
	['an unknown column first', "id,date,ip,user\n1,$line,ann\n", "2,$line,bob\n"],
	['quoted names', qq("date","ip","user"\n$line,ann\n), "$line,bob\n"],
	['an empty line first', "\ndate,ip,user\n$line,ann\n", "$line,bob\n"],
	['another header later', $HEADER . row('x') .
	    "date,ip,user\n$line,ann\n", "$line,bob\n"],
	['no header', row('ann'), row('bob')],
) {
	my ($what, $old, $new) = @$_;
	unlink $state;
	spew($csv, $old);
	is(summarize(@since, $csv)->{status}, 0, "$what: once");
	spew($csv, "$old${new}damaged\n");
	$r = summarize(@since, $csv);
	my $number = ($old =~ tr/\n//) + 2;
	like($r->{err}, qr/:$number: /, "$what: the damaged line's number");
	unlike($r->{err}, qr/neither a header/, "$what: the header is known");
	is(mailed(), 'bob', "$what: the new row");
	like(slurp($mail), qr/^Subject: .*: 1 failed login\b/m, "$what: alone");
}

# A file that cannot be read to its end: nothing is forgotten or sent again.
sub packed {
	my ($share) = @_;
	my $z = run('gzip', '-n', '-c', $csv)->{out};
	spew("$DIR/cut.gz", substr $z, 0, $share * length $z);
}
unlink $state;
my $many = $HEADER . join '', map { row(sprintf 'u%08x', ($_ * 2654435761) %
	4294967296) } 1 .. 40_000;
spew($csv, $many);
packed(0.7);
is(summarize(@since, '--attach', 'none', "$DIR/cut.gz")->{status}, 65,
    'a file that is cut: the status');
like(slurp($mail), qr/^Subject: .*: [1-9]\S* failed logins/m,
    'what there is is reported');
is(summarize(@since, "$DIR/cut.gz")->{status}, 65, 'again: the status');
like(slurp($mail), qr/^Subject: .*: 0 failed logins/m, 'again: nothing new');
is(summarize(@since, '--attach', 'none', $csv)->{status}, 0, 'all of it');
unlike(slurp($mail), qr/^Subject: .*: (?:0|40.?000) failed logins/m,
    'all of it: the rest is new');
spew("$DIR/new.csv", $HEADER, row('ned'));
is(summarize(@since, "$DIR/cut.gz", "$DIR/new.csv")->{status}, 65,
    'cut again, and a new one');
is(mailed(), 'ned', 'cut again: only what is new');
is(summarize(@since, $csv)->{status}, 0, 'whole again');
like(slurp($mail), qr/^Subject: .*: 0 failed logins/m,
    'whole again: it was not forgotten');

# A line that is too long is counted as damaged, once, complete or not.
for my $end ("\n", '') {
	my $kind = $end ? 'with its end' : 'without';
	unlink $state;
	spew($csv, $HEADER, row('ann'), 'x' x 1_000_000, $end);
	$r = summarize(@since, $csv);
	is($r->{status}, 65, "a line that is too long, $kind: the status");
	like($r->{err}, qr/:3: .*longer than/, "$kind: what is said");
	is(mailed(), 'ann', "$kind: the row before it");
	spew($csv, slurp($csv), $end ? '' : "rest\n", row('bob'));
	$r = summarize(@since, $csv);
	is($r->{status}, 0, "$kind: once");
	is(mailed(), 'bob', "$kind: the row behind it");
}

spew($state, '');
unlink $mail;
$r = summarize(@since, $csv);
is($r->{status}, 65, 'an empty state: the status');
like($r->{err}, qr/remove it/, 'an empty state: what to do');
is(mailed(), 'no mail', 'an empty state: no mail');
unlink $state;
spew($csv, $HEADER, row('ann'));

#
# What goes together
#

for (['--since-last', $state], ['--skip-empty'],
    ['--send', '--since-last', $state, '--period', 'yesterday'],
    ['--send', '--format', 'json']) {
	$r = summarize(@$_, $csv);
	is($r->{status}, 64, "@$_: wrong usage");
	is($r->{out}, '', "@$_: nothing is written");
}
spew("$DIR/conf", "summarize:\n  format: json\n  to: [ann\@example.net]\n");
is(run($SUMMARIZE, '--config', "$DIR/conf", '--send', '--sendmail',
    "$DIR/sendmail", $csv)->{status}, 0,
    'a format in the settings does not keep a mail from being sent');
like(summarize($csv)->{out}, qr/\ADate: /, 'a recipient is known: a mail');
like(run($SUMMARIZE, $csv)->{out}, qr/\Amls report/, 'none is: text');
like(summarize('--format', 'html', $csv)->{out}, qr/\A<!DOCTYPE html>/,
    'a page');
for my $format ('mail', 'html') {
	is(summarize('--format', $format, $csv)->{out},
	    summarize('--format', $format, $csv)->{out},
	    "$format: the same bytes again");
}

# Damaged rows do not keep the report from being sent.
spew($csv, $HEADER, row('ann'), "damaged\n");
sendmail('exit 0');
is(summarize('--send', $csv)->{status}, 65, 'a damaged row: the status');
is(mailed(), 'ann', 'and the mail');
like(slurp($mail), qr/damaged/, 'which says so');

done_testing();
