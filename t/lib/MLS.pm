# SPDX-License-Identifier: ISC
# What every black-box test needs: a directory of its own, a fixed clock and
# locale, and a way to run a program and see everything that comes out of it.
package MLS;

use strict;
use warnings;
use Cwd qw(abs_path);
use Exporter 'import';
use File::Basename qw(dirname);
use File::Temp ();
use POSIX ();

our @EXPORT = qw($TOP $BUILD $FILTER $IPINFO $SUMMARIZE @OFFLINE $DIR run slurp
    spew rows cells have);

our $TOP = abs_path(dirname(__FILE__) . "/../..");
our $BUILD = $ENV{MLS_BUILD} || "$TOP/build";
our $FILTER = "$BUILD/mls-filter";
our $IPINFO = "$BUILD/mls-ipinfo";
our $SUMMARIZE = "$BUILD/mls-summarize";
# For tests that are about something else: nobody is asked for names.
our @OFFLINE = qw(--dns off);
our $DIR = File::Temp->newdir("mls-test-XXXXXX", TMPDIR => 1);

$ENV{TZ} = 'UTC';
$ENV{LC_ALL} = 'C';
delete @ENV{qw(NO_COLOR CI)};
$SIG{PIPE} = 'IGNORE';

# run({in => bytes or file name in in_file}, program, arguments...) gives
# {status, signal, out, err}; status is 128 + signal if one ended it.  Input and both outputs go through files, so no
# amount of them can block.
sub run {
	my $how = ref $_[0] eq 'HASH' ? shift : {};
	my @command = @_;
	my $in = $how->{in_file} // "$DIR/in.$$";
	spew($in, $how->{in} // '') unless defined $how->{in_file};
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDIN, '<', $in or die "$in: $!";
		open STDOUT, '>', $how->{out_file} // "$DIR/out.$$"
		    or die "stdout: $!";
		open STDERR, '>', "$DIR/err.$$" or die "stderr: $!";
		$SIG{PIPE} = 'DEFAULT';
		# What prove hands down is nothing of the program's.
		POSIX::close($_) for 3 .. 255;
		exec { $command[0] } @command or POSIX::_exit(127);
	}
	waitpid $pid, 0;
	my $status = $?;
	# The child's files carry our pid: they were opened before exec.
	my ($out, $err) = ("$DIR/out.$pid", "$DIR/err.$pid");
	return {
		status => $status & 127 ? 128 + ($status & 127) :
		    $status >> 8,
		signal => $status & 127,
		out => defined $how->{out_file} ? '' : slurp($out),
		err => slurp($err),
	};
}

# The whole file as bytes.
sub slurp {
	my ($name) = @_;
	open my $f, '<:raw', $name or die "$name: $!";
	local $/;
	return scalar(<$f>) // '';
}

sub spew {
	my ($name, @bytes) = @_;
	open my $f, '>:raw', $name or die "$name: $!";
	print $f @bytes;
	close $f or die "$name: $!";
}

# Our CSV as a list of hashes by column name, cells unescaped to bytes.
sub rows {
	my ($csv) = @_;
	my @lines = split /\n/, $csv;
	my @names = cells(shift @lines // '');
	return map {
		my @cells = map { unescape($_) } cells($_);
		my %row;
		@row{@names} = @cells;
		\%row;
	} @lines;
}

# The cells of one CSV line (RFC 4180; our rows never hold a newline).
sub cells {
	my ($line) = @_;
	my @cells;
	while (1) {
		if ($line =~ /\G"((?:[^"]|"")*)"/gc) {
			push @cells, $1 =~ s/""/"/gr;
		} else {
			$line =~ /\G([^,"]*)/gc;
			push @cells, $1;
		}
		last unless $line =~ /\G,/gc;
	}
	die "no CSV: $line" if (pos($line) // 0) != length $line;
	return @cells;
}

sub unescape {
	return $_[0] =~ s/\\(\\|x([0-9A-Fa-f]{2}))/defined $2 ? chr hex $2 : '\\'/ger;
}

# Whether a program is on the path.
sub have {
	my ($program) = @_;
	for (split(/:/, $ENV{PATH}), '/usr/sbin', '/sbin') {
		return "$_/$program" if -x "$_/$program";
	}
	return;
}

1;
