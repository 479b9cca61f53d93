# SPDX-License-Identifier: ISC
# A log that grows and is rotated, and a filter that follows it and is killed,
# again and again.
package Killing;

use strict;
use warnings;
use Exporter 'import';
use POSIX ();
use Time::HiRes qw(sleep time);
use MLS;

our @EXPORT = qw(killed_again_and_again rotated_at_calls
    hups_during_rotation shift_up);

my $P = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
my @FILTER = ($FILTER, @OFFLINE, qw(--config /dev/null --database /dev/null
    --columns user --header never --format tsv));

sub start {
	my (@options) = @_;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDERR, '>>', "$DIR/said" or POSIX::_exit(126);
		exec @FILTER, @options or POSIX::_exit(127);
	}
	return $pid;
}

# Lines and the rows they give.
sub lines {
	my ($next, $n) = @_;
	my ($text, $rows) = ('', '');
	for (1 .. $n) {
		my $i = $$next++;
		if ($i % 7) {
			$text .= "${P}connect from unknown[192.0.2.1] $i\n";
			next;
		}
		$text .= "${P}warning: unknown[192.0.2.7]: SASL LOGIN " .
		    "authentication failed: x, sasl_username=u$i\n";
		$rows .= "u$i\n";
		next if $i % 91;
		$text .= '2026-11-22T11:05:41+01:00 mx1 last message ' .
		    "repeated 2 times\n";
		$rows .= "u$i\nu$i\n";
	}
	return ($text, $rows);
}

sub append {
	my ($name, $text) = @_;
	open my $f, '>>:raw', $name or die "$name: $!";
	print $f $text;
	close $f or die "$name: $!";
}

# Makes room for log.1.
sub shift_up {
	my ($dir, $count) = @_;
	for my $n (reverse 1 .. $count // 8) {
		for my $gz ('', '.gz') {
			rename "$dir/log.$n$gz", "$dir/log." . ($n + 1) . $gz
			    if -e "$dir/log.$n$gz";
		}
	}
}

sub rotate {
	my ($dir, $count) = @_;
	shift_up($dir, $$count);
	rename "$dir/log", "$dir/log.1" or die "rename: $!";
	spew("$dir/log") if rand() < 0.5;
	$$count++;
	system('gzip', '-n', '-1', "$dir/log.2") if -e "$dir/log.2";
}

