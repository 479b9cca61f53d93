#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Settings: from the table's defaults, from mls.yaml, from options; who wins,
# and what an administrator is told when something is wrong with them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use MLS;

my $SHIPPED = "$TOP/conf/mls.yaml";
my $LINE = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: ' .
    'unknown[192.0.2.7]: SASL LOGIN authentication failed: x, ' .
    "sasl_username=bob\n";
my @CLOCK = qw(--now 2026-11-22T18:00:00Z --timezone UTC);

my $files = 0;
sub config {
	my ($text) = @_;
	my $name = "$DIR/config" . $files++ . '.yaml';
	spew($name, $text);
	return $name;
}

# Which program it is about, and its section.
our ($PROGRAM, $SECTION) = ($FILTER, 'filter');

# Runs the program on nothing: with a file that says nothing unless a test names
# one, so that what the machine has in /etc/mls does not matter.
my $NOTHING = config("# nothing\n");
sub program {
	my @options = @_;
	unshift @options, '--config', $NOTHING
	    unless grep { /^(?:-c|--config)/ } @options;
	return run($PROGRAM, @options);
}
sub filter { return program(@_) }

sub settings {
	my $ran = program(@_, '--print-config');
	is("$ran->{status} $ran->{signal}", '0 0',
	    "--print-config @_: status") or diag($ran->{err});
	is($ran->{err}, '', "--print-config @_: nothing on stderr");
	return $ran->{out};
}

