#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/journald, with a journalctl that plays back what a real one said: each
# entry gives its row once, whoever is killed, and over rotations.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Daemon qw(start stop wait_until);

# journalctl -f, of systemd 252: entries after a cursor, or from now on; one
# that does not know the cursor fails.  It ends in the middle of a line where
# "torn" says so.
mkdir "$DIR/bin" or die "bin: $!";
spew("$DIR/bin/journalctl", <<"EOT", <<'EOT');
#!$^X
my \$dir = '$DIR';
EOT
use strict;
open my $said, '>>', "$dir/called";
print $said "@ARGV\n";
close $said;
$| = 1;
my ($after) = map { /^--after-cursor=(.*)/ } @ARGV;
my $known = !defined $after;
my $torn = -e "$dir/torn" ? do { open my $f, '<', "$dir/torn"; <$f> } : undef;
open my $journal, '<', "$dir/journal" or die;
if (!defined $after) {
	seek $journal, 0, 2;
}
while (1) {
	while (my $line = <$journal>) {
		if (!$known) {
			$known = 1 if index($line, "\"$after\"") > 0;
			next;
		}
		if (defined $torn && $line =~ /=\}u$torn"/) {
			unlink "$dir/torn";
			# Whole but for its newline, or torn in a name with }.
			print $torn % 2 ? $line =~ s/\n//r : $line =~ s/u\d+"\}\n//r;
			exit 1;
		}
		print $line;
	}
	exit 1 if !$known;
	select undef, undef, undef, 0.01;
	seek $journal, 0, 1;
}
EOT
chmod 0755, "$DIR/bin/journalctl" or die "chmod: $!";
$ENV{PATH} = "$DIR/bin:$ENV{PATH}";
spew("$DIR/journal");

my $next = 0;
sub log_entries {
	my ($n) = @_;
	open my $f, '>>', "$DIR/journal" or die "journal: $!";
	for (1 .. $n) {
		$next++;
		printf $f '{"__REALTIME_TIMESTAMP":"1795345540%06d",' .
		    '"_HOSTNAME":"mx1","SYSLOG_FACILITY":"2","__CURSOR":' .
		    '"s=5f0c;i=%x;b=77ad;m=1;t=2;x=3","SYSLOG_IDENTIFIER":' .
		    '"postfix/smtpd","_PID":"250","PRIORITY":"4","MESSAGE":' .
		    '"warning: unknown[192.0.2.7]: SASL LOGIN authentication ' .
		    'failed: x, sasl_username=}u%d"}' . "\n", $next, $next, $next;
	}
}

my ($journal, $filter);
sub start_journal {
	$journal = start('mls-journal', 'sh',
	    "$TOP/contrib/journald/mls-journal", "$DIR/journal.json");
}
# The command of the unit, with files of ours.
my $unit = slurp("$TOP/contrib/journald/mls-follow.service");
my ($command) = $unit =~ m{^ExecStart=/usr/local/bin/mls-filter (.*)$}m;
$command =~ s{/var/(?:lib|log)/mls/}{$DIR/}g;
sub start_filter {
	$filter = start('filter', $FILTER, '--config', "$TOP/conf/mls.yaml",
	    @OFFLINE, '--database', "$TOP/contrib/demo/countries.csv", split / /, $command);
}
sub kill_it {
	my ($pid) = @_;
	kill 'KILL', $pid;
	waitpid $pid, 0;
	Daemon::forget($pid);
}
sub wrong {
	my %seen;
	my $all = -e "$DIR/mls.csv" ? slurp("$DIR/mls.csv") : '';
	$seen{$_->{user}}++ for rows($all);
	my @missing = grep { !$seen{"}u$_"} } 1 .. $next;
	my @twice = grep { $seen{$_} > 1 } sort keys %seen;
	return "missing: @missing; twice: @twice" if @missing || @twice;
	return '';
}
sub arrive {
	my ($name) = @_;
	eval { wait_until($name, sub { !wrong() }, 10) };
	is(wrong(), '', $name) or diag Daemon::testimony();
}
sub called { return (split /\n/, slurp("$DIR/called"))[-1] }

start_journal();
wait_until('it listens', sub { -e "$DIR/called" });
sleep 0.2;
start_filter();
log_entries(50);
arrive('as it happens');
is(called(), '-f -o json SYSLOG_FACILITY=2 -n 0', 'the first time: from now');

kill_it($journal);
log_entries(50);
start_journal();
arrive('killed: it goes on behind its last line');
like(called(), qr/--no-tail --after-cursor=s=5f0c;i=32;/, 'with its cursor');

kill_it($filter);
log_entries(50);
start_filter();
arrive('the filter killed');

for my $n (1, 2) {
	my $torn = $next + 10 + $n;
	$torn++ if $torn % 2 != $n % 2;
	kill_it($journal);
	spew("$DIR/torn", $torn);
	log_entries(30);
	start_journal();
	wait_until('it ends', sub { waitpid($journal, POSIX::WNOHANG()) != 0 });
	Daemon::forget($journal);
	start_journal();
	arrive($n == 1 ? 'ended before a newline' : 'ended within a line');
}

# As logrotate does it: renamed, written on, started again, before any new line.
rename "$DIR/journal.json", "$DIR/journal.json.1" or die "rename: $!";
log_entries(20);
arrive('written on after the rename');
kill_it($journal);
start_journal();
sleep 0.2;
kill_it($journal);
log_entries(20);
start_journal();
arrive('the next file goes on behind the last');
stop($filter);
is(Daemon::said('filter'), '', 'no complaint of the filter');

SKIP: {
	my $analyze = have('systemd-analyze') or
	    skip 'no program systemd-analyze', 1;
	my @units = map { "mls-$_.service" } 'journal', 'follow';
	mkdir "$DIR/units" or die "units: $!";
	for (@units) {
		spew("$DIR/units/$_", slurp("$TOP/contrib/journald/$_") =~
		    s{=/usr/local/bin/mls-filter}{=$FILTER}r =~
		    s{=/usr/local/sbin}{=$TOP/contrib/journald}r =~
		    s{^Documentation=.*\n}{}mr);
	}
	my $r = run($analyze, 'verify', '--man=no', map { "$DIR/units/$_" }
	    @units);
	unlike("$r->{status} $r->{out}$r->{err}", qr/^[^0]|mls-/,
	    'systemd: the units are good');
}
SKIP: {
	my $check = have('shellcheck') or skip 'no program shellcheck', 1;
	is(run($check, "$TOP/contrib/journald/mls-journal")->{out}, '',
	    'shellcheck');
}

done_testing;
