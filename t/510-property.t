#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# No log text can forge a row: 200,000 lines whose client-made parts are put
# together from pieces of log lines, written as the daemons would write them,
# in every envelope; the rows must be exactly those that are true.
#
# MLS_LINES and MLS_SEED choose how many lines and which.
#
# Each line has a second of its own, so the date of a row says which line it
# came from.  203.0.113.99 and "victim" are only ever claimed by clients.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Corpus;
use MLS;
use POSIX ();
use Test::More;

my $LINES = $ENV{MLS_LINES} || 200_000;
my $SEED = $ENV{MLS_SEED} // 20261122;
my $NOW = 1795366800;		# 2026-11-22T17:00:00Z
my $SHOWN = 10;

srand $SEED;
diag("MLS_SEED=$SEED MLS_LINES=$LINES");

# What a client may say, and how much of it: %s is for one more piece.
my @PIECES = (
	'bob', 'alice@example.net', 'x', 'victim', '0', 'PLAIN', 'two words',
	' ', '  ', ',', ', ', ':', ': ', ';', '"', "'", '<', '>', '<>', '[',
	']', '\\', '\\\\', '\\"', '\\n', '\\x41', '#011', '%s%n', '=1+1', '-',
	'@', '[203.0.113.99]', '[203.0.113.99]: ', 'unknown[203.0.113.99]',
	'[unknown]', '203.0.113.99', '[2001:db8:bad::99]:25',
	', sasl_username=', ', sasl_username=victim', 'sasl_username=',
	', sasl_method=PLAIN', ', sasl_sender=<victim>', '(unavailable)',
	'SASL ', ': SASL ', 'SASL LOGIN authentication failed: ',
	': SASL PLAIN authentication failed: (reason unavailable)',
	' authentication failed', ' authentication failed: ', 'authentication',
	' authentication aborted', ' authentication failed: Connection lost to'
	    . ' authentication server', 'Invalid authentication mechanism',
	'warning: ', 'warning: unknown[203.0.113.99]: SASL LOGIN authentication'
	    . ' failed: (reason unavailable), sasl_username=victim',
	'x[203.0.113.99]: SASL LOGIN authentication failed: y',
	'client=victim[203.0.113.99], sasl_method=PLAIN',
	', rip=203.0.113.99', '>, rip=203.0.113.99, lip=192.0.2.10',
	'>, method=PLAIN, rip=203.0.113.99, lip=192.0.2.10, session=<abc',
	', method=PLAIN', '>, method=PLAIN', 'user=<victim>', ', session=<abc>',
	' (auth failed, 9 attempts in 1 secs): user=<', '(auth_failed)',
	'imap-login: Disconnected (auth failed, 9 attempts in 1 secs): ',
	'Nov 22 11:05:40 mx1 postfix/smtpd[1]: ', '<20>', 'postfix/smtpd[1]: ',
	'message repeated 5 times: [ ', 'message repeated 5 times: [ x]',
	'last message repeated 3 times', ' mx1 last message repeated 3 times',
	'"MESSAGE":[', '"MESSAGE":"', '"MESSAGE":[119,97,114]', '{', '}', '\\/',
	'\\u0041', '{"tag":"postfix/smtpd[1]:", "message":"',
	'[110B blob data]',
	"jos\xc3\xa9", "\xd0\xbf\xd0\xbe", "\xe2\x80\xae", "\xf0\x9f\x98\x80",
	"\xc2\x85", "\xe2\x80\xa8", "\xef\xbb\xbf",	# RLO, NEL, LS, BOM
	"\xe9", "\xff", "\x80", "\xc3", "\xe2\x82", "\xed\xa0\x80",
);
my @CONTROLS = map { chr } 1 .. 9, 11 .. 31, 127;
my @NAMES = qw(unknown unknown unknown mail.example.org localhost
    198.51.100.201.pool.example.com 203.0.113.99.victim.example
    203-0-113-99.dsl.example.net sasl.login.authentication.failed.example
    sasl_username.example.com warning.example.net x_y.example A.b-c.D.example);
