#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# As peer.awk: what mls-filter does with Postfix lines in traditional form, but
# for IP databases, the year, the zone and hostile text.
use strict;
use warnings;

my $n = 0;
my %month = map { $_ => sprintf '%02d', ++$n }
    qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);

sub cell {
	my ($text) = @_;
	$text =~ s/\\/\\\\/g;
	$text =~ s/"/""/g;
	return $text =~ /[",]/ ? "\"$text\"" : $text;
}

print "server,date,ip,user,event,service,mechanism\n";
while (<STDIN>) {
	next unless m{^(\w{3})\ ([ \d]\d)\ ([\d:]{8})\ (\S+)\ [^ \[]*?([^/ ]*)/smtpd
	    \[\d+\]:\ warning:\ [^ ]+\[([\da-f.:]+)\]:
	    \ SASL\ ([A-Z0-9-]+)\ authentication\ failed
	    (?:.*?,\ sasl_username=(.*))?}x;
	print join(',', $4, "2026-$month{$1}-" . $2 =~ tr/ /0/r .
	    "T$3+00:00", $6, cell($8 // ''), 'auth-failure',
	    $5 eq 'postfix' ? 'smtpd' : $5, $7), "\n";
}
