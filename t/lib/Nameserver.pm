# SPDX-License-Identifier: ISC
# Name servers for tests: the test server of t/dns, which does what it is told,
# and real ones, which do what they do everywhere: nsd and knot as authorities,
# unbound and dnsmasq as resolvers that forward to another.  Limits, buffers and
# caches of the real ones are their defaults; what is set keeps them in our
# directory, on loopback, and without rights.  Each runs in the foreground and
# is ended by pid: stop($server->{pid}), or at the end of the test.
#
# Every start gives {name, pid, address, port}, ready to answer; or nothing and
# a reason, in list context, if the program is not there.
package Nameserver;

use strict;
use warnings;
use Exporter 'import';
use IO::Select ();
use IO::Socket::IP ();
use Socket qw(AF_INET6 SOCK_DGRAM inet_pton);
use Daemon qw(free_port said start wait_until);
use MLS;

our @EXPORT_OK = qw(
	line_of fake_server oracle nsd knot unbound dnsmasq
	write_zones ptr_name reverse_name
	ask_dns udp_port silent_port
);

# The test server, if it is not where the Makefile puts it.
our $PROGRAM = "$BUILD/t/nameserver";

my $HOST = '127.0.0.1';

# What is logged when a client at an address fails to log in.
sub line_of {
	my ($address) = @_;
	return '2026-11-22T11:05:40.123456+01:00 mx postfix/smtpd[9]: ' .
	    "warning: unknown[$address]: SASL LOGIN authentication failed: " .
	    "x, sasl_username=u\n";
}

#
# Asking.
#

