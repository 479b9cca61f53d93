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
spew($csv, $HEADER, row('fay'));
is(summarize(@since, $csv, "$csv.1.gz")->{status}, 0, 'rotated');
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

#
# What goes together
#

for (['--since-last', $state], [@since, '--period', 'yesterday'],
    ['--skip-empty'],
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