# Writes so many bytes and kills so often.  What is wrong, or undef; how often
# it was really killed.
sub killed_again_and_again {
	my ($bytes, $kills) = @_;
	my $dir = "$DIR/kill";
	mkdir $dir or die "$dir: $!";
	my ($next, $rotations, $written, $expected, $killed) = (1, 0, 0, '', 0);
	my @follow = ('--follow', '--state', "$dir/state", '-o', "$dir/out",
	    "$dir/log");
	spew("$dir/log");
	for my $kill (1 .. $kills) {
		my $pid = start(@follow);
		my $until = time + 0.004 + rand 0.06;
		my $pieces = 1 + int rand 4;
		while ($pieces-- > 0) {
			my $n = int(($bytes * $kill / $kills - $written) /
			    80 / ($pieces + 1));
			my ($text, $rows) = lines(\$next, $n);
			append("$dir/log", $text);
			$written += length $text;
			$expected .= $rows;
			rotate($dir, \$rotations) if rand() < 0.1;
		}
		my $left = $until - time;
		sleep $left if $left > 0;
		kill 'KILL', $pid;
		waitpid $pid, 0;
		$killed++ if ($? & 127) == 9;
	}
	my $last = run(@FILTER, @follow[1 .. $#follow]);
	my $got = slurp("$dir/out");
	my $said = -e "$DIR/said" ? slurp("$DIR/said") : '';
	my $wrong = $last->{status} ? "the last run: $last->{status} " .
	    $last->{err} : $said ne '' ? "said: $said" :
	    $got ne $expected ? 'rows differ: ' . length($got) . ' bytes, not '
	    . length($expected) : undef;
	return ($wrong, $killed, $rotations);
}

sub renamed {
	my ($dir) = @_;
	shift_up($dir);
	rename "$dir/log", "$dir/log.1" or die "rename: $!";
}

sub copied {
	my ($dir) = @_;
	shift_up($dir);
	spew("$dir/log.1", slurp("$dir/log"));
	truncate "$dir/log", 0;
}

# By directory, and what adds some lines to a file, or so many times as much.
my %rotations = (
	delaycompress => sub {
		my ($dir, $more) = @_;
		renamed($dir);
		system('gzip', '-n', "$dir/log.2") if -e "$dir/log.2";
		$more->('log');
	},
	# The next log mostly gets the inode that this frees.
	compress => sub {
		my ($dir, $more) = @_;
		renamed($dir);
		system('gzip', '-n', "$dir/log.1");
		$more->('log');
	},
	copytruncate => sub {
		my ($dir, $more) = @_;
		copied($dir);
		$more->('log');
	},
	# And as long as before, or longer, before anybody looks.
	'copytruncate, filled' => sub {
		my ($dir, $more) = @_;
		copied($dir);
		$more->('log', 9);
	},
	# No rotation, but who writes does not know of the last one yet.
	late => sub {
		my ($dir, $more) = @_;
		$more->(-e "$dir/log.1" ? 'log.1' : 'log');
	},
);

# What has been read of a log, and what has not.
my %before = (
	'in the log' => sub {
		my ($dir, $more, $read) = @_;
		$read->();
		$more->('log');
	},
	'in a rotated file' => sub {
		my ($dir, $more, $read) = @_;
		$read->();
		$more->('log');
		renamed($dir);
		$more->('log');
	},
	'to the end of a rotated file' => sub {
		my ($dir, $more, $read) = @_;
		$read->();
		renamed($dir);
		$more->('log');
	},
	'and some has come late' => sub {
		my ($dir, $more, $read) = @_;
		$read->();
		renamed($dir);
		$more->('log');
		$read->();
		$more->('log');
		$more->('log.1');
	},
	'behind a number that is missing' => sub {
		my ($dir, $more, $read) = @_;
		$read->();
		renamed($dir);
		$more->('log');
		$read->();
		rename "$dir/log.1", "$dir/log.4";
		$more->('log');
		renamed($dir);
		$more->('log');
	},
);

# Here it takes a while until a look at the files is believed.
my %slow = ('behind a number that is missing' => 40);

sub in_order { return join '', sort map { "$_\n" } split /\n/, $_[0] }

# Such a log is rotated while whoever reads on stands before its nth call of the
# system; the next run reads the rest.  What is wrong, or undef; whether there was
# such a call.
sub rotated_at {
	my ($before, $rotation, $n) = @_;
	my $dir = "$DIR/calls";
	system('rm', '-rf', $dir, "$DIR/said");
	mkdir $dir or die "$dir: $!";
	my ($next, $expected, $said) = (1, '', '');
	my $more = sub {
		my ($name, $times) = @_;
		my ($text, $rows) = lines(\$next, 7 * ($times // 1));
		append("$dir/$name", $text);
		$expected .= $rows;
	};
	my @read = ('--state', "$dir/state", '-o', "$dir/out", "$dir/log");
	my $read = sub { $said .= run(@FILTER, @read)->{err} };
	$more->('log');
	$before{$before}->($dir, $more, $read);
	my $pid = do {
		local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so";
		local $ENV{FAULT} = "all:$n:STOP";
		start(@read);
	};
	waitpid $pid, POSIX::WUNTRACED();
	my $was_stopped = -e "/proc/$pid";
	if ($was_stopped) {
		$rotations{$rotation}->($dir, $more);
		kill 'CONT', $pid;
		local $SIG{ALRM} = sub { kill 'KILL', $pid };
		alarm 10;
		waitpid $pid, 0;
		alarm 0;
	}
	$said .= "status $?, " if $?;
	$said .= slurp("$DIR/said") if -e "$DIR/said";
	$read->();
	my $got = in_order(slurp("$dir/out"));
	my $wrong = $said ne '' ? $said : $got ne in_order($expected) ?
	    "rows differ: $got" : return (undef, $was_stopped);
	return ("$before, $rotation, call $n: $wrong", $was_stopped);
}

# Before each call that there is, or every so manyth.  What is wrong, a line
# each; how many were tried.
sub rotated_at_calls {
	my ($step) = @_;
	my ($tried, $from, @wrong) = (0, 0);
	for my $before (sort keys %before) {
		for my $rotation (sort keys %rotations) {
			my $pace = $step * ($slow{$before} // 1);
			for (my $n = 1 + $from++ % $step;; $n += $pace) {
				my ($wrong, $was_stopped) = rotated_at(
				    $before, $rotation, $n);
				push @wrong, $wrong if defined $wrong;
				last unless $was_stopped;
				$tried++;
			}
		}
	}
	return (join("\n", @wrong), $tried);
}

# Output renamed and SIGHUP sent, so often, while rows are being written.
sub hups_during_rotation {
	my ($hups) = @_;
	my $dir = "$DIR/hup";
	mkdir $dir or die "$dir: $!";
	my ($next, $expected, $got, $moved) = (1, '', '', 0);
	spew("$dir/log");
	my $pid = start('--follow', '--state', "$dir/state", '-o',
	    "$dir/out", "$dir/log");
	for (1 .. 500) {
		last if -e "$dir/out";
		sleep 0.01;
	}
	for my $hup (1 .. $hups) {
		my ($text, $rows) = lines(\$next, 20);
		append("$dir/log", $text);
		$expected .= $rows;
		# The one before has been let go of when there is a new one.
		if (!-e "$dir/moved" || -e "$dir/out") {
			$got .= slurp("$dir/moved") if -e "$dir/moved";
			$moved += rename "$dir/out", "$dir/moved";
		}
		kill 'HUP', $pid;
		sleep 0.001 if rand() < 0.5;
	}
	for (1 .. 3000) {
		my $all = $got . join '', map { -e $_ ? slurp($_) : '' }
		    "$dir/moved", "$dir/out";
		last if length $all >= length $expected;
		sleep 0.01;
	}
	kill 'TERM', $pid;
	waitpid $pid, 0;
	$got .= join '', map { -e $_ ? slurp($_) : '' } "$dir/moved",
	    "$dir/out";
	my $wrong = $? ? "status $?" : $got ne $expected ? 'rows differ: ' .
	    length($got) . ' bytes, not ' . length($expected) : undef;
	return ($wrong, $moved);
}

1;