# "  key: value" and "  #key:" of the program's section as a hash; undef where
# there is no value.
sub keys_of {
	my ($text) = @_;
	my (%of, $section);
	for (split /\n/, $text) {
		$section = $1 if /^([a-z]+):/;
		next unless ($section // '') eq $SECTION;
		next unless /^  (#?)([a-z][a-z-]*):(?: (.*))?$/;
		die "key $2 twice" if exists $of{$2};
		$of{$2} = $1 ? undef : $3;
	}
	return \%of;
}

# The shipped file says what is true without it; a setting is an option, but the
# questions are no settings.
my %questions = (
	filter => [qw(check config explain help print-config quiet reset-state
	    verbose version)],
	ipinfo => [qw(column compile config csv dry-run force help info json
	    output print-config quiet update verbose verify version)],
	summarize => [qw(config help print-config quiet verbose version)],
);
sub check_shipped {
	my ($defaults) = @_;
	is(settings('--config', $SHIPPED), $defaults,
	    "$SECTION: conf/mls.yaml means exactly the defaults");
	is(settings('--config', '/dev/null'), $defaults,
	    "$SECTION: so does an empty file");
	my ($in_force, $shipped) = map { keys_of($_) } $defaults,
	    slurp($SHIPPED);
	is_deeply([sort keys %$shipped], [sort keys %$in_force],
	    "$SECTION: conf/mls.yaml has every setting and no other");
	is_deeply([grep { !defined $in_force->{$_} } sort keys %$shipped],
	    [grep { !defined $shipped->{$_} } sort keys %$shipped],
	    "$SECTION: those without a default are commented out in it");
	cmp_ok(scalar keys %$shipped, '>', 8,
	    "$SECTION: there are settings at all");

	# What is commented out there is meant to be used.
	my $ran = program('--config', config(slurp($SHIPPED) =~
	    s/^  #(?=[a-z-]+:)/  /gmr), '--print-config');
	is($ran->{status}, 0,
	    "$SECTION: conf/mls.yaml with everything switched on loads");
	is_deeply([grep { !defined } values %{keys_of($ran->{out})}], [],
	    "$SECTION: and everything is set");

	my $help = program('--help')->{out};
	my %option = map { $_ => 1 } $help =~ /^ +(?:-\w, )?--([a-z-]+)/gm;
	is_deeply([grep { !$option{$_} } sort keys %$in_force], [],
	    "$SECTION: every setting is an option");
	delete @option{keys %$in_force};
	is_deeply([sort keys %option], $questions{$SECTION},
	    "$SECTION: the other options are questions");
	for my $one (sort keys %option) {
		$ran = program('--config',
		    config("$SECTION:\n  $one: true\n"));
		is($ran->{status}, 78, "$SECTION: $one is no setting");
		like($ran->{err}, qr/:2: unknown setting '$one'/,
		    "$SECTION: $one: and the message says so");
	}
	return $in_force;
}
my $defaults = settings('--config', $NOTHING);
my $in_force = check_shipped($defaults);
{
	my $ran = filter('--config', $SHIPPED, '--check');
	is($ran->{status}, 0, 'conf/mls.yaml passes --check') or
	    diag($ran->{err});
	# What does not fit together, but for what is known of the log only.
	for (['--state needs --output', "  state: s\n"],
	    ['--follow needs --state', '', '--follow'],
	    ['--follow is for a file', '', '--confirm', '--follow', '--state',
	    's', '-o', 'o'], [q('s' cannot be both state and output), '',
	    '--state', 's', '-o', 's']) {
		my ($says, $setting, @options) = @$_;
		$ran = filter('--config', config("filter:\n  dns: off\n" .
		    $setting), @options, '--check');
		is($ran->{status}, $setting ? 78 : 64, "--check: $says");
		like($ran->{err}, qr/\Q$says/, 'and it is said');
	}
	is(filter('--config', $NOTHING, '--dns', 'off', '--state', 's', '-o',
	    'o', '--check')->{status}, 0, '--check needs no log');
	is_deeply([grep { length > 80 } split /\n/, slurp($SHIPPED)], [],
	    'conf/mls.yaml fits 80 columns');
}

# mls-ipinfo has its own; what all of them share is tried on the filter below.
{
	local ($PROGRAM, $SECTION) = ($IPINFO, 'ipinfo');
	my $defaults = settings('--config', $NOTHING);
	my $in_force = check_shipped($defaults);
	my $said = settings('--database', '/a b', '--header', 'always',
	    '--source', 'https://one.example/a https://two.example/b',
	    '--source', 'file:///c', '--ca-file', 'ca.pem', '--min-interval',
	    '90m', '--timeout', '1500ms', '--max-bytes', '4096', '--log', 'x',
	    '--log-level', 'debug');
	is(settings('--config', config($said)), $said,
	    'ipinfo: --print-config can be read back with the same result');
	is_deeply([grep { (keys_of($defaults)->{$_} // '') eq
	    (keys_of($said)->{$_} // '') } sort keys %$in_force], [],
	    'ipinfo: all of it was set');
	is_deeply([@{keys_of($said)}{qw(source min-interval timeout)}],
	    ['["https://one.example/a https://two.example/b", "file:///c"]',
	    '90m', '1500ms'], 'ipinfo: lists and times');
	is(keys_of(settings('--config', config($said), '--source', 'file:///d',
	    '--min-interval', '120m'))->{$_->[0]}, $_->[1],
	    "ipinfo: the option wins: $_->[0]")
	    for ['source', '["file:///d"]'], ['min-interval', '2h'],
	    ['timeout', '1500ms'];
	is(settings('--config', config("filter:\n  a: b\nsummarize:\n" .
	    "  c: d\nipinfo:\n")), $defaults,
	    'ipinfo: sections of the other programs');
	for (['min-interval: 721h', qr/'721h'.*min-interval.*0s to 720h/],
	    ['timeout: 99ms', qr/'99ms'.*timeout.*100ms to 24h/],
	    ['max-bytes: 1G', qr/'1G'.*max-bytes.*1024 to 4294967296/],
	    ['header: maybe', qr/'maybe'.*auto, always, never/]) {
		my ($line, $like) = @$_;
		my $ran = program('--config', config("ipinfo:\n  $line\n"));
		is_deeply([@$ran{qw(status out)}], [78, ''],
		    "ipinfo: $line: status");
		like($ran->{err}, qr/\Amls-ipinfo: .*:2: .*$like.*\n\z/,
		    "ipinfo: $line: why");
	}
}

# So has mls-summarize.
{
	local ($PROGRAM, $SECTION) = ($SUMMARIZE, 'summarize');
	my $defaults = settings('--config', $NOTHING);
	my $in_force = check_shipped($defaults);
	my $said = settings('--period', '7d', '--now', '2026-11-22T18:00:00Z',
	    '--format', 'json', '--to', 'Ann <a@example.net>', '--to', 'root',
	    '--from', 'b', '--subject', '[x] y', '--attach', 'csv.gz',
	    '--attach-max', '77', '--sendmail', '/x/sendmail', '--send',
	    '--skip-empty', '--since-last', '/x/last', '--top', '3', '--min-attempts', '4',
	    '--blocklist-form', 'nft', '--blocklist-of', 'networks',
	    '--allow', '/a b', '--alert-users', '5', '--alert-addresses', '6',
	    '--alert-countries', '7', '--alert-failures', '8',
	    '--alert-spike', '9', '--alert-least', '11', '--alert-list', '12',
	    '--max-keys', '1313', '--progress', 'never', '--log', 'x',
	    '--log-level', 'debug');
	is(settings('--config', config($said)), $said,
	    'summarize: --print-config can be read back');
	is_deeply([grep { (keys_of($defaults)->{$_} // '') eq
	    (keys_of($said)->{$_} // '') } sort keys %$in_force], [],
	    'summarize: all of it was set');
	for (['period: tomorrow', qr/no such period: 'tomorrow'/],
	    ['now: noon', qr/'noon' is no value for now/],
	    ['top: 0', qr/'0'.*top.*1 to 1000/],
	    ['blocklist-form: csf', qr/'csf'.*plain, nft, ipset, cidr/]) {
		my ($line, $like) = @$_;
		my $ran = program('--config', config("summarize:\n  $line\n"));
		is_deeply([@$ran{qw(status out)}], [78, ''],
		    "summarize: $line: status");
		like($ran->{err}, qr/\Amls-summarize: .*:2: .*$like.*\n\z/,
		    "summarize: $line: why");
	}
}

# --help and --version.
for my $name ('mls-filter', 'mls-ipinfo', 'mls-summarize') {
	local $PROGRAM = "$BUILD/$name";
	for my $question (qw(--help -h --version -V)) {
		my $ran = program($question);
		is($ran->{status}, 0, "$name $question: status");
		is($ran->{err}, '', "$name $question: nothing on stderr");
		like($ran->{out}, $question =~ /h/ ? qr/^usage: \Q$name\E / :
		    qr/^\Q$name\E \d+\.\d+\.\d+\n\z/,
		    "$name $question: answers");
	}
	is(run($PROGRAM, qw(--help --config /nonexistent/x))->{status}, 0,
	    "$name --help works with a configuration that cannot be read");
}

# What it prints can be read back, awkward texts included.
my @everything = ('--format', 'tsv', '--columns', 'event,ip,user', '--events',
    'auth-failure,auth-success', '--header', 'never', '--spreadsheet-safe',
    '--filters', 'dovecot', '--filters', './a "b" \\c, #d: [e].yaml',
    '--database', "/x/y z'", '--database', '', '--timezone', 'Europe/Paris',
    '--year', '2024', '--now', '2026-11-22T18:00:00Z', '--stats',
    '--progress', 'never', '--log', "/caf\xc3\xa9/%s", '--log-level', 'debug',
    '--dns', 'off', '--resolver', '192.0.2.1:5353', '--resolver',
    '[2001:db8::1]:53', '--dns-deadline', '500ms', '--dns-in-flight', '100',
    '--dns-rate', '1500', '--dns-cache', '1024', '--dns-confirm',
    '--state', '/x y', '--backlog', 'none', '--follow', '-o',
    ' out: {}.csv ');
my $said = settings(@everything);
is(settings('--config', config($said)), $said,
    '--print-config can be read back with the same result');
is_deeply([grep { !defined keys_of($said)->{$_} } sort keys %$in_force], [],
    'all of it was set');
for my $switch (qw(--verbose --quiet)) {
	my $once = settings($switch);
	isnt($once, $defaults, "$switch shows in --print-config");
	is(settings('--config', config($once)), $once,
	    "$switch can be read back");
}

# Options win, one by one.
my $file = config(<<'EOT');
filter:
  format: tsv
  columns: [server, ip]
  events:
    - auth-failure
    - auth-error
  header: never
  filters: [exim, dovecot]
  database: /one
  timezone: Asia/Tokyo
  year: 1999
  spreadsheet-safe: true
  now: 2020-01-01T00:00:00Z
  stats: true
  progress: never
  dns: off
  resolver: [192.0.2.1, "[2001:db8::1]:5353"]
  dns-deadline: 500ms
  dns-in-flight: 100
  dns-rate: 1500
  dns-cache: 1024
  dns-confirm: true
  log: syslog
  log-level: debug
  output: there.csv
  state: there
  backlog: none
  follow: true
EOT
my $of_file = keys_of(settings('--config', $file));
my %want = (
	format => ['tsv', 'jsonl', '"tsv"', '"jsonl"'],
	columns => ['', 'user,event', '["server", "ip"]',
	    '["user", "event"]'],
	events => ['', 'auth-aborted', '["auth-failure", "auth-error"]',
	    '["auth-aborted"]'],
	header => ['', 'always', '"never"', '"always"'],
	filters => ['', 'cyrus', '["exim", "dovecot"]', '["cyrus"]'],
	database => ['', '/two', '["/one"]', '["/two"]'],
	timezone => ['', 'UTC', '"Asia/Tokyo"', '"UTC"'],
	year => ['', '2001', '1999', '2001'],
	now => ['', '2021-01-01T00:00:00Z', '"2020-01-01T00:00:00Z"',
	    '"2021-01-01T00:00:00Z"'],
	progress => ['', 'always', '"never"', '"always"'],
	dns => ['', 'on', '"off"', '"on"'],
	resolver => ['', '192.0.2.2', '["192.0.2.1", "[2001:db8::1]:5353"]',
	    '["192.0.2.2"]'],
	'dns-deadline' => ['', '3s', '500ms', '3s'],
	'dns-in-flight' => ['', '200', '100', '200'],
	'dns-rate' => ['', '0', '1500', '0'],
	'dns-cache' => ['', '2048', '1024', '2048'],
	log => ['', 'stderr', '"syslog"', '"stderr"'],
	'log-level' => ['', 'error', '"debug"', '"error"'],
	output => ['', 'here.csv', '"there.csv"', '"here.csv"'],
	state => ['', 'here', '"there"', '"here"'],
	backlog => ['', 'all', '"none"', '"all"'],
);
for my $key (sort keys %want) {
	my (undef, $option, $before, $after) = @{$want{$key}};
	is($of_file->{$key}, $before, "$key from the file");
	for my $order (['--config', $file, "--$key", $option],
	    ["--$key=$option", '--config', $file]) {
		my $now = keys_of(settings(@$order));
		is($now->{$key}, $after, "@$order: the option wins");
		$now->{$key} = $before;
		is_deeply($now, $of_file, "@$order: the others stay");
	}
}
is($of_file->{$_}, 'true', "$_ from the file")
    for qw(stats spreadsheet-safe dns-confirm follow);
{
	my $now = keys_of(settings('--config', $file, '--filters', 'cyrus',
	    '--filters', 'postfix'));
	is($now->{filters}, '["cyrus", "postfix"]',
	    'a repeated option adds to itself and not to the file');

	# Each says a level; the one on the command line counts.
	my $ran = filter('--config', config("filter:\n  log-level: info\n"),
	    '--quiet');
	is($ran->{err}, '', '--quiet wins over log-level of the file');
	$ran = filter('--config', config("filter:\n  log-level: error\n"),
	    '--verbose');
	like($ran->{err}, qr/started/,
	    '--verbose wins over log-level of the file');
}

# Zones and years that would silently be something else.
for my $zone ('Europe', 'zone.tab', '.', '', '../UTC', 'Mars/Base') {
	is(filter('--timezone', $zone)->{status}, 64,
	    "--timezone '$zone' is refused");
}
is(filter('--year', 12)->{status}, 64, '--year 12 is refused');

# A key with nothing behind it is as good as none.
is(settings('--config', config("filter:\n  year:\n  filters:\n  columns:\n" .
    "  output:\n  log:\n")), $defaults, 'keys without values');

# What never ends is too large.
for (['-c', '/dev/zero'], ['--filters', '/dev/zero']) {
	my $ran = run('timeout', '20', $FILTER, @$_, '--check');
	is($ran->{status}, 78, "@$_: exit 78");
	like($ran->{err}, qr{/dev/zero:1: larger than 65536 bytes}, 'and why');
}

# One value may stand where a list can, and a list may be in pieces.
is(keys_of(settings('--config', config("filter:\n  columns: ip,date\n")))->
    {columns}, '["ip", "date"]', 'columns as one text');
is(keys_of(settings('--config', config("filter:\n  filters: exim\n")))->
    {filters}, '["exim"]', 'filters as one text');
is(settings('--config', config($_->[1])), $defaults, $_->[0]) for
    ['a file of comments', "# nothing\n"],
    ['an empty section', "filter:\n"],
    ['a section with all keys commented out', "filter:\n  #format: tsv\n"],
    ['sections of the other programs',
	"summarize:\n  a: {b: [c]}\nipinfo:\n  d: e\n"],
    ['CR LF', "filter:\r\n  format: csv\r\n"],
    ['a byte order mark', "\xef\xbb\xbffilter:\n  format: csv\n"];

# The file of a bare pipeline must not redirect its rows: the program with
# another place for it shows what it does with a file nobody named.
SKIP: {
	skip 'no make', 13 unless have('make');
	delete local @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL)};
	my $other = "$DIR/build/mls-filter";
	my $report = "$DIR/build/mls-summarize";
	my $make = run('make', '-s', '-C', $TOP, "B=$DIR/build",
	    "SYSCONFDIR=$DIR/etc", 'CFLAGS=-O1', $other, $report);
	is($make->{status}, 0, 'built with another SYSCONFDIR') or
	    diag($make->{err});
	mkdir "$DIR/etc";
	mkdir "$DIR/etc/mls";
	my $usual = "$DIR/etc/mls/mls.yaml";

	spew($usual, "filter:\n  output: $DIR/usual.csv\n" .
	    "  state: $DIR/usual.state\n  follow: true\n" .
	    "  columns: [ip, user]\n");
	my $ran = run({in => $LINE}, $other, @CLOCK);
	is($ran->{out}, "ip,user\n192.0.2.7,bob\n",
	    'the usual file counts, output in it does not');
	is($ran->{err}, '', 'silently');
	ok(!-e "$DIR/usual.csv" && !-e "$DIR/usual.state",
	    'and nothing is written there');
	spew($usual, slurp($usual) =~ s/^  (state|follow).*\n//gmr);
	$ran = run({in => $LINE}, $other, '--config', $usual, @CLOCK);
	is($ran->{out}, '', 'output counts in a file that was named');
	is(slurp("$DIR/usual.csv"), "ip,user\n192.0.2.7,bob\n",
	    'and the rows are there');
	$ran = run({in => $LINE}, $other, '--config', $NOTHING, @CLOCK,
	    '--columns', 'date');
	is($ran->{out}, "date\n2026-11-22T11:05:40+00:00\n",
	    'a file that was named replaces the usual one');

	spew($usual, "filter:\n  format: xml\n");
	$ran = run({in => $LINE}, $other);
	is($ran->{status}, 78, 'an error in the usual file ends the program');
	like($ran->{err}, qr{^mls-filter: \Q$usual\E:2: },
	    'and the message names it');
	unlink $usual;
	is(run({in => $LINE}, $other, @CLOCK, '--columns', 'ip')->{out},
	    "ip\n192.0.2.7\n", 'it need not be there');

	# Who gets the mail may stand there, so that cron can pipe it to
	# sendmail; whether it is sent, and of what time, may not.
	spew($usual, "summarize:\n  to: [ann\@example.net]\n  send: true\n" .
	    "  sendmail: /nonexistent\n  period: 2026-11-21\n");
	$ran = run({in => "date,ip\n2026-11-22T10:00:00Z,192.0.2.1\n"}, $report);
	is_deeply([@$ran{qw(status err)}], [0, ''], 'a mail through a pipe');
	like($ran->{out}, qr/^To: ann\@example\.net\n(?:.*\n)*Subject: .* 1 failed/m,
	    'to whom the usual file says, about everything');
}

# What is wrong with a file: its line, and what it should be.
sub deep {
	my ($levels) = @_;
	return 'filter: ' . '[' x $levels . ']' x $levels . "\n";
}
for my $bad (
	['unknown key', "filter:\n  frmat: csv\n", 2, qr/'frmat'/],
	['key of another case', "filter:\n  Format: csv\n", 2, qr/'Format'/],
	['unknown section', "filter:\n  format: csv\nfiltre:\n  x: y\n", 3,
	    qr/'filtre'/],
	['no value of a choice', "filter:\n\n  format: xml\n", 3,
	    qr/'xml'.*format.*csv, tsv, jsonl, maillogsentinel/],
	['no number', "filter:\n  year: soon\n", 2, qr/'soon'.*year/],
	['number too large', "filter:\n  year: 10000\n", 2, qr/'10000'.*9999/],
	['negative number', "filter:\n  year: -1\n", 2, qr/'-1'.*year/],
	['no switch', "filter:\n  stats: maybe\n", 2,
	    qr/'maybe'.*stats.*true or false/],
	['neither on nor off', "filter:\n  dns: yes\n", 2,
	    qr/'yes'.*dns.*on, off/],
	['no resolver', "filter:\n  resolver: [192.0.2.1, localhost]\n", 2,
	    qr/'localhost'.*resolver.*192\.0\.2\.1:53/],
	['too many resolvers', "filter:\n  resolver: [192.0.2.1, 192.0.2.2,\n" .
	    "    192.0.2.3, 192.0.2.4]\n", 2, qr/more than 3 resolvers/],
	['time without a unit', "filter:\n  dns-deadline: 2\n", 2,
	    qr/'2'.*dns-deadline.*500ms, 2s/],
	['number too small', "filter:\n  dns-cache: 1023\n", 2,
	    qr/'1023'.*dns-cache.*1024 to 16777216/],
	['list for one value', "filter:\n  format: [csv]\n", 2, qr/'format'/],
	['map for a list', "filter:\n  columns: {ip: date}\n", 2,
	    qr/'columns'/],
	['list in a list', "filter:\n  columns:\n    - ip\n    - [date]\n", 4,
	    qr/'columns'/],
	['unknown column', "filter:\n  format: csv\n  columns: [ip, nope]\n",
	    3, qr/'nope'/],
	['column twice', "filter:\n  columns: [ip,\n    ip]\n", undef,
	    qr/'ip'/],
	['no column', "filter:\n  columns: []\n", 2, qr/columns/],
	['unknown event', "filter:\n  events: [auth-failed]\n", 2,
	    qr/'auth-failed'.*auth-failure/],
	['no event', "filter:\n  events: []\n", 2, qr/events/],
	['unknown zone', "filter:\n  timezone: Mars/Base\n", 2,
	    qr{'Mars/Base'.*Europe/Paris}],
	['no time', "filter:\n  now: soon\n", 2, qr/'soon'.*now/],
	['key twice', "filter:\n  format: csv\n  year: 1\n  format: tsv\n", 4,
	    qr/'format'.*twice/],
	['section twice', "filter:\n  year: 1\nfilter:\n  year: 2\n", 3,
	    qr/'filter'.*twice/],
	['anchor', "filter:\n  format: &a csv\n", 2, qr/anchor/],
	['anchor on a map', "filter: &a\n  format: csv\n", 1, qr/anchor/],
	['alias', "filter:\n  format: *a\n", 2, qr/alias/],
	['tag', "filter:\n  year: !!int 5\n", 2, qr/tag/],
	['second document', "filter:\n  year: 1\n---\nfilter:\n  year: 2\n",
	    3, qr/second document/],
	['too deep', deep(17), 1, qr/deep/],
	['far too deep', deep(30000), 1, qr/deep/],
	['too large', "filter:\n" . "  # x\n" x 11000, 1, qr/65536/],
	['bad UTF-8 in a value', "filter:\n  log: caf\xe9\n", 2, qr/UTF-8/],
	['bad UTF-8 in a comment', "filter:\n  year: 1\n# caf\xe9\n", 3,
	    qr/UTF-8/],
	['control character', "filter:\n  log: \"a\x01b\"\n", 2,
	    qr/control/],
	['NUL in a text', "filter:\n  log: \"a\\0b\"\n", 2, qr/NUL/],
	['tab indentation', "filter:\n\tformat: csv\n", 2, qr/\btabs?\b/],
	['quote left open', "filter:\n  log: \"abc\n", undef, qr/YAML/],
	['a list', "- filter\n", 1, qr/'filter:'/],
	['a text', "filter\n", 1, qr/'filter:'/],
	['a section that is a list', "filter: [format]\n", 1, qr/'filter'/],
	['a section that is a text', "filter: csv\n", 1, qr/'filter'/],
	['a key that is a list', "filter:\n  ? [a]\n  : b\n", 2, qr/key/],
    ) {
	my ($about, $text, $line, $like) = @$bad;
	my $name = config($text);
	my $where = defined $line ? $line : '\d+';
	for my $ran (run({in => $LINE}, $FILTER, '--config', $name)) {
		is($ran->{status}, 78, "$about: status");
		is($ran->{out}, '', "$about: nothing on stdout");
		like($ran->{err}, qr/^mls-filter: \Q$name\E:$where: [^\n]+\n\z/,
		    "$about: one line with file and line");
		like($ran->{err}, $like, "$about: says what");
	}
}
for my $bad (['/nonexistent/mls.yaml', qr/No such file/],
    ["$DIR", qr/directory/]) {
	my ($name, $like) = @$bad;
	my $ran = run({in => $LINE}, $FILTER, '--config', $name);
	is($ran->{status}, 78, "--config $name: status");
	is($ran->{out}, '', "--config $name: nothing on stdout");
	like($ran->{err}, qr/^mls-filter: [^\n]*'\Q$name\E'[^\n]*\n\z/,
	    "--config $name: the message names it");
	like($ran->{err}, $like, "--config $name: and says why");
}
{
	my $ran = filter('--config', config("filter:\n  log: \"\\e[31m\"\n" .
	    "  format: \"\\e[31m\"\n"));
	is($ran->{status}, 78, 'an escape sequence as value: status');
	unlike($ran->{err}, qr/\e/, 'and it does not reach the terminal');
}

# What is wrong on the command line: the option's name, and what to do.
for my $bad (
	[['--frobnicate'], qr/unknown option '--frobnicate'.*--help/],
	[['--frobnicate=1'], qr/'--frobnicate/],
	[['-Z'], qr/unknown option '-Z'/],
	[['-qZv'], qr/unknown option '-Z'/],
	[['--f', 'csv'], qr/'--f'/],
	[['--format'], qr/value.*'--format'/],
	[['-o'], qr/value.*'-o'/],
	[['--stats=1'], qr/'--stats.*value|value.*'--stats/],
	[['--format', 'xml'], qr/'xml'.*format.*csv, tsv/],
	[['--header', ''], qr/header.*auto, always, never/],
	[['--year', 'x'], qr/'x'.*year/],
	[['--year', '99999'], qr/'99999'.*year/],
	[['--year', '20 26'], qr/'20 26'.*year/],
	[['--year', ''], qr/''.*year/],
	[['--columns', 'nope'], qr/'nope'.*columns/],
	[['--columns', 'ip,,date'], qr/''.*columns/],
	[['--columns', 'ip,date,ip'], qr/'ip'.*columns/],
	[['--columns', ''], qr/columns/],
	[['--events', 'nope'], qr/'nope'.*auth-failure/],
	[['--events', ''], qr/events/],
	[['--events', 'auth-success', '--columns', 'ip'], qr/'event'/],
	[['--events', 'auth-success', '--format', 'maillogsentinel'],
	    qr/'event'/],
	[['--timezone', 'Mars/Base'], qr{'Mars/Base'}],
	[['--timezone', ''], qr/time zone ''/],
	[['--timezone', '../../etc/passwd'], qr/time zone/],
	[['--now', 'soon'], qr/'soon'.*now/],
	[['--dns', 'yes'], qr/'yes'.*dns.*on, off/],
	[['--resolver', ''], qr/''.*resolver/],
	[['--resolver', 'ns.example.net'], qr/'ns\.example\.net'.*resolver/],
	[['--resolver', '192.0.2.1:0'], qr/'192\.0\.2\.1:0'.*resolver/],
	[['--resolver', '2001:db8::1]:53'], qr/resolver.*\[2001:db8::1\]:53/],
	[[map { ('--resolver', "192.0.2.$_") } 1 .. 4],
	    qr/more than 3 resolvers/],
	[['--dns-deadline', '2'], qr/'2'.*dns-deadline.*10ms to 1m/],
	[['--dns-deadline', '9ms'], qr/'9ms'.*dns-deadline/],
	[['--dns-deadline', '61s'], qr/'61s'.*dns-deadline/],
	[['--dns-in-flight', '0'], qr/'0'.*dns-in-flight.*1 to 20000/],
	[['--dns-in-flight', '20001'], qr/'20001'.*dns-in-flight/],
	[['--dns-cache', '1'], qr/'1'.*dns-cache.*1024 to 16777216/],
	[['--dns-rate', '-1'], qr/'-1'.*dns-rate/],
	[['--dns-confirm=1'], qr/'--dns-confirm.*value/],
	[['--log-level', 'loud'], qr/'loud'.*log-level.*error, warning/],
	[['--progress', 'x'], qr/'x'.*progress/],
    ) {
	my ($options, $like) = @$bad;
	my $ran = run({in => $LINE}, $FILTER, '--config', $NOTHING,
	    @$options);
	is($ran->{status}, 64, "@$options: status");
	is($ran->{out}, '', "@$options: nothing on stdout");
	like($ran->{err}, qr/^mls-filter: [^\n]+\n\z/, "@$options: one line");
	like($ran->{err}, $like, "@$options: names it");
}
{
	# A name that shortens two options is not an unknown one.
	my $ran = filter('--f', 'csv');
	like($ran->{err}, qr/ambiguous|more than one|--format/,
	    '--f: says that it could be several');
	is(settings('--form', 'tsv'), settings('--format', 'tsv'),
	    'an option may be shortened');
	is(settings('x.log', '--format', 'tsv'), settings('--format', 'tsv'),
	    'and stand behind a file');
	$ran = filter('--', '--format');
	is($ran->{status}, 66, 'behind -- there are only files');
	like($ran->{err}, qr/'--format'/, 'and the message names it');
}

done_testing;
