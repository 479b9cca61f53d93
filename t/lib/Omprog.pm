# SPDX-License-Identifier: ISC
# What rsyslogd does to a program it runs with confirmMessages="on": one line at
# a time, an answer to each, dots meanwhile.  Reads as it does: until what came
# ends in a newline, however much that is.
package Omprog;

use strict;
use warnings;
use IO::Poll ();
use POSIX ();
use Time::HiRes qw(sleep clock_gettime CLOCK_MONOTONIC);
use Exporter 'import';
use MLS;

our @EXPORT_OK = qw(failure other);

# Lines that give a row, and that give none.
our $HEAD = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
sub failure {
	return "${HEAD}warning: unknown[198.18.5.66]: SASL LOGIN " .
	    "authentication failed: x, sasl_username=$_[0]\n";
}
sub other { return "${HEAD}connect from unknown[192.0.2.1] $_[0]\n" }

sub now { return clock_gettime(CLOCK_MONOTONIC) }

# A program that is running.  error: where what it says goes.
sub start {
	my ($class, $how, @command) = @_;
	pipe my $in_read, my $in_write or die "pipe: $!";
	pipe my $out_read, my $out_write or die "pipe: $!";
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		close $_ for $in_write, $out_read;
		open STDIN, '<&', $in_read;
		open STDOUT, '>&', $out_write;
		open STDERR, '>>', $how->{error} // '/dev/null';
		# As rsyslogd leaves it.
		$SIG{PIPE} = 'DEFAULT';
		$SIG{INT} = 'IGNORE';
		POSIX::close($_) for 3 .. 255;
		$how->{before}->() if $how->{before};
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	close $_ for $in_read, $out_write;
	binmode $_ for $in_write, $out_read;
	return bless {pid => $pid, in => $in_write, out => $out_read,
	    timeout => $how->{timeout} // 60, dots => 0, got => ''}, $class;
}

# An empty directory.
sub fresh {
	my ($class, $dir) = @_;
	system('rm', '-rf', $dir);
	mkdir $dir or die "$dir: $!";
}

# The filter, with a row for each user.
sub filter {
	my ($class, $how, @options) = @_;
	return $class->start($how, $FILTER, qw(--config /dev/null --database
	    /dev/null --columns user --header never --format tsv --confirm),
	    '--state', $how->{state}, '-o', $how->{out},
	    (grep { $_ eq '--dns' } @options) ? () : @OFFLINE, @options);
}

# The next answer without leading dots; '' if it ended, undef if it took too
# long, or if only dots came within so many seconds: then it can be asked for
# again.
sub answer {
	my ($self, $patience) = @_;
	my $from = now();
	my $heard = $from;
	my $vec = '';
	vec($vec, fileno $self->{out}, 1) = 1;
	while ($self->{got} !~ /\n\z/) {
		my $left = $heard + $self->{timeout} - now();
		my $rest = $from + ($patience // 600) - now();
		$left = $rest if $rest < $left;
		return undef if $left <= 0;
		next unless select my $ready = $vec, undef, undef, $left;
		my $n = sysread $self->{out}, $self->{got}, 4096,
		    length $self->{got};
		return '' unless $n;
		$heard = now();
	}
	my $got = $self->{got};
	$self->{got} = '';
	$self->{dots} += length $1 if $got =~ s/\A(\.+)//;
	return $got;
}

# One message, in pieces if wanted; its answer.
sub send {
	my ($self, $line, $pieces, $patience) = @_;
	$pieces //= 1;
	my $size = 1 + int length($line) / $pieces;
	for (my $at = 0; $at < length $line; $at += $size) {
		my $piece = substr $line, $at, $size;
		return '' unless defined syswrite $self->{in}, $piece;
		sleep 0.001 if $pieces > 1;
	}
	return $self->answer($patience);
}

# Whether anything stands where only answers may.
sub says_more {
	my ($self, $seconds) = @_;
	my $vec = '';
	vec($vec, fileno $self->{out}, 1) = 1;
	return 0 unless select $vec, undef, undef, $seconds;
	return sysread $self->{out}, my $more, 4096;
}

# End of input; gives the wait status, or undef if it had to be killed.
sub end {
	my ($self, $seconds) = @_;
	close $self->{in};
	close $self->{out};
	return $self->wait($seconds // 30);
}

sub wait {
	my ($self, $seconds) = @_;
	my $until = now() + $seconds;
	while (now() < $until) {
		return $? if waitpid($self->{pid}, POSIX::WNOHANG()) ==
		    $self->{pid};
		sleep 0.005;
	}
	$self->kill;
	return undef;
}

sub kill {
	my ($self) = @_;
	close $self->{in};
	close $self->{out};
	kill 'KILL', $self->{pid};
	waitpid $self->{pid}, 0;
	return $?;
}

1;
