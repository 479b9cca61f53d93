#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# A real Postfix, a real Dovecot as its SASL server, a real rsyslogd, and a
# client that really fails to log in: every failure gives its row, in order,
# and nothing else gives one.  The truth is what the client sent and the
# address it came from.  With no right to make namespaces only Postfix's own
# log file can be read without touching the machine's log; that is done then.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Daemon qw(enclose start stop wait_until wait_for_port free_port
	has_address start_syslog flush_syslog no_dovecot start_dovecot
	times_fit show);
use Postfix qw(make_queue $INNER);
use MIME::Base64 qw(encode_base64);
use IO::Socket::UNIX ();
use Socket qw(IPPROTO_TCP SOCK_DGRAM TCP_NODELAY);
use Time::HiRes qw(time);
use Test::More;

plan skip_all => 'needs root: Postfix changes users' if $> != 0;
plan skip_all => "no program 'postconf'" unless have('postconf');
my $no_dovecot = no_dovecot();
plan skip_all => $no_dovecot if $no_dovecot;

# 203.0.113.5 has a name that looks like somebody else's address.
my $LIAR = '198.51.100.201.pool.example.com';
my $no_room = have('rsyslogd') ? enclose(
	addresses => [qw(192.0.2.10 198.51.100.66 203.0.113.5 2001:db8::10
		2001:db8:1::25)],
	hosts => "203.0.113.5 $LIAR\n",
) : "no program 'rsyslogd'";
my %net = $no_room ?
    (server => '127.0.0.1', bot => '127.0.0.66', liar => '127.0.0.5',
	server6 => '::1', bot6 => '::1') :
    (server => '192.0.2.10', bot => '198.51.100.66', liar => '203.0.113.5',
	server6 => '2001:db8::10', bot6 => '2001:db8:1::25');
note "Postfix's own log file only: $no_room" if $no_room;
my $six = has_address($net{server6});

#
# The servers.
#

my $pf = "$DIR/pf";
my @services = (
	{ name => 'smtpd', tag => 'postfix', service => 'smtpd' },
	{ name => 'submission', tag => 'postfix/submission',
	    service => 'submission' },
	# An address with a port behind it in the log.
	{ name => 'smtps', tag => 'postfix-out/smtps', service => 'smtps',
	    options => ['smtpd_client_port_logging=yes',
		"smtpd_authorized_xclient_hosts=$net{bot}"] },
	# No UTF-8.
	{ name => 'mail-in', tag => 'mail-in', service => 'smtpd',
	    options => ['smtputf8_enable=no',
		'smtpd_forbid_unauth_pipelining=yes'], ascii => 1 },
);
# This one asks a password server we play ourselves, see at_fault().
push @services, { name => 'faulty', tag => 'postfix/faulty',
	service => 'faulty', options => ["smtpd_sasl_path=$pf/faulty",
		'smtpd_forbid_unauth_pipelining=no'] };
my %service = map { $_->{name} => $_ } @services;

