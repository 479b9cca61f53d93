#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# What the power cannot take: when something is promised, what it rests on is on
# the disk, with its name.  Told by the order of system calls; t/soak/power.t
# cuts the power.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Basename qw(dirname);
use POSIX qw(WUNTRACED);
use Test::More;
use MLS;
use Omprog qw(failure other);

plan skip_all => 'a sanitizer must be loaded first' if $BUILD =~ /asan/;
my $dir = "$DIR/a";
my ($log, $state, $out, $calls) = map { "$dir/$_" } qw(log state out calls);
my @FILTER = ($FILTER, @OFFLINE, qw(--config /dev/null --database /dev/null
    --columns user --header never), '--state', $state, '-o', $out);

# What each promise rests on: files that have to be there whole, if they are.
my %RESTS = (
	"to $state" => [$out, "$out.0", "$out.1"],
	"cut $out" => ["$out.cut"],
	'create journal' => ['journal'],
	'unlink journal' => [$state, $out],
	"rename $state" => ['journal'],
	'answer' => ['journal'],
);

# Goes through the calls; what was promised too early, and how often each
# promise was made.
sub judge {
	my ($answers_count) = @_;
	my (%is_dirty, %has_no_name, %made, @wrong, $from);
	my $promise = sub {
		my ($what, @files) = @_;
		$made{$what}++;
		for my $file (@files) {
			my @all = $file eq 'journal' ?
			    grep { /\.journal\.\d+$/ } keys %is_dirty,
			    keys %has_no_name : $file;
			push @wrong, "$what: $_" for grep { $is_dirty{$_} ||
			    $has_no_name{$_} } @all;
		}
	};
	for (split /\n/, slurp($calls)) {
		my ($call, $file) = /^(\w+) (.*)$/ or next;
		my $short = $file =~ /\.journal\.\d+$/ ? 'journal' : $file;
		my $rests = $RESTS{"$call $short"};
		$promise->("$call $short", @$rests) if $rests;
		$promise->('answer', 'journal') if $call eq 'write' &&
		    $file =~ /^pipe:/ && $answers_count;
		if ($call eq 'write' || $call eq 'cut') {
			$is_dirty{$file} = 1;
		} elsif ($call eq 'create') {
			$has_no_name{$file} = 1;
		} elsif ($call eq 'unlink') {
			delete $_->{$file} for \%is_dirty, \%has_no_name;
		} elsif ($call eq 'moved') {	# by somebody else
			$is_dirty{"$file.0"} = delete $is_dirty{$file};
		} elsif ($call eq 'rename') {
			$from = $file;
		} elsif ($call eq 'to') {
			push @wrong, "not whole under its name: $file"
			    if delete $is_dirty{$from};
			delete $has_no_name{$from};
			delete $is_dirty{$file};
			$has_no_name{$file} = 1;
		} elsif ($call eq 'sync') {
			delete $is_dirty{$file};
			delete $has_no_name{$_} for
			    grep { dirname($_) eq $file } keys %has_no_name;
		}
	}
	delete @has_no_name{grep { /\.(?:lock|tmp)$/ } keys %has_no_name};
	push @wrong, map { "at the end, no name: $_" } sort keys %has_no_name;
	unlink $calls;
	return (join("\n", @wrong), \%made);
}
sub is_safe {
	my ($about, $answers_count, @promises) = @_;
	my ($wrong, $made) = judge($answers_count);
	is($wrong, '', "$about: on the disk before it is promised");
	ok($made->{$_}, "$about: $_") for @promises;
}
sub fresh {
	Omprog->fresh($dir);
	spew($log, map { failure($_) } @_);
}
sub add_to {
	my ($name, @lines) = @_;
	open my $f, '>>:raw', $name or die "$name: $!";
	print $f @lines;
	close $f;
}
sub filter {
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	local $ENV{FAULT_LOG} = $calls;
	return run(@FILTER, @_, $log);
}

fresh('a');
is(filter()->{status}, 0, 'a first run');
is_safe('a first run', 0, "to $state");
add_to($log, failure('b'));
filter();
is_safe('a next one', 0, "to $state");
rename $out, "$out.0";
add_to($log, failure('c'));
filter();
is_safe('a new output', 0, "to $state");
add_to($out, "d\n");
add_to($log, failure('d'));
filter();
is(slurp("$out.cut"), "d\n", 'cut back');
is_safe('an output that is cut back', 0, "to $state", "cut $out");
add_to($out, "e\n");
rename $out, "$out.1";
add_to($log, failure('e'));
filter();
is(slurp("$out.1") . slurp($out), "c\nd\ne\n", 'cut back elsewhere');
is_safe('one under another name', 0, "to $state");
is(filter('--reset-state')->{status}, 0, '--reset-state');
is_safe('--reset-state', 0, "to $state");

# A journal: whoever is told that a line was accepted will not send it again.
sub start {
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
	local $ENV{FAULT_LOG} = $calls;
	return Omprog->filter({error => "$dir/said", state => $state,
	    out => $out}, @_);
}
sub answers {
	my ($o, @lines) = @_;
	return scalar grep { ($o->send($_) // '') eq "OK\n" } @lines;
}
# Whether it sleeps, and not for a moment.
sub comes_to_rest {
	my ($pid) = @_;
	my $times = 0;
	for (1 .. 1000) {
		$times = slurp("/proc/$pid/stat") =~ /^.*\) S / ?
		    $times + 1 : 0;
		return 1 if $times == 5;
		select undef, undef, undef, 0.02;
	}
	return 0;
}
my $long = 'x' x 60_000;
sub long { return failure($_[0]) =~ s/failed: x/failed: $long/r }
fresh();
my $o = start('--fsync');
is($o->answer, "OK\n", 'ready');
is(answers($o, map { long("u$_") } 1 .. 90), 90, 'more than a piece');
unlink((sort glob "$state.journal.????????")[-1]);
is(answers($o, failure('a'), other(1), failure('b')), 3, 'one is restored');
# While it waits and stands still: what it does is noted under the name it then
# has.
ok(comes_to_rest($o->{pid}), 'it waits for more');
kill 'STOP', $o->{pid};
waitpid $o->{pid}, WUNTRACED;
rename $out, "$out.0";
add_to($calls, "moved $out\n");
kill 'CONT', $o->{pid};
kill 'HUP', $o->{pid};
is(answers($o, failure('c')), 1, 'a new output');
is($o->end, 0, 'end');
like(slurp($out), qr/^c$/m, 'which has a row');
is(slurp("$out.0") . slurp($out), join('', map { "$_\n" } (map { "u$_" }
    1 .. 90), 'a' .. 'c'), 'all rows, each once');
is_safe('--confirm --fsync', 1, 'answer', "to $state", 'create journal',
    'unlink journal');
$o = start('--reset-state');
$o->answer;
is($o->end, 0, '--confirm --reset-state');
is_safe('--confirm --reset-state', 0, "rename $state", "to $state");
fresh();
$o = start();
$o->answer;
is(answers($o, map { long("u$_") } 1 .. 90), 90, 'without --fsync');
is($o->end, 0, 'end');
is_safe('--confirm', 0, "to $state", 'unlink journal');

done_testing;
