#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# On several processors files are read by threads, ahead of their turn: rows,
# words and status are the same as on one, where there are none.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Test::More;

plan skip_all => 'no taskset' unless have('taskset');
my ($cpus) = slurp('/proc/self/status') =~ /^Cpus_allowed_list:\s*(\S+)/m;
my ($one) = $cpus =~ /^(\d+)/;
plan skip_all => 'only one processor' if $cpus eq $one;

my $corpus = "$TOP/t/corpus";
my $line = "Nov 22 11:05:40 mx1 postfix/smtpd[1]: warning: unknown[192.0.2.7]: " .
    "SASL LOGIN authentication failed: x, sasl_username=%s\n";
my $other = "Nov 22 11:05:40 mx1 postfix/smtpd[1]: connect from x[192.0.2.7]\n";
my $again = "Nov 22 11:05:41 mx1 last message repeated 3 times\n";

sub failures {
	my ($from, $n) = @_;
	return join '', map { sprintf($line, "user$_"), $_ % 3 ? $other : '',
	    $_ % 5 ? '' : $again } $from .. $from + $n - 1;
}

sub gzip {
	my ($name, @members) = @_;
	my $all = '';
	for (@members) {
		my $r = run({in => $_}, 'gzip', '-c');
		$all .= $r->{out};
	}
	spew($name, $all);
	return $name;
}

my %files = (
	plain => failures(1, 30_000),
	again => $again . failures(30_001, 10) . $again . $other . $again,
	bare => failures(1, 5) . ($line =~ s/\n//r =~ s/%s/last/r),
	empty => '',
	none => $other x 50_000,
	long => sprintf($line, 'u' x 100_000) . $again .
	    sprintf($line, 'v' x 65_000) . $again . ('x' x 400_000) . "\n" .
	    failures(1, 3),
	nul => "\0" x 300_000 . "\n" . failures(1, 2),
);
spew("$DIR/$_", $files{$_}) for keys %files;
gzip("$DIR/members.gz", failures(1, 5000), $other, $again,
    failures(5001, 5000));
gzip("$DIR/large.gz", failures(1, 200_000));
my $good = slurp("$DIR/members.gz");
spew("$DIR/cut.gz", substr $good, 0, 2 * length($good) / 3);
spew("$DIR/broken.gz", substr($good, 0, length($good) / 3) . 'damage' .
    substr $good, length($good) / 3 + 6);
spew("$DIR/garbage.gz", $good . 'and more');
spew("$DIR/foreign.xz", "\xFD7zXZ\0 and more");

my @all = map { "$DIR/$_" } qw(plain again bare empty none long nul members.gz
    large.gz cut.gz broken.gz garbage.gz foreign.xz missing);
my @runs = (
	(map { [ $_ ] } @all),
	[ @all ],
	[ reverse @all ],
	[ map { ($_, "$DIR/again") } @all ],
	[ ("$DIR/members.gz") x 12 ],
	[ "$DIR/plain", '-', "$DIR/large.gz", '-' ],
	[ glob "$corpus/*.gz" ],
);
for my $operands (@runs) {
	for my $options ([], [ '--filters', 'postfix', '--filters', 'dovecot',
	    '--format', 'jsonl', '--stats' ]) {
		my @command = ($FILTER, @OFFLINE, '--database', '/dev/null',
		    @$options, @$operands);
		my $in = "$DIR/again";
		my $many = run({in_file => $in}, @command);
		my $single = run({in_file => $in}, 'taskset', '-c', $one,
		    @command);
		my $what = @$operands . ' files from ' .
		    ($operands->[0] =~ s,.*/,,r) . " @$options";
		is $many->{status}, $single->{status},
		    "$what: status $single->{status}";
		is $many->{err}, $single->{err}, "$what: the same words";
		ok $many->{out} eq $single->{out}, "$what: the same rows, " .
		    ($single->{out} =~ tr/\n//);
	}
}

# Nobody wants the rest: it ends at once, with all its threads.
my $r = run('sh', '-c', "'$FILTER' --dns off --database /dev/null -q " .
    "'$DIR/large.gz' '$DIR/large.gz' '$DIR/large.gz' | head -n 3");
is $r->{out} =~ tr/\n//, 3, 'a reader that goes early';
is $r->{err}, '', 'is no reason for words';
done_testing;
