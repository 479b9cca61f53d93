#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/syslog-ng: syslog-ng runs mls-filter as the example tells it; reload
# and stop lose nothing.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use IO::Socket::IP ();
use POSIX ();
use Test::More;
use MLS;
use Daemon qw(start wait_until wait_for_port free_port);

# Installed, or unpacked beside rsyslog by contrib/setup/packages.
my $beside = "$TOP/build/beside/usr";
my $syslog_ng = have('syslog-ng');
my @how;
if (!$syslog_ng && -x "$beside/sbin/syslog-ng") {
	$syslog_ng = "$beside/sbin/syslog-ng";
	$ENV{LD_LIBRARY_PATH} = join ':', "$beside/lib/syslog-ng",
	    glob "$beside/lib/*-linux-gnu";
	@how = '--module-path=' . join ':', glob "$beside/lib/syslog-ng/[0-9]*";
}
plan skip_all => "no program 'syslog-ng'" unless $syslog_ng;
my ($version) = run($syslog_ng, @how, '-V')->{out} =~ /\((\d+\.\d+)/;
plan skip_all => 'syslog-ng does not run here' unless $version;

my $conf = slurp("$TOP/contrib/syslog-ng/mls.conf");
ok($conf =~ s{exec /usr/local/bin/mls-filter }
	{exec $FILTER --config=$TOP/conf/mls.yaml --dns=off },
    'it runs the program');
$conf =~ s/^#.*\n//gm;
is($conf =~ s{=/var/log/mls/}{=$DIR/}g, 2, 'it has a place of its own');
my $port = free_port('127.0.0.1');
spew("$DIR/conf", <<"EOT", $conf);
\@version: $version
options { keep-hostname(yes); use-dns(no); stats-freq(0); };
source s_src {
	network(ip("127.0.0.1") port($port) transport("tcp"));
};
log { source(s_src); destination { file("$DIR/all"); }; };
EOT
my @files = ('-f', "$DIR/conf", '-R', "$DIR/persist", '-c', "$DIR/control",
	'-p', "$DIR/pid");
my $r = run($syslog_ng, @how, '-s', @files);
is_deeply([$r->{status}, $r->{err}], [0, ''], 'nothing to complain of');

my $pid = start('syslog-ng', $syslog_ng, @how, '-F', '--no-caps', @files);
wait_for_port('127.0.0.1', $port);
my $s = IO::Socket::IP->new(PeerHost => '127.0.0.1', PeerPort => $port)
    or die "connect: $@";
my $sent = 0;
sub feed {
	my ($from, $to, $facility) = @_;
	print $s map { '<' . (8 * ($facility // 2) + 4) . '>Nov 22 11:05:40 ' .
		'mx1 postfix/submission/smtpd[250]: warning: ' .
		'unknown[192.0.2.7]: SASL LOGIN authentication failed: x, ' .
		"sasl_username=$_\n" } $from .. $to;
	$s->flush;
	wait_until("it has the message of $to", sub {
		-e "$DIR/all" && slurp("$DIR/all") =~ /=$to$/m;
	});
}
# What is wrong with the rows, if they should be those of 1..to.
sub wrong {
	my ($to) = @_;
	my %seen;
	for my $file (grep { -e } "$DIR/mls.csv.1", "$DIR/mls.csv") {
		$seen{$_->{user}}++ for rows(slurp($file));
	}
	my @missing = grep { !$seen{$_} } 1 .. $to;
	my @more = grep { !/^\d+$/ || $_ > $to || $seen{$_} > 1 }
	    sort keys %seen;
	return @missing . " missing, from @missing[0 .. 0]" if @missing;
	return "too many: @more" if @more;
	return '';
}
sub arrive {
	my ($to, $name) = @_;
	eval { wait_until($name, sub { !wrong($to) }) };
	is(wrong($to), '', $name) or diag Daemon::testimony();
}
sub filters { return split ' ', slurp("/proc/$pid/task/$pid/children") }

feed('auth', 'auth', 4);
feed(1, 3);
arrive(3, 'a row is there at once, for facility mail alone');
is_deeply([map { [@$_{qw(server ip service)}] }
	(rows(slurp("$DIR/mls.csv")))[0]], [['mx1', '192.0.2.7', 'submission']],
    'the row of the line');
my @first = filters();
is(scalar @first, 1, 'one filter, no shell');
is(readlink "/proc/$first[0]/exe", $FILTER, 'it is ours');

feed(4, 500);
kill 'HUP', $pid;
feed(501, 1000);
arrive(1000, 'a reload loses nothing');
is_deeply([filters()], \@first, 'and keeps the filter');

# Rotation: HUP to the filter itself.
rename "$DIR/mls.csv", "$DIR/mls.csv.1" or die "rename: $!";
kill 'HUP', @first;
wait_until('a new file', sub { -e "$DIR/mls.csv" });

feed(1001, 2000);
kill 'TERM', $pid;
ok(wait_until('it ends', sub {
	waitpid($pid, POSIX::WNOHANG()) == $pid || !kill 0, $pid;
}), 'it ends when told to');
arrive(2000, 'a stop loses nothing');
is(-e "$DIR/mls.err" ? slurp("$DIR/mls.err") : '', '', 'no complaint');

done_testing;
