#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# What the README says is so: its example, its table, its map, its options.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;
use Nameserver qw(fake_server);

my $readme = slurp("$TOP/README.md");

my ($line) = $readme =~ /^This line of Postfix\n\n    (.*\n)/m;
my ($row) = $readme =~ /^becomes this row[^\n]*:\n\n    (.*\n)/m;
my @command = ($FILTER, '--config', "$TOP/conf/mls.yaml", '--database',
	"$TOP/contrib/demo/countries.csv", '--database',
	"$TOP/contrib/demo/asn.csv");
my $r;
SKIP: {
	# It has a name for every address, the one in the example.
	my ($server, $why) = fake_server();
	skip $why, 1 unless $server;
	$r = run({in => $line}, @command, '--header', 'never', '--resolver',
	    "127.0.0.1:$server->{port}");
	is_deeply([@$r{qw(status out err)}], [0, $row, ''],
	    'the example is true');
}

my @table = map { [/^\| `(\w+)` \| (.*?) ?\| /] } $readme =~ /^(\| `.*)$/mg;
is(join(',', map { $_->[0] } @table) . "\n",
    run({in => ''}, @command, '--header', 'always')->{out},
    'the table has the columns, in their order');
is_deeply([map { $_->[1] } @table], [cells($row =~ s/\n//r)],
    'the table shows the row of the example');

my ($more) = $readme =~ /On request\s+there are also (.*?)\.\n/s;
$r = run({in => ''}, @command, '--columns',
    join(',', $more =~ /`(\w+)`/g), '--check');
is($r->{status}, 0, 'the other columns exist') or diag $r->{err};

# Every line of the map is a room, and every room is on the map.
my ($map) = $readme =~ /^## The rooms\n\n(.*?)\n\n/ms;
my @rooms = map { m{^ {4}(\w+/?) }  ? $1 : m{^ {6}(\w+/) } ? "src/$1" : () }
    split /\n/, $map;
is(join(' ', grep { !(m{/$} ? -d "$TOP/$_" : -f "$TOP/$_") } @rooms), '',
    'every room on the map exists');
my %on_map = map { $_ => 1 } @rooms;
is(join(' ', grep { !$on_map{$_} } map { substr($_, 1 + length $TOP) . '/' }
    grep { -d && !m{/build$} } glob("$TOP/* $TOP/src/*")), '',
    'every room is on the map');

my $help = run($FILTER, '--help')->{out};
my %used = map { $_ => 1 }
    map { /(?<![\w-])(--[a-z][a-z-]*)/g } $readme =~ /(.*mls-filter.*|`--.*)/g;
ok(scalar keys %used, 'options are found');
is(join(' ', grep { $help !~ /\Q$_\E\b/ } sort keys %used), '',
    'every option exists');

my @files = $readme =~ m{((?:contrib|conf|src|filters|t)/[\w./-]*[\w/])}g;
is(join(' ', grep { !-e "$TOP/$_" } @files), '', 'every file exists');

done_testing();
