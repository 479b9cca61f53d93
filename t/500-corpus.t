#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Rows are true: every log in t/corpus that comes with its truth gives exactly
# the rows the truth asks for, in order and with every column that is known;
# logins at Dovecot, and what journald and other syslogs make of one sequence
# of datagrams, are held against readings of their own.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Corpus;
use JSON::PP ();
use MLS;
use Test::More;

my @ALL_EVENTS = ('--events', 'auth-failure,auth-error,auth-aborted');
my @COLUMNS = ('--columns', join ',', qw(server date ip user client event
    service mechanism pid reason message));

my @SIX = qw(traditional rfc3339 rfc5424 jsonf rawmsg omprog-default);
# Their stamps carry year and zone.
my %DATED = map { $_ => 1 } qw(rfc3339 rfc5424 jsonf omprog-default);
my @SCENARIOS = (
	# file names up to the format, truth, attempts, successes, formats
	['bookworm.main', 'bookworm.main', 651, 3, \@SIX],
	['pf3.4.29.main', 'pf3.4.29.main', 489, 3, \@SIX],
	['pf2.11.11.main', 'pf2.11.11.main', 489, 3, \@SIX],
	['bookworm.rmr', 'bookworm.rmr', 30, 0,
	    [qw(traditional rfc3339 rfc5424)]],
	['bookworm', 'bookworm.maillogfile', 651, 3, ['maillog_file']],
);

for (@SCENARIOS) {
	my ($stem, $truth, $attempts, $successes, $formats) = @$_;
	my @truth = records("$truth.truth.jsonl.gz");
	is(scalar @truth, $attempts, "$truth: attempts in the truth");
	follows_truth("$stem.$_.log.gz", $_, \@truth, $successes)
	    for @$formats;
}
dovecot_logins("bookworm.dove.$_.log.gz", $_) for qw(rfc3339 traditional);
other_syslogs();
repeats_of_other_lines();
done_testing;

sub follows_truth {
	my ($name, $format, $truth, $successes) = @_;
	my @lines = plain_lines($name);
	my @want;
	for my $record (@$truth) {
		my $row = policy($record);
		push @want,
		    envelope($row, $lines[$record->{line} - 1], $format);
		$row->{client} = $record->{host};
		$row->{reason} = $record->{reason} if defined $record->{mech};
	}
	my $file = aged($name);
	my @clock = $DATED{$format} ? @OTHER_CLOCK : @CLOCK;
	same_rows([filter_rows($name, @clock, @COLUMNS, $file)],
	    [grep { $_->{event} eq 'auth-failure' } @want],
	    "$name: failures");
	same_rows([filter_rows($name, @clock, @COLUMNS, @ALL_EVENTS, $file)],
	    \@want, "$name: failures, errors, aborted attempts");
	my @successes = successes(\@lines, $format);
	is(scalar @successes, $successes, "$name: successes in the log");
	same_rows([filter_rows($name, @clock, @COLUMNS,
	    qw(--events auth-success), $file)],
	    \@successes, "$name: successes");
}

# What is known of a row from the envelope of its line alone.
sub envelope {
	my ($row, $line, $format) = @_;
	$row->{_line} = $line;
	$row->{date} = dated($line);
	$row->{server} = $format eq 'rawmsg' ? '' : 'mx1';
	$row->{service} = '' if $format eq 'rfc5424';
	my ($pid, $message) = split_line($line, $format);
	$row->{pid} = $pid;
	# What a repeated message's own text is may be seen either way.
	$row->{message} = $message unless $message =~ /^message repeated /;
	return $row;
}

