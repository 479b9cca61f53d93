#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Whom to ask, and what needs no question, as the system's own files say it:
# resolv.conf and hosts, and what becomes of them while the filter runs.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep time);
use Daemon qw(enclose said stop);
use Live qw(live);
use MLS;
use Nameserver qw(fake_server line_of ptr_name);

my $why = enclose(hosts => "198.18.0.5\tOwn.Example other # 198.18.0.6\n" .
    "203.0.113.7 doc.example\n2001:2::9 six.example\n",
    resolv => "# nameserver 127.0.0.9\nnameserver 127.0.0.1 # ours\n" .
    "nameserver nonsense\noptions timeout:1 attempts:2\n");
plan skip_all => $why if $why;

spew("$DIR/mls.yaml", '');
my @filter = ($FILTER, '--config', "$DIR/mls.yaml", '--header', 'never',
    '--columns', 'ip,reverse_dns_status,hostname');
sub look_up {
	my (@addresses) = @_;
	return run({in => join '', map { line_of($_) } @addresses}, @filter);
}

# Nobody listens on 127.0.0.1 yet, and the file has a bad line.
my $r = look_up('198.18.0.1', '198.18.0.5', '203.0.113.7', '203.0.113.8',
    '127.0.0.1', '2001:2::9', '::ffff:198.18.0.5');
is($r->{out}, join('', map { "$_\n" } '198.18.0.1,UNREACHABLE,',
    '198.18.0.5,LOCAL,own.example', '203.0.113.7,LOCAL,doc.example',
    '203.0.113.8,LOCAL,', '127.0.0.1,LOCAL,localhost',
    '2001:2::9,LOCAL,six.example', '198.18.0.5,LOCAL,own.example'),
    'hosts first; documentation and loopback without a question');
like($r->{err}, qr{^mls-filter: /etc/resolv\.conf:3: 'nonsense' },
    'a bad line is named');
is($r->{status}, 0, 'and does no harm');

my $first = fake_server(address => '127.0.0.1', port => 53);
my $second = fake_server(address => '127.0.0.2', port => 53,
    mix => 'nxdomain=1');
spew("$DIR/resolv.conf", "nameserver 127.0.0.1\n");
is(look_up('11.0.0.1')->{out}, "11.0.0.1,OK," . ptr_name('11.0.0.1') . "\n",
    'the server of resolv.conf is asked');
{
	local $ENV{RES_OPTIONS} = 'use-vc';
	is(look_up('11.0.0.2')->{out},
	    "11.0.0.2,OK," . ptr_name('11.0.0.2') . "\n",
	    'RES_OPTIONS: all by TCP');
}
kill 'USR1', $first->{pid};
sleep 0.3;
like(said($first->{name}), qr/tcp=1 /, 'it was');

# Live: both files change.
my ($pid, $write) = live("$DIR/out", "$DIR/err", @filter);
sub row {
	my ($address) = @_;
	my $before = -e "$DIR/out" ? length slurp("$DIR/out") : 0;
	print $write line_of($address);
	my $from = time;
	sleep 0.01 while time - $from < 5 &&
	    length slurp("$DIR/out") == $before;
	return substr slurp("$DIR/out"), $before;
}
sleep 0.3;
is(row('11.0.0.3'), "11.0.0.3,OK," . ptr_name('11.0.0.3') . "\n", 'live');
spew("$DIR/resolv.conf", "nameserver 127.0.0.2\n");
spew("$DIR/hosts", "11.0.0.5 new.example\n");
sleep 5.2;
is(row('11.0.0.4'), "11.0.0.4,NXDOMAIN,\n", 'resolv.conf is read again') for 1;
is(row('11.0.0.5'), "11.0.0.5,LOCAL,new.example\n", 'so is hosts');
close $write;
waitpid $pid, 0;
is($?, 0, 'it ends');
is(slurp("$DIR/err"), '', 'without a word');
done_testing;
