#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The page and the letter as people see them, in a real browser: charts have
# their size, nothing sticks out of a small or a large screen, every text can
# be read in light and dark, the first screen says what matters, and nothing is
# asked of the network.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Browser;
use JSON::PP ();
use MIME::QuotedPrint ();
use Test::More;
use MLS;

plan skip_all => 'no browser' unless Browser::program();
my $page = "$BUILD/t/480-page.t";
plan skip_all => "no program $page" unless -x $page;

# Functions of the tests' own, in the page once it is shown.
my $tools = <<'EOT';
var tools = {
	rgb: function (text) {
		var n = text.match(/[\d.]+/g).map(Number);
		return {r: n[0], g: n[1], b: n[2], a: n.length > 3 ? n[3] : 1};
	},
	over: function (top, bottom) {
		var mix = function (k) {
			return top[k] * top.a + bottom[k] * (1 - top.a);
		};
		return {r: mix('r'), g: mix('g'), b: mix('b'), a: 1};
	},
	behind: function (element) {
		var layers = [], colour = {r: 255, g: 255, b: 255, a: 1};
		for (; element; element = element.parentElement)
			layers.unshift(tools.rgb(
			    getComputedStyle(element).backgroundColor));
		layers.forEach(function (l) { colour = tools.over(l, colour); });
		return colour;
	},
	light: function (c) {
		var part = function (v) {
			v /= 255;
			return v <= 0.03928 ? v / 12.92 :
			    Math.pow((v + 0.055) / 1.055, 2.4);
		};
		return 0.2126 * part(c.r) + 0.7152 * part(c.g) +
		    0.0722 * part(c.b);
	},
	contrast: function (a, b) {
		var x = tools.light(a), y = tools.light(b);
		return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
	},
	texts: function () {
		var walk = document.createTreeWalker(document.body,
		    NodeFilter.SHOW_TEXT), all = [], node;
		while (node = walk.nextNode())
			if (/[^\s\u00a0]/.test(node.data) &&
			    node.parentElement.getClientRects().length &&
			    !node.parentElement.closest('svg'))
				all.push(node);
		return all;
	},
	/* Texts that are hard to read, as "ratio: text". */
	pale: function () {
		return tools.texts().map(function (node) {
			var element = node.parentElement, back =
			    tools.behind(element);
			return [tools.contrast(tools.over(tools.rgb(
			    getComputedStyle(element).color), back), back),
			    node.data];
		}).filter(function (x) { return x[0] < 4.5; }).map(
		    function (x) { return x[0].toFixed(1) + ': ' + x[1]; });
	},
	/* Marks of a chart that can hardly be seen. */
	faint: function (kinds) {
		return Array.from(document.querySelectorAll(kinds)).map(
		    function (mark) {
			var style = getComputedStyle(mark), back =
			    tools.behind(mark.closest('div, section, td'));
			return tools.contrast(tools.rgb(style.fill), back);
		}).filter(function (x) { return x < 3; }).length;
	},
	/* What is wider than the screen, or than what it stands in. */
	wide: function () {
		return Array.from(document.querySelectorAll('body *')).filter(
		    function (e) {
			var box = e.getBoundingClientRect();
			return !e.closest('svg > *') && (box.right >
			    innerWidth + 0.5 || box.left < -0.5 ||
			    (e.scrollWidth > e.clientWidth + 1 &&
			    e.clientWidth &&
			    getComputedStyle(e).display != 'inline' &&
			    getComputedStyle(e).overflowX == 'visible'));
		}).map(function (e) {
			return e.tagName + ': ' + e.textContent.slice(0, 40);
		});
	},
	/* Labels that run into each other. */
	crowded: function () {
		return Array.from(document.querySelectorAll('.axis span')).filter(
		    function (e) {
			var range = document.createRange(), next =
			    e.nextElementSibling, other;
			if (!next)
				return false;
			range.selectNodeContents(e);
			other = document.createRange();
			other.selectNodeContents(next);
			return range.getBoundingClientRect().right >
			    other.getBoundingClientRect().left - 1;
		}).length;
	},
	box: function (what) {
		var e = document.querySelector(what);
		if (!e)
			return null;
		e = e.getBoundingClientRect();
		return {top: e.top, bottom: e.bottom, width: e.width,
		    height: e.height};
	}
};
EOT

my $browser = eval { Browser->new };
plan skip_all => "the browser does not start: $@" unless $browser;

sub ask {
	my ($expression) = @_;
	return $browser->value("$tools; $expression");
}

sub none {
	my ($list, $what) = @_;
	ok(!@$list, $what) or diag join "\n", @$list;
}

# The same for everything that is shown.
sub test_any {
	my ($file, $width, $scheme, $what) = @_;
	$browser->show($file, $width, $scheme);
	is_deeply([$browser->requests], ["file://$file"],
	    "$what: nothing is asked for");
	is(ask('document.documentElement.scrollWidth'), $width,
	    "$what: as wide as the screen");
	none(ask('tools.wide()'), "$what: nothing sticks out");
	cmp_ok(ask('tools.texts().length'), '>', 50, "$what: there are texts");
	none(ask('tools.pale()'), "$what: every text can be read");
	is(ask('document.querySelectorAll("script, [href], [src]").length'), 0,
	    "$what: no script, no link");
}

