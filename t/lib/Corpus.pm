# SPDX-License-Identifier: ISC
# The recorded logs in t/corpus: their lines, what is true about them, and what
# rows our policy makes of that.  Shares no code with the program: stamps and
# messages are cut out of the lines by plain regular expressions.
package Corpus;

use strict;
use warnings;
use Encode ();
use Exporter 'import';
use IO::Uncompress::Gunzip qw(gunzip $GunzipError);
use JSON::PP ();
use MLS;
use Test::More;

our @EXPORT = qw($CORPUS @CLOCK @OTHER_CLOCK plain_lines records as_bytes policy
    service_of dated age aged filter_rows same_rows printable);

our $CORPUS = "$TOP/t/corpus";

# Stamps without year and zone need both ...
our @CLOCK = qw(--timezone Europe/Paris --now 2026-11-22T18:00:00+01:00);
# ... and the others must not care.
our @OTHER_CLOCK = qw(--timezone Asia/Tokyo --now 2031-01-01T00:00:00+09:00);
my $RECORDED = 1795366800;	# 2026-11-22T18:00:00+01:00

# Postfix prints the user of an earlier attempt with these: it made them itself
# without asking Dovecot.  From 3.10 on the first one names the mechanism.
my $LOCAL = qr/^(?:Invalid\ authentication\ mechanism(?::\ '.*')?
    |Invalid\ base64\ data\ in\ (?:initial|continued)\ response
    |Connection\ lost\ to\ authentication\ server
    |Can't\ connect\ to\ authentication\ server
    |Authentication\ backend\ error)$/sx;
my $SERVERS_FAULT = qr/^(?:Connection\ lost\ to\ authentication\ server
    |Can't\ connect\ to\ authentication\ server
    |Authentication\ backend\ error
    |remote\ authentication\ server\ unavailable
    |transient\ failure)/x;

# The lines of a file without their newlines, gz or not, as bytes.
sub plain_lines {
	my ($name) = @_;
	my $bytes = slurp("$CORPUS/$name");
	if ($name =~ /\.gz$/) {
		my $plain;
		gunzip(\$bytes, \$plain) or die "$name: $GunzipError";
		$bytes = $plain;
	}
	return split /\n/, $bytes;
}

# The records of a JSON lines file.
sub records {
	my ($name) = @_;
	my $json = JSON::PP->new->utf8;
	return map { $json->decode($_) } plain_lines($name);
}

# A string of the truth as the bytes that stood in the log.
sub as_bytes {
	return Encode::encode('UTF-8', $_[0]) =~
	    s/\\x([0-9a-f]{2})/chr hex $1/ger;
}

# One record of the truth as the row our policy asks for.
sub policy {
	my ($record) = @_;
	my $reason = $record->{reason} // '';
	my $user = $record->{user_logged};
	$user = undef if $reason =~ $LOCAL || !defined $record->{mech};
	return {
		event => $record->{outcome} eq 'aborted' ? 'auth-aborted' :
		    $reason =~ $SERVERS_FAULT ? 'auth-error' : 'auth-failure',
		ip => $record->{ip},
		mechanism => $record->{mech} // '',
		service => service_of($record->{service}),
		user => defined $user ? as_bytes($user) : '',
	};
}

# postfix/submission/smtpd is submission, postfix/smtpd is smtpd, and a tag
# that was cut says nothing.
sub service_of {
	my ($tag) = @_;
	return $tag =~ m{^[^/]*/(?:(.*)/)?([^/]*)$} ? $1 // $2 : '';
}

# The date column of a line, from its own stamp.
sub dated {
	my ($line) = @_;
	return "$1$2" if $line =~ /^(?:<\d+>1\ |\{"\@timestamp":")?
	    (20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.\d+)?([+-]\d\d:\d\d)/x;
	my %month = (Nov => 11);
	return sprintf('2026-%02d-%02dT%s+01:00', $month{$1}, $2, $3) if
	    $line =~ /^(?:<\d+>)?(Nov) ([ \d]\d) (\d\d:\d\d:\d\d) /;
	die "no stamp: $line";
}

# A copy that is as old as the recording: the year of a stamp depends on the
# age of its file, and that of a checked out file means nothing.
sub aged {
	my ($name) = @_;
	my $copy = "$DIR/" . $name =~ s{.*/}{}r;
	if (!-e $copy) {
		spew($copy, slurp("$CORPUS/$name"));
		age($copy);
	}
	return $copy;
}

# Makes a file as old as the recording.
sub age {
	my ($file) = @_;
	utime $RECORDED, $RECORDED, $file or die "$file: $!";
	return $file;
}

# Runs the filter, expects silence and success, and gives its rows.
sub filter_rows {
	my ($about, @arguments) = @_;
	my $ran = run($FILTER, '--dns', 'off', @arguments);
	is($ran->{status}, 0, "$about: exit status");
	is($ran->{err}, '', "$about: nothing on stderr");
	return $ran->{out} eq '' ? () : rows($ran->{out});
}

# Passes if both lists hold the same rows in the same order; $want decides
# which columns count.  Otherwise shows where they part.
sub same_rows {
	my ($got, $want, $about) = @_;
	my $text = sub {
		my ($row, $like) = @_;
		return '(none)' unless $row;
		return printable(join ' ', map { "$_=<" . ($row->{$_} //
		    '(no column)') . '>' } grep { !/^_/ } sort keys %$like);
	};
	my $least = @$got < @$want ? @$got : @$want;
	my $at = 0;
	$at++ while $at < $least && $text->($got->[$at], $want->[$at]) eq
	    $text->($want->[$at], $want->[$at]);
	return pass("$about: " . @$want . ' rows') if
	    $at == @$want && @$want == @$got;
	fail("$about: " . @$want . ' rows');
	diag('rows wanted ', scalar @$want, ', got ', scalar @$got,
	    '; the first that differs is number ', $at + 1);
	my $like = $want->[$at] // $want->[0] // $got->[$at];
	diag('line:   ', printable($want->[$at]{_line})) if
	    $want->[$at] && defined $want->[$at]{_line};
	diag('wanted: ', $text->($want->[$at], $like));
	diag('got:    ', $text->($got->[$at], $like));
	return 0;
}

# For a terminal.
sub printable {
	return $_[0] =~ s/([^ -~])/sprintf '\\x%02x', ord $1/ger;
}

1;
