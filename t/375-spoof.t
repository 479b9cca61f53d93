#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# A forger who knows every question, and is wrong in one thing only, a hundred
# thousand times a second: in the id, the question, the sender, or the port.
# The server takes its time, so that there is time to forge.  No forged name
# comes out, and what was asked is answered.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Daemon qw(said stop);
use MLS;
use Nameserver qw(fake_server line_of oracle);

spew("$DIR/mls.yaml", '');
my %how = (latency => 300, mix => 'ok=70,nxdomain=20,cname2317=10');

sub withstand {
	my ($transport, @addresses) = @_;
	my ($server, $why) = Daemon::has_address($transport) ?
	    fake_server(%how, address => $transport, flood => 100_000) :
	    (undef, "no $transport");
	SKIP: {
		skip $why, 1 unless $server;
		spew("$DIR/mail.log", map { line_of($_) } @addresses);
		my $r = run($FILTER, '--config', "$DIR/mls.yaml",
			'--database', '/dev/null', '--header', 'never',
			'--columns', 'ip,reverse_dns_status,hostname',
			'--dns-rate', '2000', '--stats', '--resolver',
			$transport =~ /:/ ? "[$transport]:$server->{port}" :
			"$transport:$server->{port}", "$DIR/mail.log");
		stop($server->{pid});
		my ($forged) = said($server->{name}) =~ /forged=(\d+)/;
		my ($strays) = $r->{err} =~ /strays (\d+)/;
		# How many come in time is the machine's affair.
		diag("$transport: $forged forged, $strays of them read") if
		    $ENV{TEST_VERBOSE};
		cmp_ok($forged, '>', 20_000, "$transport: forged answers");
		cmp_ok($strays, '>', $forged / 10, 'many of them came to us');
		is(index($r->{out}, 'evil'), -1, 'none was believed');
		my @rows = split /\n/, $r->{out};
		my @truth = map { join ',', @$_[0 .. 2] }
		    oracle({mix => $how{mix}}, @addresses);
		is(scalar @rows, scalar @truth, 'as many rows as lines');
		my @other = grep { $rows[$_] ne $truth[$_] } 0 .. $#truth;
		is(scalar(grep { $rows[$_] !~ /,TIMEOUT,$/ } @other), 0,
		    'what is answered is true') or
		    diag("got $rows[$other[0]], not $truth[$other[0]]");
		# A flood can fill a socket's buffer: what is lost is asked
		# again, and once more.
		cmp_ok(scalar @other, '<', @rows / 100,
		    'and nearly all is answered');
	}
}

withstand('127.0.0.1', map { sprintf '11.%d.%d.%d', $_ / 250, $_ % 250,
    $_ * 7 % 256 } 1 .. 6000);
withstand('::1', map { sprintf '2a00:1450:%x::%x', $_, $_ * 7919 % 65536 }
    1 .. 3000);
done_testing;