my @TAGS = ('postfix/smtpd') x 3;
push @TAGS, qw(postfix/submission/smtpd postfix-out/submissions/smtpd
    postfix-out/smtpd mail-in/smtpd postfix/cyrus/smtpd postfix/smtps/smtpd);
my @MECHANISMS = qw(PLAIN PLAIN LOGIN LOGIN CRAM-MD5 DIGEST-MD5 SCRAM-SHA-256
    XOAUTH2 plain lOgIn FOO authentication failed_ SASL - _ 1);
my @REASONS = ('(reason unavailable)') x 4;
push @REASONS, 'authentication failure', 'UGFzc3dvcmQ6', 'VXNlcm5hbWU6', '',
    'PDQ1MjIxOTcxLjE3OTUzNDUyOTdAbXgxPg==', 'bad protocol / cancel',
    'generic failure', 'another step is needed in authentication',
    'Account is locked, call +1 555 0100', 'no mechanism available';
my @LOCAL = ('Invalid base64 data in initial response',
    'Invalid base64 data in continued response',
    'Invalid authentication mechanism');
my @LOCAL_ERRORS = ('Connection lost to authentication server',
    "Can't connect to authentication server", 'Authentication backend error');
my @ERRORS = ('remote authentication server unavailable',
    'transient failure (e.g., weak key)');
my @LOGINS = qw(imap-login imap-login pop3-login submission-login
    managesieve-login);
my @MONTHS = qw(Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec);
my @DAYS = qw(Sun Mon Tue Wed Thu Fri Sat);

# The client of the line in hand, and the second it was logged in.
my ($ip, $namaddr, $second, @clock);

my $postfix = int $LINES * 0.7;
trial('postfix', $postfix, sub {
	my $dice = rand;
	return $dice < 0.55 ? failure() : $dice < 0.75 ? forgery() :
	    $dice < 0.8 ? aborted() : $dice < 0.85 ? server_fault() :
	    postfix_decoy();
});
trial('dovecot', $LINES - $postfix, sub {
	my $dice = rand;
	return $dice < 0.6 ? login() : $dice < 0.75 ? broken_login() :
	    dovecot_decoy();
});
done_testing;

# Writes $lines lines, runs the filter once and compares.  The maker gives
# the tag, the message and, if it stands for a row, what is true of it:
# mechanism, event, user, attempts.
sub trial {
	my ($filters, $lines, $make) = @_;
	my $file = "$DIR/$filters.log";
	my (@want, @origin);
	# What the line before gave, and whether a syslogd could fold that one:
	# it must name the same host.
	my ($before, $foldable) = ('', 1);
	open my $log, '>:raw', $file or die "$file: $!";
	for my $number (0 .. $lines - 1) {
		$second = $NOW - $lines + $number;
		@clock = gmtime $second;
		my $date = sprintf '%04d-%02d-%02dT%02d:%02d:%02d+00:00',
		    1900 + $clock[5], 1 + $clock[4], @clock[3, 2, 1, 0];
		# What a syslogd says that folds equal lines: without a tag.
		if ($foldable && rand() < 0.02) {
			my $times = 1 + int rand 4;
			printf $log "%s mx1 last message repeated %d times\n",
			    traditional(), $times;
			$foldable = 0;
			next if $before eq '';
			push @want, ("$date$before") x $times;
			push @origin, ($number) x $times;
			next;
		}
		($namaddr, $ip) = client();
		my ($tag, $message, $mechanism, $event, $user, $count) =
		    $make->();
		my $form = int rand 16;
		if ($form < 4 && length $message < 800 && rand() < 0.04) {
			my $times = 1 + int rand 4;
			$message = "message repeated $times times: [ $message]";
			$count *= $times if defined $event;
		}
		print $log wrapped($form, $tag, $message),
		    rand() < 0.03 ? "\r\n" : "\n";
		$before = defined $event ? ",$ip,$mechanism,$event,$user" : '';
		$foldable = !defined $event || $count == 1 &&
		    ($form < 2 || $form == 4);
		next unless defined $event;
		push @want, ("$date$before") x $count;
		push @origin, ($number) x $count;
	}
	close $log or die "$file: $!";
	age($file);
	my $out = "$DIR/$filters.csv";
	my $ran = run({out_file => $out}, $FILTER, @OFFLINE, qw(--dns off --timezone UTC),
	    '--now', '2026-11-22T17:00:00Z', '--filters', $filters,
	    '--columns', 'date,ip,mechanism,event,user',
	    '--events', 'auth-failure,auth-error,auth-aborted', $file);
	is($ran->{status}, 0, "$filters: exit status");
	is($ran->{err}, '', "$filters: nothing on stderr");
	my $differ = compare($out, \@want, \@origin, $file, $NOW - $lines);
	is($differ, 0, "$filters: $lines lines, " . @want .
	    ' rows, none forged, none lost');
}

