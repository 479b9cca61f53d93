#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# valgrind finds nothing on the main paths: no error, no leak, no open file.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Daemon qw(stop);
use MLS;
use Nameserver qw(fake_server);
use Test::More;

plan skip_all => 'no valgrind' unless have('valgrind');
plan skip_all => 'a sanitizer does this already' if $BUILD =~ /asan/;

my $corpus = "$TOP/t/corpus";
spew("$DIR/db.csv", "198.51.100.0,198.51.100.255,64500,Example\n");
spew("$DIR/broken.yaml", "name: x\nrules: [{event: a, match: b}]\n");
spew("$DIR/mls.yaml", "filter:\n  columns: [ip, user, country_code]\n");
spew("$DIR/cut.gz", substr slurp("$corpus/bookworm.main.rfc5424.log.gz"), 0,
    9000);
my @runs = (
	[ 'rows', 0, "$corpus/bookworm.main.rfc3339.log.gz" ],
	[ 'JSON in and out', 0, '--format', 'jsonl',
	    "$corpus/bookworm.main.jsonf.log.gz" ],
	[ 'two rule files, a file for output', 0, '--filters', 'postfix',
	    '--filters', 'dovecot', '-o', "$DIR/out",
	    "$corpus/bookworm.dove.traditional.log.gz" ],
	[ 'explain', 0, '--explain', "$corpus/env/busybox.log" ],
	[ 'check', 0, '--check' ],
	[ 'configuration', 0, '--config', "$DIR/mls.yaml", '--print-config' ],
	[ 'damaged gzip', 65, "$DIR/cut.gz" ],
	[ 'broken rules', 78, '--filters', "$DIR/broken.yaml" ],
	[ 'usage', 64, '--columns', 'nonsense' ],
	[ 'no file', 66, "$DIR/none" ],
	[ 'help', 0, '--help' ],
);

# Look-ups that are answered in every way there is, and confirmed.
my ($server) = fake_server(slow => 300);
SKIP: {
	skip 'no test server', 1 unless $server;
	my $codes = () = run($Nameserver::PROGRAM, '--list')->{out} =~ /^./mg;
	spew("$DIR/all.log", map {
		"2026-11-22T11:05:40.123456+01:00 mx postfix/smtpd[9]: " .
		"warning: unknown[$_]: SASL LOGIN authentication failed: x, " .
		"sasl_username=u\n"
	} map {
		("198.18.$_.1", $_ ? sprintf('2001:2:0:%x::1', $_) : '2001:2::1')
	} 0 .. $codes - 1);
	push @runs, [ 'every answer', 0, '--dns', 'on', '--dns-confirm',
	    '--resolver', "$server->{address}:$server->{port}",
	    "$DIR/all.log" ];
}

for (@runs) {
	my ($what, $status, @arguments) = @$_;
	my $r = run('valgrind', '-q', '--error-exitcode=9',
	    '--leak-check=full', '--track-fds=yes', $FILTER, @OFFLINE, '--database',
	    "$DIR/db.csv", @arguments);
	if ($what eq 'every answer') {
		is index($r->{out}, 'evil'), -1, "$what: nothing forged";
		cmp_ok scalar(() = $r->{out} =~ /,(?:198\.18\.|2001:2:)/g),
		    '>=', 108, "$what: every look-up ended";
	}
	is $r->{status}, $status, "$what: exit $status";
	# Descriptors that prove handed down are not ours.
	my $said = $r->{err} =~
	    s/^==\d+== Open file descriptor \d+:.*\n==\d+== +<inher.*\n//gmr;
	$said =~ s/^==\d+==(?: FILE DESCRIPTORS: .*)? *\n//gm;
	unlike $said, qr/^==/m, "$what: valgrind is silent" or diag $said;
}
stop($server->{pid}) if $server;
done_testing;
