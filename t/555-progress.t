#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# How far it is: a bar on a terminal, with what has been read, how fast, and how
# long it will take; wiped at the end, and nothing of it anywhere else.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

spew("$DIR/db.csv", "192.0.2.0,192.0.2.255,FR\n");
# Some megabytes, so that the bar is drawn before all has been read.
spew("$DIR/mail.log", ('Nov 22 11:05:40 mx1 postfix/smtpd[1]: warning: ' .
    'unknown[192.0.2.7]: SASL LOGIN authentication failed: x, ' .
    "sasl_username=bob\n") x 60_000);
spew("$DIR/rows.csv", "server,date,ip,user\n",
    "mx1,2026-11-22T11:05:40+01:00,192.0.2.7,ann\n" x 200_000);
my @programs = (
	['mls-filter', "$DIR/mail.log", $FILTER, '--config', '/dev/null',
	    @OFFLINE, '--database', "$DIR/db.csv"],
	['mls-summarize', "$DIR/rows.csv", $SUMMARIZE, '--config',
	    '/dev/null', '--now', '2026-11-23T00:05:00Z', '--format', 'json'],
);

my $LEFT = qr/\d+:\d\d left/;
my $READ = qr/(\d+\.\d) MB  \d+ MB\/s  \d+ rows\e\[K/;

# What is on the screen one after the other, if each of it is as it should be.
sub drawn {
	my ($what, $err, $size) = @_;
	my @all = split /\r/, $err, -1;
	is(shift @all, '', "$what: at the beginning of a line");
	is(pop @all, "\e[K", "$what: wiped at the end");
	cmp_ok(scalar @all, '>', 0, "$what: there was something");
	for (@all) {
		my ($bar, $percent, $mb) = /^\[([#.]{30})\] +(\d+) %  $LEFT  $READ$/;
		ok(defined $mb, "$what: bar, share, time, bytes, rate, rows") or
		    diag($_), next;
		my $read = $mb * 1e6 / $size;
		cmp_ok(abs($percent / 100 - $read), '<=', 0.03,
		    "$what: the share is that of the bytes");
		cmp_ok(abs($bar =~ tr/#// / 30 - $read), '<=', 0.05,
		    "$what: so is the bar");
	}
}

# Run with standard error on a terminal, rows into a file.
sub on_terminal {
	my (@command) = @_;
	my $line = join ' ', map { s/'/'\\''/gr =~ s/.*/'$&'/sr } @command;
	my $r = run(have('script'), '-qec', "$line >'$DIR/out'",
	    "$DIR/typescript");
	return $r->{out};
}

for (@programs) {
	my ($name, $file, @command) = @$_;
	my $size = -s $file;
	my $plain = run(@command, $file);
	is_deeply([@$plain{qw(status err)}], [0, ''],
	    "$name: nothing where nobody watches");
	my $r = run(@command, '--progress', 'always', $file);
	drawn("$name, always", $r->{err}, $size);
	is($r->{out}, $plain->{out}, "$name, always: the same rows");

	# How much there is, is not known of a pipe.
	$r = run('sh', '-c', 'cat "$0" | "$@"', $file, @command, '--progress',
	    'always');
	like($r->{err}, qr/\A(?:\r$READ)+\r\e\[K\z/, "$name: behind a pipe");

	SKIP: {
		skip 'no script', 1 unless have('script');
		drawn("$name, on a terminal", on_terminal(@command, $file),
		    $size);
		is(slurp("$DIR/out"), $plain->{out},
		    "$name, on a terminal: the same rows");
		is(on_terminal(@command, '--progress', 'never', $file), '',
		    "$name: never");
	}
}
done_testing();
