#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --confirm when it is killed, when system calls fail, and when they do less
# than they were asked to: no accepted line is lost, and nothing is doubled but
# the line that was in its hand.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Omprog qw(failure other);

plan skip_all => 'a sanitizer must be loaded first' if $BUILD =~ /asan/;
my $dir = "$DIR/a";
my ($state, $out, $said) = map { "$dir/$_" } qw(state out said);
sub fresh { Omprog->fresh($dir) }
sub start {
	return Omprog->filter({error => $said, state => $state, out => $out},
	    @_);
}
# How often each row is there.
sub seen {
	my %seen;
	$seen{$_}++ for split /\n/, -e $out ? slurp($out) : '';
	return %seen;
}

# Killed at any time under load; what was not answered is sent again.
my ($kills, $n) = ($ENV{MLS_OMPROG_KILLS} || 50, 0);
fresh();
for my $kill (1 .. $kills) {
	my $o = start();
	my $pid = fork // die;
	if (!$pid) {
		sleep rand 0.06;
		kill 'KILL', $o->{pid};
		POSIX::_exit(0);
	}
	if ($o->answer eq "OK\n") {
		$n++ while $o->send(failure("u$n")) eq "OK\n";
	}
	waitpid $pid, 0;
	$o->kill;
}
my $o = start();
is($o->answer, "OK\n", 'ready');
is($o->send(failure("u$n")), "OK\n", "killed $kills times, $n lines");
is($o->end, 0, 'end');
my %seen = seen();
is(join(' ', grep { !$seen{"u$_"} } 0 .. $n), '', 'none is missing');
my $twice = grep { $_ > 1 } values %seen;
cmp_ok($twice, '<=', $kills, "$twice stand there twice");

# All lines to a filter that has an environment of its own, and to others after
# it if it does not last.  What is wrong, and how many rows are there once too
# often.
# If there was one before, it has written rows, and left some.
my @lines = map { $_ % 3 ? other($_) : failure("u$_") } 1 .. 24;
my @want = map { $_ % 3 ? () : "u$_" } 1 .. 24;
our $had_one = 0;
sub before {
	my $o = start();
	my $bad = grep { $_ ne "OK\n" } $o->answer,
	    map { $o->send(failure("v$_")) } 1 .. 3;
	for (1 .. 500) {
		last if -e $out && slurp($out) eq "v1\nv2\nv3\n";
		sleep 0.01;
	}
	$bad += grep { $o->send(failure($_)) ne "OK\n" } 'v4';
	$o->kill;
	return $bad;
}
sub talk {
	my ($patience, %first) = @_;
	my $at = 0;
	my @want = $had_one ? (@want, map { "v$_" } 1 .. 4) : @want;
	fresh();
	return ('it was no good before', 0) if $had_one && before();
	for my $try (1 .. 5) {
		local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
		local @ENV{keys %first} = values %first if $try == 1;
		my $o = start();
		my $answer = $o->answer($patience) // 'none';
		while ($answer eq "OK\n" && $at < @lines) {
			$answer = $o->send($lines[$at], 1, $patience) // 'none';
			$at++ if $answer eq "OK\n";
		}
		return ("answer '$answer'", 0) if $answer !~ /\A(OK\n|none|)\z/;
		my $status = $answer eq 'none' ? $o->kill : $o->end;
		next if $answer ne "OK\n" || !defined $status || $status;
		my %seen = seen();
		my @missing = grep { !$seen{$_} } @want;
		my $doubled = -keys %seen;
		$doubled += $_ for values %seen;
		return (@missing ? "missing: @missing" : '', $doubled);
	}
	return ('it never ends well', 0);
}
# Of many, each with its fault.
sub all_well {
	my ($about, $patience, @faults) = @_;
	my ($wrong, $doubled) = ('', 0);
	for (@faults) {
		my ($why, $more) = talk($patience, FAULT => $_);
		$why ||= "$more rows twice" if $more > 1;
		$wrong .= "$_: $why\n" if $why;
		$doubled += $more;
	}
	is($wrong, '', "$about: nothing is missing, at most the line in hand " .
	    'is there twice (' . $doubled . ' of ' . @faults . ' times)');
}

