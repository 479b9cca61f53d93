#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/demo/demo gives the rows its logs hold, with the tables beside it and
# with those of the package tor-geoipdb.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

my $demo = "$TOP/contrib/demo/demo";

my $expected = <<'EOT';
server,date,ip,user,hostname,reverse_dns_status,country_code,asn,aso,event,service,mechanism
mx1,2026-09-20T01:17:50+00:00,218.92.40.17,info@example.net,,SKIPPED,CN,4134,Chinanet,auth-failure,smtpd,LOGIN
mx1,2026-09-20T01:18:06+00:00,218.92.40.17,info@example.net,,SKIPPED,CN,4134,Chinanet,auth-failure,smtpd,LOGIN
mx1,2026-09-20T01:18:06+00:00,218.92.40.17,info@example.net,,SKIPPED,CN,4134,Chinanet,auth-failure,smtpd,LOGIN
mx1,2026-09-20T01:18:06+00:00,218.92.40.17,info@example.net,,SKIPPED,CN,4134,Chinanet,auth-failure,smtpd,LOGIN
mx1,2026-09-20T01:18:06+00:00,218.92.40.17,info@example.net,,SKIPPED,CN,4134,Chinanet,auth-failure,smtpd,LOGIN
mx1,2026-09-20T11:40:15+00:00,14.162.7.44,admin,,SKIPPED,VN,45899,VNPT Corp,auth-failure,smtps,PLAIN
mx1,2026-09-20T19:25:41+00:00,187.10.20.30,Anna Schmidt,,SKIPPED,BR,27699,TELEFONICA BRASIL S.A,auth-failure,smtpd,LOGIN
mx1,2026-09-28T00:33:04+00:00,117.200.33.9,info@example.net,,SKIPPED,IN,9829,Bharat Sanchar Nigam Ltd,auth-failure,submission,LOGIN
mx1,2026-09-28T01:10:56+00:00,121.140.30.40,"schmidt, anna",,SKIPPED,KR,4766,Korea Telecom,auth-failure,smtpd,CRAM-MD5
mx1,2026-09-28T01:10:58+00:00,121.140.30.40,,,SKIPPED,KR,4766,Korea Telecom,auth-failure,smtpd,NTLM
mx1,2026-09-28T03:41:17+00:00,2a01:4f8:1c17:6b2::1,postmaster@example.net,,SKIPPED,DE,24940,Hetzner Online GmbH,auth-failure,submissions,PLAIN
mx1,2026-09-28T06:20:11+00:00,165.227.80.14,admin,,SKIPPED,US,14061,"DigitalOcean, LLC",auth-failure,smtpd,login
mx1,2026-09-28T06:20:13+00:00,165.227.80.14,root,,SKIPPED,US,14061,"DigitalOcean, LLC",auth-failure,smtpd,login
mx1,2026-09-28T08:02:21+00:00,79.40.50.60,,,SKIPPED,IT,3269,Telecom Italia S.p.A.,auth-failure,smtpd,
mx1,2026-09-28T10:29:59+00:00,73.100.20.30,ann@example.net,,SKIPPED,US,7922,"Comcast Cable Communications, LLC",auth-failure,submission,PLAIN
mx1,2026-09-28T10:30:02+00:00,73.100.20.30,ann,,SKIPPED,US,7922,"Comcast Cable Communications, LLC",auth-failure,submission,PLAIN
EOT

# The shown command and the rows below it.
sub shown {
	my ($out) = @_;
	$out =~ /^\$ (.*?[^\\])\n\n(server,.*?\n)\n/ms or return ('', '');
	return ($1, $2);
}

chdir $TOP or die "$TOP: $!";

my $r = run('contrib/demo/demo', $FILTER, '/nonexistent');
is($r->{status}, 0, 'own tables: status');
is($r->{err}, '', 'own tables: stderr');
like($r->{out}, qr/^Two logs, one of them compressed, 79 lines in all\./m,
    'own tables: what is read');
my ($command, $rows) = shown($r->{out});
is($rows, $expected, 'own tables: the rows');
like($command, qr/ --dns off\b/, 'own tables: DNS is not asked');
like($r->{out}, qr/^Nobody was asked for names: with --dns on,/m,
    'own tables: and that is said');
like($r->{out}, qr/^  sudo .*\Q$FILTER\E/m, 'own tables: what to do next');

like($r->{out}, qr/^mls report: mx1, 2026-09-28\n=+\n9 failed logins from 6 /m,
    'own tables: the report');

# What is shown is what a newcomer may copy.
my $copied = run('sh', '-c', $command);
is_deeply([@$copied{qw(status out err)}], [0, $expected, ''],
    'own tables: the command shown gives the rows shown');

# From another directory, by another path.
chdir '/' or die "/: $!";
(undef, $rows) = shown(run($demo, $FILTER, '/nonexistent')->{out});
is($rows, $expected, 'the rows do not depend on the directory');

SKIP: {
	skip 'no tor-geoipdb', 3 unless -r '/usr/share/tor/geoip' &&
	    -r '/usr/share/tor/geoip6';
	$r = run($demo, $FILTER);
	is($r->{err}, '', 'tor-geoipdb: stderr');
	($command, $rows) = shown($r->{out});
	like($command, qr{--database /usr/share/tor/geoip\b},
	    'tor-geoipdb: used if there');

	# Ranges change hands; that each address has a country does not.
	my $masked = sub { $_[0] =~ s/(,SKIPPED),[A-Z]{2},/$1,XX,/gr };
	is($masked->($rows), $masked->($expected),
	    'tor-geoipdb: the same rows, a country in each');
}

$r = run($demo, '/nonexistent/mls-filter');
is_deeply([@$r{qw(status out err)}], [69, '', "demo: no program " .
    "'/nonexistent/mls-filter'; run make first\n"], 'no program');

done_testing();
