#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The power fails: output and state are on a file system that forgets, from one
# moment to the next, what was not synced.  A filter that does not sync its
# output is seen to lose rows, so the test can tell.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";

# In a mount namespace of our own: one that another process makes from ours,
# as some tests do, would hold on to what we unmount.
BEGIN {
	if (!$ENV{MLS_UNSHARED}) {
		$ENV{MLS_UNSHARED} = 1;
		exec qw(unshare --mount), $^X, $0, @ARGV
		    if !system 'unshare --mount true 2>/dev/null';
	}
}

use POSIX ();
use Test::More;
use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC);
use MLS;
use Omprog qw(failure);

use constant { EXT4_IOC_SHUTDOWN => 0x8004587d, NO_LOG_FLUSH => 2 };

my $CUTS = $ENV{MLS_CUTS} // 100;
my $image = "$DIR/image";
my $there = "$DIR/there";
my $log = "$DIR/log";
my $P = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
my $is_mounted;

for my $tool (qw(mkfs.ext4 mount umount)) {
	plan skip_all => "no program '$tool'" unless have($tool);
}
sub quiet { return run(@_)->{status} == 0 }
sub mounted {
	return $is_mounted = quiet(have('mount'), '-o', 'loop', $image, $there);
}
sub unmounted {
	for (1 .. 100) {
		return $is_mounted = 0 if quiet(have('umount'), $there);
		sleep 0.05;
	}
	die "cannot unmount $there";
}
END { run(have('umount'), '-l', $there) if $is_mounted }

mkdir $there;
sub format_image {
	open my $f, '>', $image or die;
	truncate $f, 64 << 20;
	close $f;
	return quiet(have('mkfs.ext4'), '-q', '-F', $image) && mounted();
}
plan skip_all => 'no right to mount' unless format_image();
sub cut_power {
	open my $f, '<', $there or die "$there: $!";
	my $flag = pack 'L', NO_LOG_FLUSH;
	my $done = ioctl $f, EXT4_IOC_SHUTDOWN, $flag;
	close $f;
	return $done;
}

# Follows a log, and in the middle of it all is dark; then reads the rest.
sub lost_after {
	my ($cuts, %env) = @_;
	local @ENV{keys %env} = values %env;
	my ($next, $expected, $lost) = (1, '', 0);
	spew($log);
	my @filter = ($FILTER, @OFFLINE, qw(--config /dev/null --database
	    /dev/null --columns user --header never), '--state',
	    "$there/state", '-o', "$there/out", $log);
	for my $cut (1 .. $cuts) {
		my $pid = fork // die;
		if (!$pid) {
			open STDERR, '>', '/dev/null';
			exec @filter, '--follow' or POSIX::_exit(127);
		}
		for (1 .. 3) {
			open my $f, '>>', $log or die;
			for (1 .. 20_000) {
				print $f "${P}warning: unknown[192.0.2.7]: " .
				    'SASL LOGIN authentication failed: x, ' .
				    "sasl_username=u$next\n";
				$expected .= 'u' . $next++ . "\n";
			}
			close $f;
			sleep rand 0.1;
		}
		cut_power() or die "ioctl: $!";
		kill 'KILL', $pid;
		waitpid $pid, 0;
		unmounted();
		mounted() or die 'cannot mount again';
		my $ran = run(@filter);
		next if $ran->{status} == 0 &&
		    slurp("$there/out") eq $expected;
		$lost++;
		# Anew: what is lost once stays lost.
		unlink "$there/out", "$there/state";
		spew($log);
		$expected = '';
	}
	return $lost;
}

# Answered lines of --confirm that have no row then, and rows that are there
# twice.
sub confirmed_lost_after {
	my ($cuts, @options) = @_;
	my ($next, %seen) = 0;
	my %how = (state => "$there/state", out => "$there/out",
	    error => "$DIR/said");
	for my $cut (1 .. $cuts) {
		my $o = Omprog->filter(\%how, @options);
		die "not ready: ", slurp("$DIR/said") if $o->answer ne "OK\n";
		my $until = clock_gettime(CLOCK_MONOTONIC) + rand 1.5;
		while (clock_gettime(CLOCK_MONOTONIC) < $until) {
			die if $o->send(failure('u' . $next++)) ne "OK\n";
		}
		cut_power() or die "ioctl: $!";
		$o->kill;
		unmounted();
		mounted() or die 'cannot mount again';
	}
	my $o = Omprog->filter(\%how, @options);
	die "not ready: ", slurp("$DIR/said") if $o->answer ne "OK\n";
	die 'no end' if $o->end != 0;
	$seen{$_}++ for split /\n/, slurp("$there/out");
	return (scalar(grep { !$seen{"u$_"} } 0 .. $next - 1),
	    scalar(grep { $_ > 1 } values %seen));
}

plan skip_all => 'no file system that can be switched off'
    unless cut_power() && !unmounted() && format_image();
is(lost_after($CUTS), 0, "$CUTS cuts: every row is there, once");
unmounted();
format_image();
cmp_ok(lost_after(20, LD_PRELOAD => "$BUILD/t/fault.so", NO_DATA_SYNC => 1),
    '>', 2, 'without fdatasync() rows are lost');
unmounted();
format_image();
is_deeply([confirmed_lost_after($CUTS, '--fsync')], [0, 0],
    "$CUTS cuts of --confirm --fsync: every answered line has its row");
unmounted();
format_image();
my ($lost, $twice) = confirmed_lost_after(20);
cmp_ok($lost, '>', 2, 'without --fsync rows are lost');
is($twice, 0, 'but none is there twice');
unmounted();
done_testing;
