#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The house stands as it was drawn: what may include what, who may speak, what
# a source file looks like, what lies on top.  A rule is a function that gives
# complaints; each must complain about a house with its fault in it, and about
# ours not at all.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Find ();
use File::Path ();
use Test::More;
use MLS;

# What each layer may include beside itself.
my %below = (
	base => [],
	schema => ['base'],
	parse => [qw(schema base)],
	enrich => [qw(schema base)],
	deliver => [qw(schema base)],
	report => [qw(schema base)],
);

# Foreign libraries, each behind a wall; zlib has two doors in its own, one to
# unpack and one to pack.
my @walls = (
	[qr/^zlib\.h$/, 'src/base/gzip.c', 'src/report/attach.c'],
	[qr/^yaml\.h$/, 'src/base/yaml.c'],
	[qr/^ldns\//, 'src/enrich/answer.c'],
	[qr/^curl\//, 'src/enrich/fetch.c'],
);

# Generated into the build directory.
my %generated = ('embedded.h' => 'src/parse/rules.c',
	'page-css.h' => 'src/report/page.c');

# Who may write to standard error, or end the program.
my %speaker = map { $_ => 1 } qw(src/base/diag.c src/base/mem.c);

my $voice = qr/\b(?:
	(?:stdout|stderr|STDERR_FILENO)\b
	| (?:v?printf|puts|putchar|perror|psignal|v?syslog
	  | v?errx?|v?warnx?|error
	  | exit|_exit|_Exit|quick_exit|abort) \s* \(
)/x;

my @top = qw(LICENSE Makefile README.md conf contrib filters src t);

# The names of all files of a tree: what git knows or would add; in an unpacked
# archive, all but the build directory.
sub names {
	my ($dir) = @_;
	if (-e "$dir/.git" && have('git')) {
		my $r = run(have('git'), '-C', $dir, 'ls-files', '-z',
		    '--cached', '--others', '--exclude-standard');
		return grep { -e "$dir/$_" } split /\0/, $r->{out}
		    unless $r->{status};
	}
	my @names;
	File::Find::find({no_chdir => 1, wanted => sub {
		return if $_ eq $dir;
		my $name = substr $_, length($dir) + 1;
		$File::Find::prune = 1 if $name =~ /^(build|\.git)$/;
		push @names, $name unless -d $_;
	}}, "$dir");
	return grep { !/^(build|\.git)$/ } @names;
}

# C without its comments, strings and characters, lines kept.
sub bare {
	my ($c) = @_;
	my $blank = sub { $_[0] =~ tr/\n//cdr };
	$c =~ s{(/\*.*?\*/|//[^\n]*)|("(?:\\.|[^"\\])*")|('(?:\\.|[^'\\])*')}
		{defined $1 ? ' ' . $blank->($1) : defined $2 ? '""' : '0'}gse;
	return $c;
}

# Calls f(line, number) for each line.
sub each_line {
	my ($text, $f) = @_;
	my $n = 0;
	$f->($_, ++$n) for split /\n/, $text;
}

sub is_c { return $_[0] =~ m{^src/.*\.[ch]$} }
sub is_text {
	my ($name, $text) = @_;
	return 0 if $name =~ m{^t/(corpus|fuzz/corpus|expect[^/]*)/};
	return 0 if $name =~ m{\.(gz|log|csv|jsonl|tsv)$};
	return index($text, "\0") < 0;
}

# Programs, tests, rules, settings, manuals: all but texts, data and dot-files.
sub is_source {
	my ($name, $text) = @_;
	return is_text($name, $text) && $name !~ m{(^|/)(LICENSE|\.git\w+)$} &&
	    $name !~ m{\.md$};
}

#
# The rules.  Each takes {name => text} and gives complaints.
#

sub layers {
	my ($files) = @_;
	my @wrong;
	for my $name (grep { is_c($_) } sort keys %$files) {
		my ($layer) = $name =~ m{^src/([^/]+)/};
		if (defined $layer && !$below{$layer}) {
			push @wrong, "$name: there is no layer '$layer'";
			next;
		}
		each_line($files->{$name}, sub {
			my ($line, $n) = @_;
			return unless $line =~ /^\s*#\s*include\b\s*(.*)/;
			my $what = $1;
			if ($what =~ /^<(.*)>/) {
				for (grep { $1 =~ $_->[0] } @walls) {
					my (undef, @doors) = @$_;
					push @wrong, "$name:$n: $1 is for " .
					    join ' and ', @doors
					    unless grep { $name eq $_ } @doors;
				}
				return;
			}
			my ($file) = $what =~ /^"([^"]+)"/;
			if (!defined $file) {
				push @wrong, "$name:$n: cannot tell what";
				return;
			}
			return if ($generated{$file} // '') eq $name;
			my ($from) = $file =~ m{^(\w+)/[\w-]+\.h$};
			if (!defined $layer) {
				push @wrong, "$name:$n: $file: where is it?"
				    unless exists $files->{"src/$file"};
			} elsif (!defined $from) {
				push @wrong, "$name:$n: $file: name its layer";
			} elsif ($from ne $layer &&
			    !grep { $_ eq $from } @{$below{$layer}}) {
				push @wrong, "$name:$n: $layer/ may not " .
				    "include $file";
			} elsif ($file =~ m{^base/(diag|program)\.h$} &&
			    $name !~ m{^src/base/(diag|program)\.[ch]$}) {
				push @wrong, "$name:$n: $file is for mains";
			}
		});
	}
	return @wrong;
}

sub voices {
	my ($files) = @_;
	my @wrong;
	for my $name (grep { is_c($_) } sort keys %$files) {
		next if $name !~ m{^src/.*/} || $speaker{$name};
		each_line(bare($files->{$name}), sub {
			my ($line, $n) = @_;
			push @wrong, "$name:$n: only mains speak: $1"
			    if $line =~ /($voice)/;
			# The sink is told to write to standard output.
			push @wrong, "$name:$n: only mains speak: $1"
			    if $line =~ /\b(STDOUT_FILENO)\b/ &&
				$name ne 'src/deliver/sink.c';
		});
	}
	return @wrong;
}

sub licences {
	my ($files) = @_;
	my @wrong;
	for my $name (sort keys %$files) {
		next unless is_source($name, $files->{$name});
		my @lines = split /\n/, $files->{$name}, 3;
		shift @lines if ($lines[0] // '') =~ /^#!/;
		push @wrong, "$name: its first line is not the SPDX line"
		    unless ($lines[0] // '') =~
			/SPDX-License-Identifier: ISC\b/;
	}
	return @wrong;
}

sub nouns {
	my ($files) = @_;
	return map { "$_: a name that says nothing" }
	    grep { m{(^|/)(utils?|common|misc|helpers?)(\.[^/]*)?(/|$)} }
	    sort keys %$files;
}

sub blanks {
	my ($files) = @_;
	my @wrong;
	for my $name (sort keys %$files) {
		next unless is_text($name, $files->{$name});
		push @wrong, "$name: no newline at the end"
		    if $files->{$name} =~ /[^\n]\z/;
		each_line($files->{$name}, sub {
			my ($line, $n) = @_;
			push @wrong, "$name:$n: blanks at the end"
			    if $line =~ /[ \t\r]$/;
			push @wrong, "$name:$n: indented with blanks"
			    if $name =~ /\.[ch]$/ && $line =~ /^\t* +\t|^ +[^* ]/
				&& $line !~ /^ {4}\S/;
		});
	}
	return @wrong;
}

sub tops {
	my ($files) = @_;
	my %there = map { m{^([^/]+)}; $1 => 1 } keys %$files;
	my %wanted = map { $_ => 1 } @top;
	return ((map { "$_: not on top" }
		grep { !$wanted{$_} && !/^\./ } sort keys %there),
	    (map { "$_: missing" } grep { !$there{$_} } @top));
}

#
# Each rule sees its fault.
#

sub sees {
	my ($what, $rule, $files, @expected) = @_;
	is_deeply([$rule->($files)], \@expected, "seen: $what");
}
my $n = "/* SPDX-License-Identifier: ISC */\n";

sees("base includes schema", \&layers,
    {'src/base/a.c' => qq(#include "base/a.h"\n#include "schema/ip.h"\n)},
    'src/base/a.c:2: base/ may not include schema/ip.h');
sees("schema includes parse", \&layers,
    {'src/schema/a.h' => qq(#include "parse/scan.h"\n)},
    'src/schema/a.h:1: schema/ may not include parse/scan.h');
for (['parse', 'enrich'], ['enrich', 'deliver'], ['deliver', 'parse']) {
	sees("$_->[0] includes $_->[1]", \&layers,
	    {"src/$_->[0]/a.c" => qq( # include "$_->[1]/b.h"\n)},
	    "src/$_->[0]/a.c:1: $_->[0]/ may not include $_->[1]/b.h");
}
sees("an unknown layer", \&layers, {'src/net/a.c' => ''},
    "src/net/a.c: there is no layer 'net'");
sees("an include without its layer", \&layers,
    {'src/base/a.c' => qq(#include "buf.h"\n)},
    'src/base/a.c:1: buf.h: name its layer');
sees("an include that climbs", \&layers,
    {'src/base/a.c' => qq(#include "../schema/ip.h"\n)},
    'src/base/a.c:1: ../schema/ip.h: name its layer');
sees("a computed include", \&layers,
    {'src/base/a.c' => "#include FILE\n"},
    'src/base/a.c:1: cannot tell what');
sees("a layer that includes a main's header", \&layers,
    {'src/parse/a.c' => qq(#include "options.h"\n), 'src/options.h' => ''},
    'src/parse/a.c:1: options.h: name its layer');
sees("the log in a layer", \&layers,
    {'src/parse/a.c' => qq(#include "base/diag.h"\n)},
    'src/parse/a.c:1: base/diag.h is for mains');
sees('what programs have in common in a layer', \&layers,
    {'src/base/a.c' => qq(#include "base/program.h"\n)},
    'src/base/a.c:1: base/program.h is for mains');
for (['zlib.h', 'base/gzip.c', 'report/attach.c'],
    ['yaml.h', 'base/yaml.c'], ['ldns/ldns.h', 'enrich/answer.c'],
    ['curl/curl.h', 'enrich/fetch.c']) {
	my ($header, @doors) = @$_;
	sees("$header outside its wall", \&layers,
	    {map { $_ => "#include <$header>\n" } 'src/base/csv.c',
		map { "src/$_" } @doors},
	    "src/base/csv.c:1: $header is for " .
	    join(' and ', map { "src/$_" } @doors));
}
sees("a main that includes everything", \&layers,
    {'src/m.c' => qq(#include "parse/a.h"\n#include "m.h"\n),
	'src/parse/a.h' => '', 'src/m.h' => ''});

for (qw(printf puts perror exit _exit abort syslog errx warn)) {
	sees("$_ in a layer", \&voices, {'src/parse/a.c' => "\n\t$_ (x);\n"},
	    "src/parse/a.c:2: only mains speak: $_ (");
}
for (qw(stdout stderr STDERR_FILENO STDOUT_FILENO)) {
	sees("$_ in a layer", \&voices,
	    {'src/enrich/a.h' => "fprintf($_, 1);\n"},
	    "src/enrich/a.h:1: only mains speak: $_");
}
sees("no voice in comments, strings and other names", \&voices,
    {'src/parse/a.c' => qq(/* exit(1)\n stderr */ "abort()"; 'e'; // stdout\n) .
	"snprintf(a); fprintf(out, a); err_set(e); x_exit(1); exits(1);\n"});
sees("a voice behind a comment", \&voices,
    {'src/parse/a.c' => "/* a\n * b */ \"x\\\"\"; exit(1);\n"},
    'src/parse/a.c:2: only mains speak: exit(');
sees("mains, the log and the end of memory speak", \&voices,
    {map { $_ => "fputs(x, stderr); exit(1);\n" }
	qw(src/m.c src/base/diag.c src/base/mem.c)});

sees("no SPDX line", \&licences,
    {'src/a.c' => "/* a */\n", 't/b.t' => "#!/bin/sh\n# b\n",
	'src/c.1' => '', 't/d.t' => "#!/bin/sh\n# SPDX-License-Identifier: ISC\n",
	'src/e.h' => $n, 'README.md' => "x\n"},
    map { "$_: its first line is not the SPDX line" }
	qw(src/a.c src/c.1 t/b.t));
sees("names that say nothing", \&nouns,
    {map { $_ => '' } qw(src/base/util.c src/common/a.c t/lib/helpers.pm
	src/misc.h src/base/utility.c)},
    map { "$_: a name that says nothing" }
	qw(src/base/util.c src/common/a.c src/misc.h t/lib/helpers.pm));
sees("blanks at the end", \&blanks,
    {'src/a.c' => "a\nb \n", 't/b.t' => "a\t\n", 'c.md' => "a\r\n",
	'contrib/d.csv' => "a \n"},
    map { "$_: blanks at the end" } qw(c.md:1 src/a.c:2 t/b.t:1));
sees("no newline at the end", \&blanks, {'Makefile' => "a"},
    'Makefile: no newline at the end');
sees("indented with blanks", \&blanks,
    {'src/a.c' => "\ta\n        b\n \t c\n  \td\n\t    e\n * f\n    g\n"},
    map { "src/a.c:$_: indented with blanks" } 2, 3, 4);
sees("a stranger on top", \&tops,
    {(map { ("$_/x" => '') } @top), 'notes.txt' => '', '.ci/run' => ''},
    'notes.txt: not on top');
sees("something missing on top", \&tops,
    {map { $_ => '' } grep { $_ ne 'conf' } @top}, 'conf: missing');

#
# And our house has none.
#

my %files = map { $_ => slurp("$TOP/$_") } names("$TOP");
cmp_ok(scalar(grep { is_c($_) } keys %files), '>', 30, 'the sources are seen');
cmp_ok(scalar(grep { is_source($_, $files{$_}) } keys %files), '>', 80,
    'so is the rest');
for (['layers include what is below them', \&layers],
    ['only mains speak', \&voices],
    ['every source names its licence', \&licences],
    ['every name says something', \&nouns],
    ['no stray blanks', \&blanks],
    ['the top holds what it should', \&tops]) {
	my @wrong = $_->[1]->(\%files);
	is(join("\n", @wrong), '', $_->[0]);
}

# Or prove stops in the middle.
is(join(' ', grep { m{^t/(soak/)?[^/]*\.t$} && !-x "$TOP/$_" } sort keys %files),
    '', 'every test can be run');

# An unpacked archive shows the same files as a checkout.
SKIP: {
	skip 'no checkout', 1 unless -e "$TOP/.git" && have('git');
	for my $name (keys %files) {
		my ($dir) = "$DIR/tree/$name" =~ m{(.*)/};
		File::Path::make_path($dir);
		spew("$DIR/tree/$name", $files{$name});
	}
	File::Path::make_path("$DIR/tree/build/t");
	spew("$DIR/tree/build/t/x", '');
	is_deeply([sort(names("$DIR/tree"))], [sort keys %files],
	    'an archive without git is seen the same');
}

done_testing();
