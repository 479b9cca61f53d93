#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Whatever happens to a log and to its reader, each line gives its rows once:
# random sequences against a model.  t/soak has more of them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;
use Rotation;

plan skip_all => 'a sanitizer must be loaded first' if $BUILD =~ /asan/;
my $SEQUENCES = $ENV{MLS_SEQUENCES} // 200;
my $FROM = $ENV{MLS_SEED} // 1;
my @wrong;
for my $seed ($FROM .. $FROM + $SEQUENCES - 1) {
	push @wrong, grep { defined } sequence($seed, 40);
	last if @wrong > 2;
}
is(join("\n", @wrong), '', "$SEQUENCES sequences");
done_testing;
