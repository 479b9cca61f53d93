#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The examples in contrib do what they say: the lines in contrib/cron work, and
# so do the units.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

sub failed {
	my ($user) = @_;
	return "warning: unknown[192.0.2.7]: SASL LOGIN authentication " .
	    "failed: (reason unavailable), sasl_username=$user";
}

#
# cron
#

my ($when, $user, $command) = slurp("$TOP/contrib/cron/mls") =~
    /^((?:[\d*]+ ){5})(\w+) (.*)$/m;
is($when, '10 0 * * * ', 'cron: every night');
is($user, 'root', 'cron: who can read the log');
unlike($command, qr/%/, 'cron: no percent sign, which cron would take');

my $var = "$DIR/var";
mkdir $_ or die "$_: $!" for $var, "$var/mls", "$DIR/bin";
symlink $FILTER, "$DIR/bin/mls-filter" or die "symlink: $!";
$command =~ s{/var/log\b}{$var}g;
$command =~ s{mls-filter -q}{mls-filter -q --config $TOP/conf/mls.yaml};
my $cron = sub {
	local $ENV{PATH} = "$DIR/bin:/usr/bin:/bin";
	return run('sh', '-c', $command);
};
my $users = sub {
	return join ' ', map { $_->{user} } rows(slurp("$var/mls/nightly.csv"));
};

my $day = 0;
my $entry = sub {
	my ($name, $user) = @_;
	$day++;
	my $line = "2026-11-0${day}T11:05:40+00:00 mx1 postfix/smtpd[250]: " .
	    failed($user) . "\n";
	spew("$var/$name", (-e "$var/$name" ? slurp("$var/$name") : ''), $line);
	my $time = 1_790_000_000 + $day * 86400;
	utime $time, $time, "$var/$name";
};
$entry->('mail.log.2', 'ann');
run('gzip', '-n', "$var/mail.log.2");
$entry->('mail.log.1', 'bob');
$entry->('mail.log', 'cyd');
for my $night (1, 2) {
	my $r = $cron->();
	is_deeply([@$r{qw(status out err)}], [0, '', ''],
	    "cron: night $night is silent");
	is($users->(), 'ann bob cyd', "cron: night $night, every row once");
}
is(sprintf('%o', (stat "$var/mls/nightly.csv")[2] & 0777), '640',
    'cron: not for everybody to read');
$entry->('mail.log', 'lee');
$cron->();
is($users->(), 'ann bob cyd lee', 'cron: what is new comes last');

spew("$var/mail.log.3.gz", "\x1f\x8b\x08damaged");
isnt($cron->()->{status}, 0, 'cron: a damaged log is an error');
is($users->(), 'ann bob cyd lee', 'cron: the rows of last night stay');

#
# Updates of the IP database
#

like(slurp("$TOP/contrib/cron/mls-ipinfo"),
    qr/^\d+ \d+ \* \* \* root mls-ipinfo --update -q$/m,
    'cron: a daily update');
sub verify_units {
	my ($name, $install) = @_;
	SKIP: {
		my $analyze = have('systemd-analyze') or
		    skip 'no program systemd-analyze', 2;
		my $units = "$DIR/$name";
		mkdir $units or die "$units: $!";
		for my $kind ('service', 'timer') {
			my $text = $install->(
			    slurp("$TOP/contrib/systemd/$name.$kind"));
			$text =~ s{^Documentation=.*\n}{}m;
			spew("$units/$name.$kind", $text);
		}
		my $r = run($analyze, 'verify', '--man=no',
		    map { "$units/$name.$_" } 'service', 'timer');
		unlike($r->{out} . $r->{err}, qr/\Q$name\E/,
		    "systemd: nothing to complain of $name");
		is($r->{status}, 0, "systemd: $name is good");
	}
}

verify_units('mls-ipinfo-update', sub {
	$_[0] =~ s{^ExecStart=\S+/mls-ipinfo}{ExecStart=$IPINFO}mr;
});

#
# The daily report: cron's line and the unit's do the same
#

my $report = slurp("$TOP/contrib/systemd/mls-report.service");
my ($told) = $report =~ /^ExecStart=\/bin\/sh -c '((?:.*\\\n)*.*)'$/m;
$told =~ s/\\\n\s*/ /g;
$told =~ s/\$\$/\$/g;
my ($at, $line) = slurp("$TOP/contrib/cron/mls-report") =~
    /^(5 0 \* \* \*) root (mls-summarize .*)$/m;
is($at, '5 0 * * *', 'report: cron, five past midnight');
unlike($line, qr/%/, 'report: no percent sign, which cron would take');
is($told =~ tr/"/'/r =~ s{exec /usr/local/bin/}{}r =~ s/ +/ /gr, $line,
    'report: cron and systemd do the same');
like(slurp("$TOP/contrib/systemd/mls-report.timer"),
    qr/^OnCalendar=\*-\*-\* 00:05:00\nPersistent=true$/m,
    'report: the timer, too, and later if the machine was off');
# What would keep Postfix's postdrop from its work (it is setgid, writes to
# /var/spool, and asks for addresses), or brings along what would.
unlike($report, qr/^(?:NoNewPrivileges|DynamicUser|ProtectSystem=strict
    |RestrictAddressFamilies|RestrictSUIDSGID|SystemCall\w*|Restrict\w+
    |MemoryDenyWriteExecute|LockPersonality|PrivateDevices|PrivateUsers
    |ProtectKernel\w+|ProtectClock|ProtectHostname|User)/mx,
    'report: the unit lets postdrop work');
verify_units('mls-report', sub {
	$_[0] =~ s{/usr/local/bin/mls-summarize}{$SUMMARIZE}r;
});

# Cron's line, run: yesterday's rows, wherever they are by now, but not what a
# filter has cut off to write it again.
my $rows = "$DIR/rows";
mkdir $rows or die "$rows: $!";
spew("$DIR/sendmail", "#!/bin/sh\nexec cat >'$DIR/mail'\n");
chmod 0755, "$DIR/sendmail" or die "chmod: $!";
spew("$DIR/report.yaml", "summarize:\n  to: [ann\@example.net]\n" .
    "  sendmail: $DIR/sendmail\n  now: 2026-11-23T00:05:00Z\n");
my $names = "server,date,ip,user\n";
spew("$rows/mls.csv", $names, "mx1,2026-11-22T23:59:59Z,192.0.2.1,late\n",
    "mx1,2026-11-23T00:00:00Z,192.0.2.1,today\n");
spew("$rows/mls.csv.1", $names, "mx1,2026-11-22T00:00:00Z,192.0.2.1,early\n");
run('gzip', '-n', "$rows/mls.csv.1");
spew("$rows/mls.csv.cut", $names, "mx1,2026-11-22T12:00:00Z,192.0.2.1,cut\n");
symlink $SUMMARIZE, "$DIR/bin/mls-summarize" or die "symlink: $!";
$line =~ s{/etc/mls/mls\.yaml}{$DIR/report.yaml};
$line =~ s{/var/log/mls\b}{$rows}g;
{
	local $ENV{PATH} = "$DIR/bin:/usr/bin:/bin";
	my $r = run('sh', '-c', $line);
	is_deeply([@$r{qw(status out err)}], [0, '', ''],
	    'report: cron is silent');
}
my $mail = slurp("$DIR/mail");
like($mail, qr/^To: ann\@example\.net\n(?:.*\n)*Subject: .*: 2 failed logins/m,
    'report: the mail about yesterday');
unlike($mail, qr/\b(?:today|cut)\b/, 'report: nothing else');

done_testing();
