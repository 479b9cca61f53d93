#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Real name servers with their default limits and buffers: however fast we ask,
# every row comes, in order, with the right name.  nsd and knot answer at once
# and drop what their buffers cannot hold; unbound and dnsmasq ask another
# server first, and dnsmasq refuses more than 150 questions at a time.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Daemon qw(said stop);
use MLS;
use Nameserver qw(fake_server oracle nsd knot unbound dnsmasq ptr_name);

my @four = map { sprintf '11.%d.%d.%d', $_ / 250, $_ % 250, $_ * 7 % 256 }
    1 .. 3000;
my @six = map { sprintf '2a00:1450:%x::%x', $_, $_ * 7919 % 65536 } 1 .. 3000;

# What the filter makes of a log in which these addresses fail to log in.
sub look_up {
	my ($server, @addresses) = @_;
	my $n = 0;
	spew("$DIR/mail.log", map {
		$n++;
		sprintf "2026-11-22T11:%02d:%02d.123456+01:00 mx " .
		    "postfix/smtpd[%d]: warning: unknown[%s]: SASL LOGIN " .
		    "authentication failed: UGFzc3dvcmQ6, " .
		    "sasl_username=user%d\n", $n / 60, $n % 60,
		    100 + $n, $_, $n;
	} @addresses);
	spew("$DIR/mls.yaml", '');
	return run($FILTER, '--config', "$DIR/mls.yaml", '--database',
		'/dev/null', '--header', 'never', '--columns',
		'ip,reverse_dns_status,hostname', '--resolver',
		"$server->{address}:$server->{port}", "$DIR/mail.log");
}

# Fails with the first row that differs and how many do.
sub rows_are {
	my ($what, $server, @expected) = @_;
	my $r = look_up($server, map { $_->[0] } @expected);
	is($r->{status}, 0, "$what: status");
	is($r->{err}, '', "$what: no complaint");
	my @rows = split /\n/, $r->{out};
	is(scalar @rows, scalar @expected, "$what: as many rows as lines");
	my @wrong = grep {
		($rows[$_] // '') ne join ',', @{$expected[$_]}[0 .. 2]
	} 0 .. $#expected;
	is(scalar @wrong, 0, "$what: every row is right and in its place") or
	    diag(join "\n", (map {
		'got ' . ($rows[$_] // 'none') . ', not ' .
		    join(',', @{$expected[$_]}[0 .. 2])
	    } @wrong[0 .. ($#wrong < 4 ? $#wrong : 4)]), said($server->{name}));
}

sub all_ok {
	return map { [$_, 'OK', ptr_name($_)] } @_;
}

# Runs f with the server, or skips with the reason why there is none.
sub with {
	my ($what, $server, $why, $f) = @_;
	SKIP: {
		skip("$what: $why", 1) unless $server;
		$f->($server);
		stop($server->{pid});
	}
}

with('nsd', (nsd(@four, @six))[0, 1], sub {
	my ($server) = @_;
	rows_are('nsd', $server, all_ok(@four));
	rows_are('nsd, IPv6', $server, all_ok(@six));
});

with('knot', (knot(@four))[0, 1], sub {
	rows_are('knot', $_[0], all_ok(@four));
});

# A resolver and the test server behind it.
sub behind {
	my ($what, $start, $how, @expected) = @_;
	with($what, (fake_server(%$how))[0, 1], sub {
		my ($upstream) = @_;
		with($what, ($start->($upstream))[0, 1], sub {
			rows_are($what, $_[0], @expected);
		});
	});
}

my %kind = (mix => 'ok=60,nxdomain=25,nodata=10,cname2317=5', latency => 20);
my @truth = -x $Nameserver::PROGRAM ?
    oracle({mix => $kind{mix}}, @four) : ();
for (['unbound', \&unbound], ['dnsmasq', \&dnsmasq]) {
	my ($name, $start) = @$_;
	behind($name, $start, {mix => 'ok=1', latency => 20}, all_ok(@four));
	behind("$name, a mix", $start, \%kind, @truth);
}

done_testing();