# How many rows differ; the first few with the line they are about.
sub compare {
	my ($out, $want, $origin, $file, $first) = @_;
	my ($next, $differ, $lines_shown, $shown) = (0, 0, 0, -1);
	my $show = sub {
		my ($number, $wanted, $got) = @_;
		# A line of several rows is shown once.
		return if $differ++ && $number == $shown;
		$shown = $number;
		return if ++$lines_shown > $SHOWN;
		diag("line $number: ", printable(nth_line($file, $number)),
		    "\n  wanted: ", printable($wanted // '(no row)'),
		    "\n  got:    ", printable($got // '(no row)'));
	};
	open my $csv, '<:raw', $out or die "$out: $!";
	my $header = <$csv>;
	while (my $got = <$csv>) {
		chomp $got;
		if (index($got, '"') >= 0 || index($got, '\\') >= 0) {
			$got = join ',', map { MLS::unescape($_) } cells($got);
		}
		if ($next < @$want && is_same($got, $want->[$next])) {
			$next++;
			next;
		}
		my $date = substr $got, 0, 25;
		# Rows that should have come before this one.
		while ($next < @$want &&
		    substr($want->[$next], 0, 25) lt $date) {
			$show->($origin->[$next], $want->[$next]);
			$next++;
		}
		if ($next < @$want && substr($want->[$next], 0, 25) eq $date) {
			$show->($origin->[$next], $want->[$next], $got);
			$next++;
		} else {
			$show->(number_of($date, $first), undef, $got);
		}
	}
	$show->($origin->[$_], $want->[$_]) for $next .. $#$want;
	return $differ;
}

# A row as wanted, or all but mechanism and user of it if those are "*".
sub is_same {
	my ($got, $want) = @_;
	return 1 if $got eq $want;
	my ($date, $address, undef, $event, $user) = split /,/, $want, 5;
	return $user eq '*' && $got =~ /^\Q$date,$address\E,[^,]*,$event,/;
}

sub nth_line {
	my ($file, $number) = @_;
	open my $log, '<:raw', $file or die "$file: $!";
	while (<$log>) {
		chomp;
		return $_ if $. == $number + 1;
	}
	return '(no such line)';
}

# The line that was written in the second a date names.
sub number_of {
	my ($date, $first) = @_;
	my @part = $date =~ /^(\d+)-(\d+)-(\d+)T(\d+):(\d+):(\d+)/ or return -1;
	return POSIX::mktime(@part[5, 4, 3, 2], $part[1] - 1,
	    $part[0] - 1900) - $first;
}

# Text as a client would send it.
sub text {
	my ($most) = @_;
	my $text = '';
	$text .= $PIECES[rand @PIECES] for 0 .. rand 4;
	if (rand() < 0.1) {
		my $control = $CONTROLS[rand @CONTROLS];
		substr $text, rand 1 + length $text, 0, $control;
	}
	return substr $text, 0, $most // 100;
}

# As Postfix prints it; control bytes do get through other programs.
sub printed {
	my ($text) = @_;
	$text =~ tr/\x00-\x1f\x7f/?/ if rand() < 0.8;
	return $text;
}

sub client {
	my $address = rand() < 0.7 ? '198.51.100.' . int rand 256 :
	    rand() < 0.5 ? '192.0.2.' . int rand 256 :
	    sprintf '2001:db8:%x::%x', 1 + rand 0xffff, 1 + rand 0xffff;
	my $name = $NAMES[rand @NAMES];
	if (rand() < 0.02) {
		return ('unknown[unknown]', '');
	}
	my $port = rand() < 0.1 ? ':' . int rand 65536 : '';
	return ("$name\[$address]$port", $address);
}

sub tag {
	return $TAGS[rand @TAGS];
}

# "(unavailable)" is Postfix's own word: such a user cannot be told apart.  A
# carriage return at the end of a line could be the line's.
sub user {
	my $user = printed(text());
	$user =~ s/\r+$//;
	return $user eq '(unavailable)' ? 'bob' : $user;
}

# A failed login with a name and a reason, as the versions print it.
sub failure {
	my $mechanism = $MECHANISMS[rand @MECHANISMS];
	my $reason = $REASONS[rand @REASONS];
	if (rand() < 0.1) {
		# What the site's password database says.
		$reason = 'Account ' . printed(text(200));
		$reason =~ s/, sasl_username=//g;
		$reason =~ s/\s+$//;
	}
	my $line = "warning: $namaddr: SASL $mechanism authentication failed";
	my $dice = rand;
	if ($dice < 0.1) {
		# Postfix 2.0 to 2.2, or a collector that trims the end.
		$line .= ':' if rand() < 0.3;
		return (tag(), $line, $mechanism, 'auth-failure', '', 1);
	} elsif ($dice < 0.3) {
		$line .= ": $reason";
		return (tag(), $line, $mechanism, 'auth-failure', '', 1);
	} elsif ($dice < 0.4) {
		# Postfix's own reasons come with an earlier attempt's user.
		my $user = rand() < 0.5 ? user() : '(unavailable)';
		$reason = $LOCAL[rand @LOCAL];
		$reason .= ": '$mechanism'" if
		    $reason =~ /mechanism/ && rand() < 0.5;
		$line .= ": $reason, sasl_username=$user";
		return (tag(), $line, $mechanism, 'auth-failure', '', 1);
	} elsif ($dice < 0.45) {
		$line .= ": $reason, sasl_username=(unavailable)";
		return (tag(), $line, $mechanism, 'auth-failure', '', 1);
	}
	my $user = user();
	$line .= ": $reason, sasl_username=$user";
	return (tag(), $line, $mechanism, 'auth-failure', $user, 1);
}

sub aborted {
	my $mechanism = $MECHANISMS[rand @MECHANISMS];
	return (tag(), "warning: $namaddr: SASL $mechanism authentication" .
	    ' aborted', $mechanism, 'auth-aborted', '', 1);
}

sub server_fault {
	my $mechanism = $MECHANISMS[rand @MECHANISMS];
	my $local = rand() < 0.6;
	my $reason = $local ? $LOCAL_ERRORS[rand @LOCAL_ERRORS] :
	    $ERRORS[rand @ERRORS];
	my $user = rand() < 0.4 ? undef : user();
	my $line = "warning: $namaddr: SASL $mechanism authentication" .
	    " failed: $reason" . (defined $user ? ", sasl_username=$user" : '');
	return (tag(), $line, $mechanism, 'auth-error',
	    $local ? '' : $user // '', 1);
}

# AUTH with something that is no mechanism name.  Postfix takes the first token
# of what the client sent, and there blanks stand only inside quotes or angle
# brackets or behind a backslash.
sub forgery {
	my $sent = (qw(" < \\ PLAIN" LOGIN< x), '"x', '<LOGIN', ',')[rand 9];
	$sent .= text(300) . (rand() < 0.5 ? '"' : '') . text(200);
	$sent =~ /^( (?: [^\s<"\\]+ | \\. | \\\z | "(?:[^"\\]|\\.)*(?:"|\\?\z) |
	    <(?:[^>\\]|\\.)*(?:>|\\?\z) )+ )/xs;
	my $mechanism = $1;
	return failure() unless defined $mechanism;
	$mechanism =~ tr/\x00-\x1f\x7f/?/;
	my $echo = $mechanism;
	my $dice = rand;
	$mechanism = substr $mechanism, 0, 100 if $dice >= 0.4;
	return failure() if $mechanism =~ /^[A-Za-z0-9_-]+$/;
	my $line = "warning: $namaddr: SASL $mechanism authentication failed";
	if ($dice >= 0.1 && $dice < 0.4) {
		$line .= ': Invalid authentication mechanism';
	} elsif ($dice >= 0.4 && $dice < 0.6) {
		$line .= ': Invalid authentication mechanism, sasl_username=' .
		    (rand() < 0.5 ? '(unavailable)' : user());
	} elsif ($dice >= 0.6 && $dice < 0.85) {
		$line .= ": Invalid authentication mechanism: '$echo', " .
		    'sasl_username=(unavailable)';
	} elsif ($dice >= 0.85) {
		$line .= ': no mechanism available, sasl_username=' .
		    '(unavailable)';
	}
	return (tag(), $line, '', 'auth-failure', '', 1);
}

# Lines of a mail server that carry a client's text and are no attempt.
sub postfix_decoy {
	my $said = printed(text(rand() < 0.5 ? 100 : 400));
	my $more = printed(text());
	my @decoys = (
		"improper command pipelining after AUTH from $namaddr: $said",
		"warning: non-SMTP command from $namaddr: $said",
		"warning: $namaddr sent non-SMTP command: $said",
		"warning: $namaddr: request longer than 2048: $more...",
		"warning: Illegal address syntax from $namaddr in MAIL" .
		    " command: <$said>",
		"NOQUEUE: reject: RCPT from $namaddr: 454 4.7.1 <$said>:" .
		    " Relay access denied; from=<$more> to=<$said>" .
		    " proto=ESMTP helo=<$more>",
		"warning: SASL authentication failure: Couldn't find mech" .
		    " $said",
		"warning: SASL authentication failure: Password verification" .
		    ' failed',
		"warning: SASL authentication problem: $said",
		"8E56C57: client=$namaddr, sasl_method=PLAIN, sasl_username=" .
		    $more,
		"8E56C57: warning: header Subject: $said from $namaddr;" .
		    " from=<$more> to=<$more> proto=ESMTP helo=<$said>",
		"lost connection after AUTH from $namaddr",
		"disconnect from $namaddr ehlo=1 auth=0/1 quit=1 commands=2/3",
		"warning: AUTH command rate limit exceeded: 3 from $namaddr" .
		    ' for service submission',
		"warning: hostname $NAMES[rand @NAMES] does not resolve to" .
		    ' address 203.0.113.99: Name or service not known',
		"> $namaddr: 535 5.7.8 Error: authentication failed: $said",
		"< $namaddr: AUTH $said",
		'xsasl_dovecot_server_first: sasl_method PLAIN, init_response' .
		    " $said",
	);
	my $dice = rand;
	return (tag(), $decoys[rand @decoys]) if $dice < 0.6;
	return ('postfix/smtp', '7C1F2E4: to=<a@example.com>, relay=smtp.' .
	    'example.com[203.0.113.25]:587, delay=1, dsn=4.7.8, status=' .
	    'deferred (SASL authentication failed; server smtp.example.com' .
	    "[203.0.113.25] said: $said)") if $dice < 0.7;
	return ('postfix/postscreen', 'NOQUEUE: reject: RCPT from ' .
	    "[198.51.100.66]:51432: 550 5.3.2 Service currently unavailable;" .
	    " from=<$said>, to=<$more>, proto=ESMTP, helo=<$said>") if
	    $dice < 0.75;
	return ('dovecot', auth_line($said)) if $dice < 0.85;
	return ('kernel', "[ 5185.399163] $said") if $dice < 0.9;
	return ('sshd', "Failed password for invalid user $said from" .
	    ' 203.0.113.99 port 51432 ssh2') if $dice < 0.95;
	# The very line, by another program.
	my (undef, $line) = failure();
	return (qw(postfix/smtp postfix/smtpd-x other/xsmtpd postfix/smtpd/x)
	    [rand 4] . '!', $line);
}

# Dovecot's auth process: the same attempt once more.
sub auth_line {
	my ($said) = @_;
	my $from = $ip || '198.51.100.7';
	return (
		"auth: passwd-file($said,$from,<4QxVWttgsZPGM2RC>): unknown" .
		    ' user',
		"auth: passwd-file($said,$from): Password mismatch",
		"auth: plain(?,$from,<4QxVWttgsZPGM2RC>): Username character" .
		    ' disallowed by auth_username_chars: 0x3e (username: ' .
		    "$said)",
		"auth-worker(123): conn unix:auth-worker (pid=1,uid=97):" .
		    " auth-worker<55>: sql($said,$from): Password mismatch",
		"auth($said,$from,sasl:plain)<4QxVWttgsZPGM2RC>: passwd-file:" .
		    ' Password mismatch',
	)[rand 5];
}

# As Dovecot prints a user: no control bytes, valid UTF-8, not too long.
sub dovecot_user {
	my $user = text(120);
	$user =~ tr/\x00-\x1f\x7f/?/;
	if (!utf8::decode(my $copy = $user)) {
		$user =~ s/[\x80-\xff]+/?/g;
	}
	$user = substr($user, 0, 77) . '...' if
	    length $user > 80 && $user !~ /[\x80-\xff]/;
	return $user;
}

# What stands behind "user=<...>": nothing a client could have chosen, but for
# the name of a mechanism that does not exist.
sub peer {
	my ($mechanism) = @_;
	return ($mechanism eq '' ? '' : ", method=$mechanism") . ', rip=' .
	    (rand() < 0.1 && $ip !~ /:/ ? '::ffff:' : '') .
	    "$ip, lip=192.0.2.10" .
	    (', TLS', ', secured', '')[rand 3] .
	    (rand() < 0.9 ? ', session=<4QxVWttgsZPGM2RC>' : '');
}

sub login {
	$ip ||= '198.51.100.7';
	my $attempts = rand() < 0.7 ? 1 : 1 + int rand 5;
	my $seconds = int rand 60;
	my $failed = "(auth failed, $attempts attempts in $seconds secs)";
	my $end = (
		"Disconnected: Aborted login by logging out $failed",
		"Disconnected: Connection closed $failed",
		"Disconnected: Connection closed: read(size=611) failed:" .
		    " Connection reset by peer $failed",
		"Disconnected: Inactivity $failed",
		"Disconnected: Too many invalid commands $failed",
		"Disconnected $failed",
		"Aborted login $failed",
		"Login aborted: Logged out $failed (auth_failed)",
		"Login aborted: Connection closed $failed (auth_failed)",
	)[rand 9];
	my $mechanism = rand() < 0.15 ? '' : $MECHANISMS[rand 7];
	my $user = dovecot_user();
	my $login = $LOGINS[rand @LOGINS];
	return ('dovecot', "$login: $end: user=<$user>" . peer($mechanism),
	    $mechanism, 'auth-failure', $user, $attempts);
}

# A login that failed before or beside the password.  The user may be that of
# an attempt before; an unknown mechanism is what the client sent, up to 64
# bytes of it, and a ManageSieve client may put blanks there.  (2.3 turns it
# into capitals; that is nothing to rely on.)
sub broken_login {
	$ip ||= '198.51.100.7';
	my $user = rand() < 0.5 ? '' : dovecot_user();
	my $unknown = text(64);
	$unknown =~ tr/\x00-\x1f\x7f-\xff/?/;
	my $start = "$LOGINS[rand @LOGINS]: " . ('Disconnected: Connection' .
	    ' closed', 'Disconnected: Aborted login by logging out',
	    'Disconnected', 'Login aborted: Connection closed')[rand 4];
	my $plain = "user=<$user>" . peer('PLAIN');
	my $strange = "user=<$user>" . peer($unknown eq '' ? '?' : $unknown);
	my $dice = rand;
	if ($dice < 0.3) {
		my $attempts = 1 + int rand 3;
		return ('dovecot', "$start (auth failed, $attempts attempts" .
		    " in 3 secs): $strange", '*', 'auth-failure', '*',
		    $attempts);
	} elsif ($dice < 0.5) {
		return ('dovecot', "$start (tried to use unsupported auth" .
		    " mechanism): $strange", '', 'auth-failure', '', 1);
	} elsif ($dice < 0.6) {
		return ('dovecot', "$start (sent invalid base64 in response):" .
		    " $plain", '', 'auth-failure', '', 1);
	} elsif ($dice < 0.8) {
		return ('dovecot', "$start (auth service reported temporary" .
		    " failure): $plain", '', 'auth-error', '', 1);
	}
	return ('dovecot', "$start (client didn't finish SASL auth, waited 3" .
	    " secs): $plain", '', 'auth-aborted', '', 1);
}

sub dovecot_decoy {
	$ip ||= '198.51.100.7';
	my $user = dovecot_user();
	my $login = $LOGINS[rand @LOGINS];
	my $dice = rand;
	return ('dovecot', auth_line(dovecot_user())) if $dice < 0.3;
	# Another line tells of the same attempt.
	return ('dovecot', "$login: Authenticate $user failed: Unsupported" .
	    ' authentication mechanism.: user=<>' . peer($user || '?')) if
	    $dice < 0.4;
	return ('dovecot', "$login: Login: user=<$user>" .
	    (', method=PLAIN, rip=' . $ip . ', lip=192.0.2.10, mpid=387,' .
	    ' session=<4QxVWttgsZPGM2RC>')) if $dice < 0.6;
	return ('dovecot', "imap($user)<387><OykXW9tgK7XGM2RC>: Disconnected:" .
	    ' Logged out in=8 out=469') if $dice < 0.7;
	return ('dovecot', "$login: " . ('Disconnected: Connection closed',
	    'Disconnected: Aborted login by logging out')[rand 2] . (
		' (no auth attempts in 0 secs): user=<>',
		" (internal failure, 1 successful auths): user=<$user>",
	    )[rand 2] . peer(rand() < 0.5 ? '' : 'PLAIN')) if $dice < 0.85;
	my ($tag, $line) = failure();
	return ($tag, $line) if $dice < 0.95;
	return ('postfix/smtpd',
	    "warning: non-SMTP command from $namaddr: $user");
}

sub traditional {
	return sprintf '%s %2d %02d:%02d:%02d', $MONTHS[$clock[4]],
	    @clock[3, 2, 1, 0];
}

sub rfc3339 {
	my ($fraction, $zone) = @_;
	return sprintf '%04d-%02d-%02dT%02d:%02d:%02d%s%s', 1900 + $clock[5],
	    1 + $clock[4], @clock[3, 2, 1, 0], $fraction, $zone;
}

# A line in one of the sixteen forms.
sub wrapped {
	my ($form, $tag, $message) = @_;
	my $pid = 1 + int rand 99999;
	my $bare = $tag !~ m{/};
	# A mark for lines whose tag must be seen whole.
	if ($tag =~ s/!$// || $bare && $tag ne 'dovecot') {
		$form %= 2;
	}
	my $tagged = $tag eq 'dovecot' ? 'dovecot:' : "$tag\[$pid]:";
	my $cut = $tag =~ s{/.*}{}r;
	my $procid = $tag eq 'dovecot' ? '-' : $pid;

	if ($form == 0) {
		# With the number that Solaris puts before a message, at times.
		return traditional() . " mx1 $tagged " . (rand() < 0.1 ?
		    '[ID 947731 mail.warning] ' : '') . $message;
	} elsif ($form == 1) {
		return rfc3339('.123456', '+00:00') . " mx1 $tagged $message";
	} elsif ($form == 2) {
		return '<20>1 ' . rfc3339('.231474', '+00:00') .
		    " mx1 $cut $procid - -  $message";
	} elsif ($form == 3) {
		return '{"@timestamp":"' . rfc3339('.467722', '+00:00') .
		    '", "host":"mx1", "program":"' . $cut . '", "tag":"' .
		    in_json($tagged) . '", "message":"' .
		    in_json(" $message") . '"}';
	} elsif ($form == 4) {
		return traditional() . (rand() < 0.8 ? ' mx1 mail.warn ' :
		    ' <mail.warn> mx1 ') . "$tagged $message";
	} elsif ($form == 5) {
		my $elements = join '', map { '[' . (qw(meta a x))[rand 3] .
		    '@1 b="' . (text() =~ s/([\\"\]])/\\$1/gr =~
		    tr/\n\x00-\x1f/?/r) . '"]' } 0 .. rand 2;
		return '<20>1 ' . rfc3339('', 'Z') . " mx1 $tag $procid - " .
		    "$elements " . (rand() < 0.3 ? "\xef\xbb\xbf" : '') .
		    $message;
	} elsif ($form == 6 || $form == 7) {
		return journal($tag, $pid, $message, $form == 7);
	} elsif ($form == 8) {
		return '<20>' . traditional() . " $tagged $message";
	} elsif ($form == 9) {
		return '<20>' . traditional() . " mx1.example.net $tagged " .
		    $message;
	} elsif ($form == 10) {
		return 'postfix-1  | ' . traditional() .
		    " 5f2c9a $tagged $message";
	} elsif ($form == 11) {
		return rfc3339('.123456789', 'Z') . ' stdout F ' .
		    traditional() . " mx1 $tagged $message";
	} elsif ($form == 12) {
		return traditional() . ".861716 mx1 $tagged $message";
	} elsif ($form == 13) {
		return "$second.861716 mx1 $tagged $message";
	} elsif ($form == 14) {
		return sprintf '%s %04d-%02d-%02d %02d:%02d:%02d UTC mx1 %s',
		    $DAYS[$clock[6]], 1900 + $clock[5], 1 + $clock[4],
		    @clock[3, 2, 1, 0], "$tagged $message";
	}
	return 1900 + $clock[5] . ' ' . traditional() . " mx1 $tagged $message";
}

# journald writes text that is not printable as an array of bytes.
sub journal {
	my ($tag, $pid, $message, $as_bytes) = @_;
	my @fields = ('"__REALTIME_TIMESTAMP":"' . $second . '996712"',
	    '"SYSLOG_IDENTIFIER":"' . in_json($tag) . '"',
	    '"SYSLOG_PID":"' . $pid . '"', '"_HOSTNAME":"mx1"',
	    '"_CMDLINE":"smtpd -n \"MESSAGE\":[1,2] -o {"');
	$as_bytes ||= !utf8::decode(my $copy = $message) ||
	    $message =~ /[\x00-\x1f\x7f]|\xc2[\x80-\x9f]/;
	splice @fields, rand 1 + @fields, 0, $as_bytes ?
	    '"MESSAGE":[' . join(',', unpack 'C*', $message) . ']' :
	    '"MESSAGE":"' . in_json($message) . '"';
	return '{' . join(',', @fields) . '}';
}

sub in_json {
	my ($text) = @_;
	$text =~ s{(["\\/])}{\\$1}g;
	$text =~ s/([\x00-\x1f\x7f])/sprintf '\\u%04x', ord $1/ge;
	return $text;
}
