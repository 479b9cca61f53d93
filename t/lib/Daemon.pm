# SPDX-License-Identifier: ISC
# Real daemons for the tests that read what real daemons log: a room of their
# own to run in, starting them, waiting for them, and ending them by pid.
package Daemon;

use strict;
use warnings;
use Exporter 'import';
use File::Path ();
use IO::Handle ();
use IO::Socket::IP ();
use IO::Socket::UNIX ();
use POSIX ();
use Socket qw(SOCK_DGRAM);
use Time::Local qw(timegm);
use Time::HiRes qw(sleep time);
use MLS;

our @EXPORT_OK = qw(
	enclose start stop said
	wait_until wait_for_port free_port has_address
	start_syslog flush_syslog no_dovecot start_dovecot
	times_fit show
);

# The zone the daemons live in: one no machine has by accident, and no whole
# number of hours away, so that a stamp read in the wrong zone is seen.
# Their clock is the machine's, so no test of theirs can fix it.
our $ZONE = '<+0530>-5:30';
our $OFFSET = '+05:30';

# So that END blocks run: they end the daemons and remove the files.
$SIG{$_} = sub { exit 1 } for qw(INT TERM HUP);

# How long a whole test may take before it is ended by force, seconds.
my $LIMIT = 150;

my $owner = $$;
my %command;	# pid => name of what start() started and nobody stopped yet
my @order;

#
# The room.
#

# Runs this very test once more in network, mount, process and IPC namespaces
# of its own, with no interface but lo, which gets the addresses given, with a
# /dev of its own (so /dev/log is ours) and with the hosts and resolv.conf
# given, whose copies to write to are in $DIR.  In the
# outer process this returns only if that cannot be done, with the reason; in
# the inner one it returns an empty string.  The inner process is the first of
# its process namespace: when it ends, however it ends, the kernel ends
# everything started in there.
sub enclose {
	my (%room) = @_;
	# The leak check of a sanitizer wants a /proc of its own namespace; the
	# other tests have it.
	$ENV{ASAN_OPTIONS} = 'detect_leaks=0';
	if ($$ == 1 && $ENV{MLS_ENCLOSED}) {
		furnish(%room);
		return '';
	}
	for my $tool (qw(ip mount setpriv unshare)) {
		return "no program '$tool'" unless have($tool);
	}
	my @door = (have('unshare'),
		qw(--net --mount --pid --ipc --fork --kill-child));
	my $probe = run(@door, '/bin/sh', '-c',
		'"$0" link set lo up && "$1" --bind "$2" "$2"',
		have('ip'), have('mount'), "$DIR");
	if ($probe->{status}) {
		my ($why) = split /\n/, $probe->{err};
		return "no namespaces: " . ($why // "status $probe->{status}");
	}

	chmod 0711, "$DIR";	# daemons change users and must get through
	my ($signal, $late, $status);
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		$ENV{MLS_ENCLOSED} = 1;
		# Below our directory, so that it goes with ours even when the
		# inner process has no time to tidy up.
		$ENV{TMPDIR} = "$DIR";
		exec have('setpriv'), qw(--pdeathsig KILL --), @door, '--',
		    $^X, $0, @ARGV or POSIX::_exit(127);
	}
	# unshare holds back TERM and INT while it waits, so the inner process
	# is ended directly; it wrote down what we call it.
	my $end = sub {
		my $inner = -e "$DIR/inner" ? slurp("$DIR/inner") : 0;
		kill 'KILL', $inner > 1 ? $inner : $pid;
	};
	local @SIG{qw(INT TERM HUP)} = (sub {
		$signal //= $_[0];
		$end->();
	}) x 3;
	local $SIG{ALRM} = sub { $late = 1; $end->() };
	alarm $LIMIT;
	while (waitpid($pid, 0) != $pid) {
		last unless $!{EINTR};
	}
	$status = $?;
	alarm 0;
	File::Path::remove_tree("$DIR", {safe => 0, error => \my $ignored});
	if ($late) {
		syswrite STDOUT, "Bail out! $0 took longer than $LIMIT s\n";
	}
	if ($signal) {
		$SIG{$signal} = 'DEFAULT';
		kill $signal, $$;
	}
	# No END blocks: Test::More would count the inner tests as missing.
	POSIX::_exit($status & 127 ? 128 + ($status & 127) : $status >> 8);
}

