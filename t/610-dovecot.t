#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# A real Dovecot logging through a real rsyslogd, and clients that really fail
# to log in over IMAP, POP3, submission and ManageSieve: as many rows as
# attempts, with the address the client came from and the name it tried.  The
# truth is what the clients did.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Daemon qw(enclose wait_until wait_for_port free_port
	has_address start_syslog flush_syslog no_dovecot start_dovecot
	times_fit show);
use MIME::Base64 qw(encode_base64);
use Socket qw(IPPROTO_TCP TCP_NODELAY);
use Time::HiRes qw(time);
use Test::More;

plan skip_all => 'needs root: Dovecot changes users' if $> != 0;
plan skip_all => "no program 'rsyslogd'" unless have('rsyslogd');
my $no_dovecot = no_dovecot();
plan skip_all => $no_dovecot if $no_dovecot;
# Dovecot's own log file is no syslog, and the machine's log is not ours.
my $no_room = enclose(addresses => [qw(192.0.2.10 198.51.100.66
	198.51.100.23 2001:db8::10 2001:db8:1::25)]);
plan skip_all => $no_room if $no_room;

my %net = (server => '192.0.2.10', bot => '198.51.100.66',
	owner => '198.51.100.23', server6 => '2001:db8::10',
	bot6 => '2001:db8:1::25');
my $six = has_address($net{server6});

#
# The servers.
#

my %protocol = (
	imap => { login => 'imap-login', listener => 'imap', tls => 'imaps' },
	pop3 => { login => 'pop3-login', listener => 'pop3', tls => 'pop3s' },
	submission => { login => 'submission-login',
		listener => 'submission', tls => 'submissions' },
	sieve => { login => 'managesieve-login', listener => 'sieve' },
);
my ($libexec) = grep { -d } qw(/usr/libexec/dovecot /usr/lib/dovecot);
my @missing = grep { !-x "$libexec/$protocol{$_}{login}" }
    sort keys %protocol;
delete @protocol{@missing};
plan skip_all => 'no imap-login' unless $protocol{imap};

my $log = start_syslog();
my @listen = ($net{server}, $six ? $net{server6} : ());
my $services = '';
for (values %protocol) {
	$_->{port} = free_port($net{server});
	$services .= "service $_->{login} {\n" .
	    "inet_listener $_->{listener} {\nport = $_->{port}\n}\n" .
	    ($_->{tls} ? "inet_listener $_->{tls} {\nport = 0\n}\n" : '') .
	    "}\n";
}
start_dovecot(<<"EOT");
listen = @{[join ', ', @listen]}
protocols = @{[sort keys %protocol]}
hostname = mx1.example.net
login_greeting = ready
submission_relay_host = $net{server}
$services
EOT
wait_for_port($net{server}, $_->{port}) for values %protocol;

#
# The clients.  What a connection must give is noted when it ends, for that is
# when Dovecot logs it: a row for each attempt, with the name and mechanism of
# the last.
#

my @truth;

sub base64 {
	return encode_base64($_[0], '');
}

# Connections that have ended, as far as Dovecot has told.
sub ends_logged {
	my $n = () = slurp($log->{rfc3339}) =~
	    / dovecot: [a-z0-9]+-login: (?:Disconnected|Login)/g;
	return $n;
}

sub session {
	my ($name, $from) = @_;
	my $socket = IO::Socket::IP->new(
		PeerHost => $from =~ /:/ ? $net{server6} : $net{server},
		PeerPort => $protocol{$name}{port}, LocalHost => $from,
		Timeout => 10) or die "$name: $@";
	$socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
	my $s = { name => $name, socket => $socket, ip => $from, attempts => 0,
		from => time, ends => ends_logged(), tag => 'a0' };
	answer($s, qr/^(?:\* OK|\+OK|220 |OK)/);
	command($s, 'EHLO client.example.net', qr/^250 /)
	    if $name eq 'submission';
	return $s;
}