my ($why, $doubled) = talk(30, FAULT_COUNT => "$DIR/counts");
my %calls = slurp("$DIR/counts") =~ /^(\w+) (\d+)$/gm;
is("$why, $doubled", ', 0', "a run of $calls{all} system calls");
all_well('killed before each', 30, map { "all:$_:KILL" } 1 .. $calls{all});
my $all = delete $calls{all};
my (@once, @ever);
for my $call (sort keys %calls) {
	my $how = $call eq 'open' ? 'EMFILE' : 'ENOSPC';
	push @once, map { "$call:$_:$how" } 1 .. $calls{$call};
	# Each of these is waited for.
	my @from = $ENV{MLS_ALL_FAULTS} ? 1 .. $calls{$call} :
	    $calls{$call} ? 1 + int $calls{$call} / 2 : ();
	push @ever, map { "$call:$_+:$how" } @from;
}
all_well('each fails once', 3, @once);
all_well('from then on', 1.5, @ever);
# What fails once while it gets ready is tried again, by the same one.
{
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	for (1 .. 6) {
		local $ENV{FAULT} = "fsync:$_:EIO";
		fresh();
		$o = start();
		is($o->answer(20), "OK\n", "ready, though sync $_ failed");
		$o->kill;
	}
}
# Each line is on the disk before it is answered, in a transaction too.
{
	my $syncs = sub {
		local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
		local $ENV{FAULT_COUNT} = "$DIR/counts";
		fresh();
		my $o = start(@_);
		$o->answer;
		$o->send($_) for "BEGIN TRANSACTION\n",
		    map { failure("u$_") } 1 .. 50;
		$o->end;
		return slurp("$DIR/counts") =~ /^fsync (\d+)$/m ? $1 : 0;
	};
	my $usual = $syncs->();
	cmp_ok($syncs->('--fsync'), '>=', 50, '--fsync in a transaction');
	cmp_ok($usual, '<', 50, 'not without it');
}

# A disk that takes its time: whoever waits for an answer hears that we live,
# also while databases are loaded.
{
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	local $ENV{FAULT} = 'open:2:SLOW';
	fresh();
	$o = start();
	is($o->answer, "OK\n", 'a slow start: ready');
	cmp_ok($o->{dots}, '>=', 2, 'and dots before');
	is($o->end, 0, 'end');
}
{
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	local $ENV{FAULT} = 'fsync:8+:SLOW';
	fresh();
	$o = start();
	my $answers = $o->answer;
	for (1 .. 30) {
		$answers .= $o->send(failure("u$_"), 1, 30) // 'none';
		last if $o->{dots} > 1;
		sleep 0.1;
	}
	like($answers, qr/\A(OK\n)+\z/, 'a slow disk: answers');
	cmp_ok($o->{dots}, '>', 1, 'and dots before one that came late');
	$o->kill;
}
{
	# What is read at the start.
	local $had_one = 1;
	my @faults = map { ("open:$_:EMFILE", "read:$_:EIO", "stat:$_:EIO",
	    "lseek:$_:EIO") } 1 .. ($ENV{MLS_ALL_FAULTS} ? 40 : 12);
	push @faults, map { "all:$_:KILL" } 1 .. ($ENV{MLS_ALL_FAULTS} ?
	    $all : 30);
	all_well('after another one', 3, @faults);
}
for my $seed (1 .. ($ENV{MLS_ALL_FAULTS} ? 200 : 10)) {
	($why, $doubled) = talk(30, SHAKE => $seed);
	is("$why, $doubled", ', 0', "interrupted and short, $seed");
}
# A part of a line is written, and then no more of it.
for my $n (1 .. ($ENV{MLS_ALL_FAULTS} ? 200 : 30)) {
	($why, $doubled) = talk(3, SHAKE => $n, FAULT =>
	    'write:' . (5 + $n % 30) . ':ENOSPC');
	like("$why, $doubled", qr/\A, [01]\z/, "short, then no room, $n");
	unlike(slurp($said), qr/somebody has/, 'taken back by ourselves');
}

done_testing;
