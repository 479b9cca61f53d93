# SPDX-License-Identifier: ISC
# Failed logins for benches: addresses that are all different, and what a log
# says of them.
package Failures;

use strict;
use warnings;
use Exporter 'import';

our @EXPORT_OK = qw(addresses failure);

# The i-th address: none that is answered without a question.  Multiplying by
# an odd number is one to one modulo 2**32.
my $next = 0;
sub another_address {
	while (1) {
		my @b = unpack 'C4', pack 'N', $next++ * 2654435761 + 12345 &
		    0xffffffff;
		my $net = "$b[0].$b[1]";
		next if $b[0] == 0 || $b[0] == 10 || $b[0] == 127 ||
		    $b[0] >= 224 || $net =~ /^(?:169\.254|192\.0|192\.168
			|198\.(?:18|19|51)|203\.0
			|100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])
			|172\.(?:1[6-9]|2\d|3[01]))$/x;
		return join '.', @b;
	}
}

# The first n, always the same.
sub addresses {
	my ($n) = @_;
	$next = 0;
	return map { another_address() } 1 .. $n;
}

# The n-th line of a log, in which an address fails to log in.
sub failure {
	my ($n, $address) = @_;
	my $second = int($n / 100) + 1;
	return sprintf "2026-11-22T%02d:%02d:%02d.%06d+01:00 mx " .
	    "postfix/smtpd[%d]: warning: unknown[%s]: SASL LOGIN " .
	    "authentication failed: UGFzc3dvcmQ6, sasl_username=user%d\n",
	    $second / 3600, $second / 60 % 60, $second % 60,
	    $n % 100 * 9973, 100 + $n % 700, $address, $n % 977;
}

1;