# Reads up to the line that ends the answer and dies unless it is the one
# expected.
sub answer {
	my ($s, $expected) = @_;
	my $all = '';
	local $SIG{ALRM} = sub { die "no answer after '$all'\n" };
	alarm 30;
	while (defined(my $line = readline $s->{socket})) {
		$all .= $line;
		last if $line =~ {
			imap => qr/^(?:\+|$s->{tag} |\* OK)/,
			pop3 => qr/^[-+]/,
			submission => qr/^\d{3} /,
			sieve => qr/^(?:OK|NO|BYE)/,
		}->{$s->{name}};
	}
	alarm 0;
	my ($last) = $all =~ /^(.*)\r?\n\z/m;
	die "$s->{name}: '", $last // '', "' is not $expected"
	    if ($last // '') !~ $expected;
	return $last;
}

sub command {
	my ($s, $line, $expected) = @_;
	if ($s->{name} eq 'imap') {
		$s->{tag}++;
		$line = "$s->{tag} $line";
	}
	syswrite $s->{socket}, "$line\r\n" or die "write: $!";
	return answer($s, $expected);
}

# What the next line is answered with when it goes wrong, or right.
my %NO = (imap => qr/^a\d+ (?:NO|BAD)/, pop3 => qr/^-ERR/,
	submission => qr/^5\d\d /, sieve => qr/^NO/);
my %YES = (imap => qr/^a\d+ OK/, pop3 => qr/^\+OK/,
	submission => qr/^235 /, sieve => qr/^OK/);

# AUTHENTICATE or AUTH with an initial response, whatever the protocol.
sub sasl {
	my ($s, $mechanism, $response) = @_;
	return {
		imap => "AUTHENTICATE $mechanism $response",
		pop3 => "AUTH $mechanism $response",
		submission => "AUTH $mechanism $response",
		sieve => "AUTHENTICATE \"$mechanism\" \"$response\"",
	}->{$s->{name}};
}

sub failed {
	my ($s, $user, $mechanism) = @_;
	$s->{attempts}++;
	@$s{qw(user mechanism)} = ($user, $mechanism);
}

sub plain {
	my ($s, $user) = @_;
	command($s, sasl($s, 'PLAIN', base64("\0$user\0wrong")),
	    $NO{$s->{name}});
	failed($s, $user, 'PLAIN');
}

# The protocols' own log-in, and the LOGIN mechanism where there is none.
sub login {
	my ($s, $user) = @_;
	my $mechanism = 'PLAIN';
	if ($s->{name} eq 'imap') {
		my $quoted = $user =~ s/(["\\])/\\$1/gr;
		command($s, "LOGIN \"$quoted\" wrong", $NO{imap});
	} elsif ($s->{name} eq 'pop3') {
		command($s, "USER $user", qr/^\+OK/);
		command($s, 'PASS wrong', $NO{pop3});
	} elsif ($s->{name} eq 'submission') {
		command($s, 'AUTH LOGIN ' . base64($user), qr/^334 /);
		command($s, base64('wrong'), $NO{submission});
		$mechanism = 'LOGIN';
	} else {
		return plain($s, $user);
	}
	failed($s, $user, $mechanism);
}

sub succeed {
	my ($s) = @_;
	command($s, sasl($s, 'PLAIN',
		base64("\0alice\@example.net\0right")), $YES{$s->{name}});
	# Dovecot has nothing to say of what failed before.
	@$s{qw(attempts event user mechanism)} =
	    (1, 'auth-success', 'alice@example.net', 'PLAIN');
}

# An attempt that ended before there was a user.
sub note_one {
	my ($s, $event) = @_;
	@$s{qw(attempts event user mechanism)} = (1, $event, '', '');
}

# Ends the connection, with or without a word, and waits for Dovecot's.
sub end {
	my ($s, %how) = @_;
	if (!$how{silently}) {
		my $word = $s->{name} =~ /imap|sieve/ ? 'LOGOUT' : 'QUIT';
		syswrite $s->{socket}, $s->{name} eq 'imap' ?
		    "z $word\r\n" : "$word\r\n";
		1 while readline $s->{socket};
	}
	close $s->{socket};
	wait_until("the end of a $s->{name} connection is logged", sub {
		ends_logged() > $s->{ends};
	});
	push @truth, map { {
		ip => $s->{ip}, user => logged($s->{user}),
		mechanism => $s->{mechanism},
		event => $s->{event} // 'auth-failure',
		service => $protocol{$s->{name}}{login},
		from => $s->{from}, to => time,
	} } 1 .. $s->{attempts};
}

# What a login process makes of a user name: at most 80 bytes, question marks
# for what cannot be printed, three dots for what it cut, and for a character
# that is not all there.
sub logged {
	my ($user) = @_;
	my (@characters, $cut);
	while ($user =~ /\G(?<char>[\x20-\x7f] | [\xc2-\xdf][\x80-\xbf] |
		[\xe1-\xec][\x80-\xbf]{2}) |
		\G(?<part>[\xc2-\xdf] | [\xe1-\xec][\x80-\xbf]?)\z |
		\G./gsx) {
		$cut = defined $+{part} and last;
		push @characters, $+{char} // '?';
	}
	return join '', @characters
	    if !$cut && length join('', @characters) <= 80;
	pop @characters while length join('', @characters) > 77;
	return join '', @characters, '...';
}

my $FORGED = 'rip=203.0.113.99, lip=192.0.2.10';
my @USERS = (
	'two words', ' leading', 'a,b', 'a>b', '>', '<', '<angle>', '>>',
	'<script>alert(1)</script>', 'q"u', 'back\\slash', '%s%u', '=1+1',
	"x>, $FORGED", ", $FORGED", "x, $FORGED, session=<abc>",
	"x>, method=PLAIN, $FORGED",
	"x>, method=PLAIN, $FORGED, session=<abc",
	"x>, method=PLAIN, $FORGED, session=<4QxVWttgsZPGM2RC>",
	'x (auth failed, 9 attempts in 1 secs): user=<y>',
	'Aborted login (auth failed, 9 attempts in 1 secs): user=<y>',
	'(auth failed, 9 attempts', "jos\xc3\xa9\@example.net",
	"rtl\xe2\x80\xaegnp", "nel\xc2\x85x", "\xd0\xb9" x 30, "\xd0\xb9" x 45,
	'message repeated 5 times: [ x]', 'a' x 80, 'a' x 81, 'a' x 120,
	"tab\there", "new\nline", "\e[31mred", "latin\xe9x", "latin\xe9",
	'',
);

# Mechanisms nobody offers; only ManageSieve lets one hold blanks.
my @MECHANISMS = ('FOO', 'x_y', '=cmd|/C', 'a,b', '>,', 'user=<victim>');
my @SIEVE = ("PLAIN, $FORGED, session=<a>", "x>, method=PLAIN, $FORGED",
	"x (auth failed, 9 attempts in 1 secs): user=<victim>, " .
	    "method=PLAIN, $FORGED",
	"Disconnected: Aborted login (auth failed, 9 attempts in 1 secs): " .
	    "user=<victim>, method=PLAIN, $FORGED");

sub attack {
	my $bot = $net{bot};
	for my $name (sort keys %protocol) {
		my $s;
		# One failure, each way.
		for my $way (\&plain, \&login) {
			for my $user ('alice@example.net', 'nobody') {
				$s = session($name, $bot);
				$way->($s, $user);
				end($s);
			}
		}
		$s = session($name, $bot);
		plain($s, 'alice@example.net');
		end($s, silently => 1);

		# Three in one connection.
		$s = session($name, $bot);
		login($s, 'bob');
		plain($s, 'carol@example.net');
		plain($s, 'dave');
		end($s);

		# None; and one that is no failure in the end.
		$s = session($name, $net{owner});
		end($s);
		$s = session($name, $net{owner});
		end($s, silently => 1);
		if ($name eq 'imap' || $name eq 'pop3') {
			$s = session($name, $net{owner});
			succeed($s);
			end($s);
			$s = session($name, $net{owner});
			plain($s, 'alice@example.net');
			succeed($s);
			end($s);
		}

		if ($six) {
			$s = session($name, $net{bot6});
			plain($s, 'six');
			plain($s, "x>, $FORGED");
			end($s);
		}

		# From the server's own address: Dovecot says so.
		$s = session($name, $net{server});
		plain($s, 'carol@example.net');
		end($s);

		for my $user (@USERS) {
			$s = session($name, $bot);
			plain($s, $user);
			end($s);
		}
	}
	for my $name (sort keys %protocol) {
		my $s;
		# Attempts that never get to a password check.
		my $response = base64("\0eve\0wrong");
		for (
			map({ [$_, $response] } @MECHANISMS,
				$name eq 'sieve' ? @SIEVE : ()),
			['PLAIN', '!!!notbase64'],
		) {
			$s = session($name, $bot);
			command($s, sasl($s, @$_), $NO{$name});
			note_one($s, 'auth-failure');
			end($s);
		}
	}
	# Giving up, with and without saying so.
	for my $word ('*', undef) {
		my $s = session('imap', $bot);
		command($s, 'AUTHENTICATE PLAIN', qr/^\+/);
		if ($word) {
			syswrite $s->{socket}, "$word\r\n";
			answer($s, $NO{imap});
		}
		note_one($s, 'auth-aborted');
		end($s, silently => !$word);
	}
	# A quoted string cannot hold everything.
	for my $user (grep { !/[\n\x80-\xff]/ } @USERS) {
		my $s = session('imap', $bot);
		login($s, $user);
		end($s);
	}
}

my @CORE = qw(server ip user mechanism service event);

sub expected {
	return map { show('mx1', @$_{@CORE[1 .. $#CORE]}) } @_;
}

# The rows of a log must be the truth; zone is the filter's own.
sub compare {
	my ($name, $zone) = @_;
	local $ENV{TZ} = $zone;
	my @failures = grep { $_->{event} eq 'auth-failure' } @truth;

	my $r = run($FILTER, @OFFLINE, qw(--dns off --filters dovecot), $log->{$name});
	is $r->{status}, 0, "$name: status";
	is $r->{err}, '', "$name: nothing on stderr";
	my @rows = rows($r->{out});
	is_deeply([map { show(@$_{@CORE}) } @rows], [expected(@failures)],
	    "$name: a row for each failure and for nothing else");
	is times_fit($Daemon::OFFSET, map {
		[$rows[$_]{date} // '', @{$failures[$_]}{qw(from to)}]
	} 0 .. $#failures), '', "$name: dates";

	$r = run({in_file => $log->{$name}}, $FILTER, @OFFLINE, qw(--dns off --filters
		dovecot --events),
		'auth-failure,auth-error,auth-aborted,auth-success');
	is $r->{err}, '', "$name: all events: nothing on stderr";
	is_deeply([map { show(@$_{@CORE}) } rows($r->{out})],
	    [expected(@truth)], "$name: all events, each with its row");

	# Nobody came by SMTP.
	$r = run($FILTER, @OFFLINE, qw(--dns off --columns), 'ip,user',
	    $log->{$name});
	is $r->{out}, "ip,user\n", "$name: nothing for Postfix";
	is $r->{err}, '', "$name: nothing for Postfix: nothing on stderr";
}

# The connections that tried the ports: none must pass for a later one.
wait_until('the first connections are logged', sub {
	ends_logged() >= keys %protocol;
});
attack();
flush_syslog($log);

# Each attempt is in the log a second time: that is what must not count.
my $twice = () = slurp($log->{rfc3339}) =~
    /dovecot: auth: passwd-file\(/g;
cmp_ok $twice, '>=', 100, 'the password checks are in the log as well';

compare('rfc3339', 'UTC');
compare('traditional', $Daemon::ZONE);
compare('rfc5424', 'UTC');
compare('json', 'UTC');

SKIP: {
	skip 'no login process for ' . join(' and ', @missing), 1 if @missing;
	my %seen = map { $_->{service} => 1 } @truth;
	is scalar keys %seen, 4, 'four kinds of login process';
}

SKIP: {
	skip 'no IPv6 here', 1 if !$six;
	ok scalar(grep { $_->{ip} =~ /:/ } @truth), 'IPv6 was among them';
}

done_testing();
