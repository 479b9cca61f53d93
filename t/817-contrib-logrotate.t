#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/logrotate: logrotate takes the rows away while mls-filter writes them,
# and the files together have each row once, each file its header.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use MLS;

my $logrotate = have('logrotate');
plan skip_all => "no program 'logrotate'" unless $logrotate;

my $example = slurp("$TOP/contrib/logrotate/mls");
my ($place, $pid);

# The example in a directory of its own, with this for its HUP.
sub prepare {
	my ($name, $command) = @_;
	$place = "$DIR/$name";
	mkdir $place or die "$place: $!";
	my $conf = $example;
	is($conf =~ s{^/var/log/mls/}{$place/}gm, 2, "$name: two files");
	ok($conf =~ s{^\t\t/usr/lib/rsyslog/rsyslog-rotate$}{\t\t$command}m,
	    "$name: one command");
	spew("$place/conf", $conf);
	chmod 0644, "$place/conf" or die "chmod: $!";
}

sub rotate {
	my $r = run($logrotate, '-f', '-s', "$place/state", "$place/conf");
	return "$r->{status} $r->{out}$r->{err}";
}

# A filter, and the pipe to it.
sub filter {
	pipe my $read, my $write or die "pipe: $!";
	$pid = fork // die "fork: $!";
	if (!$pid) {
		close $write;
		open STDIN, '<&', $read or POSIX::_exit(126);
		open STDERR, '>>', "$place/mls.err" or POSIX::_exit(126);
		exec $FILTER, '--config', "$TOP/conf/mls.yaml", @OFFLINE,
		    '--database', '/dev/null', '-o', "$place/mls.csv"
		    or POSIX::_exit(127);
	}
	close $read;
	spew("$place/pid", $pid);
	$write->autoflush(1);
	return $write;
}
END {
	local $?;
	kill 'TERM', $pid if $pid;
}

sub feed {
	my ($pipe, $from, $to) = @_;
	print $pipe map { '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ' .
		"warning: unknown[192.0.2.7]: SASL LOGIN authentication " .
		"failed: x, sasl_username=$_\n" } $from .. $to;
}

sub finish {
	my ($pipe) = @_;
	close $pipe;
	waitpid $pid, 0;
	undef $pid;
	return $?;
}

# All pieces, the oldest first.
sub pieces {
	my $number = sub { $_[0] =~ /\.csv\.(\d+)/ ? $1 : 0 };
	return map { /\.gz$/ ? run('gzip', '-dc', $_)->{out} : slurp($_) }
	    sort { $number->($b) <=> $number->($a) } glob "$place/mls.csv*";
}

sub users { return join ' ', map { map { $_->{user} } rows($_) } @_ }

# Rotated eight times under load.
prepare('hup', "kill -HUP \$(cat $DIR/hup/pid)");
my $pipe = filter();
my ($n, @said) = (0);
for (1 .. 8) {
	feed($pipe, $n + 1, $n + 2000);
	$n += 2000;
	# So that there is something to rotate, which may be half of it.
	for (1 .. 500) {
		last if -s "$place/mls.csv";
		sleep 0.02;
	}
	push @said, rotate();
}
feed($pipe, $n + 1, $n + 10);
is(finish($pipe), 0, 'the filter ends well');
is_deeply(\@said, [('0 ') x 8], 'logrotate has nothing to say');
my @pieces = pieces();
cmp_ok(scalar @pieces, '>=', 8, 'there are pieces');
is(scalar(grep { -e "$place/mls.csv.$_.gz" } 2 .. 7), 6,
    'the older ones are compressed');
ok(-e "$place/mls.csv.1", 'the newest is not');
my ($header) = $pieces[0] =~ /^(server,date,.*\n)/;
is(scalar(grep { /^\Q$header\E/ && 1 == (() = /^server,/gm) } @pieces),
    scalar @pieces, 'each has its header, once');
is(users(@pieces), join(' ', 1 .. $n + 10),
    'together they have each row once, in order');
is(sprintf('%o', (stat "$place/mls.csv")[2] & 0777), '640',
    'not for everybody to read');
is(-e "$place/mls.err" ? slurp("$place/mls.err") : '', '', 'no complaint');

# Nobody sends HUP: rows stay together, and none is lost.
prepare('nothing', ':');
$pipe = filter();
feed($pipe, 1, 10);
for (1 .. 500) {
	last if -e "$place/mls.csv" && users(pieces()) =~ / 10$/;
	sleep 0.02;
}
is(rotate(), '0 ', 'no HUP: it is renamed');
feed($pipe, 11, 20);
is(finish($pipe), 0, 'no HUP: the filter ends well');
is(users(pieces()), join(' ', 1 .. 20), 'no HUP: each row once');
ok(!-e "$place/mls.csv", 'no HUP: no new file');

# The file of the journal's entries.
my $r = run($logrotate, '-d', "$TOP/contrib/journald/logrotate");
is($r->{status}, 0, 'journald: logrotate reads it');
unlike($r->{out} . $r->{err}, qr/error/, 'journald: nothing to complain of');

done_testing;
