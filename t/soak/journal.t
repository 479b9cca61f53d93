#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --confirm when its output has no room for so long that the journal has none
# either: no more lines are accepted, none of those that were is lost.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Omprog qw(failure);
use SmallDisk;

my $small = small_disk(2) or plan skip_all => 'no right to mount';
my $dir = "$DIR/a";
Omprog->fresh($dir);
fill();
my %how = (error => "$dir/said", state => "$dir/state", out => "$small/rows");
my $o = Omprog->filter(\%how);
is($o->answer, "OK\n", 'ready');

# Long lines whose rows are short.
my $line = failure('u') =~ s/authentication failed: x/'authentication failed: '
    . 'x' x 60_000/er;
my $n = 0;
while ($n < 10_000) {
	my $answer = $o->send($line =~ s/=u$/=u$n/r, 1, 3);
	$n++;
	last unless defined $answer;
	die "'$answer'" if $answer ne "OK\n";
}
my $size = 0;
$size += -s for glob "$dir/state.journal.*";
cmp_ok($n, '<', 10_000, "$n lines, then none is accepted");
cmp_ok($size, '<=', 256 << 20, "$size bytes of journal");
cmp_ok($size, '>', 250 << 20, 'are all there may be');
like(slurp("$dir/said"), qr/have 256 MiB; no lines are accepted/, 'said');
unlink "$small/fill";
is($o->answer, "OK\n", 'the last one is, when there is room');
is($o->end(60), 0, 'end');
$o = Omprog->filter(\%how);
is($o->answer, "OK\n", 'another one');
my $want = join '', map { "u$_\n" } 0 .. $n - 1;
for (1 .. 1000) {
	last if slurp("$small/rows") eq $want;
	sleep 0.1;
}
ok(slurp("$small/rows") eq $want, 'all rows');
is($o->end, 0, 'end');
cmp_ok(scalar(() = glob "$dir/state.journal.*"), '<=', 2, 'journals are gone');
done_testing;
