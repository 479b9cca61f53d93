#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The manual pages: well formed, complete, about nothing that does not exist,
# and with examples that work.  What the program has is asked from the program.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Cwd qw(getcwd);
use File::Path qw(make_path);
use IO::Compress::Gzip qw(gzip);
use IO::Uncompress::Gunzip qw(gunzip);
use Test::More;
use MLS;
use Nameserver qw(fake_server);

my %page = map { $_ => slurp("$TOP/src/$_") }
    qw(mls-filter.1 mls-ipinfo.1 mls-summarize.1 mls-rules.5);
my $filter = $page{'mls-filter.1'};
my $ipinfo = $page{'mls-ipinfo.1'};
my $summarize = $page{'mls-summarize.1'};
my $rules = $page{'mls-rules.5'};

sub config_free { return run($FILTER, '--config', $_[0], @_[1 .. $#_]) }
my $NOTHING = "$DIR/nothing.yaml";
spew($NOTHING, "# nothing\n");

# The lines of a section (.Sh) or subsection (.Ss), without its heading.
sub section {
	my ($page, $name) = @_;
	$page =~ /^\.Sh \Q$name\E\n(.*?)(?=^\.Sh |\z)/ms or
	    $page =~ /^\.Ss \Q$name\E\n(.*?)(?=^\.S[hs] |\z)/ms or
	    die "no section $name";
	return $1;
}

# What mdoc source shows, for text without macros.
sub plain {
	my ($text) = @_;
	return $text =~ s/\\\(dq/"/gr =~ s/\\&//gr =~ s/\\e/\\/gr;
}

# Literal displays of a section, as shown.
sub displays {
	my ($text) = @_;
	return map { plain($_) }
	    $text =~ /^\.Bd -literal[^\n]*\n(.*?)^\.Ed$/gms;
}

# Names that have an item of their own: ".It Cm name".
sub items {
	return $_[0] =~ /^\.It Cm (\S+)$/gm;
}

# What the program lists in a message: "(one of a, b, c)".
sub one_of {
	my ($err) = @_;
	$err =~ /\(one of:? ([^)]*)\)/ or die "no list in: $err";
	return split /, (?:or none)?/, $1;
}

sub same_set {
	my ($got, $want, $about) = @_;
	is_deeply([sort @$got], [sort @$want], $about);
}

# Form.  Which other pages a machine has says nothing about ours.
SKIP: {
	my $mandoc = have('mandoc') or skip 'no mandoc', scalar keys %page;
	for my $name (sort keys %page) {
		my $ran = run($mandoc, '-Tlint', '-Wstyle', "$TOP/src/$name");
		my @said = grep { !/referenced manual not found/ }
		    split /\n/, $ran->{out};
		is_deeply(\@said, [], "$name: mandoc has nothing to say");
	}
}
for my $name (sort keys %page) {
	my $text = $page{$name};
	like($text, qr/^\.\\" SPDX-License-Identifier: ISC\n/,
	    "$name: licence");
	my @long = grep { length > 80 } split /\n/,
	    $text =~ s/^\.Bd -literal.*?^\.Ed$//gmsr;
	is_deeply(\@long, [], "$name: 80 columns outside displays");
}

# A program and its page: the options are those of --help and no others, with
# the same letters; all but the questions are settings; each says its values.
sub check_options {
	my ($program, $page, $lists) = @_;
	my $name = $program =~ s{.*/}{}r;
	my %help;
	my $ran = run($program, '--help');
	is($ran->{status}, 0, "$name --help");
	is_deeply([grep { length > 79 } split /\n/, $ran->{out}], [],
	    "$name --help: 80 columns");
	for (split /\n/, $ran->{out} =~ s/\n {28}/ /gr) {
		my ($letter, $name, $value) =
		    /^  (?:-(\w), |    )--([a-z-]+)(?: (\S+))?(?: |$)/ or
		    next;
		$help{$name} = { letter => $letter, value => $value,
		    default => /\(default: (\S+)\)$/ ? $1 : undef };
	}
	my (%option, %about);
	my @parts = split /^(?=\.It (?:.*, )?Fl )/m,
	    section($page, 'OPTIONS');
	for (@parts[1 .. $#parts]) {
		my ($item) = /^\.It (.*)$/m;
		my ($letter) = $item =~ /^Fl (\w)\b/;
		my ($long) = $item =~ /Fl -([a-z-]+)/ or
		    die "no long option: $item";
		ok(!$option{$long}, "$name --$long has one item");
		$option{$long} = { letter => $letter,
		    has_value => $item =~ / (?:Ar|Cm) \S/ ? 1 : 0 };
		$about{$long} = $_;
	}
	same_set([keys %option], [keys %help],
	    "$name: options of the page and of --help");
	for my $long (sort keys %help) {
		my $page = $option{$long} or next;
		is($page->{letter}, $help{$long}{letter},
		    "$name --$long: letter");
		is($page->{has_value}, defined $help{$long}{value} ? 1 : 0,
		    "$name --$long: whether it takes a value");
		my $default = $help{$long}{default};
		like($about{$long}, qr/(?<![\w\/])\Q$default\E\b/,
		    "$name --$long: default is said") if defined $default;
	}

	# Settings: all options but the questions, which the page names.
	my %setting;
	$ran = run($program, '--config', $NOTHING, '--print-config');
	is($ran->{status}, 0, "$name --print-config");
	$setting{$1} = 1 while $ran->{out} =~ /^  #?([a-z][a-z-]*):/gm;
	my ($but) = section($page, 'CONFIGURATION FILE') =~
	    /without their dashes, but for\n(.*?)\.$/ms;
	same_set([$but =~ /Fl -([a-z-]+)/g],
	    [grep { !$setting{$_} } keys %help],
	    "$name: options that are no settings");
	for (grep { $setting{$_} && !defined $help{$_}{value} } keys %help) {
		like($about{$_}, qr/^Off by default\.$/m,
		    "$name --$_: says that it is off");
	}
	my ($said) = section($page, 'CONFIGURATION FILE') =~
	    /^For\n(.*?)^it replaces the whole list/ms;
	same_set([($said // '') =~ /Cm (\S+)/g], $lists,
	    "$name: settings that are lists");

	# Choices: every value of the program, and no other, where the option
	# is told.
	for my $long (grep { defined $help{$_}{value} } sort keys %help) {
		my $ran = run($program, '--config', $NOTHING, "--$long",
		    'no such value', '--print-config');
		next if $ran->{status} != 64 || $ran->{err} !~ /\(one of/;
		my @values = one_of($ran->{err});
		my %seen = map { $_ => 1 } $about{$long} =~ /^\.Cm (\S+)/gm,
		    $about{$long} =~ /^\.It Fl \S+ Cm (\S+)(?: \| (\S+))?/m;
		same_set([keys %seen], \@values, "$name --$long: its values");
	}
	return (\%help, \%about);
}
my ($help, $about) = check_options($FILTER, $filter,
    [qw(columns events filters database resolver)]);
my ($ipinfo_help) = check_options($IPINFO, $ipinfo,
    [qw(database source)]);
my ($summarize_help) = check_options($SUMMARIZE, $summarize, ['to']);
my %about = %$about;
for my $name (sort keys %page) {
	# Of another program, in the text about that program.
	my %known = map { $_ => 1 } keys %{$name eq 'mls-ipinfo.1' ?
	    $ipinfo_help : $name eq 'mls-summarize.1' ? $summarize_help :
	    $help}, 'no-hostname', 'option';
	my @unknown = grep { !$known{$_} }
	    $page{$name} =~ /\bFl -([a-z-]+)/g;
	is_deeply(\@unknown, [], "$name: every option in the text exists");
}
same_set([items(section($filter, 'The formats'))],
    [one_of(config_free($NOTHING, '--format', '-')->{err})], 'formats');
{
	my @events = one_of(config_free($NOTHING, '--events', '-')->{err});
	same_set([items($about{events})], \@events, 'events');
	my ($event) = section($rules, 'THE FILE') =~
	    /^\.It Cm event\n(.*?)^\.It/ms;
	same_set([$event =~ /^\.Cm (\S+)/gm], \@events,
	    'mls-rules.5: events');
}

# Columns.
{
	my $source = slurp("$TOP/src/schema/column.c");
	my @columns = $source =~ /\[COLUMN_\w+\] = \{ SLICE\("(\w+)"\)/g;
	my @documented = items(section($filter, 'COLUMNS'));
	cmp_ok(scalar @columns, '>', 12, 'columns are found in the source');
	is_deeply(\@documented, \@columns, 'columns, in their order');
	my $ran = config_free($NOTHING, '--header', 'always', '--columns',
	    join ',', @documented);
	is($ran->{out}, join(',', @documented) . "\n",
	    'the program knows every column of the page');
	$ran = config_free($NOTHING, '--header', 'always');
	is($ran->{out}, join(',', @documented[0 .. 11]) . "\n",
	    'the first twelve are the default');
	$ran = config_free($NOTHING, '--header', 'always', '--format',
	    'maillogsentinel');
	is($ran->{out}, join(';', @documented[0 .. 8]) . "\r\n",
	    'the first nine are those of MailLogSentinel');
}

# Names of addresses: what can come of asking, what is not asked, counters.
{
	my ($table) = slurp("$TOP/src/schema/column.c") =~
	    /statuses\[RDNS_STATUSES\] = \{\n(.*?)^\};/ms;
	my %seed = $table =~ /\{ SLICE\("(\w+)"\), SLICE\("([^"]+)"\) \}/g;
	cmp_ok(scalar keys %seed, '>', 9, 'statuses are found in the source');
	same_set([items(section($filter, 'Statuses'))], [keys %seed],
	    'statuses');

	# As the old program called them: "its value (ours, ours)".
	my ($told) = section($filter, 'The formats') =~
	    /^\.Ql "Failed \(Unknown\)" \.\n(.*?)^A backslash/ms;
	my %page = (SKIPPED => 'Failed (Unknown)', OK => 'OK');
	for (split /^(?=\.Ql )/m, $told) {
		my ($name, $ours) = /^\.Ql "?([^"\n]*?)"?(?: \.)?\n(.*)/s or
		    next;
		$page{$_} = $name for $ours =~ /\b[A-Z]{2,}\b/g;
		$page{TIMEOUT} = $name if $name =~ /time/i;
	}
	is_deeply(\%page, \%seed, 'and what the old program called them');

	my ($forward) = slurp("$TOP/src/schema/column.c") =~
	    /forwards\[\] = \{\n(.*?)^\};/ms;
	my ($item) = section($filter, 'COLUMNS') =~
	    /^\.It Cm forward_confirmed\n(.*?)^\.It/ms;
	same_set([$item =~ /^\.Cm (\S+)/gm], [$forward =~
	    /SLICE\("(\w+)"\)/g], 'values of forward_confirmed');

	my $ran = config_free($NOTHING, '--stats', '--resolver',
	    '127.0.0.1:9');
	my ($line) = $ran->{err} =~ /^mls-filter: dns: (.*)$/m;
	same_set([section($filter, 'Counters') =~ /^\.It (.+)$/gm],
	    [map { s/ [\d.]+(?: ms)?$//r } split /, /, $line // ''],
	    'counters');
}
SKIP: {
	my ($server, $why) = fake_server();
	skip $why, 5 unless $server;
	my $ask = sub {
		my ($ip, @options) = @_;
		return run({in => '2026-11-22T11:05:40Z mx1 postfix/smtpd[1]' .
		    ": warning: unknown[$ip]: SASL PLAIN authentication " .
		    "failed: x, sasl_username=x\n"}, $FILTER, '--config',
		    $NOTHING, '--resolver', "127.0.0.1:$server->{port}",
		    '--header', 'never', '--columns',
		    'hostname,reverse_dns_status', @options)->{out};
	};
	my @nets = section($filter, 'Answers without a question') =~
	    /(?<![\w.])((?:\d+\.\d+|[\da-f]*:)[\da-f:.]*)(?=[\/,])/g;
	is(scalar @nets, 14, 'networks that are not asked about');
	is(join(' ', grep { $ask->($_) !~ /,LOCAL$/m } @nets), '',
	    'they are not');
	is(join(' ', grep { $ask->($_) !~ /,OK$/m } qw(10.0.0.1 172.16.0.1
	    192.168.0.1 fd00::1)), '', 'private networks are');

	# 198.18.N.x is answered in the Nth way of the server's list.
	my @ways = split /\n/, run($Nameserver::PROGRAM, '--list')->{out};
	my %way = map { $ways[$_] => "198.18.$_.5" } 0 .. $#ways;
	my ($name) = map { plain($_) } section($filter,
	    'What a name looks like') =~ /^\.Ql (m.*) \.$/m;
	is($ask->($way{utf8}) =~ s/-198-18-\d+-5//r, "$name,OK\n",
	    'what a name with odd bytes looks like');
	is($ask->($way{fwdmismatch}, '--dns-confirm') =~ s/^.*,//r,
	    "MISMATCH\n", '--dns-confirm');
}

# Rule files that are built in.
{
	my ($known) = config_free($NOTHING, '--filters', '-')->{err} =~
	    /built in: ([^;]*);/;
	my @built_in = split /, /, $known;
	my ($said) = section($filter, 'Which lines give a row') =~
	    /^Those for\n(.*?)^are built in/ms;
	same_set([$said =~ /Cm (\S+)/g], \@built_in, 'rules that are built in');
	($said) = section($rules, 'DESCRIPTION') =~
	    /^Rule files for ([^.]*?) are built\ninto/m;
	same_set([split /, | and /, $said], \@built_in,
	    'mls-rules.5: rules that are built in');
}

# Exit statuses and signals, as the sources use them: those that a program is
# made of, found by what they include.
sub sources_of {
	my ($program) = @_;
	my (%seen, %text);
	my @left = ("$program.c");
	while (defined(my $file = shift @left)) {
		next if $seen{$file}++ || !-e "$TOP/src/$file";
		$text{$file} = slurp("$TOP/src/$file");
		push @left, map { ($_, s/h$/c/r) }
		    $text{$file} =~ /^#include "([^"]+\.h)"/gm;
	}
	return \%text;
}
{
	my %sysexits = (USAGE => 64, DATAERR => 65, NOINPUT => 66,
	    NOUSER => 67, NOHOST => 68, UNAVAILABLE => 69, SOFTWARE => 70,
	    OSERR => 71, OSFILE => 72, CANTCREAT => 73, IOERR => 74,
	    TEMPFAIL => 75, PROTOCOL => 76, NOPERM => 77, CONFIG => 78);
	my ($caught) = slurp("$TOP/src/base/signals.c") =~
	    /caught\[\] = \{([^}]*)\}/;
	for my $program (qw(mls-filter mls-ipinfo mls-summarize)) {
		my $page = $page{"$program.1"};
		my $sources = sources_of($program);
		my %used = (0 => 1);
		for my $source (values %$sources) {
			$used{$sysexits{$1}} = 1 while
			    $source =~ /\bEX_(?!OK)([A-Z]+)\b/g;
			$used{1} = 1 if $source =~
			    /\b(?:NOT_FOUND|FILTER_GAP) = 1\b/;
		}
		cmp_ok(scalar keys %$sources, '>', 20,
		    "$program: its sources are found");
		same_set([section($page, 'EXIT STATUS') =~ /^\.It (\d+)$/gm],
		    [keys %used], "$program: exit statuses");
		# Nothing special happens there.
		next if $program eq 'mls-summarize';
		same_set([map { split / , / } section($page, 'SIGNALS') =~
		    /^\.It Dv (.*)$/gm], [$caught =~ /\bSIG\w+/g, 'SIGPIPE'],
		    "$program: signals");
	}
}

# What mls-ipinfo adds, and where it looks.
{
	spew("$DIR/database", "192.0.2.0,192.0.2.255,FR\n");
	my $ran = run($IPINFO, '--config', $NOTHING, '--database',
	    "$DIR/database", '--csv', '192.0.2.1');
	is($ran->{out} =~ s/\n.*//sr, join(',', items(section($ipinfo,
	    'ANSWERS'))), 'mls-ipinfo: the cells of an answer');
	my ($default) = slurp("$TOP/src/ipinfo-options.c") =~
	    /DEFAULT_SOURCE "([^"]+)"/;
	like(slurp("$TOP/conf/mls.yaml"), qr/source: \[\Q$default\E\]/,
	    'mls-ipinfo: where updates come from');
}

# Databases: what the page calls a form, the program calls it too.
{
	my %sample = (
		'range CSV' => "192.0.2.0,192.0.2.255,FR\n",
		'CIDR CSV' => "network,country_code\n192.0.2.0/24,FR\n",
		'range TSV' =>
		    "192.0.2.0\t192.0.2.255\t64496\tFR\tEXAMPLE\n",
		'libloc export' =>
		    "net: 192.0.2.0/24\ncountry: FR\naut-num: 64496\n\n",
	);
	same_set([section($filter, 'DATABASES') =~ /^\.It (.*)$/gm],
	    [keys %sample], 'forms of databases');
	for my $form (sort keys %sample) {
		spew("$DIR/database", $sample{$form});
		my $ran = config_free($NOTHING, '--check', '--database',
		    "$DIR/database");
		is($ran->{status}, 0, "$form: --check") or
		    diag($ran->{err});
		like($ran->{out}, qr{/database: \Q$form\E: good\n},
		    "$form: recognised");
	}
}

# Rule files: hole types and names, from the message about a wrong one.
sub rule_file {
	my ($match, $line, $gives) = @_;
	spew("$DIR/rule.yaml", "name: t\nabout: t\nprogram: t\nrules:\n" .
	    "  - event: auth-failure\n    match: '$match'\nexamples:\n" .
	    "  - line: '$line'\n    gives: $gives\n");
	return config_free($NOTHING, '--columns', 'ip', '--check', '--filters',
	    "$DIR/rule.yaml");
}
same_set([items(section($rules, 'Types'))],
    [one_of(rule_file('test {user:-}', 'test x', 'nothing')->{err})],
    'hole types');
same_set([items(section($rules, 'Names'))],
    [one_of(rule_file('test {x:word}', 'test x', 'nothing')->{err})],
    'hole names');

# Each message the page explains does come.
{
	my %cause = (
		"unknown hole type 'ipp'" => ['test {ip:ipp}'],
		"unknown hole name 'addr'" => ['test {addr:ip}'],
		"hole 'ip' must have type" => ['test {ip:word}'],
		"two holes named 'user'" => ['test {user:word} {user:word}'],
		'literal text must follow' => ['test {user:text}'],
		'nothing can stand behind' => ['test {user:rest} x'],
		"hole '{user}' must be" => ['test {user}'],
		"'}' without" => ['test } x'],
		'no literal text' => ['ab {user:rest}'],
		'example matches no rule' => ['test y',
		    '{event: auth-failure}'],
		'example matches a rule' => ['test {:rest}', 'nothing'],
		'example gives user' => ['test {user:rest}',
		    '{event: auth-failure, user: y}'],
		'no example is matched' => ['test y', 'nothing'],
	);
	my @told = map { plain(s/^"|"$//gr) }
	    section($rules, 'DIAGNOSTICS') =~ /^\.It (".*")$/gm;
	for my $message (@told) {
		next if $message =~ /^the rules in force/;
		my ($key) = grep { index($message, $_) == 0 } keys %cause;
		ok(defined $key, "a cause for: $message") or next;
		my ($match, $gives) = @{delete $cause{$key}};
		my $ran = rule_file($match, 'test x', $gives // 'nothing');
		is($ran->{status}, 78, "$message: status");
		my $like = join '.*', map { quotemeta }
		    split /\.\.\./, $message;
		like($ran->{err}, qr/rule\.yaml:\d+: $like/,
		    "$message: is said");
	}
	is_deeply([keys %cause], [], 'every message was tried');

	my @many = map { "  - event: auth-failure\n" .
	    "    match: 'number$_ {user:rest}'\n" } 'aaa' .. 'aco';
	spew("$DIR/many.yaml", "name: t\nabout: t\nprogram: t\nrules:\n",
	    @many, "examples:\n", map { "  - line: 'number$_ x'\n" .
	    "    gives: {event: auth-failure, user: x}\n" } 'aaa' .. 'aco');
	my $ran = config_free($NOTHING, '--filters', "$DIR/many.yaml");
	is($ran->{status}, 78, 'too many texts to look for: status');
	my ($told) = grep { /^the rules in force/ } @told;
	$told =~ s/ N / \\d+ /;
	like($ran->{err}, qr/$told/, 'and it is said in these words');
}

# The rule file in the page, and what the page says the program says about it.
{
	my ($file) = grep { /^name: / } displays(section($rules, 'THE FILE'));
	my $home = getcwd();
	chdir $DIR or die;
	spew('gate.yaml', $file);
	my $ran = config_free($NOTHING, '--columns', 'ip', '--check',
	    '--filters', './gate.yaml');
	is($ran->{status}, 0, 'the rule file of the page is good') or
	    diag($ran->{err});
	like($ran->{out}, qr/^\.\/gate\.yaml: 2 rules, 4 examples: good$/m,
	    'all of it');

	my @shown = displays(section($rules, 'WRITING A RULE FILE'));
	my ($lines) = $shown[0];
	my $explained = 0;
	for my $shown (grep { /^  envelope /m } @shown) {
		$shown =~ s/^\$ mls-filter --explain[^\n]*\n//;
		my ($line) = $shown =~ /^(.*)\n/;
		$ran = run({in => "$line\n"}, $FILTER, '--config', $NOTHING,
		    '--explain', '--filters', './gate.yaml');
		is($ran->{out}, $shown, '--explain says what the page says');
		$explained++;
	}
	is($explained, 2, 'both were tried');
	$ran = run({in => $lines}, $FILTER, '--config', $NOTHING,
	    '--filters', './gate.yaml', '--columns', 'ip,mechanism,user',
	    '--header', 'never');
	is($ran->{out}, "192.0.2.7,PLAIN,ann\n", 'and the line gives a row');

	# The first attempt, which fails as told.
	my ($first) = map { /^match: (.*)$/m ? $1 : () } @shown;
	my ($answer) = map { /^\$ mls-filter --check.*\n(.*)\n/ ? $1 : () }
	    @shown;
	spew('gate.yaml', ($file =~ s/^  - event: auth-error\n.*\n//mr =~
	    s/match: '.*'$/match: $first/mr =~ s/, reason: bad password//r =~
	    s/^  - line: 'refused 2001.*//msr));
	$ran = config_free($NOTHING, '--check', '--filters', './gate.yaml');
	is($ran->{status}, 78, 'the first attempt fails');
	is($ran->{err} =~ s/:\d+:/:N:/r, "$answer\n" =~ s/:\d+:/:N:/r,
	    'as told');
	chdir $home or die;
}

# What the page says about two words that go wrong.
{
	my $good = '{event: auth-failure, ip: 192.0.2.7}';
	my $line = 'user=<x>, method=PLAIN, rip=203.0.113.9, y>, ' .
	    'rip=192.0.2.7';
	my ($told) = displays(section($rules, 'Text that a client wrote'));
	is($told, "$line\n", 'the forged line of the page');
	my @templates = map { plain($_) } section($rules,
	    'Text that a client wrote') =~ /^\.Ql "(user=<\{.*)"/gm;
	is(scalar @templates, 2, 'and its two templates');
	like(rule_file($templates[0], $line, $good)->{err},
	    qr/example matches no rule/, 'the first does not match');
	is(rule_file($templates[1], $line, $good =~
	    s/\}/, user: "x>, method=PLAIN, rip=203.0.113.9, y"}/r)->{status},
	    0, 'the second finds the true address');
	like(rule_file('{:word?}{:port?} done', ':25 done', '{event: x}')->
	    {err}, qr/example gives event/, 'a word takes a port too');
}

# Configuration files in the page can be read.
for my $name (sort keys %page) {
	for my $text (grep { /^(filter|ipinfo|summarize):$/m } displays($page{$name})) {
		my ($section) = $text =~ /^(filter|ipinfo|summarize):$/m;
		spew("$DIR/page.yaml", $text);
		my $ran = run("$BUILD/mls-$section", '--config',
		    "$DIR/page.yaml", '--print-config');
		is($ran->{status}, 0, "$name: a configuration is good") or
		    diag($ran->{err});
		my ($key) = $text =~ /^  ([a-z-]+):/m;
		like($ran->{out}, qr/^  $key: /m, "$name: and counts");
	}
}

# EXAMPLES.  Every display with mls-filter as a command is run as one script,
# with our logs for those of the machine.
my $home = "$DIR/examples";
make_path("$home/bin", "$home/var/log/mls", "$home/var/tmp");
{
	my ($log, $older, $oldest);
	gunzip("$TOP/t/corpus/bookworm.main.rfc3339.log.gz", \$log);
	gunzip("$TOP/t/corpus/bookworm.rmr.rfc3339.log.gz", \$older);
	spew("$home/var/log/mail.log", $log, '2026-11-22T11:05:40+01:00 mx1 ' .
	    'postfix/smtpd[250]: warning: unknown[192.0.2.7]: SASL PLAIN ' .
	    'authentication failed: x, sasl_username=' .
	    "last\\x41\xc2\x85\xff\n");
	spew("$home/var/log/mail.log.1", $older);
	spew("$home/var/log/mail.log.2.gz",
	    slurp("$TOP/t/corpus/bookworm.main.rfc3339.log.gz"));
	spew("$home/bin/journalctl", "#!/bin/sh\n[ \"\$1 \$2\" = '-o json' ] " .
	    "&& cat '$TOP/t/corpus/env/bookworm.journalctl.json.log'\n");
	# Nobody is asked for the names of what the logs hold.
	spew("$home/bin/mls-filter", "#!/bin/sh\nexec '$FILTER' @OFFLINE " .
	    "\"\$@\"\n");
	chmod 0755, "$home/bin/journalctl", "$home/bin/mls-filter" or die;
}
sub example {
	my ($script) = @_;
	$script =~ s{/usr/local/bin/}{}g;
	$script =~ s{(?<![\w/])/var/}{$home/var/}g;
	# Follows for ever otherwise.
	$script =~ s/\btail -n 0 -F /tail -n +1 /g;
	$script =~ s/ --follow --backlog none / /g;
	unlink glob "$home/logins.* $home/var/tmp/*";
	local $ENV{PATH} = "$home/bin:$ENV{PATH}";
	my $ran = run('bash', '-c', "cd '$home' && set -e\n$script");
	# A machine need not have a database.
	$ran->{err} =~ s/^mls-filter: no IP database: .*\n//mg;
	return $ran;
}
SKIP: {
	have('bash') or skip 'no bash', 1;
	my @scripts = grep { /^mls-filter |\| mls-filter\b/m }
	    displays(section($filter, 'EXAMPLES'));
	@scripts = grep { !/^\S+( \S+){4} root /m } @scripts;
	cmp_ok(scalar @scripts, '>=', 8, 'examples to run');
	for my $script (@scripts) {
		my ($about) = $script =~ /^(.*mls-filter.*)$/m;
		if ($script =~ /\bsqlite3\b/ && !have('sqlite3')) {
			SKIP: { skip 'no sqlite3', 3 }
			next;
		}
		my $ran = example($script);
		is($ran->{status}, 0, "$about: status");
		is($ran->{err}, '', "$about: nothing on stderr");
		my $written = $ran->{out};
		$written .= slurp($_) for grep { -f } glob
		    "$home/logins.csv $home/var/tmp/*.csv $home/*.csv";
		cmp_ok(($written =~ tr/\n//), '>', 1, "$about: gives rows");
	}

	# Some of them must give something in particular.
	my ($undo) = grep { /perl/ } @scripts;
	my $ran = example($undo);
	like($ran->{out}, qr/^last\\x41\xc2\x85\xff$/m,
	    'the command that undoes escapes gives the bytes of the log');
	($undo) = grep { /auth-success/ } @scripts;
	like(example($undo)->{out}, qr/,auth-success,/,
	    'the example with successes has some');
	($undo) = grep { /journalctl/ } @scripts;
	my @rows = split /\n/, example($undo =~ s/^tail.*\n//mr)->{out};
	is(scalar @rows, 13, 'all attempts of the journal');
	($undo) = grep { /pipefail/ } @scripts;
	spew("$home/var/log/mail.log.3.gz",
	    substr slurp("$home/var/log/mail.log.2.gz"), 0, 2000);
	isnt(example($undo)->{status}, 0,
	    'pipefail does notice a damaged file');
	unlink "$home/var/log/mail.log.3.gz";
}

# Those of mls-ipinfo, with files of ours.
SKIP: {
	have('bash') or skip 'no bash', 1;
	my $home = "$DIR/ipinfo";
	make_path("$home/bin");
	spew("$home/countries.csv", "192.0.2.0,192.0.2.255,DE\n" .
	    "198.51.100.0,198.51.100.255,US\n2001:db8::,2001:db8::ff,FR\n");
	my $networks = "192.0.2.0\t192.0.2.255\t64500\tDE\tExample Ltd\n" .
	    "2001:db8::\t2001:db8::ff\t64501\tFR\tExample SA\n";
	gzip(\$networks, "$home/networks.tsv.gz") or die;
	spew("$home/addresses.txt", "192.0.2.1\n2001:db8::1\n");
	spew("$home/access.log", map { "192.0.2.$_ - - [x] \"GET /\"\n" }
	    1 .. 9);
	spew("$home/logins.csv", "date,ip,asn\nx,192.0.2.1,\n");
	spew("$home/bin/mls-ipinfo", "#!/bin/sh\ncase \$* in\n" .
	    "*--database*) exec '$IPINFO' --config '$NOTHING' \"\$\@\" ;;\n" .
	    "*) exec '$IPINFO' --config '$NOTHING' --database " .
	    "countries.csv --database networks.tsv.gz \"\$\@\" ;;\nesac\n");
	chmod 0755, "$home/bin/mls-ipinfo" or die;
	local $ENV{PATH} = "$home/bin:$ENV{PATH}";
	my @shown = displays(section($ipinfo, 'ANSWERS'));
	is(run("$home/bin/mls-ipinfo", '--database', "$home/countries.csv",
	    '--database', "$home/networks.tsv.gz", qw(192.0.2.1
	    198.51.100.1))->{out}, $shown[0], 'mls-ipinfo: text as shown');
	my @scripts = grep { /mls-ipinfo/ && !/ root /m }
	    displays(section($ipinfo, 'EXAMPLES'));
	cmp_ok(scalar @scripts, '>=', 6, 'mls-ipinfo: examples to run');
	for my $script (@scripts) {
		my ($about) = $script =~ /^(.*mls-ipinfo.*)$/m;
		my $ran = run('bash', '-c', "cd '$home' && set -eo pipefail\n" .
		    $script);
		is($ran->{status}, 0, "$about: status");
		is($ran->{err}, '', "$about: nothing on stderr");
		$ran->{out} = slurp("$home/today.csv")
		    if $script =~ />today\.csv/;
		cmp_ok(($ran->{out} =~ tr/\n//), '>', 0,
		    "$about: says something");
		like($ran->{out}, qr/64500|good$/m, "$about: the answer");
	}
	my ($cron) = grep { / root /m } displays(section($ipinfo, 'EXAMPLES'));
	like($cron, qr{\APATH=\S+\n(?:[\d*]+ ){5}root [^%\n]+\n\z},
	    'mls-ipinfo, cron: five fields, user, command without percent');
}

# The keys of its JSON, in the order of the page; those within by name.
{
	my $in = join '', "date,ip,user,event,country_code,asn\n", map { my $n = $_;
	    map { "2026-11-2${_}T10:00:0$n+00:00,192.0.2.$n,ann," .
	    ($n ? 'auth-failure' : 'auth-success') . ",D$n,6450$n\n" } 1, 2 }
	    0 .. 9;
	my $json = run({in => $in . "damaged\n"}, $SUMMARIZE, '--config',
	    $NOTHING, '--now', '2026-11-23T00:05:00Z', '--period', 'yesterday',
	    '--format', 'json', '--alert-failures', 1)->{out};
	my ($page, $kinds) = split /The kinds of alerts:/,
	    section($summarize, 'JSON');
	my (@keys, %within, $depth);
	while ($json =~ /("(?:[^"\\]|\\.)*")(:?)|([\[{])|([\]}])/g) {
		$depth += $3 ? 1 : $4 ? -1 : 0;
		next unless $2;
		push @keys, $1 =~ tr/"//dr if $depth == 1;
		$within{$1 =~ tr/"//dr} = 1 if $depth > 1;
	}
	is_deeply([items($page)], \@keys, 'mls-summarize: the keys of its JSON');
	cmp_ok(scalar keys %within, '>', 40, 'mls-summarize: there are others');
	my %events = map { $_ => 1 } one_of(run($FILTER, '--events', 'x',
	    '--config', $NOTHING)->{err});
	is_deeply([grep { !$events{$_} && $page !~ /\b\Q$_\E\b/ }
	    sort keys %within], [], 'mls-summarize: and those within');
	my ($names) = slurp("$TOP/src/report/model.c") =~
	    /alerts\[MODEL_ALERT_KINDS\] = \{(.*?)\};/s;
	same_set([items($kinds)], [$names =~ /SLICE\("([a-z-]+)"\)/g],
	    'mls-summarize: kinds of alerts');
}

# Those of mls-summarize, on rows that give the report the page shows.
SKIP: {
	have('bash') or skip 'no bash', 1;
	my $home = "$DIR/summarize";
	make_path("$home/bin");
	my $row = sub {
		my ($time, $user, $event, $ip, $country) = @_;
		return "mx1,2026-11-${time}:00+01:00,$ip,$user,,SKIPPED," .
		    "$country,,,$event,smtps,PLAIN\n";
	};
	spew("$home/logins.csv", "server,date,ip,user,hostname," .
	    "reverse_dns_status,country_code,asn,aso,event,service," .
	    "mechanism\n", (map { $row->('22T08:0' . $_ % 10, 'carol',
	    'auth-failure', '192.0.2.7', 'FR') } 1 .. 11),
	    $row->('22T09:00', 'carol', 'auth-success', '192.0.2.7', 'FR'),
	    $row->('22T10:00', 'ann', 'auth-failure', '192.0.2.9', 'DE'));
	my $older = join '', map { $row->('21T10:00', $_, 'auth-failure',
	    '192.0.2.9', 'DE') } qw(ann bob);
	gzip(\$older, "$home/logins.csv.1.gz") or die;
	spew("$home/bin/sendmail", "#!/bin/sh\nexec cat >'$home/mail'\n");
	chmod 0755, "$home/bin/sendmail" or die;
	spew("$home/allow", "192.0.2.9 # the office\n");
	spew("$home/bin/mls-summarize", "#!/bin/sh\nexec '$SUMMARIZE' " .
	    "--config '$NOTHING' --now 2026-11-23T00:05:00Z " .
	    "--sendmail '$home/bin/sendmail' \"\$\@\"\n");
	chmod 0755, "$home/bin/mls-summarize" or die;
	local $ENV{PATH} = "$home/bin:$ENV{PATH}";
	my @shown = displays(section($summarize, 'EXAMPLES'));
	my ($report) = grep { /^mls report/ } @shown;
	my $ran = run('bash', '-c', "cd '$home' && zcat logins.csv.1.gz | " .
	    'cat logins.csv - | mls-summarize --period yesterday');
	is(substr($ran->{out}, 0, length $report), $report,
	    'mls-summarize: the report as shown');
	my @scripts = grep { /mls-summarize/ } @shown;
	# Text is what there is without a word, mail what is sent.
	my %formats = map { $_ => 1 } items(section($summarize, 'FORMATS'));
	is_deeply([grep { my $format = $_; !grep { $format eq 'text' ?
	    !/--format|--to/ : /--format $format\b/ } @scripts }
	    sort keys %formats], [], 'mls-summarize: an example of each format');
	cmp_ok(scalar keys %formats, '>=', 6, 'mls-summarize: formats');
	for my $script (@scripts) {
		my ($about) = $script =~ /^(.*mls-summarize.*)$/m;
		if ($script =~ /\bjq\b/ && !have('jq')) {
			SKIP: { skip 'no jq', 3 }
			next;
		}
		$ran = run('bash', '-c', "cd '$home' && set -eo pipefail\n" .
		    $script);
		is($ran->{status}, 0, "$about: status");
		is($ran->{err}, '', "$about: nothing on stderr");
		$ran->{out} = slurp("$home/mls.prom")
		    if $script =~ />mls\.prom/;
		$ran->{out} = slurp("$home/mail")
		    if $script =~ /--send\b|\| sendmail/;
		like($ran->{out}, qr/carol|192\.0\.2\.7|by_country|^add set/m,
		    "$about: the answer");
		unlike($ran->{out}, qr/192\.0\.2\.9/, "$about: who is allowed")
		    if $script =~ /--allow/;
	}
}

# The line for cron: five fields, a user, a command without percent sign, all
# in one line since cron knows no other.
{
	my ($cron) = grep { / root /m } displays(section($filter, 'EXAMPLES'));
	my @lines = split /\n/, $cron;
	like(shift @lines, qr{^PATH=/usr/local/bin:/usr/bin:/bin$},
	    'cron: a path');
	is(scalar @lines, 1, 'cron: one line');
	my ($command) = $lines[0] =~ /^(?:[\d*]+ ){5}root (.*)$/;
	ok(defined $command, 'cron: five fields, user, command');
	unlike($command, qr/%/, 'cron: no percent sign');
	my $ran = example($command);
	is("$ran->{status}:$ran->{err}", '0:', 'cron: runs');
	cmp_ok((slurp("$home/var/log/mls/logins.csv") =~ tr/\n//), '>', 100,
	    'cron: rows');
}

# rsyslog takes its part; running it is another test's business.
SKIP: {
	my $rsyslogd = have('rsyslogd') or skip 'no rsyslogd', 2;
	my ($text) = grep { /omprog/ && /action/ }
	    displays(section($filter, 'EXAMPLES'));
	skip 'no omprog', 2 unless
	    run($rsyslogd, '-v')->{status} == 0;
	spew("$DIR/rsyslog.conf", $text, "*.* action(type=\"omfile\" " .
	    "file=\"$DIR/x\")\n");
	my $ran = run($rsyslogd, '-N1', '-f', "$DIR/rsyslog.conf");
	is($ran->{status}, 0, 'rsyslogd -N1 accepts the example') or
	    diag($ran->{err});
	unlike($ran->{err}, qr/error|warning/i, 'without complaint');
	my ($command) = $text =~ /binary="([^"]*)"/;
	my @words = split / /, $command;
	is_deeply([@words[0, 1]], ['/usr/local/bin/mls-filter', '-c'],
	    'the program and its configuration');
	like(section($filter, 'EXAMPLES'), qr/^\.Pa \Q$words[2]\E :$/m,
	    'whose content is shown');
	# It sets what the page says must be set.
	my %set = $text =~ /([\w.]+)="([^"]*)"/g;
	my %asked = section($filter, 'UNDER RSYSLOG') =~
	    /^\.Cm ([\w.]+)\nto \\?([\w-]+),?(?: and)?$/mg;
	cmp_ok(scalar keys %asked, '>=', 5, 'what an action must have');
	is_deeply({map { $_ => $set{$_} } keys %asked}, \%asked,
	    'the example has it');
}

done_testing;
