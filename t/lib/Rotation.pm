# SPDX-License-Identifier: ISC
# A log that is written to, rotated in every way there is, compressed, deleted
# from, and read by a filter that is killed and sees system calls fail: against
# a model of what rows must have come out.  All follows from a seed.
package Rotation;

use strict;
use warnings;
use Exporter 'import';
use List::Util qw(first);
use MLS;

our @EXPORT = qw(sequence);

my $P = '2026-11-22T11:05:40+01:00 mx1 postfix/smtpd[250]: ';
my @CALLS = qw(all all all all write read pread open rename fsync unlink stat);
my @ERRORS = qw(KILL KILL KILL EIO ENOSPC EMFILE);

# One sequence in a directory of its own.  Undef: all is well; else what is
# not, and what was done.
sub sequence {
	my ($seed, $steps) = @_;
	my $m = bless {
		dir => "$DIR/seq$seed", seed => $seed, next => 1,
		files => [{name => 'log', bytes => ''}],	# oldest first
		expected => '', pieces => 0, said => [],
	};
	srand $seed;
	$m->{dated} = rand() < 0.3;
	mkdir $m->{dir} or die "$m->{dir}: $!";
	spew("$m->{dir}/log");
	my $wrong;
	for (1 .. $steps) {
		$wrong = $m->step and last;
	}
	$wrong //= $m->run_filter('') // $m->run_filter('');
	if (!defined $wrong) {
		unlink glob("$m->{dir}/*");
		rmdir $m->{dir};
		return;
	}
	return "seed $seed: $wrong\n  " . join("\n  ", @{$m->{said}}) .
	    "\n  in $m->{dir}";
}

sub say_step { push @{$_[0]{said}}, $_[1] }

sub step {
	my ($m) = @_;
	my $dice = rand;
	return $m->append if $dice < 0.40;
	return $m->rotate if $dice < 0.52;
	return $m->copytruncate if $dice < 0.57;
	return $m->compress if $dice < 0.65;
	return $m->delete_oldest if $dice < 0.68;
	return $m->rotate_output if $dice < 0.71;
	return $m->append_late if $dice < 0.74;
	return $m->run_filter('') if $dice < 0.86;
	my $call = $CALLS[rand @CALLS];
	my $n = 1 + int rand($call eq 'all' ? 120 : 12);
	my $plus = rand() < 0.3 ? '+' : '';
	return $m->run_filter("$call:$n$plus:" . $ERRORS[rand @ERRORS]);
}

sub log_file { return $_[0]{files}[-1] }

sub append {
	my ($m) = @_;
	my $text = '';
	my $lines = int rand(rand() < 0.1 ? 300 : 6);
	for (1 .. $lines) {
		my $i = $m->{next}++;
		my $what = rand;
		$text .= $what < 0.5 ? "${P}connect from unknown[192.0.2.1] $i\n"
		    : $what < 0.9 ? "${P}warning: unknown[192.0.2.7]: SASL " .
			"LOGIN authentication failed: x, sasl_username=u$i\n"
		    : sprintf "2026-11-22T11:05:41.%06d+01:00 mx1 last " .
			"message repeated %d times\n", $i, 1 + rand 3;
	}
	# Part of a line; the rest comes with what is appended next.
	if (rand() < 0.2) {
		my $i = $m->{next}++;
		$text .= sprintf '%swarning: unknown[192.0.2.7]: SASL LOGIN ' .
		    'authentication failed: x, sasl_username=part%04d', $P, $i;
	}
	$m->say_step('append ' . length $text);
	open my $f, '>>:raw', "$m->{dir}/log" or die "log: $!";
	print $f $text;
	close $f;
	$m->log_file->{bytes} .= $text;
	return;
}

