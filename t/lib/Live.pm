# SPDX-License-Identifier: ISC
# Programs whose input is a pipe that the test holds open.
package Live;

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Time::HiRes qw(sleep time);
use MLS;

our @EXPORT_OK = qw(live appears ended);

# Starts a command with these files as output and, unless undefined, as standard
# error: its pid, and the pipe it reads.
sub live {
	my ($out, $err, @command) = @_;
	pipe my $read, my $write or die "pipe: $!";
	spew($_, '') for grep { defined } $out, $err;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $write;
		open STDIN, '<&', $read or POSIX::_exit(126);
		open STDOUT, '>', $out or POSIX::_exit(126);
		open STDERR, '>', $err or POSIX::_exit(126) if defined $err;
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	close $read;
	$write->autoflush(1);
	return ($pid, $write);
}

# Waits until a file holds a text: how many seconds it took; nothing, if it does
# not within a limit (10).
sub appears {
	my ($file, $text, $limit) = @_;
	my $from = time;
	while (time - $from < ($limit // 10)) {
		return time - $from
		    if -e $file && index(slurp($file), $text) >= 0;
		sleep 0.005;
	}
	return;
}

# Waits for the end of a program: how many seconds it took, and $? is its
# status; nothing, and it is killed, if it does not end within the limit.
sub ended {
	my ($pid, $limit) = @_;
	my $from = time;
	while (time - $from < $limit) {
		return time - $from if waitpid($pid, POSIX::WNOHANG()) == $pid;
		sleep 0.005;
	}
	kill 'KILL', $pid;
	waitpid $pid, 0;
	return;
}

1;
