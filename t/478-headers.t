#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Messages whose configured values are random (t/477-headers.c), as python's
# parser sees them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

my $python3 = have('python3') or plan skip_all => "no program 'python3'";
my $mails = run("$BUILD/t/477-headers.t", 'mails');
is($mails->{status}, 0, 'messages are written');
my $r = run({in => $mails->{out}}, $python3, "$TOP/t/lib/headers");
is($r->{err}, '', 'python finds no fault with the test');
like($r->{out}, qr/\A\d{4} messages, 0 wrong\n\z/,
    'no defect, no field of a stranger, everything as it was meant');
done_testing();
