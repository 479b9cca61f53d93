#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# However long the log, memory is asked for as often as for a short one: after
# the first lines no line costs an allocation.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Test::More;

my $counter = "$BUILD/t/allocations.so";
plan skip_all => 'no counter: it needs the GNU C library' unless -e $counter;
plan skip_all => 'a sanitizer has its own malloc()' if $BUILD =~ /asan/;
# Threads take buffers, up to a ceiling, as they happen to need them: what a
# line costs is seen on one processor, where there are none.
plan skip_all => 'no taskset' unless have('taskset');
my ($one) = slurp('/proc/self/status') =~ /^Cpus_allowed_list:\s*(\d+)/m;

my $corpus = "$TOP/t/corpus";
my $all = '--columns=server,date,ip,user,hostname,reverse_dns_status,' .
    'country_code,asn,aso,event,service,mechanism,client,reason,pid,' .
    'program,network,forward_confirmed,message';
spew("$DIR/db.csv", "127.0.0.0,127.255.255.255,64500,Example\n" .
    "192.0.2.0,192.0.2.255,64501,A name that is longer than most of them " .
    "are by far\n");

my @on = ('taskset', '-c', $one);

# Allocations of a run over a log that stands there so many times.
sub allocations {
	my ($log, $times, @options) = @_;
	spew("$DIR/log", $log x $times);
	local $ENV{LD_PRELOAD} = $counter;
	local $ENV{ALLOCATIONS} = "$DIR/count";
	my $r = run(@on, $FILTER, '--database', "$DIR/db.csv", @options,
	    "$DIR/log");
	is $r->{err}, '', "no word about it, $times times";
	return (slurp("$DIR/count") + 0, $r->{out} =~ tr/\n//);
}

sub log_of {
	my ($name) = @_;
	return slurp($name) unless $name =~ /\.gz$/;
	my $r = run('gzip', '-dc', $name);
	return $r->{out};
}

my @runs = (
	[ 'traditional', "$corpus/bookworm.main.traditional.log.gz" ],
	[ 'RFC 3339', "$corpus/bookworm.main.rfc3339.log.gz", '--format',
	    'tsv' ],
	[ 'RFC 5424', "$corpus/bookworm.main.rfc5424.log.gz", '--format',
	    'jsonl' ],
	[ 'JSON', "$corpus/bookworm.main.jsonf.log.gz" ],
	[ 'the seed\'s format', "$corpus/bookworm.main.traditional.log.gz",
	    '--format', 'maillogsentinel' ],
	[ 'Dovecot', "$corpus/bookworm.dove.rfc3339.log.gz", '--filters',
	    'dovecot', '--spreadsheet-safe' ],
	[ 'repetitions', "$corpus/env/inetutils.log" ],
);
for (@runs) {
	my ($what, $file, @options) = @$_;
	my $log = log_of($file);
	push @options, $all unless grep { $_ eq 'maillogsentinel' } @options;
	# So much that every buffer has got its size, and three times that.
	my $times = 1 + int((1 << 20) / length $log);
	my ($few, $rows) = allocations($log, $times, @OFFLINE, @options);
	my ($many, $more) = allocations($log, 3 * $times, @OFFLINE, @options);
	cmp_ok $rows, '>', 100, "$what: $rows rows";
	cmp_ok $more, '>', 2.9 * $rows, "$what: $more rows";
	is $many, $few, "$what: as many allocations for the second";
}

# With threads: their buffers, 32 a file, and no more however long it is.
my $traditional = log_of($runs[0][1]);
@on = ();
my ($short) = allocations($traditional, 1, @OFFLINE);
my ($long) = allocations($traditional, 100, @OFFLINE);
cmp_ok $long - $short, '<', 100, 'threads take a few buffers';
@on = ('taskset', '-c', $one);

# The counter counts.
my ($none) = allocations('', 1, @OFFLINE);
my ($other) = allocations('', 1, @OFFLINE, '--filters', 'dovecot',
    '--filters', 'postfix');
cmp_ok $none, '>', 10, 'a run without lines asks for memory';
cmp_ok $other, '>', $none, 'and for more if it has more rules';

# Names: these addresses are answered without asking anybody.
my $line = "Nov 22 11:05:40 mx1 postfix/smtpd[1]: warning: unknown[%s]: " .
    "SASL LOGIN authentication failed: x, sasl_username=bob\n";
my $log = join '', map { sprintf $line, "192.0.2.$_" } 1 .. 200;
my @dns = ('--dns', 'on', '--resolver', '127.0.0.1:1', $all);
my ($few) = allocations($log, 50, @dns);
my ($many, $rows) = allocations($log, 150, @dns);
cmp_ok $rows, '>=', 30_000, 'rows with names asked for';
is $many, $few, 'names that are known: as many allocations';
done_testing;