# To a file that was rotated away, by somebody who does not know it yet.
sub append_late {
	my ($m) = @_;
	my $f = @{$m->{files}} > 1 ? $m->{files}[-2] : return;
	# Half a line at the end of a rotated file has been taken for whole.
	return if $f->{name} =~ /gz$/ || !$f->{at} || $f->{bytes} !~ /\n\z/;
	# What a repetition repeats, should not depend on what is read first.
	return if $m->log_file->{bytes} !~ /\A.*smtpd\[/;
	my $text = '';
	$text = sprintf "2026-11-22T11:05:41.%06d+01:00 mx1 last message " .
	    "repeated %d times\n", $m->{next}++, 1 + rand 3
	    if $f->{bytes} =~ /sasl_username=.*\n\z/ && rand() < 0.3;
	$text .= "${P}warning: unknown[192.0.2.7]: SASL LOGIN authentication " .
	    'failed: x, sasl_username=late' . $m->{next}++ . "\n"
	    for 1 .. 1 + rand 3;
	$m->say_step("append late to $f->{name}");
	open my $file, '>>:raw', "$m->{dir}/$f->{name}" or die "late: $!";
	print $file $text;
	close $file;
	$f->{bytes} .= $text;
	# Then rows need not come in the order of files.
	$m->{has_late} = $f->{is_late} = 1;
	return;
}

# Makes room for a rotated file, and says what it is called.
sub rotated_name {
	my ($m) = @_;
	my @old = @{$m->{files}}[0 .. $#{$m->{files}} - 1];
	return sprintf 'log-202611%02d%04d', 1 + $m->{day}++ / 1000,
	    $m->{day} if $m->{dated};
	for my $f (@old) {
		my ($number, $gz) = $f->{name} =~ /^log\.(\d+)(\.gz)?$/;
		my $name = 'log.' . ($number + 1) . ($gz // '');
		rename "$m->{dir}/$f->{name}", "$m->{dir}/$name" or
		    die "rename: $!";
		$f->{name} = $name;
	}
	return 'log.1';
}

sub rotate {
	my ($m) = @_;
	my $name = $m->rotated_name;
	$m->say_step("rotate to $name");
	rename "$m->{dir}/log", "$m->{dir}/$name" or die "rename: $!";
	$m->log_file->{name} = $name;
	spew("$m->{dir}/log");
	push @{$m->{files}}, {name => 'log', bytes => ''};
	return;
}

sub copytruncate {
	my ($m) = @_;
	my $name = $m->rotated_name;
	$m->say_step("copy to $name and truncate");
	spew("$m->{dir}/$name", slurp("$m->{dir}/log"));
	truncate "$m->{dir}/log", 0 or die "truncate: $!";
	$m->log_file->{name} = $name;
	push @{$m->{files}}, {name => 'log', bytes => ''};
	return;
}

sub compress {
	my ($m) = @_;
	my @plain = grep { $_->{name} !~ /gz$/ && $_->{name} ne 'log' }
	    @{$m->{files}};
	return unless @plain;
	my $f = $plain[rand @plain];
	my $name = "$m->{dir}/$f->{name}";
	$m->say_step("compress $f->{name}");
	system('gzip', '-n', $name) == 0 or die 'gzip';
	$f->{name} .= '.gz';
	return;
}

sub delete_oldest {
	my ($m) = @_;
	return if @{$m->{files}} < 2;
	# How much a run that was killed has read, only the next one shows.
	return $m->run_filter('') if $m->{was_killed};
	# Nobody can know what comes late in a file that is not there any more.
	return $m->run_filter('') if $m->{files}[0]{is_late};
	my $f = shift @{$m->{files}};
	$m->say_step("delete $f->{name}");
	unlink "$m->{dir}/$f->{name}";
	# What was read of it is the only way to tell what is new.
	$m->{may_miss} = 1 if $f->{at} || $f->{is_known};
	$m->{must_miss} = 1 if length($f->{bytes}) > ($f->{at} // 0) &&
	    !$f->{is_known} && $m->{has_state};
	# Of a log that was empty when it was seen, only the inode is known.
	$m->{may_miss} = delete $m->{must_miss} if
	    $m->{must_miss} && !$m->{has_read};
	$m->{may_miss} = 1 if $m->{must_miss} || !$m->{has_read};
	return;
}

sub rotate_output {
	my ($m) = @_;
	return unless -e "$m->{dir}/out";
	$m->{pieces}++;
	$m->say_step("rotate output to out.$m->{pieces}");
	rename "$m->{dir}/out", "$m->{dir}/out.$m->{pieces}";
	return;
}

# The rows of a file from a place on, and the row that its last line gives.
# Before: that of the file before.
sub users {
	my ($bytes, $from, $last) = @_;
	my ($rows, $at) = ('', 0);
	for my $line (split /^/, $bytes) {
		my $row = '';
		if ($line =~ /sasl_username=(.*)$/) {
			$last = "$1\n";
			$row = $last;
		} elsif ($line =~ /repeated (\d+) times$/) {
			$row = $last x $1 if defined $last;
		} else {
			undef $last;
		}
		$rows .= $row if $at >= $from;
		$at += length $line;
	}
	return ($rows, $last);
}

# What a run that succeeds has to write.
sub read_all {
	my ($m) = @_;
	my @files = @{$m->{files}};
	my $last;
	for my $i (0 .. $#files) {
		my $f = $files[$i];
		my $newer = first { length $_->{bytes} || $_->{name} =~ /gz$/ }
		    @files[$i + 1 .. $#files];
		my $bytes = $f->{bytes};
		# A line is complete with its newline, or when nobody will
		# write to the file any more.
		$bytes =~ s/[^\n]*\z// unless $newer || $f->{name} =~ /gz$/;
		$f->{at} //= 0;
		$f->{before} = $last unless $f->{at};
		(my $rows, $last) = users($bytes, $f->{at}, $f->{before});
		next if length($bytes) <= $f->{at};
		$m->{expected} .= $rows;
		$f->{at} = length $bytes;
		delete $f->{is_late};
		$m->{has_read} = 1;
	}
}

sub rows_written {
	my ($m) = @_;
	return join '', map { -e $_ ? slurp($_) : '' }
	    (map { "$m->{dir}/out.$_" } 1 .. $m->{pieces}), "$m->{dir}/out";
}

sub run_filter {
	my ($m, $fault) = @_;
	$m->say_step("run $fault");
	my $dir = $m->{dir};
	local $ENV{FAULT} = $fault if $fault;
	local $ENV{LD_PRELOAD} = "$BUILD/t/fault.so" if $fault;
	my $ran = run($FILTER, @OFFLINE, '--database', '/dev/null',
	    '--config', '/dev/null', '--columns', 'user', '--header', 'never', '--format', 'tsv',
	    '--state', "$dir/state", '-o', "$dir/out", "$dir/log");
	push @{$m->{said}}, "  status $ran->{status} $ran->{err}";
	$m->{has_state} ||= -e "$dir/state";
	# Once is enough, also by a run that fails later.
	if ($ran->{status} > 1 && $m->{may_miss} &&
	    $ran->{err} =~ /may be missing/) {
		delete $m->{must_miss};
	}
	if ($ran->{status} == 137 && $fault) {
		$m->{was_killed} = 1;
		return;
	}
	$m->{was_killed} = $ran->{status} > 1;
	if ($ran->{status} > 1) {
		return 'it must not fail' unless $fault;
		return "it fails without saying why: $ran->{err}"
		    unless $ran->{err} =~ /^mls-filter: .*'/;
		return;
	}
	if ($ran->{status} == 1) {
		return 'nothing can be missing' unless $m->{may_miss};
		return 'it does not say when' unless $ran->{err} =~
		    /(?:about \S+|between \S+ and \S+) may be missing/;
	} elsif ($m->{must_miss}) {
		return 'it does not say what is missing';
	}
	delete @$m{qw(may_miss must_miss)};
	delete $m->{has_read} if $ran->{status};
	$m->read_all;
	my $got = $m->rows_written;
	($got, $m->{expected}) = map { join '', sort split /^/ }
	    $got, $m->{expected} if $m->{has_late};
	return if $got eq $m->{expected};
	my ($a, $b) = ([split /\n/, $got], [split /\n/, $m->{expected}]);
	my $i = first { ($a->[$_] // '') ne ($b->[$_] // '') } 0 .. @$a + @$b;
	return sprintf '%d rows, not %d; row %d is %s, not %s', scalar @$a,
	    scalar @$b, $i, $a->[$i] // 'missing', $b->[$i] // 'missing';
}

1;