# Postfix and its queue in our own directory; what is not there by default is
# not taken from the machine's configuration.
sub make_postfix {
	make_queue($pf);
	my $listen = '';
	for my $s (@services) {
		$s->{port} = free_port($net{server});
		my @at = ("$net{server}:$s->{port}");
		if ($six && $s->{name} eq 'submission') {
			$s->{port6} = free_port($net{server6});
			push @at, "[$net{server6}]:$s->{port6}";
		}
		for my $at (@at) {
			$listen .= join("\n\t-o ",
				"$at inet n - n - - smtpd",
				"syslog_name=$s->{tag}",
				@{$s->{options} // []}) . "\n";
		}
	}
	spew("$pf/master.cf", $listen, $INNER, <<'EOT');
discard unix - - n - - discard
anvil unix - - n - 1 anvil
postlog unix-dgram n - n - 1 postlogd
EOT
}

# The settings; further lines for one run.
sub set_postfix {
	my $protocols = $six ? 'all' : 'ipv4';
	my $lookup = $no_room ? 'no' : 'yes';
	spew("$pf/main.cf", <<"EOT", @_);
compatibility_level = 3.6
meta_directory = $pf
queue_directory = $pf/queue
data_directory = $pf/data
inet_protocols = $protocols
myhostname = mx1.example.net
mydestination =
mynetworks =
alias_maps =
local_recipient_maps =
default_transport = discard
smtputf8_enable = yes
smtpd_peername_lookup = $lookup
smtpd_sasl_auth_enable = yes
smtpd_sasl_type = dovecot
smtpd_sasl_path = $pf/auth
smtpd_sasl_security_options =
smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination
smtpd_client_event_limit_exceptions = static:all
smtpd_error_sleep_time = 0
smtpd_soft_error_limit = 1000
smtpd_hard_error_limit = 1000
smtpd_junk_command_limit = 1000
EOT
}

my ($master, $programs, $version);

sub start_postfix {
	$master = start('postfix', "$programs/master", '-c', $pf);
	wait_for_port($net{server}, $_->{port})
	    for grep { $_->{name} ne 'faulty' } @services;
}

make_postfix();
set_postfix();
($version, $programs) = split /\n/, run(have('postconf'), '-c', $pf, '-h',
	qw(mail_version daemon_directory))->{out};
my @number = $version =~ /^(\d+)\.(\d+)/;

# Whether this Postfix is at least the one named.
sub since {
	my ($major, $minor) = @_;
	return $number[0] > $major ||
	    $number[0] == $major && $number[1] >= $minor;
}

plan skip_all => "Postfix $version logs no user" unless since(3, 5);

#
# The client.  Every attempt is noted with what it must give.
#

my @truth;

# A session after its EHLO.
sub session {
	my ($name, $from) = @_;
	my $s = $service{$name};
	my $six = $from =~ /:/;
	my $socket = IO::Socket::IP->new(
		PeerHost => $six ? $net{server6} : $net{server},
		PeerPort => $six ? $s->{port6} : $s->{port},
		LocalHost => $from, Timeout => 10) or die "$name: $@";
	$socket->setsockopt(IPPROTO_TCP, TCP_NODELAY, 1);
	my $session = { socket => $socket, service => $s, ip => $from,
		client => $from eq $net{liar} && !$no_room ? $LIAR : 'unknown',
	};
	reply($session) =~ /^220 / or die 'no greeting';
	command($session, 'EHLO [198.51.100.1]') =~ /^250/m or die 'no EHLO';
	return $session;
}

sub reply {
	my ($session) = @_;
	my $all = '';
	local $SIG{ALRM} = sub { die "no answer after '$all'\n" };
	alarm 30;
	while (defined(my $line = readline $session->{socket})) {
		$all .= $line;
		last if $line =~ /^\d{3} /;
	}
	alarm 0;
	return $all;
}

sub command {
	my ($session, $line) = @_;
	syswrite $session->{socket}, "$line\r\n" or die "write: $!";
	return reply($session);
}

sub quit {
	my ($session) = @_;
	command($session, 'QUIT');
	close $session->{socket};
}

sub base64 {
	return encode_base64($_[0], '');
}

# What Postfix makes of the user's bytes in its log: the first hundred, what
# cannot be printed as question marks.  Dovecot escapes some of them on the
# way, and Postfix leaves it at that.
sub logged {
	my ($user, $ascii) = @_;
	my %escaped = ("\001" => '1', "\t" => 't', "\r" => 'r', "\n" => 'n');
	$user =~ s/([\001\t\r\n])/\001$escaped{$1}/g;
	$user = substr $user, 0, 100;
	return '' if $user eq '(unavailable)';
	return $user =~ s/[^\x20-\x7e]/?/gr if $ascii;
	# 3.9 checks UTF-8 for true; before, any tail would do.
	my $char = since(3, 9) ? qr{
		[\xc2-\xdf][\x80-\xbf] |
		\xe0[\xa0-\xbf][\x80-\xbf] |
		[\xe1-\xec\xee\xef][\x80-\xbf]{2} |
		\xed[\x80-\x9f][\x80-\xbf] |
		\xf0[\x90-\xbf][\x80-\xbf]{2} |
		[\xf1-\xf3][\x80-\xbf]{3} |
		\xf4[\x80-\x8f][\x80-\xbf]{2} }x :
	    qr/[\xc2-\xfe][\x80-\xbf]+/;
	return $user =~ s/($char|[\x20-\x7e])|./$1 \/\/ '?'/gesr;
}

# Sends the lines of one attempt; the last must be answered with the code.
# The rest is what the row must say, where it differs from a plain failure.
sub attempt {
	my ($session, $code, $lines, %row) = @_;
	my $from = time;
	my $answer = '';
	$answer = command($session, $_) for @$lines;
	# Postfix cuts the mechanism at a hundred bytes.
	my ($mechanism) = $lines->[0] =~ /^AUTH ([\w-]+)(?: |\z)/a;
	$mechanism = substr $mechanism // '', 0, 100;
	my %default = (
		ip => $session->{ip}, service => $session->{service}{service},
		event => 'auth-failure', user => '', mechanism => $mechanism,
		from => $from, to => time,
		client => $session->{client},
	);
	if ($answer !~ /^$code /) {
		die "'@$lines' was answered: $answer";
	}
	push @truth, { %default, %row };
}

# The ways to fail with a name that gets to the password check.
sub plain {
	my ($session, $user) = @_;
	attempt($session, 535, ['AUTH PLAIN ' . base64("\0$user\0wrong")],
	    failed($session, $user));
}

sub plain_in_two {
	my ($session, $user) = @_;
	attempt($session, 535, ['AUTH PLAIN', base64("\0$user\0wrong")],
	    failed($session, $user));
}

sub login {
	my ($session, $user) = @_;
	attempt($session, 535, ['AUTH LOGIN', base64($user), base64('wrong')],
	    failed($session, $user));
}

sub failed {
	my ($session, $user) = @_;
	return (user => logged($user, $session->{service}{ascii}),
		reason => '(reason unavailable)');
}

# A mechanism the server does not know.  Postfix itself says so, and prints the
# user of the session's last failure, who has nothing to do with it.
sub unknown {
	my ($session, $mechanism) = @_;
	# 3.10 and later print it once more, and not cut.
	my $reason = 'Invalid authentication mechanism' .
	    (since(3, 10) ? ": '$mechanism'" : '');
	attempt($session, 535, ["AUTH $mechanism " . base64("\0eve\0wrong")],
	    $mechanism =~ /^[\w-]+\z/ ? (reason => $reason) : ());
}

# Forged log lines wherever a client can have them logged.
my $FORGED = 'x[203.0.113.99]: SASL LOGIN authentication failed: a, ' .
    'sasl_username=victim';

my @USERS = (
	'two words', ' ', ' leading', 'trailing ', 'a,b', 'a;b', "a'b", 'q"u',
	'"quoted"', 'back\\slash', '\\x41', '\\\\', '#011', '%s%n', '$(id)',
	'x, sasl_username=victim', ', sasl_username=', 'sasl_username=',
	"warning: $FORGED", $FORGED, "; $FORGED", '(unavailable)',
	'x (unavailable)', '[203.0.113.99]', 'bob]: SASL LOGIN',
	'message repeated 5 times: [ warning]', 'last message repeated 9 times',
	'=cmd|\'/C calc\'!A0', '+1', '-1', '@SUM(1)', '|', '<script>',
	'{"a":1}', 'null', '0', "new\nline", "tab\there", "cr\r", "\001",
	"bell\a", "\e[31mred", "del\x7f",
	"jos\xc3\xa9\@example.net", "rtl\xe2\x80\xaegnp.exe", "nel\xc2\x85x",
	"ls\xe2\x80\xa8x", "zw\xe2\x80\x8bx", "\xf0\x9f\x98\x80", "latin\xe9",
	"cut\xe2\x82", "half\xed\xa0\x80", "\xff\xfe", "\xc0\xaf",
	'a' x 100, 'a' x 120, 'a' x 99 . "\xc3\xa9", 'a' x 98 . "\xe2\x82\xac",
	'a' x 97 . "\xf0\x9f\x98\x80", 'ALICE@Example.NET', '',
);

# What a server of passwords can do wrong, or say, at a moment of our choice:
# Dovecot's protocol, spoken by the test.
sub at_fault {
	my $path = "$pf/faulty";
	unlink $path;
	my $listener = IO::Socket::UNIX->new(Local => $path, Listen => 5)
	    or die "$path: $!";
	chmod 0666, $path;
	my $s = { service => $service{faulty}, ip => $net{bot},
		client => 'unknown', socket => IO::Socket::IP->new(
			PeerHost => $net{server}, LocalHost => $net{bot},
			PeerPort => $service{faulty}{port}) || die $@ };
	# Postfix may ask for the mechanisms before or after it greets.
	syswrite $s->{socket}, "EHLO client.example.org\r\n";
	local $SIG{ALRM} = sub { die "Postfix does not ask for passwords\n" };
	alarm 30;
	my $auth = $listener->accept or die "accept: $!";
	syswrite $auth, join "\n", "VERSION\t1\t1", "MECH\tPLAIN\tplaintext",
	    "SPID\t1", "CUID\t1", 'COOKIE' . "\t" . '0' x 32, "DONE\n";
	reply($s) for 1 .. 2;
	# What is said to the attempt, and what the row says then.
	for (
		['user=bob', user => 'bob', reason => '(reason unavailable)'],
		["user=bob\treason=locked, call 203.0.113.99: (a, b)",
			user => 'bob',
			reason => 'locked, call 203.0.113.99: (a, b)'],
		[undef, event => 'auth-error', user => '',
			reason => 'Connection lost to authentication server'],
	) {
		my ($said, %row) = @$_;
		my $from = time;
		alarm 30;
		syswrite $s->{socket},
		    'AUTH PLAIN ' . base64("\0bob\0wrong") . "\r\n";
		my $id;
		until ($id) {
			my $line = readline $auth // die 'Postfix hung up';
			($id) = $line =~ /^AUTH\t(\d+)\t/;
		}
		if ($said) {
			syswrite $auth, "FAIL\t$id\t$said\n";
		} else {
			close $auth;
			close $listener;
		}
		reply($s) =~ /^(?:535|454) / or die 'no failure';
		push @truth, { ip => $s->{ip}, client => $s->{client},
			service => 'faulty', event => 'auth-failure',
			mechanism => 'PLAIN', from => $from, to => time,
			%row };
	}
	close $s->{socket};
}

# Everything this test has a client do.
sub attack {
	my ($bot, $s);
	@truth = ();
	$bot = $net{bot};

	# One attempt in a session, each way.
	for my $way (\&plain, \&plain_in_two, \&login) {
		$s = session('smtpd', $bot);
		$way->($s, 'alice@example.net');
		quit($s);
	}
	$s = session('submission', $bot);
	attempt($s, 535, ['AUTH LOGIN ' . base64('nobody'), base64('wrong')],
	    failed($s, 'nobody'));
	attempt($s, 535, ['auth pLaIn ' . base64("\0nobody\0wrong")],
	    failed($s, 'nobody'), mechanism => 'pLaIn');
	attempt($s, 535, ['AUTH login', base64('nobody'), base64('wrong')],
	    failed($s, 'nobody'));
	attempt($s, 535, ['AUTH CRAM-MD5', base64('two words ' . '0' x 32)],
	    failed($s, 'two words'));
	attempt($s, 535, ['AUTH PLAIN ' . base64("boss\0underling\0wrong")],
	    failed($s, 'underling'));
	# The peer goes away without QUIT.
	close $s->{socket};

	# The names people try, on a service that takes UTF-8 and one that
	# does not.
	for my $name (qw(smtpd mail-in)) {
		$s = session($name, $bot);
		plain($s, $_) for @USERS;
		login($s, $_) for grep { $_ ne '' } @USERS;
		quit($s);
	}

	# Mechanisms nobody offers, in a fresh session and after a failure.
	my @mechanisms = ('FOO', 'XOAUTH2', 'x_y', '=cmd|/C', '%s', 'a.b',
		"\"$FORGED\"", "<$FORGED>", '"x y"', 'x\\ y', '"',
		'"LOGIN authentication failed: a, sasl_username=victim"',
		'"' . 'x' x 60 . " $FORGED\"", "jos\xc3\xa9",
		'M' x 100, 'M' x 101, 'LOGIN:', 'PLAIN,');
	$s = session('smtpd', $bot);
	unknown($s, $_) for @mechanisms;
	quit($s);
	$s = session('smtps', $bot);
	for (@mechanisms) {
		plain($s, 'bob');
		unknown($s, $_);
	}
	plain($s, 'carol');
	quit($s);

	# The same again and again, which syslog may fold into one line.
	$s = session('submission', $bot);
	unknown($s, 'FOO') for 1 .. 5;
	unknown($s, 'BAR') for 1 .. 2;
	unknown($s, "\"$FORGED\"") for 1 .. 4;
	unknown($s, 'FOO');
	quit($s);

	# Base64 that is none, before and after a failure.
	$s = session('smtpd', $bot);
	for (1, 2) {
		attempt($s, 535, ['AUTH PLAIN !!!notbase64'],
		    reason => 'Invalid base64 data in initial response');
		attempt($s, 535, ['AUTH LOGIN', '!!!notbase64'],
		    reason => 'Invalid base64 data in continued response');
		plain($s, 'bob');
	}
	# Giving up.
	attempt($s, 501, ['AUTH LOGIN', '*'], event => 'auth-aborted');
	attempt($s, 501, ['AUTH LOGIN', base64('bob'), '*'],
	    event => 'auth-aborted');
	attempt($s, 501, ['AUTH PLAIN', '*'], event => 'auth-aborted');
	quit($s);

	# Success, and mail handed in; before it a failure; after it one more
	# try is refused and not logged.
	$s = session('submission', $bot);
	plain($s, 'alice@example.net');
	command($s, 'AUTH PLAIN ' . base64("\0alice\@example.net\0right"))
	    =~ /^235 / or die 'no success';
	command($s, 'AUTH PLAIN ' . base64("\0bob\0wrong")) =~ /^503 /
	    or die 'authenticated twice';
	command($s, 'MAIL FROM:<alice@example.net>');
	attempt($s, 250, ['RCPT TO:<bob@example.com>'],
	    event => 'auth-success', mechanism => 'PLAIN',
	    user => 'alice@example.net', reason => '');
	command($s, 'DATA');
	command($s, "Subject: $FORGED\r\n\r\nwarning: $FORGED\r\n.") =~ /^250 /
	    or die 'no mail';
	# The sender may name somebody else, which Postfix then logs, too.
	command($s, 'MAIL FROM:<alice@example.net> AUTH=victim@example.com');
	attempt($s, 250, ['RCPT TO:<bob@example.com>'],
	    event => 'auth-success', mechanism => 'PLAIN',
	    user => 'alice@example.net', reason => '');
	command($s, 'RSET');
	quit($s);

	# Forgeries in what else is logged of a client.
	$s = session('smtpd', $bot);
	command($s, "HELO $FORGED");
	command($s, "EHLO warning: $FORGED");
	command($s, "MAIL FROM:<\"warning: $FORGED\"\@example.org>");
	command($s, "RCPT TO:<\"warning: $FORGED\"\@example.com>");
	command($s, 'RSET');
	command($s, "MAIL FROM:<$FORGED>");
	command($s, "AUTH");
	command($s, "AUTH PLAIN a b");
	command($s, "VRFY warning: $FORGED");
	command($s, "ETRN $FORGED");
	syswrite $s->{socket}, "QUIT\r\nwarning: $FORGED\r\n";
	reply($s);
	close $s->{socket};
	# Postfix hangs up on these.
	$s = session('mail-in', $bot);
	syswrite $s->{socket}, "NOOP\r\nwarning: $FORGED\r\n";
	reply($s);
	close $s->{socket};
	$s = session('smtpd', $bot);
	command($s, "warning: $FORGED");
	close $s->{socket};
	# A session that says too much before the greeting.
	my $rude = IO::Socket::IP->new(PeerHost => $net{server},
		PeerPort => $service{smtpd}{port}, LocalHost => $bot)
	    or die $@;
	syswrite $rude, "warning: $FORGED\r\nQUIT\r\n";
	1 while readline $rude;
	close $rude;
	# A session that ends in the middle of an attempt.
	$s = session('smtpd', $bot);
	command($s, 'AUTH LOGIN');
	close $s->{socket};

	# A front end tells the client's address, or that it knows none.
	for (
		['203.0.113.78', '203.0.113.78', $LIAR],
		$six ? ['IPV6:2001:DB8:0:0::77', '2001:db8::77',
			'[UNAVAILABLE]'] : (),
		['[UNAVAILABLE]', '', '[UNAVAILABLE]'],
	) {
		my ($address, $ip, $name) = @$_;
		$s = session('smtps', $bot);
		command($s, "XCLIENT ADDR=$address NAME=$name") =~ /^220 /
		    or die 'no XCLIENT';
		command($s, 'EHLO client.example.org');
		$s->{ip} = $ip;
		$s->{client} = $name eq $LIAR ? $LIAR : 'unknown';
		plain($s, 'behind');
		unknown($s, "\"$FORGED\"");
		quit($s);
	}

	# Two clients at once, one with a name that holds another's address.
	my @two = (session('submission', $bot), session('mail-in', $net{liar}));
	for my $n (1 .. 3) {
		plain($_, "user$n") for @two;
	}
	unknown($_, "\"$FORGED\"") for @two;
	quit($_) for @two;

	if ($six) {
		$s = session('submission', $net{bot6});
		plain($s, 'six');
		login($s, "x[203.0.113.99]");
		unknown($s, 'FOO');
		quit($s);
	}

	at_fault();
}

#
# What the filter makes of it.
#

my @ALL = qw(auth-failure auth-error auth-aborted auth-success);

# The rows of a log must be the truth.  $how: name for the tests, zone the
# filter's own zone, cut that the envelope shows no service.
sub compare {
	my ($file, $how) = @_;
	my $name = $how->{name};
	local $ENV{TZ} = $how->{zone} // 'UTC';
	my $offset = $Daemon::OFFSET;

	my @failures = grep { $_->{event} eq 'auth-failure' } @truth;
	my @core = qw(server ip user mechanism service event);
	my $expected = sub {
		my ($t, @more) = @_;
		return show('mx1', $t->{ip}, $t->{user}, $t->{mechanism},
			$how->{cut} ? '' : $t->{service}, $t->{event}, @more);
	};

	my $r = run($FILTER, @OFFLINE, '--dns', 'off', $file);
	is $r->{status}, 0, "$name: status";
	is $r->{err}, '', "$name: nothing on stderr";
	is +(split /\n/, $r->{out})[0], 'server,date,ip,user,hostname,' .
	    'reverse_dns_status,country_code,asn,aso,event,service,mechanism',
	    "$name: header";
	my @rows = rows($r->{out});
	is_deeply([map { show(@$_{@core}) } @rows],
	    [map { $expected->($_) } @failures],
	    "$name: a row for each failure and for nothing else");
	is scalar(grep { $_->{reverse_dns_status} eq 'SKIPPED' &&
		$_->{hostname} eq '' } @rows), scalar @failures,
	    "$name: no names looked up";
	is times_fit($offset, map {
		[$rows[$_]{date} // '', @{$failures[$_]}{qw(from to)}]
	} 0 .. $#failures), '', "$name: dates";

	# Everything asked for.
	$r = run({in_file => $file}, $FILTER, @OFFLINE, '--dns', 'off', '--events',
	    join(',', @ALL), '--columns',
	    'server,date,ip,user,event,service,mechanism,reason,client');
	is $r->{status}, 0, "$name: all events: status";
	is $r->{err}, '', "$name: all events: nothing on stderr";
	@rows = rows($r->{out});
	is_deeply([map { show(@$_{@core}) } @rows],
	    [map { $expected->($_) } @truth],
	    "$name: all events, each with its row");
	is_deeply([map { $rows[$_]{reason} }
		grep { defined $truth[$_]{reason} } 0 .. $#truth],
	    [grep { defined } map { $_->{reason} } @truth],
	    "$name: reasons");
	is_deeply([map { $_->{client} } @rows],
	    [map { $_->{client} } @truth], "$name: clients");
	is times_fit($offset, map {
		[$rows[$_]{date} // '', @{$truth[$_]}{qw(from to)}]
	} 0 .. $#truth), '', "$name: all events: dates";

	# One failed login through Dovecot is in its log as well.
	my $both = run($FILTER, @OFFLINE, qw(--dns off --filters postfix --filters
		dovecot), $file);
	is_deeply([map { show(@$_{@core}) } rows($both->{out})],
	    [map { $expected->($_) } @failures],
	    "$name: none counted twice with the filter for Dovecot");
}

# The attempts Postfix logged, whatever the filter thinks of them: a log that
# lacks some would blame the wrong program.
sub logged_attempts {
	my ($file) = @_;
	my $n = () = slurp($file) =~ m{
		/smtpd\[\d+\]:\ warning:\ [^ \[]*\[[^ ]*\](?::\d+)?:
		\ SASL\ .*authentication\ (?:failed|aborted)}gx;
	return $n;
}

sub tries {
	return scalar grep { $_->{event} ne 'auth-success' } @truth;
}

my $log = $no_room ? undef : start_syslog();
my $dovecot_log = $no_room ? "log_path = $DIR/dovecot.log" : '';
my $dovecot = start_dovecot(<<"EOT");
$dovecot_log
protocols = none
service auth {
	unix_listener $pf/auth {
		mode = 0600
		user = postfix
	}
}
EOT
wait_until('Dovecot listens', sub { -S "$pf/auth" });

# Postfix writes its log itself: no year, no zone, a zero before the day.
{
	my $file = "$DIR/maillog";
	set_postfix("maillog_file = $file\nmaillog_file_prefixes = $DIR\n");
	start_postfix();
	attack();
	# Behind everything else in the queue of the process that writes.
	my $mark = "mark of $$\n";
	wait_until('the log is written', sub {
		return 1 if -e $file && index(slurp($file), $mark) >= 0;
		my $s = IO::Socket::UNIX->new(Type => SOCK_DGRAM,
			Peer => "$pf/queue/public/postlog") or return;
		$s->send($mark);
		return;
	});
	stop($master);
	is logged_attempts($file), tries(),
	    'maillog_file: every attempt was logged once';
	compare($file, { name => 'maillog_file', zone => $Daemon::ZONE });
}

SKIP: {
	skip "rsyslog: $no_room", 1 if !$log;
	set_postfix();
	start_postfix();
	attack();
	flush_syslog($log);
	stop($master);

	is logged_attempts($log->{rfc3339}), tries(),
	    'rsyslog: every attempt was logged once';
	compare($log->{rfc3339}, { name => 'rfc3339' });
	compare($log->{traditional}, { name => 'traditional',
		zone => $Daemon::ZONE });
	compare($log->{rfc5424}, { name => 'rfc5424', cut => 1 });
	compare($log->{json}, { name => 'json' });

	# All of them in one go: as many rows, under one header.
	my $r = run($FILTER, @OFFLINE, qw(--dns off --columns), 'user,event',
	    @$log{qw(json rfc5424 traditional rfc3339)});
	my @once = map { show(@$_{qw(user event)}) }
	    grep { $_->{event} eq 'auth-failure' } @truth;
	is_deeply([map { show(@$_{qw(user event)}) } rows($r->{out})],
	    [(@once) x 4], 'four envelopes in one run');

	# With rsyslog counting what it has just written.
	$log = start_syslog("\$RepeatedMsgReduction on\n");
	start_postfix();
	attack();
	flush_syslog($log);
	stop($master);
	my $folded = () = slurp($log->{rfc3339}) =~ /: message repeated \d/g;
	cmp_ok $folded, '>=', 2, 'some lines stand for several';
	compare($log->{rfc3339}, { name => 'rfc3339, repeated' });
	compare($log->{traditional}, { name => 'traditional, repeated',
		zone => $Daemon::ZONE });
	compare($log->{rfc5424}, { name => 'rfc5424, repeated', cut => 1 });
	compare($log->{json}, { name => 'json, repeated' });
}

SKIP: {
	skip 'no IPv6 here', 1 if !$six;
	ok scalar(grep { $_->{ip} =~ /:/ } @truth), 'IPv6 was among them';
}

done_testing();
