#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The examples that prove the rules of a file are matched without any search.
# Here each stands in a log between lines of no interest, and is found whatever
# else is looked for: one event alone, all of them, all rule files at once.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use MLS;
use Test::More;

my @EVENTS = qw(auth-failure auth-error auth-aborted auth-success);

my @files = glob "$TOP/filters/*.yaml";
cmp_ok(scalar @files, '>=', 6, 'rule files');
for my $file (@files) {
	my @examples = examples($file);
	my ($name) = $file =~ m{([^/]+)\.yaml$};
	cmp_ok(scalar(grep { $_->{gives} } @examples), '>', 3,
	    "$name: examples");
	for my $event (@EVENTS) {
		found("$name: $event", [$name], [$event], @examples)
		    if grep { is_event($_, $event) } @examples;
	}
	found("$name: everything", [$name], \@EVENTS, @examples);
	found("$name, among the others", [map { m{([^/]+)\.yaml$} } @files],
	    \@EVENTS, @examples);
}
done_testing;

sub is_event {
	my ($example, @events) = @_;
	my $gives = $example->{gives};
	return $gives && grep { $gives->{event} eq $_ } @events;
}

sub found {
	my ($what, $filters, $events, @examples) = @_;
	my $nothing = "Nov 22 11:05:39 mx1 cron[7]: nothing\n" x 3;
	my $log = join $nothing, '', map {
	    "Nov 22 11:05:40 mx1 $_->{tag}\[7]: $_->{line}\n" } @examples;
	my @want = map { ("$_->{gives}{event},$_->{gives}{ip}") x
	    ($_->{gives}{count} // 1) }
	    grep { is_event($_, @$events) } @examples;
	my $r = run({ in => $log . $nothing }, $FILTER, @OFFLINE, '--config',
	    '/dev/null', '--now', '2026-11-22T18:00:00Z',
	    '--header', 'never', '--columns', 'event,ip',
	    '--events', join(',', @$events),
	    map { ('--filters', $_) } @$filters);
	is_deeply([split /\n/, $r->{out}], \@want, $what);
}

# The lines of the examples, the tags they have, and what they give.
sub examples {
	my ($file) = @_;
	my $text = slurp($file);
	my ($glob) = $text =~ /^program: \[?"?([^",\n]+)/m;
	my ($name) = $text =~ /^name: (\S+)/m;
	my ($list) = $text =~ /^examples:\n(.*)\z/ms;
	my @examples;
	$glob =~ s/\*/$name/;
	for my $one (split /^  - (?=line:)/m, $list) {
		next unless $one =~ /^line: "(.*)"$/m;
		(my $line = $1) =~ s/\\x([0-9A-Fa-f]{2})|\\(.)/
		    defined $1 ? chr hex $1 : $2 eq 't' ? "\t" : $2/ge;
		my ($tag) = $one =~ /^    tag: "?([^"\n]+)/m;
		my ($map) = $one =~ /^    gives: \{(.*)\}$/m;
		push @examples, { line => $line, tag => $tag // $glob,
			gives => $map ? { map { s/^"|"$//gr }
			    map { split /: /, $_, 2 } split /, (?=\w+:)/,
			    $map } : undef };
	}
	return @examples;
}