# The pid and the message without the blank in front of it; with a third value
# if asked for: the tag.
sub split_line {
	my ($line, $format) = @_;
	my ($tag, $pid, $message);
	if ($format eq 'jsonf') {
		my $object = JSON::PP->new->decode($line);
		($tag, $pid) = $object->{tag} =~ /^(.*?)(?:\[(\d+)\])?:$/;
		$message = $object->{message};
	} elsif ($format eq 'rfc5424') {
		($tag, $pid, $message) =
		    $line =~ /^<\d+>1 \S+ \S+ (\S+) (\S+) - -(.*)$/s;
	} else {
		($tag, $pid, $message) = $line =~
		    /^(?:[^\[:]|:\d\d)*? ([^ :\[]+)(?:\[(\d+)\])?:( .*)$/s;
	}
	# RFC 5424 by rsyslog: one blank is the format's, one the message's.
	$message =~ s/^  ?//;
	return ($pid, $message, $tag);
}

# The successes in a log, read strictly and without the program.
sub successes {
	my ($lines, $format) = @_;
	my @rows;
	for my $line (@$lines) {
		next unless index($line, 'sasl_method=') > 0;
		my ($pid, $message, $tag) = split_line($line, $format);
		next unless $tag =~ m{/smtpd$} || $format eq 'rfc5424';
		next unless $message =~ m{^[0-9A-Za-z]+:\ client=
		    ([A-Za-z0-9._-]+)\[([0-9a-f.:]+)\],
		    \ sasl_method=([A-Za-z0-9_-]+),
		    \ sasl_username=(.*?)(?:,\ sasl_sender=<[^>]*>)?$}xs;
		push @rows, envelope({
			event => 'auth-success',
			client => $1,
			ip => $2,
			mechanism => $3,
			user => $4,
			service => service_of($tag),
		}, $line, $format);
	}
	return @rows;
}

# There is no truth for single lines here.  The login processes' lines are
# taken apart from their end, where the client has nothing to say any more;
# the lines of Dovecot's auth process, one for each attempt as well, and
# Postfix's own must add nothing.  What never came to a password is one
# attempt, and the user shown there is not to be believed: a mechanism that
# does not exist, broken base64, an exchange the client left.
sub dovecot_logins {
	my ($name, $format) = @_;
	my @lines = plain_lines($name);
	my (@want, %seen, $auth);
	for my $line (@lines) {
		my ($pid, $message, $tag) = split_line($line, $format);
		next unless $tag eq 'dovecot';
		$auth++ if $message =~ /^auth: /;
		my ($process, $rest) = $message =~ /^(\w+-login): (.*)$/
		    or next;
		my ($attempts, $event) = judged($rest) or next;
		$rest =~ s/, session=<[^<>]*>$// or die $line;
		$rest =~ s/(?:, TLS)?, lip=[0-9a-f.:]+$// or die $line;
		$rest =~ s/, rip=([0-9a-f.:]+)$// or die $line;
		my $ip = $1;
		my $mechanism = $rest =~ s/, method=([A-Z0-9-]+)$// ? $1 : '';
		my $early = !defined $attempts;
		$rest =~ s/>$// or die $line;
		$rest =~ s/^.*?user=<// or die $line;
		$seen{"$event $process $ip"} += $attempts // 1;
		push @want, ({
			_line => $line,
			server => 'mx1',
			date => dated($line),
			event => $event,
			service => $process,
			ip => $ip,
			mechanism => $early ? '' : $mechanism,
			user => $early ? '' : $rest,
		}) x ($attempts // 1);
	}
	cmp_ok($auth, '>', 100, "$name: has lines of the auth process");
	my @got = filter_rows($name, @CLOCK, @COLUMNS, qw(--filters dovecot),
	    @ALL_EVENTS, aged($name));
	same_rows(\@got, \@want, "$name: failed logins");
	# The reading above must not be taken in by the log either: it has to
	# find as many attempts as were made.
	is_deeply(\%seen, {attempted()}, "$name: as many as were tried");
}

# The attempts and the event of a line, by what stands in its first
# parentheses; undef attempts: one that never came to a password.
sub judged {
	my ($rest) = @_;
	my ($why) = $rest =~ /^[^(]*\(([^)]*)\): user=</ or return;
	return ($1, 'auth-failure') if
	    $why =~ /^auth failed, (\d+) attempts in \d+ secs$/;
	return (undef, 'auth-failure') if $why =~ /^(?:sent\ invalid\ base64
	    |tried\ to\ use\ unsupported\ auth\ mechanism)/x;
	return (undef, 'auth-aborted') if
	    $why =~ /^client didn't finish SASL auth/;
	return;
}

# What the clients tried, by event, login process and address.  Dovecot logs
# nothing, or a success, for a right password, even if the account was locked
# or an attempt in the same connection had failed; APOP was off; Postfix took
# the last one.
sub attempted {
	my %count;
	for my $tried (records('bookworm.dove.attempts.jsonl.gz')) {
		next if $tried->{case} =~ /^(?:apop|SUCCESS|locked-okpw
		    |fail-then-success|postfix-via-dovecot)$/x;
		my $process = $tried->{proto} eq 'sieve' ? 'managesieve' :
		    $tried->{proto};
		my $event = $tried->{case} =~ /^(?:abort|half)$/ ?
		    'auth-aborted' : 'auth-failure';
		$count{"$event $process-login $tried->{ip}"} +=
		    $tried->{n_attempts};
	}
	return %count;
}

# The same datagrams, read from journald's JSON by eye.  "blob" are those whose
# text journalctl withholds from a terminal ([110B blob data]).
sub other_syslogs {
	my $bob = ['198.51.100.66', 'LOGIN', 'smtpd', 'bob'];
	my @sent = (
		['2001:db8:1::25', 'PLAIN', 'submission',
		    "jos\xc3\xa9\@example.net"],
		$bob, $bob, $bob, $bob, $bob,
		['198.51.100.66', 'LOGIN', 'smtpd', 'carol'],
		['198.51.100.66', 'LOGIN', 'smtpd', "jos\xe9", 'blob'],
		['198.51.100.66', 'LOGIN', 'smtpd', "c1\xc2\x85x", 'blob'],
		['198.51.100.66', 'LOGIN', 'smtpd', "ctl\x01\e[31m", 'blob'],
		['198.51.100.66', 'LOGIN', 'smtpd', "two\nlines"],
		['198.51.100.66', 'LOGIN', 'smtpd', "tab\tx"],
	);
	my $rows = sub {
		my ($how) = @_;
		my @times = @{$how->{times}};
		my @want;
		for my $datagram (@sent) {
			my ($ip, $mechanism, $service, $user, $blob) =
			    @$datagram;
			my $time = @times > 1 ? shift @times : $times[0];
			next if $blob && $how->{blobs_lost};
			$user =~ s/\n.*/$how->{newline}/s if
			    defined $how->{newline};
			$user =~ s/\t/$how->{tab}/ if defined $how->{tab};
			$user =~ s/([\x01-\x08\e])/'^' . chr(64 + ord $1)/ge
			    if $how->{carets};
			push @want, {
				event => 'auth-failure',
				ip => $ip,
				mechanism => $mechanism,
				service => $service,
				user => $user,
				server => $how->{server},
				date => $time,
			};
		}
		return \@want;
	};
	# When the twelve came in at journald.
	my @journal = ('2026-11-22T12:08:46+01:00') x 2;
	push @journal, ('2026-11-22T12:08:47+01:00') x 10;
	my @universal = map { s/T12(.*)\+01/T11$1+00/r } @journal;
	my %short = (
		server => 'mx1.example.net', times => \@journal,
		blobs_lost => 1,
		newline => '', tab => ' ' x 8,
	);
	my %json = (server => 'mx1.example.net', times => \@journal);
	my %syslogng = (
		server => 'mx1', times => ['2026-11-22T12:08:56+01:00'],
		newline => '',
	);
	my @busybox = ('2026-11-22T12:08:10+01:00');
	push @busybox, ('2026-11-22T12:08:11+01:00') x 11;
	my %forms = (
		(map { ("bookworm.journalctl.$_" => \%short) } qw(short
		    short-precise short-iso short-iso-precise short-full
		    short-unix with-unit)),
		'bookworm.journalctl.short-iso-utc' =>
		    {%short, times => \@universal},
		'bookworm.journalctl.short-iso-nohost' =>
		    {%short, server => ''},
		'bookworm.journalctl.short-a' =>
		    {%short, blobs_lost => 0, tab => undef},
		(map { ("bookworm.journalctl.$_" => \%json) }
		    qw(json json-seq json-sse)),
		(map { ("syslogng.$_" => \%syslogng) }
		    qw(bsd default full iso iso-frac6 rfc5424)),
		'busybox' => {server => 'mx1', times => \@busybox,
		    newline => ' lines', carets => 1},
		# Four of the five equal lines are one "last message repeated".
		'inetutils' => {server => 'mx1', newline => ' lines',
		    carets => 1, times => ['2026-11-22T12:08:06+01:00']},
	);
	for my $form (sort keys %forms) {
		my @got = filter_rows($form, @CLOCK, @COLUMNS,
		    aged("env/$form.log"));
		same_rows(\@got, $rows->($forms{$form}), $form);
	}
	for my $form (qw(cat verbose export json-pretty short-monotonic
	    short-delta)) {
		my $file = "bookworm.journalctl.$form";
		my @got = filter_rows($file, @CLOCK, @COLUMNS,
		    aged("env/$file.log"));
		same_rows(\@got, [], "$file is not read");
	}
}

# "last message repeated" speaks of the line just before it, whatever that was.
sub repeats_of_other_lines {
	my $at = 'Nov 22 12:08:06 mx1';
	my $failure = "$at postfix/smtpd[250]: warning: " .
	    'unknown[198.51.100.66]: SASL LOGIN authentication failed: ' .
	    'x, sasl_username=bob';
	my $other = "$at postfix/smtpd[250]: connect from mail[198.51.100.9]";
	my $repeated = "$at last message repeated 3 times";
	my @cases = (
		[[$failure, $repeated], 4, 'of a failure'],
		[[$failure, $other, $repeated], 1, 'of another line'],
		[[$repeated, $failure], 1, 'of nothing'],
		[[$failure, $repeated, $repeated], 7,
		    'of a failure that is repeated already'],
		[[$failure, $repeated, $other, $repeated], 4,
		    'of another line after a repeated failure'],
	);
	for (@cases) {
		my ($lines, $want, $about) = @$_;
		my $file = "$DIR/repeated.log";
		spew($file, map { "$_\n" } @$lines);
		my @got = filter_rows("repeat $about", @CLOCK, $file);
		is(scalar @got, $want, "repeat $about: rows");
	}
}
