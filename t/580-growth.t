#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# However long a log is, and from however many addresses, a byte costs as much
# work: instructions, which valgrind counts and which no other program disturbs.
# And as much memory.  What that is in time, `make bench` tells.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Test::More;

plan skip_all => 'no valgrind' unless have('valgrind');
plan skip_all => 'valgrind cannot run a sanitizer' if $BUILD =~ /asan/;

my $FLAT = 1.15;
my $MIB = 1 << 20;
my @SETTINGS = ('--config', '/dev/null', '-q', @OFFLINE, '--timezone', 'UTC',
    '--year', '2026', '--database', "$DIR/ip.db");

sub made {
	my ($name, @command) = @_;
	my $r = run({out_file => "$DIR/$name"}, @command);
	is("$r->{status}$r->{err}", '0', "made: $name");
	return "$DIR/$name";
}

made('ranges', "$BUILD/ranges", 60_000);
run($IPINFO, '--compile', '-o', "$DIR/ip.db", "$DIR/ranges");

# One that we may use.
my ($processor) = slurp('/proc/self/status') =~ /^Cpus_allowed_list:\s*(\d+)/m;

# Instructions that a log costs, its start, which looks at a database, too.
sub instructions {
	my ($log) = @_;
	my $r = run({in_file => $log, out_file => "$DIR/rows"}, 'valgrind',
	    '--tool=cachegrind', '--cache-sim=no',
	    "--cachegrind-out-file=$DIR/counted", $FILTER, @SETTINGS);
	my ($n) = $r->{err} =~ /\bI +refs: +([\d,]+)/ or
	    return diag($r->{err});
	return $n =~ tr/,//dr;
}

sub written {
	open my $f, '<', "$DIR/rows" or die "rows: $!";
	my $n = () = <$f>;
	return $n - 1;
}

# Addresses in the rows.
sub different {
	open my $f, '<', "$DIR/rows" or die "rows: $!";
	my %seen = map { (split /,/)[2] => 1 } <$f>;
	return keys(%seen) - 1;
}

# On one processor, where it is not by chance how much is read ahead.
sub peak {
	my ($log) = @_;
	run({in_file => $log, out_file => '/dev/null'}, 'taskset', '-c',
	    $processor, "$BUILD/measure", "$DIR/cost", $FILTER, @SETTINGS);
	return (split ' ', slurp("$DIR/cost"))[3];
}

sub generated {
	my ($name, $size, @settings) = @_;
	return made($name, "$BUILD/generate", "bytes=$size", @settings);
}

my $start = do {
	my $one = generated('one', 65536, 'percent=30');
	open my $f, '<', $one or die "$one: $!";
	my ($line) = grep { /authentication failed/ } <$f>;
	spew("$DIR/start", $line);
	instructions("$DIR/start");
};
is(written(), 1, 'the start: a row');

# How many times as much the dearest of them is as the cheapest.
sub spread {
	my ($what, %cost) = @_;
	my @sorted = sort { $a <=> $b } values %cost;
	cmp_ok($sorted[-1] / $sorted[0], '<=', $FLAT, $what) or
	    diag(map { "$_: $cost{$_}\n" } sort keys %cost);
}

my (%work, %memory);
for my $size (1, 4, 16, 64) {
	my $log = generated("$size MiB", $size * $MIB, 'percent=2');
	$work{"$size MiB"} = (instructions($log) - $start) / $size;
	cmp_ok(written(), '>', 100 * $size, "$size MiB: rows");
	$memory{"$size MiB"} = peak($log) if $size >= 16;
	unlink $log;
}
spread('work a byte, from 1 to 64 MiB', %work);
# Its ceiling is reached by then.
spread('memory, from 16 to 64 MiB', %memory);

# By family: one address has no other.
for my $family (['IPv4', 'v6=0'], ['IPv6', 'v6=100']) {
	my ($name, @settings) = @$family;
	my %work;
	for my $addresses (1, 100, 10_000, 1_000_000) {
		my $log = generated("$name from $addresses", 8 * $MIB,
		    'percent=30', "addresses=$addresses", @settings);
		$work{$addresses} = instructions($log) - $start;
		my ($rows, $different) = (written(), different());
		my $most = $addresses < $rows ? $addresses : $rows;
		cmp_ok($different, '<=', $addresses, 'no more than these');
		cmp_ok($different, '>', $most / 2 - 1, 'most of them');
	}
	spread("$name: work, from 1 to 1,000,000 addresses", %work);
}
done_testing;
