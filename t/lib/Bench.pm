# SPDX-License-Identifier: ISC
# Costs of whole processes, each run measured alone; medians of rounds in which
# the programs that are compared take turns.
package Bench;
use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter 'import';
use FindBin;
use MLS;

our @EXPORT = qw(bench_in build cost median rounds);

my $dir;

# Where the programs of these timings and what they write lie.
sub bench_in {
	$dir = shift;
	mkdir $dir;
	$dir = abs_path($dir) // die "no directory\n";
	build('measure') or die "no compiler\n";
	return $dir;
}

# One of the programs beside the script.  Nothing: it cannot be had here.
sub build {
	my ($name, @libraries) = @_;
	my $cc = $ENV{CC} || 'cc';
	my $r = run('sh', '-c', "$cc -O2 -std=c11 -D_GNU_SOURCE " .
	    "-I'$FindBin::Bin/../lib' -o '$dir/$name' " .
	    "'$FindBin::Bin/$name.c' @libraries");
	return "$dir/$name" unless $r->{status};
	print "no $name: ", $r->{err} =~ /(.*error.*)/ ? $1 : $r->{err}, "\n";
	return;
}

# Runs a command with standard input from, and output into, these files; it may
# end with these statuses beside 0.
sub cost {
	my ($in, $out, $command, @statuses) = @_;
	my $r = run({in_file => $in, out_file => $out}, "$dir/measure",
	    "$dir/cost", @$command);
	die "status $r->{status}: @$command\n$r->{err}"
	    unless grep { $r->{status} == $_ } 0, @statuses;
	my ($wall, $user, $system, $kib) = split ' ', slurp("$dir/cost");
	return {wall => $wall, cpu => $user + $system, mib => $kib / 1024};
}

sub median {
	my @sorted = sort { $a <=> $b } @_;
	return $sorted[$#sorted / 2];
}

# Works are [name, function that returns a cost]; so many rounds of them in
# turn.  The medians: {name => cost}.
sub rounds {
	my ($rounds, @works) = @_;
	my (%costs, %medians);
	for (1 .. $rounds) {
		push @{ $costs{$_->[0]} }, $_->[1]->() for @works;
	}
	for my $name (keys %costs) {
		for my $what (qw(wall cpu mib)) {
			$medians{$name}{$what} =
			    median(map { $_->{$what} } @{ $costs{$name} });
		}
	}
	return \%medians;
}

1;
