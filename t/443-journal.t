#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# --confirm when somebody removes, moves, empties or replaces its journal: what
# was accepted is made good while that is possible, and said to be missing where
# it is not.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Test::More;
use Time::HiRes qw(sleep);
use MLS;
use Nameserver qw(fake_server);
use Omprog qw(failure);
use SmallDisk;

my ($server, $why) = fake_server(mix => 'ok=1');
plan skip_all => $why unless $server;
my $dir = "$DIR/a";
my ($state, $out, $said) = map { "$dir/$_" } qw(state out said);

# Nobody answers for the names of some rows, so that they are not written soon.
sub waits { return failure($_[0]) }
sub passes { return failure($_[0]) =~ s/198\.18\.5/198.18.0/r }
sub started {
	my ($deadline, @options) = @_;
	my $o = Omprog->filter({error => $said, state => $state, out => $out},
	    '--dns', 'on', '--resolver', "127.0.0.1:$server->{port}",
	    '--dns-deadline', $deadline,
	    '--columns=user,reverse_dns_status', @options);
	is($o->answer, "OK\n", 'ready');
	return $o;
}
sub written { return -e $out ? slurp($out) =~ s/\t.*//gr : '' }
sub said { return -e $said ? slurp($said) : '' }
sub appears {
	my ($what, $is) = @_;
	for (1 .. 1000) {
		return pass($what) if $is->();
		sleep 0.01;
	}
	return fail($what);
}
sub journal { return (sort glob "$state.journal.????????")[-1] }

my @ways = (
	['removed', sub { unlink journal() }],
	['moved', sub { rename journal(), "$dir/moved" }],
	['emptied', sub { truncate journal(), 0 }],
	['cut', sub { truncate journal(), 100 }],
	['replaced', sub { my $name = journal(); unlink $name;
	    spew($name, failure('x')) }],
	['longer', sub { open my $f, '>>', journal(); print $f 'x' x 200 }],
);
for (@ways) {
	my ($how, $damage) = @$_;
	# The next line notices.
	Omprog->fresh($dir);
	my $o = started('30s', '--fsync');
	is($o->send(passes('a')), "OK\n", "$how: a line");
	appears("$how: its row", sub { written() eq "a\n" });
	is($o->send(waits('b')), "OK\n", "$how: one whose row waits");
	sleep 0.05;
	is(written(), "a\n", "$how: it does");
	$damage->();
	is($o->send(passes('c')), "OK\n", "$how: the next line");
	appears("$how: said", sub {
		said() =~ /removed or changed the journal: .* nothing is lost$/;
	});
	$o->kill;
	$o = started('1s');
	appears("$how: all rows, each once", sub {
		written() eq "a\nb\nc\n";
	});
	is($o->end, 0, "$how: end");

	# Nobody sends anything.
	$o = started('30s');
	$o->send(waits('d'));
	sleep 0.05;
	spew($said);
	$damage->();
	appears("$how: noticed by itself", sub { said() =~ /nothing is lost/ });
	$o->kill;
	$o = started('1s');
	appears("$how: that row", sub { written() eq "a\nb\nc\nd\n" });

	# Reading goes on, however often.
	my $want = written();
	for my $n (1 .. 30) {
		$damage->();
		$o->send(passes("e$n"));
		$want .= "e$n\n";
		sleep 0.01 if $n % 3 == 0;
	}
	is($o->end, 0, "$how: again and again");
	is(written(), $want, "$how: each row once");
}

# However much it is.
my $long = 'x' x 60_000;
Omprog->fresh($dir);
my $o = started('30s');
$o->send(waits("a$_") =~ s/failed: x/failed: $long/r) for 1 .. 5;
unlink journal();
$o->send(waits('b'));
$o->kill;
$o = started('1s');
appears('long lines: all rows', sub {
	written() eq "a1\na2\na3\na4\na5\nb\n";
});
is($o->end, 0, 'long lines: end');

# A piece stays as long as rows of it are not written.
Omprog->fresh($dir);
$o = started('30s');
$o->send(passes('p'));
appears('a row before others that wait', sub { written() eq "p\n" });
$o->send(waits("w$_") =~ s/failed: x/failed: $long/r) for 1 .. 80;
is(scalar(() = glob "$state.journal.*"), 2, 'in two pieces');
rename $out, "$out.1";
kill 'HUP', $o->{pid};
appears('another checkpoint', sub {
	my ($inode) = slurp($state) =~ /^output inode (\d+)$/m;
	-e $out && (stat _)[1] == $inode;
});
$o->kill;
$o = started('1s');
appears('they come', sub { written() eq join '', map { "w$_\n" } 1 .. 80 });
is($o->end, 0, 'end');

# A repetition stands in the piece of the line that it repeats, full or not.
Omprog->fresh($dir);
$o = started('1s');
$o->send(passes("r$_") =~ s/failed: x/failed: $long/r) for 1 .. 70;
$o->send('2026-11-22T11:05:41+01:00 mx1 last message repeated 2 times' . "\n");
$o->send(passes('s'));
is($o->end, 0, 'end');
is(written(), join('', map { "r$_\n" } 1 .. 70, 70, 70) . "s\n",
    'a repetition behind a full piece');

# It cannot be made good.
Omprog->fresh($dir);
$o = started('30s');
$o->send(waits('a'));
rename $dir, "$DIR/b";
is($o->send(waits('b'), 1, 2), undef, 'no directory: no answer');
rename "$DIR/b", $dir;
is($o->answer, "OK\n", 'until it is there again');
$o->kill;
like(said(), qr/no lines are accepted meanwhile/, 'said');
$o = started('1s');
appears('both rows', sub { written() eq "a\nb\n" });
is($o->end, 0, 'end');

# Nobody was there to notice.
for (['gone', sub { unlink journal() }],
    ['shorter than it was', sub { truncate journal(), 10 }]) {
	my ($how, $damage) = @$_;
	Omprog->fresh($dir);
	$o = started('30s');
	$o->send(passes('a'));
	appears("$how: a row", sub { written() eq "a\n" });
	# Its place is in the state when the next one has come.
	appears("$how: and in the state", sub {
		slurp($state) =~ /^rows 1$/m;
	});
	$o->send(waits('b'));
	$o->kill;
	$damage->();
	$o = started('1s');
	$o->send(passes('c'));
	is($o->end, 1 << 8, "$how: the status says so");
	is(written(), "a\nc\n", "$how: others are there");
	like(said(), qr/accepted may be missing: '$state.journal.0+1' is $how$/,
	    "$how: said");
}

# A state that somebody removed: nothing is lost, and it is said what that
# means.
Omprog->fresh($dir);
$o = started('1s');
$o->send(passes('a'));
appears('a row', sub { written() eq "a\n" });
$o->kill;
unlink $state;
$o = started('1s');
appears('a journal without its state: rows come again', sub {
	written() eq "a\na\n";
});
is($o->end, 0, 'end');
like(said(), qr/'\Q$state\E' is gone, but its journal is there: .* again/,
    'as is said');

# Pieces that are still to be read, while rows cannot be written.
SKIP: {
	my $small = small_disk(2) or skip 'no right to mount', 11;
	for my $damaged (2, 1) {
		Omprog->fresh($dir);
		unlink "$small/out";
		fill();
		$o = Omprog->filter({error => $said, state => $state,
		    out => "$small/out"});
		is($o->answer, "OK\n", 'ready');
		for my $n (1 .. 150) {
			$o->send(failure("u$n") =~ s/failed: x/failed: $long/r);
		}
		my @pieces = sort glob "$state.journal.*";
		is(@pieces, 3, 'three pieces');
		unlink $pieces[0];
		truncate $pieces[1], 0 if $damaged > 1;
		my @users = map { slurp($_) =~ /=(u\d+)$/gm } @pieces[1, 2];
		unlink "$small/fill";
		appears('rows of what is there', sub {
			slurp("$small/out") eq join '', map { "$_\n" } @users;
		});
		is($o->end, 1 << 8, 'the status says that others are not');
		like(said(), qr/missing: '\Q$pieces[0]\E' is gone/, 'gone');
		like(said(), qr/'\Q$pieces[1]\E' is shorter than it was/,
		    'shorter') if $damaged > 1;
	}
}
done_testing;