# One question by UDP: {rcode, answers} of the answer, or nothing when there is
# none in time.  Type: 12 is PTR.
sub ask_dns {
	my ($address, $port, $name, $type, $seconds) = @_;
	my $s = IO::Socket::IP->new(PeerHost => $address, PeerPort => $port,
		Type => SOCK_DGRAM) or return;
	my $id = int rand 65536;
	my $question = pack('n6', $id, 0x0100, 1, 0, 0, 0) .
	    join('', map { pack 'C/a*', $_ } split /\./, $name) .
	    pack('x n2', $type // 12, 1);
	return unless $s->send($question);
	my $select = IO::Select->new($s);
	while ($select->can_read($seconds // 0.5)) {
		# Nothing: refused by the host.
		defined $s->recv(my $answer, 4096) or return;
		next if length $answer < 12;
		my ($got, $flags, undef, $answers) = unpack 'n4', $answer;
		next if $got != $id || !($flags & 0x8000);
		return {rcode => $flags & 15, answers => $answers};
	}
	return;
}

sub wait_for_answer {
	my ($server, $question) = @_;
	wait_until("$server->{name} answers", sub {
		my $answer = ask_dns($server->{address}, $server->{port},
			$question);
		return $answer && ($answer->{rcode} == 0 ||
		    $answer->{rcode} == 3);
	});
	return $server;
}

#
# Ports.
#

# A port free for UDP and TCP.
sub udp_port {
	while (1) {
		my $port = free_port($HOST);
		return $port if IO::Socket::IP->new(LocalHost => $HOST,
			LocalPort => $port, Type => SOCK_DGRAM);
	}
}

# A socket nobody reads, and its port: a resolver that is dead but whose host
# lives.  Keep the socket.
sub silent_port {
	my $s = IO::Socket::IP->new(LocalHost => $HOST, LocalPort => 0,
		Type => SOCK_DGRAM) or die "no port on $HOST: $@";
	return ($s, $s->sockport);
}

#
# Names and zones.
#

# The name that asks for an address, without the final dot.
sub reverse_name {
	my ($address) = @_;
	return join('.', reverse split /\./, $address) . '.in-addr.arpa'
	    if $address !~ /:/;
	my $bytes = inet_pton(AF_INET6, $address) // die "$address: no address";
	return join('.', reverse split //, unpack 'H*', $bytes) . '.ip6.arpa';
}

# The name an address has, the same as the test server gives.
sub ptr_name {
	my ($address) = @_;
	my $label = $address =~ /:/ ?
	    unpack('H*', inet_pton(AF_INET6, $address)) :
	    $address =~ tr/./-/r;
	return "host-$label.example.net";
}

# Writes in-addr.arpa and ip6.arpa, each with the PTR records of these
# addresses, into the directory; gives {zone => file}.
sub write_zones {
	my ($dir, @addresses) = @_;
	my %records = ('in-addr.arpa' => [], 'ip6.arpa' => []);
	for my $address (@addresses) {
		my $zone = $address =~ /:/ ? 'ip6.arpa' : 'in-addr.arpa';
		push @{$records{$zone}}, reverse_name($address) . '. PTR ' .
		    ptr_name($address) . ".\n";
	}
	my %file;
	for my $zone (sort keys %records) {
		$file{$zone} = "$dir/$zone.zone";
		spew($file{$zone}, <<"EOT", @{$records{$zone}});
\$ORIGIN $zone.
\$TTL 3600
@ SOA ns.example.net. hostmaster.example.net. 1 3600 900 604800 900
@ NS ns.example.net.
EOT
	}
	return \%file;
}

#
# The servers.
#

my $started = 0;

# A directory of its own for the server, below ours.
sub room {
	my ($name) = @_;
	my $dir = "$DIR/$name-" . ++$started;
	mkdir $dir or die "$dir: $!";
	return $dir;
}

# What can be told to the test server, and its option.
my %option = (
	address => '-a', port => '-p', latency => '-l', jitter => '-j',
	loss => '-L', mix => '-m', slow => '-S', rate => '-r',
	outstanding => '-o', flood => '-F', ttl => '-T', negative_ttl => '-N', seed => '-s',
);

# The arguments for these options; refuse => 1 has none.  --oracle wants the
# same mix and seed.
sub fake_arguments {
	my (%how) = @_;
	my @arguments = delete $how{refuse} ? '--refuse' : ();
	for my $name (sort keys %how) {
		die "no option '$name'" unless $option{$name};
		push @arguments, $option{$name}, $how{$name};
	}
	return @arguments;
}

# The test server, on a port of its own unless one is given.
sub fake_server {
	my (%how) = @_;
	return (undef, "no program '$PROGRAM'") unless -x $PROGRAM;
	$how{address} //= $HOST;
	$how{port} //= 0;
	my $name = 'fake-' . ++$started;
	my $pid = start($name, $PROGRAM, fake_arguments(%how));
	my $port = wait_until("$name listens", sub {
		said($name) =~ /^ready (\d+)$/m ? $1 : 0;
	});
	return {name => $name, pid => $pid, address => $how{address},
		port => $port};
}

# What the test server's oracle says: [address, status, name, confirmed] each.
sub oracle {
	my ($how, @addresses) = @_;
	my $r = run({in => join '', map { "$_\n" } @addresses}, $PROGRAM,
		fake_arguments(%$how), '--oracle');
	die "oracle: status $r->{status}: $r->{err}" if $r->{status};
	return map { [split / /, $_, -1] } split /\n/, $r->{out};
}

# Authorities, with PTR records for these addresses.
sub nsd {
	my (@addresses) = @_;
	my $program = have('nsd') or return (undef, "no program 'nsd'");
	my ($dir, $port) = (room('nsd'), udp_port());
	my $file = write_zones($dir, @addresses);
	my $zones = join '', map {
		"zone:\n\tname: $_\n\tzonefile: $file->{$_}\n"
	} sort keys %$file;
	# Without a user, no change of it and no chroot; no database on disk.
	# Root's nsd would force larger buffers than others get (the size is
	# doubled by Linux).
	spew("$dir/nsd.conf", <<"EOT");
server:
	ip-address: $HOST\@$port
	username: ""
	chroot: ""
	database: ""
	receive-buffer-size: 106496
	send-buffer-size: 106496
	zonesdir: "$dir"
	zonelistfile: "$dir/zone.list"
	xfrdfile: "$dir/xfrd.state"
	xfrdir: "$dir"
	pidfile: "$dir/nsd.pid"
remote-control:
	control-enable: no
$zones
EOT
	my $pid = start("nsd-$port", $program, '-d', '-c', "$dir/nsd.conf");
	return wait_for_answer({name => "nsd-$port", pid => $pid,
		address => $HOST, port => $port}, reverse_name($addresses[0]));
}

sub knot {
	my (@addresses) = @_;
	my $program = have('knotd') or return (undef, "no program 'knotd'");
	my ($dir, $port) = (room('knot'), udp_port());
	my $file = write_zones($dir, @addresses);
	my $zones = join '', map {
		"  - domain: $_\n    file: $file->{$_}\n"
	} sort keys %$file;
	spew("$dir/knot.conf", <<"EOT");
server:
    listen: $HOST\@$port
    rundir: $dir
database:
    storage: $dir
log:
  - target: stderr
    any: warning
template:
  - id: default
    storage: $dir
    zonefile-sync: -1
zone:
$zones
EOT
	my $pid = start("knot-$port", $program, '-c', "$dir/knot.conf");
	return wait_for_answer({name => "knot-$port", pid => $pid,
		address => $HOST, port => $port}, reverse_name($addresses[0]));
}

# Resolvers that ask the server given, {address, port}, for everything.
sub unbound {
	my ($upstream) = @_;
	my $program = have('unbound') or return (undef, "no program 'unbound'");
	my ($dir, $port) = (room('unbound'), udp_port());
	# It answers for 198.18/15 itself unless told otherwise.
	spew("$dir/unbound.conf", <<"EOT");
server:
	interface: $HOST\@$port
	username: ""
	chroot: ""
	directory: "$dir"
	pidfile: "$dir/unbound.pid"
	use-syslog: no
	logfile: ""
	module-config: "iterator"
	do-not-query-localhost: no
	local-zone: "18.198.in-addr.arpa." transparent
remote-control:
	control-enable: no
forward-zone:
	name: "."
	forward-addr: $upstream->{address}\@$upstream->{port}
EOT
	my $pid = start("unbound-$port", $program, '-d', '-c',
	    "$dir/unbound.conf");
	return wait_for_answer({name => "unbound-$port", pid => $pid,
		address => $HOST, port => $port}, reverse_name('127.0.0.1'));
}

sub dnsmasq {
	my ($upstream) = @_;
	my $program = have('dnsmasq') or return (undef, "no program 'dnsmasq'");
	my ($dir, $port) = (room('dnsmasq'), udp_port());
	# Its debug mode is the one that changes no user: in a user namespace
	# it may not.
	my $pid = start("dnsmasq-$port", $program, '--no-daemon',
		'--conf-file=/dev/null', "--pid-file=$dir/dnsmasq.pid",
		"--listen-address=$HOST", '--bind-interfaces', "--port=$port",
		'--no-resolv', '--no-hosts',
		"--server=$upstream->{address}#$upstream->{port}");
	return wait_for_answer({name => "dnsmasq-$port", pid => $pid,
		address => $HOST, port => $port}, reverse_name('127.0.0.1'));
}

1;
