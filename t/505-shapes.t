#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Each form of line in t/corpus/shapes.jsonl, and some more, alone: the rows it
# stands for and no other.  A fault in one form shows here with a line one can
# read.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Corpus;
use Encode ();
use MLS;
use Test::More;

my @ASK = ('--filters', 'postfix', '--filters', 'dovecot',
    '--events', 'auth-failure,auth-error,auth-aborted',
    '--columns', 'server,date,ip,user,service,mechanism,event');

# Shapes that are more than a failure; the file has no word for it.
my %EVENT = ('aborted' => 'auth-aborted', 'backend down' => 'auth-error');

# What the stamps of shapes say that are not "Nov 22 11:05:40".
my %DATE = (
	50 => '2026-11-22T11:05:34+01:00',
	51 => '2026-11-22T12:08:56+01:00',
	52 => '2026-11-22T10:05:34+00:00',
	53 => '2026-11-02T11:05:40+01:00',
	(map { $_ => '2026-11-22T12:08:46+01:00' } 59 .. 62),
	(map { $_ => '2026-11-22T12:08:50+01:00' } 63, 64),
	66 => '2026-11-02T11:05:40+01:00',
	# 2026 had no such day, and a leap second may be told either way.
	69 => qr/^2024-(?:02-29T23:59:(?:59|60)|03-01T00:00:00)\+01:00$/,
);

# Where the line names no host, or none that is "mx1".
my %SERVER = (
	52 => '', 54 => '', 62 => '', 68 => qr/^(?:WARNING)?$/,
	(map { $_ => 'mx1.example.net' } 53, 59 .. 61, 63, 64),
	67 => '5f2c9a',
);

my @shapes = records('shapes.jsonl');
is(scalar @shapes, 74, 'shapes in the file');
shape($_) for @shapes;
login(@$_) for logins();
done_testing;

# Lines of Dovecot's login processes that try to pass for others, and the one
# row that is true: event, mechanism, user.
sub logins {
	my $peer = 'rip=198.51.100.66, lip=192.0.2.10, session=<YQQwfd5gmNZ/>';
	my $closed = 'Disconnected: Connection closed';
	my $forged = '>, rip=203.0.113.99, lip=192.0.2.10';
	return (
		# Seen on 2.3.19: the user is that of the attempt before.
		['the user claims attempts', "imap-login: $closed (tried to use"
		    . ' unsupported auth mechanism): user=<x (auth failed,' .
		    ' 999 attempts in 1 secs): user=<victim>, method=FOO, ' .
		    $peer, 'auth-failure', '', ''],
		# Seen on 2.3.19, which writes mechanisms in capitals.
		['the mechanism claims an address', "managesieve-login: $closed"
		    . ' (tried to use unsupported auth mechanism): user=<bob>,'
		    . ' method=>, RIP=203.0.113.99, LIP=192.0.2.10, ' . $peer,
		    'auth-failure', '', ''],
		['the same in small letters', "managesieve-login: $closed" .
		    " (auth failed, 1 attempts in 2 secs): user=<bob>, method="
		    . "x$forged, $peer", 'auth-failure', '', undef],
		['the user claims an address, the mechanism is none',
		    "imap-login: $closed (auth failed, 1 attempts in 2 secs):" .
		    " user=<bob$forged>, method=A B, $peer", 'auth-failure',
		    '', undef],
		['given up, and the user claims attempts', "imap-login: $closed"
		    . " (client didn't finish SASL auth, waited 3 secs): user=<"
		    . 'x (auth failed, 9 attempts in 1 secs): user=<victim>,' .
		    " method=PLAIN, $peer", 'auth-aborted', '', ''],
		['parentheses before the reason', "imap-login: $closed: read(" .
		    'size=611) failed: Connection reset by peer (auth failed, 1'
		    . " attempts in 2 secs): user=<bob>, method=PLAIN, $peer",
		    'auth-failure', 'PLAIN', 'bob'],
	);
}

sub login {
	my ($name, $message, $event, $mechanism, $user) = @_;
	my $file = "$DIR/login.log";
	my $line = "Nov 22 11:05:40 mx1 dovecot: $message";
	spew($file, "$line\n");
	age($file);
	my %row = (
		_line => $line,
		ip => '198.51.100.66',
		event => $event,
		mechanism => $mechanism,
	);
	$row{user} = $user if defined $user;
	same_rows([filter_rows($name, @CLOCK, @ASK, $file)], [\%row], $name);
}

sub shape {
	my ($shape) = @_;
	my ($n, $name) = @$shape{qw(n name)};
	my $file = "$DIR/shape.log";
	my @lines = map { Encode::encode('UTF-8', $_) } @{$shape->{lines}};
	spew($file, map { "$_\n" } @lines);
	age($file);
	my @want = map { wanted($shape, $_, "@lines") } @{$shape->{rows}};
	my @got = filter_rows("$n $name", @CLOCK, @ASK, $file);
	same_rows(\@got, \@want, "$n $name");
	return unless @got && @want;
	matches($got[0]{date}, $DATE{$n} // '2026-11-22T11:05:40+01:00',
	    "$n $name: date");
	matches($got[0]{server}, $SERVER{$n} // 'mx1', "$n $name: server");
}

# One entry under "rows" as the rows it stands for.
sub wanted {
	my ($shape, $row, $line) = @_;
	return ({
		_line => $line,
		ip => $row->{ip} // '',
		user => Encode::encode('UTF-8', $row->{user} // ''),
		mechanism => $row->{mech} // '',
		event => $EVENT{$shape->{name}} // 'auth-failure',
		service => service_of($row->{service}),
	}) x $row->{count};
}

sub matches {
	my ($got, $want, $about) = @_;
	return ref $want ? like($got, $want, $about) : is($got, $want, $about);
}
