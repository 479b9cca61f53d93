#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/rsyslog: rsyslogd runs mls-filter as the examples tell it, by message
# and by file; what is killed or moved meanwhile loses nothing.  The profile for
# AppArmor compiles and lets the filter do what it does.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Temp ();
use IO::Socket::UNIX ();
use POSIX ();
use Socket qw(SOCK_DGRAM);
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Daemon qw(start wait_until);

my ($home, $pid);

sub failed {
	my ($user) = @_;
	return "warning: unknown[192.0.2.7]: SASL LOGIN authentication " .
	    "failed: (reason unavailable), sasl_username=$user";
}

# The example with files of ours, and with nobody asked for names.  The socket's
# name must be short.
sub example {
	my ($name) = @_;
	$home = File::Temp->newdir('/tmp/mls-XXXXXX');
	my $conf = slurp("$TOP/contrib/rsyslog/$name");
	ok($conf =~ s{binary="/usr/local/bin/mls-filter }
		{binary="$FILTER --config=$TOP/conf/mls.yaml --dns=off },
	    "$name: it runs the program");
	for (['/var/log/mls/', "$home/"], ['/var/lib/mls/rsyslog/', "$home/"],
	    ['/var/spool/rsyslog', $home]) {
		my ($from, $to) = @$_;
		ok($conf =~ s{"[^"#\n]*\K\Q$from\E}{$to}g,
		    "$name: $from is a place of its own");
		1 while $conf =~ s{"[^"#\n]*\K\Q$from\E}{$to}g;
	}
	$conf =~ s{file="/var/log/mail\.log"}{file="$home/mail.log"};
	return $conf;
}

sub check_syntax {
	my ($name) = @_;
	# With what every configuration has: a directory, and a rule.
	spew("$DIR/N1", "global(workDirectory=\"$DIR\")\n", slurp("$TOP/contrib/rsyslog/$name"),
	    "action(type=\"omfile\" file=\"$DIR/all\")\n");
	my $r = run(have('rsyslogd'), '-N1', '-f', "$DIR/N1", '-i',
	    "$DIR/N1.pid");
	is($r->{status}, 0, "$name: rsyslogd -N1");
	unlike($r->{err} =~ s/^rsyslogd: version.*\n//r, qr/error|warning/i,
	    "$name: nothing to complain of") or diag $r->{err};
}

sub run_rsyslogd {
	my (@conf) = @_;
	spew("$home/conf", "global(workDirectory=\"$home\" " .
	    "localHostname=\"mx1\")\n", @conf);
	$pid = start('rsyslogd', have('rsyslogd'), '-n', '-f', "$home/conf",
	    '-i', "$home/pid");
}

# As long as it needs.
sub finish {
	kill 'TERM', $pid;
	return wait_until('rsyslogd ends', sub {
		!kill(0, $pid) || waitpid($pid, POSIX::WNOHANG()) == $pid;
	}, 40);
}

sub filter {
	my @pids = map { split ' ', slurp($_) } glob "/proc/$pid/task/*/children";
	return $pids[0];
}

sub users {
	return join ' ', map { $_->{user} } map { -e $_ ? rows(slurp($_)) : () }
	    map { "$home/$_" } @_;
}

# Until these users stand in the rows; the test says what there is.
sub arrive {
	my ($users, $name) = @_;
	eval { wait_until($name, sub { users('mls.csv') eq $users }) };
	is(users('mls.csv'), $users, $name);
}

sub rotate {
	rename "$home/mls.csv", "$home/mls.csv.1" or die "rename: $!";
	kill 'HUP', $pid;
	eval { wait_until('a new file', sub { -e "$home/mls.csv" }) };
	ok(-e "$home/mls.csv", 'HUP: a new file') or diag Daemon::testimony();
}

SKIP: {
	skip "no program 'rsyslogd'", 1 unless have('rsyslogd');

	#
	# By message
	#

	check_syntax('mls.conf');
	my $conf = example('mls.conf');
	run_rsyslogd(<<"EOT", $conf);
module(load="imuxsock" SysSock.Use="off")
input(type="imuxsock" Socket="$home/log" RateLimit.Interval="0")
action(type="omfile" file="$home/all")
EOT
	my $log = wait_until('rsyslogd listens', sub {
		IO::Socket::UNIX->new(Type => SOCK_DGRAM, Peer => "$home/log");
	});
	my $write = sub {
		my ($facility, $tag, $text) = @_;
		$log->send('<' . ($facility * 8 + 4) . ">$tag: $text")
		    or die "send: $!";
	};
	$write->(2, 'postfix/submission/smtpd[250]', failed('ann, lee'));
	$write->(2, 'postfix/smtpd[251]', 'connect from x[192.0.2.7]');
	$write->(4, 'postfix/smtpd[251]', failed('not mail'));
	$write->(2, 'postfix/smtpd[251]', failed('bob'));
	arrive('ann, lee bob', 'mls.conf: a row is there at once');
	is_deeply([map { [@$_{qw(server ip user service event)}] }
		rows(slurp("$home/mls.csv"))],
	    [['mx1', '192.0.2.7', 'ann, lee', 'submission', 'auth-failure'],
		['mx1', '192.0.2.7', 'bob', 'smtpd', 'auth-failure']],
	    'mls.conf: a row for each failure under facility mail');
	is(sprintf('%o', (stat "$home/mls.csv")[2] & 0777), '640',
	    'mls.conf: not for everybody to read');

	# Killed while idle: the next message has an answer all the same.
	kill 'KILL', filter();
	$write->(2, 'postfix/smtpd[252]', failed('cyd'));
	arrive('ann, lee bob cyd', 'mls.conf: a filter that dies loses nothing');

	# As Debian 12 rotates: HUP to both.
	my $filter = filter();
	rotate();
	kill 'HUP', $filter;
	$write->(2, 'postfix/smtpd[253]', failed('dan'));
	arrive('dan', 'mls.conf: rows go into the new file');
	is(users('mls.csv.1'), 'ann, lee bob cyd', 'mls.conf: the old one is whole');

	# As systemd stops them: TERM to both.  What rsyslogd has not read from
	# its socket when it ends is not ours.
	$write->(2, 'postfix/smtpd[254]', failed('eve'));
	wait_until('it has the last message', sub {
		slurp("$home/all") =~ /=eve$/m;
	});
	kill 'TERM', filter();
	ok(finish(), 'mls.conf: ends when told to');
	is(users('mls.csv'), 'dan eve', 'mls.conf: the last row is not lost');
	is(-e "$home/mls.err" ? slurp("$home/mls.err") : '', '',
	    'mls.conf: no complaint');

	#
	# By file
	#

	check_syntax('imfile.conf');
	$conf = example('imfile.conf');
	my $line = sub {
		open my $f, '>>', "$home/mail.log" or die "mail.log: $!";
		print $f '2026-11-22T11:05:40+01:00 mx7 postfix/smtpd[250]: ' .
		    failed($_[0]) . "\n";
	};
	$line->('ann');
	run_rsyslogd($conf, "action(type=\"omfile\" file=\"$home/all\")\n");
	arrive('ann', 'imfile.conf: what stands in the file');
	is((rows(slurp("$home/mls.csv")))[0]{date}, '2026-11-22T11:05:40+01:00',
	    'imfile.conf: as it stands there');
	$line->('bob');
	arrive('ann bob', 'imfile.conf: and what comes');
	kill 'KILL', filter();
	$line->('cyd');
	arrive('ann bob cyd', 'imfile.conf: a filter that dies loses nothing');
	rename "$home/mail.log", "$home/mail.log.1" or die "rename: $!";
	$line->('dan');
	arrive('ann bob cyd dan', 'imfile.conf: the next file');
	ok(finish(), 'imfile.conf: ends when told to');
	unlike(-e "$home/all" ? slurp("$home/all") : '', qr/sasl_username/,
	    'imfile.conf: nothing is logged once more');
	run_rsyslogd($conf);
	$line->('eve');
	arrive('ann bob cyd dan eve', 'imfile.conf: a clean stop repeats nothing');
	finish();
}

# What mls.conf says of imfile.conf: the actions are the same, but for the
# template and the queue, which must not drop what the file still has.
sub action {
	my ($text) = slurp("$TOP/contrib/rsyslog/$_[0]") =~
	    /^\taction\((.*)^\}/ms or die "$_[0]: no action";
	$text =~ s/^\s*#.*\n//gm;
	return [sort grep { !/^template=|timeoutEnqueue/ }
	    $text =~ /([\w.]+="[^"]*")/g];
}
is_deeply(action('imfile.conf'), [grep { !/reportSuspension/ }
	@{action('mls.conf')}], 'both hand over in the same way');

#
# AppArmor
#

SKIP: {
	my $parser = have('apparmor_parser') or
	    skip "no program 'apparmor_parser'", 2;
	skip 'no abstractions', 2 unless -d '/etc/apparmor.d/abstractions';
	my $snippet = slurp("$TOP/contrib/rsyslog/apparmor");
	mkdir "$DIR/rsyslog.d" or die "rsyslog.d: $!";
	spew("$DIR/rsyslog.d/mls", $snippet);
	# As Ubuntu's profile includes it.
	spew("$DIR/profile", "#include <tunables/global>\n" .
	    "profile rsyslogd /usr/sbin/rsyslogd {\n" .
	    "\t#include <abstractions/base>\n\t/var/log/** rw,\n" .
	    "\tinclude if exists <rsyslog.d>\n}\n");
	my @check = ($parser, '-QK', '-I', "$DIR", "$DIR/profile");
	my $r = run(@check);
	# On a kernel without it.
	$r->{err} =~ s/^Cache read\/write disabled:.*\n//;
	is_deeply([@$r{qw(status out err)}], [0, '', ''],
	    'apparmor: the profile compiles');
	spew("$DIR/rsyslog.d/mls", $snippet =~ s/ ixmr,/ ixmz,/r);
	isnt(run(@check)->{status}, 0, 'apparmor: the snippet was compiled');
}

done_testing;