sub test_page {
	my ($width, $is_week, $what) = @_;
	is(ask('tools.faint(".bar, .peak, .part")'), 0,
	    "$what: bars can be seen");
	is(ask('tools.crowded()'), 0, "$what: labels keep apart");
	my $card = ask('document.querySelector(".half").clientWidth');
	for my $chart ('.bars', $is_week ? '.heat' : ()) {
		my $box = ask("tools.box('$chart')");
		cmp_ok($box->{width}, '>', $card * 0.7, "$what: $chart, width");
		cmp_ok($box->{height}, '>=', 110, "$what: $chart, height");
	}
	my $hours = ask('(function () {
		var svg = document.querySelectorAll(".bars")[1], bars =
		    svg.querySelectorAll(".bar, .peak"), peak =
		    svg.querySelector(".peak").getBoundingClientRect();
		return [bars.length, peak.height /
		    svg.getBoundingClientRect().height, peak.width];
	})()');
	is($hours->[0], 24, "$what: a bar each hour");
	cmp_ok(abs($hours->[1] - 1), '<', 0.02, "$what: the peak fills it");
	cmp_ok($hours->[2], '>', 7, "$what: bars are broad");
	if ($is_week) {
		my $cell = ask('tools.box(".heat g:last-child rect")');
		cmp_ok($cell->{width}, '>', 7, "$what: a cell's width");
		cmp_ok($cell->{height}, '>', 14, "$what: a cell's height");
		is(ask('document.querySelectorAll(".heat rect").length'),
		    7 * 24, "$what: all of them");
	}
	# How bad, what changed, who: without scrolling.
	for my $part ('h1', 'h1 + p', '.alert', $width > 1000 ?
	    ('.tile b', '.half tr', '.bars') : ()) {
		my $box = ask("tools.box('$part')");
		ok($box && $box->{height} > 0 && $box->{bottom} < 800,
		    "$what: $part is on the first screen");
	}
}

sub test_letter {
	my ($what) = @_;
	my $body = ask('tools.box("body > table table")');
	cmp_ok($body->{width}, '<=', 600, "$what: no wider than 600");
	my $bars = ask('Array.from(document.querySelectorAll(
	    "td[valign=bottom] table")).map(function (e) {
		return e.getBoundingClientRect().height; })');
	is(scalar @$bars, 24, "$what: a bar each hour");
	my ($high) = sort { $b <=> $a } @$bars;
	cmp_ok(abs($high - 72), '<', 2, "$what: the highest is high");
	my $share = ask('(function () {
		var bar = document.querySelectorAll("td.part")[1],
		    all = bar.parentElement;
		return bar.getBoundingClientRect().width /
		    all.getBoundingClientRect().width;
	})()');
	cmp_ok(abs($share - 120 / 212), '<', 0.02,
	    "$what: a number is its width");
}

for my $kind ('page', 'letter') {
	for my $time ('day', 'week', 'year') {
		my $file = "$DIR/$kind-$time.html";
		my $r = run($page, $kind, $time);
		is($r->{status}, 0, "$kind, $time: there is one");
		spew($file, $r->{out});
		for my $width (360, 1200) {
			for my $scheme ('light', 'dark') {
				my $what = "$kind, $time, $width, $scheme";
				test_any($file, $width, $scheme, $what);
				test_page($width, $time ne 'day', $what)
				    if $kind eq 'page';
				test_letter($what) if $kind eq 'letter';
				spew("$ENV{MLS_PICTURES}/$kind-$time-$width-" .
				    "$scheme.png", $browser->picture(1))
				    if $ENV{MLS_PICTURES};
			}
		}
	}
}

# What the program makes of rows whose texts are as wide as can be.
my @wide = ('W' x 300, "\xe6\x97\xa5" x 100, 'a.' x 100, '<b>' x 60,
    "\\xE2\\x80\\xAE" x 30, '&' x 200, 'x ' x 100);
my $rows = join ',', 'date,ip,event', my @columns = qw(server user hostname
    reverse_dns_status country_code asn aso service mechanism);
for my $text (@wide) {
	for my $day (15 .. 22) {
		$rows .= "\n2026-11-${day}T1$_:00:00Z,2001:db8:ffff:$day$_:" .
		    'aaaa:bbbb:cccc:dddd,auth-' . ($_ ? 'failure' : 'success') .
		    ",$text" x @columns for 0 .. 9;
	}
}
for my $format ('html', 'mail') {
	my $r = run({in => "$rows\n"}, $SUMMARIZE, '--config', '/dev/null',
	    '--now', '2026-11-23T00:05:00Z', '--period', 'yesterday',
	    '--format', $format, '--attach', 'none', '--top', 50,
	    '--alert-users', 1, '--alert-failures', 1, '--alert-addresses', 2);
	is_deeply([@$r{qw(status err)}], [0, ''], "wide texts, $format: made");
	if ($format eq 'mail') {
		$r->{out} =~ s/.*?(?=<!DOCTYPE)//s;
		$r->{out} =~ s/\n--=_mls.*//s;
		$r->{out} = MIME::QuotedPrint::decode($r->{out});
	}
	spew("$DIR/wide.html", $r->{out});
	for my $width (360, 1200) {
		for my $scheme ('light', 'dark') {
			my $what = "wide texts, $format, $width, $scheme";
			test_any("$DIR/wide.html", $width, $scheme, $what);
			spew("$ENV{MLS_PICTURES}/wide-$format-$width-$scheme.png",
			    $browser->picture(1)) if $ENV{MLS_PICTURES};
		}
	}
}
$browser->end;
done_testing();