sub furnish {
	my (%room) = @_;
	# /proc is still the outer one and shows our pid there.
	spew("$ENV{TMPDIR}/inner", readlink '/proc/self');
	must(have('ip'), qw(link set lo up));
	for my $address (@{$room{addresses} // []}) {
		# Without IPv6 in the kernel there is none: has_address() tells.
		run(have('ip'), 'address', 'add',
		    $address =~ /:/ ? ("$address/128", 'dev', 'lo', 'nodad')
			: ("$address/32", 'dev', 'lo'));
	}

	# In the outer process's directory: it is removed where nothing is
	# mounted on these files.
	my $dev = "$ENV{TMPDIR}/dev";
	mkdir $dev or die "$dev: $!";
	mkdir "$dev/shm" or die "$dev/shm: $!";
	for my $node (qw(null zero full random urandom tty)) {
		next unless -e "/dev/$node";
		spew("$dev/$node");
		must(have('mount'), '--bind', "/dev/$node", "$dev/$node");
	}
	symlink '/proc/self/fd', "$dev/fd";
	must(have('mount'), '--rbind', $dev, '/dev');

	# No name may depend on the machine's own files or name servers.
	my %file = (
		hosts => "127.0.0.1 localhost\n" . ($room{hosts} // ''),
		'resolv.conf' => $room{resolv} // "nameserver 127.0.0.1\n",
		'nsswitch.conf' => "passwd: files\ngroup: files\n" .
		    "shadow: files\nhosts: files\nservices: files\n" .
		    "protocols: files\n",
	);
	for my $name (sort keys %file) {
		next unless -e "/etc/$name";
		spew("$DIR/$name", $file{$name});
		chmod 0644, "$DIR/$name";
		must(have('mount'), '--bind', "$DIR/$name", "/etc/$name");
	}
}

# Whether a socket can be bound to this address.
sub has_address {
	my ($address) = @_;
	return !!IO::Socket::IP->new(LocalHost => $address, LocalPort => 0,
		Listen => 1);
}

#
# Daemons.
#

# Outside the room nobody ends the daemons of a test that was killed: a process
# of ours does, which notices by the end of its input.
my $guard;

sub start_guard {
	pipe my $read, $guard or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if ($pid) {
		close $read;
		$guard->autoflush(1);
		return;
	}
	close $guard;
	$SIG{$_} = 'IGNORE' for qw(INT TERM HUP);
	open STDIN, '<', '/dev/null';
	open STDOUT, '>', '/dev/null';
	open STDERR, '>', '/dev/null';
	my %left;
	while (my $line = <$read>) {
		$left{$1} = 1 if $line =~ /^\+(\d+)$/;
		delete $left{$1} if $line =~ /^-(\d+)$/;
	}
	kill 'TERM', keys %left if %left;
	POSIX::_exit(0);
}

# Starts a program that stays in the foreground, its output in a file said()
# reads.
sub start {
	my ($name, @command) = @_;
	chmod 0711, "$DIR";
	start_guard() if !$guard && $$ != 1;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		$ENV{TZ} = $ZONE;
		open STDIN, '<', '/dev/null' or POSIX::_exit(126);
		open STDOUT, '>>', "$DIR/$name.said" or POSIX::_exit(126);
		open STDERR, '>&', \*STDOUT or POSIX::_exit(126);
		$SIG{$_} = 'DEFAULT' for qw(INT TERM HUP PIPE);
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	print $guard "+$pid\n" if $guard;
	$command{$pid} = $name;
	push @order, $pid;
	return $pid;
}

# What the daemon wrote to its standard output and error so far.
sub said {
	my ($name) = @_;
	return -e "$DIR/$name.said" ? slurp("$DIR/$name.said") : '';
}

sub stop {
	my ($pid) = @_;
	return unless $command{$pid};
	kill 'TERM', $pid;
	my $until = time + 10;
	while (waitpid($pid, POSIX::WNOHANG()) == 0) {
		if (time > $until) {
			kill 'KILL', $pid;
			waitpid $pid, 0;
			last;
		}
		sleep 0.02;
	}
	forget($pid);
}

# It has ended: its pid may be another's now.
sub forget {
	my ($pid) = @_;
	delete $command{$pid};
	@order = grep { $_ != $pid } @order;
	print $guard "-$pid\n" if $guard;
}

END {
	if ($$ == $owner) {
		my $status = $?;
		my @all = reverse @order;
		stop($_) for @all;
		$? = $status;
	}
}

# Calls the function until it gives something true; dies after some seconds,
# with what the daemons said.
sub wait_until {
	my ($what, $is, $seconds) = @_;
	my $until = time + ($seconds // 20);
	while (1) {
		my $answer = $is->();
		return $answer if $answer;
		last if time > $until;
		for my $pid (@order) {
			next if waitpid($pid, POSIX::WNOHANG()) != $pid;
			my $why = "$command{$pid} ended with status $? " .
			    "while waiting until $what\n" . testimony();
			forget($pid);
			die $why;
		}
		sleep 0.02;
	}
	die "waited in vain until $what\n", testimony();
}

# What may tell why a daemon does not do what it should.
sub testimony {
	my $all = join '', map { "$_ said:\n" . said($_) }
	    sort values %command;
	$all .= "log:\n" . slurp("$DIR/log/rfc3339")
	    if -e "$DIR/log/rfc3339";
	return $all;
}

sub wait_for_port {
	my ($host, $port) = @_;
	wait_until("port $port of $host answers", sub {
		IO::Socket::IP->new(PeerHost => $host, PeerPort => $port,
			Timeout => 2);
	});
}

# A port nobody listened on a moment ago, another one each time.
my %given;

sub free_port {
	my ($host) = @_;
	my $port;
	do {
		my $s = IO::Socket::IP->new(LocalHost => $host,
			LocalPort => 0, Listen => 1)
		    or die "no port on $host: $@";
		$port = $s->sockport;
	} while $given{$port}++;
	return $port;
}

sub must {
	my @command = @_;
	my $r = run(@command);
	die "@command: status $r->{status}: $r->{err}" if $r->{status};
	return $r->{out};
}

#
# rsyslog on our own /dev/log (only inside the room).
#

# Further lines go on top of its configuration.  The same records in four
# envelopes; gives {envelope => file}.  A second start ends the first and has
# new files.
my $syslogd;

sub start_syslog {
	my (@lines) = @_;
	my $files = "$DIR/log";
	if ($syslogd) {
		stop($syslogd);
		rename $files, "$files.1" or die "$files: $!";
	}
	mkdir $files or die "$files: $!";
	my %template = (
		rfc3339 => 'RSYSLOG_FileFormat',
		traditional => 'RSYSLOG_TraditionalFileFormat',
		rfc5424 => 'RSYSLOG_SyslogProtocol23Format',
		json => 'fields',
	);
	my $actions = join '', map {
		qq{action(type="omfile" file="$files/$_" } .
		    qq{template="$template{$_}")\n}
	} sort keys %template;
	spew("$DIR/rsyslog.conf", @lines, <<"EOT");
global(workDirectory="$DIR" localHostname="mx1")
main_queue(queue.workerThreads="1")
module(load="imuxsock" SysSock.Name="/dev/log" SysSock.RateLimit.Interval="0")
template(name="fields" type="list" option.jsonf="on") {
	property(outname="\@timestamp" name="timereported"
		dateFormat="rfc3339" format="jsonf")
	property(outname="host" name="hostname" format="jsonf")
	property(outname="tag" name="syslogtag" format="jsonf")
	property(outname="message" name="msg" format="jsonf")
}
$actions
EOT
	$syslogd = start('rsyslogd', have('rsyslogd'), '-n', '-f', "$DIR/rsyslog.conf",
	    '-i', "$DIR/rsyslogd.pid");
	my %file = map { $_ => "$files/$_" } keys %template;
	flush_syslog(\%file);
	return \%file;
}

my $marks = 0;

# Waits until everything logged before this call is in all files.
sub flush_syslog {
	my ($file) = @_;
	my $mark = sprintf 'mark %d of %d', ++$marks, $$;
	my $send = sub {
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM,
			Peer => '/dev/log') or return;
		return $s->send(POSIX::strftime("<46>%b %e %H:%M:%S ",
			gmtime(time + 19800)) . "test: $mark\n");
	};
	wait_until('/dev/log takes a message', $send);
	for my $name (sort keys %$file) {
		wait_until("'$mark' is in $name", sub {
			-e $file->{$name} &&
			    index(slurp($file->{$name}), $mark) >= 0;
		});
	}
}

#
# Dovecot.
#

# Why there is none to start, or an empty string.
sub no_dovecot {
	my $program = have('dovecot') or return "no program 'dovecot'";
	my ($version) = run($program, '--version')->{out} =~ /^(\d+\.\d+)/;
	# 2.4 wants another configuration, which nobody has tried here.
	return $version eq '2.3' ? '' : "Dovecot is $version, not 2.3";
}

# Starts it with these lines on top of what both tests need.  Accounts:
# alice@example.net and carol@example.net, password 'right'.
sub start_dovecot {
	my ($lines) = @_;
	my $base = "$DIR/dovecot";
	# The longest name of a socket in there, and what fits into an address.
	die "TMPDIR is too long for sockets\n"
	    if length "$base/run/replication-notify-fifo" > 107;
	mkdir $base or die "$base: $!";
	mkdir "$base/mail" or die "$base/mail: $!";
	my ($uid, $gid) = (getpwnam 'nobody')[2, 3];
	chown $uid, $gid, "$base/mail" or die "$base/mail: $!";
	# Neither delay nor penalty: both only make a test slow.  Every user
	# name is let through to the password file, as it was typed.
	spew("$base/users", map { "$_:{PLAIN}right\n" }
	    qw(alice@example.net carol@example.net));
	chmod 0644, "$base/users";
	spew("$base/dovecot.conf", <<"EOT");
base_dir = $base/run
state_dir = $base/state
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain login cram-md5
auth_username_chars =
auth_username_format = %u
auth_failure_delay = 0
auth_verbose = yes
first_valid_uid = 1
mail_location = maildir:$base/mail/%u
passdb {
	driver = passwd-file
	args = $base/users
}
passdb {
	driver = static
	args = nopassword=yes nodelay=yes
	result_success = return-fail
}
userdb {
	driver = static
	args = uid=$uid gid=$gid home=$base/mail/%u
}
service anvil {
	unix_listener anvil-auth-penalty {
		mode = 0
	}
}
$lines
EOT
	return start('dovecot', have('dovecot'), '-F', '-c',
	    "$base/dovecot.conf");
}

#
# Comparing.
#

# Why the date cells do not fit the moments the client noted, or an empty
# string: [date, from, to] each, seconds since the epoch.
sub times_fit {
	my ($offset, @moments) = @_;
	for (@moments) {
		my ($date, $from, $to) = @$_;
		my ($y, $mo, $d, $h, $mi, $s, $zone) = $date =~
		    /^(\d{4})-(\d\d)-(\d\d)T
			(\d\d):(\d\d):(\d\d)(Z|[+-]\d\d:\d\d)\z/x
		    or return "no date: '$date'";
		return "'$date' is not in $offset" if $zone ne $offset;
		my $ahead = $zone =~ /^([+-])(\d\d):(\d\d)/ ?
		    "${1}1" * ($2 * 3600 + $3 * 60) : 0;
		my $at = timegm($s, $mi, $h, $d, $mo - 1, $y) - $ahead;
		# The daemon logs before it answers; a second for the cut.
		return "'$date' is not between $from and $to"
		    if $at < int($from) - 1 || $at > $to + 1;
	}
	return '';
}

# Cells as one line that a person can read whatever is in them.
sub show {
	return join ' | ', map {
		s/([^\x20-\x7e]|\\)/sprintf '\\x%02X', ord $1/ger
	} @_;
}

1;
