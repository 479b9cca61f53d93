#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# mls-ipinfo --update against servers that do what they should, and against
# those that do not: whatever comes, the database that is installed stays as it
# was unless a better one is there, nothing is left lying about, and a message
# says what failed and how old the kept one is.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Fcntl qw(:flock);
use IO::Compress::Gzip qw(gzip $GzipError);
use POSIX ();
use Test::More;
use Time::HiRes qw(sleep time);
use Daemon qw(said start stop wait_until);
use MLS;

my $openssl = have('openssl') or plan skip_all => "no program 'openssl'";
my $python3 = have('python3') or plan skip_all => "no program 'python3'";
delete @ENV{grep { /_proxy$/i } keys %ENV};

my $DAY = 24 * 60 * 60;
my $FOR_EVER = 120;		# however busy the machine is
my ($WWW, $CA, $NONE) = ("$DIR/www", "$DIR/ca.pem", "$DIR/none.yaml");
my ($HOME, $FILE) = ("$DIR/lib", "$DIR/lib/ip.db");
mkdir $WWW or die "$WWW: $!";
spew($NONE, '');
databases();
certify();
my $server = start('hostile', $python3, "$TOP/t/lib/hostile-server", "$DIR",
    map { "$DIR/$_.pem" } qw(good forged elsewhere));
wait_until('the server listens', sub { said('hostile') =~ /\n/ });
my ($GOOD, $FORGED, $ELSEWHERE, $PLAIN) = split ' ', said('hostile');
my $URL = "https://localhost:$GOOD";

first_install();
unchanged();
two_sources();
mirrors();
without_libcurl();
refusals();
hostile_servers();
bad_databases();
bombs();
waits();
intervals();
dry_run();
local_files();
damaged_memory();
not_what_was_made();
neighbours();
misspelt_secrets();
locked();
killed();
killed_often();
unwritable();
secrets();
done_testing;

#
# What there is to fetch, and who vouches for it.
#

sub rows_of {
	my ($n, $value) = @_;
	return map { my $net = 10 * 65536 + $_; sprintf
	    "10.%d.%d.0,10.%d.%d.255,%s\n", $_ >> 8, $_ & 255, $_ >> 8,
	    $_ & 255, $value->($_) } 1 .. $n;
}

# Some networks everybody knows, and others: 1000 rows, or so many.
sub asn_rows {
	my ($n, $as) = @_;
	$as //= 'AS';
	return ("8.8.8.0,8.8.8.255,15169,Google LLC\n",
	    "1.1.1.0,1.1.1.255,13335,Cloudflare\n",
	    "192.0.2.0,192.0.2.255,64500,Example $as\n",
	    "2001:4860::,2001:4860:ffff::,15169,Google LLC\n",
	    rows_of(($n // 1000) - 4, sub { 64_600 + $_[0] % 9 . ",$as" }));
}

sub country_rows {
	return ("8.8.8.0,8.8.8.255,US\n", "192.0.2.0,192.0.2.255,DE\n",
	    rows_of(500, sub { $_[0] % 2 ? 'FR' : 'DE' }));
}

sub packed {
	my ($name, $text, $times) = @_;
	my $z;
	gzip(\$text, \$z, -Level => 9) or die $GzipError;
	spew("$WWW/$name", $z x ($times // 1));
}

sub databases {
	spew("$WWW/asn.csv", asn_rows());
	spew("$WWW/country.csv", country_rows());
	packed('asn.csv.gz', join '', asn_rows());
}

sub openssl {
	my $r = run($openssl, @_);
	die "openssl @_: $r->{err}" if $r->{status};
}

# A key, and a certificate for a name that an authority gave out.
sub certificate {
	my ($name, $authority, $host) = @_;
	my $key = "$DIR/$name.key";
	spew("$DIR/$name.ext", "subjectAltName=DNS:$host\n");
	openssl('req', '-newkey', 'ec', '-pkeyopt',
	    'ec_paramgen_curve:P-256', '-nodes', '-keyout', $key, '-out',
	    "$DIR/$name.csr", '-subj', "/CN=$host");
	openssl('x509', '-req', '-in', "$DIR/$name.csr", '-CA',
	    "$DIR/$authority.pem", '-CAkey', "$DIR/$authority.key",
	    '-CAcreateserial', '-days', 2, '-extfile', "$DIR/$name.ext",
	    '-out', "$DIR/$name.crt");
	spew("$DIR/$name.pem", slurp($key), slurp("$DIR/$name.crt"));
}

sub certify {
	for my $authority (qw(ca stranger)) {
		openssl('req', '-x509', '-newkey', 'ec', '-pkeyopt',
		    'ec_paramgen_curve:P-256', '-nodes', '-days', 2,
		    '-keyout', "$DIR/$authority.key", '-out',
		    "$DIR/$authority.pem", '-subj', "/CN=$authority");
	}
	certificate('good', 'ca', 'localhost');
	certificate('forged', 'stranger', 'localhost');
	certificate('elsewhere', 'ca', 'elsewhere.example');
}

#
# Running it, and looking at what is left.
#

# Sources, then options.
sub update {
	my ($sources, @options) = @_;
	return run($IPINFO, '--config', $NONE, '--update', '--ca-file', $CA,
	    '-o', $FILE, '--min-interval', '0s', '--timeout', '20s',
	    (map { ('--source', $_) } @$sources), @options);
}

# The same, not waited for.
sub update_behind {
	my (@sources) = @_;
	my $pid = fork // die "fork: $!";
	if (!$pid) {
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', '/dev/null';
		exec $IPINFO, '--config', $NONE, '--update', '--ca-file', $CA,
		    '-o', $FILE, '--min-interval', '0s', '--timeout', '60s',
		    map { ('--source', $_) } @sources
		    or POSIX::_exit(127);
	}
	return $pid;
}

sub look_up {
	my ($file, @addresses) = @_;
	return run($IPINFO, '--config', $NONE, '--database', $file, '--csv',
	    '--header', 'never', @addresses)->{out};
}

sub knows {
	my ($about, $address, $expected) = @_;
	is(look_up($FILE, $address), "$address,$expected\n", $about);
}

sub requests {
	my $all = -e "$DIR/requests" ? slurp("$DIR/requests") : '';
	unlink "$DIR/requests";
	return $all;
}

# Everything in the directory, but for what an update may always write.
sub contents {
	my %there;
	for my $path (glob "$HOME/*") {
		my ($name) = $path =~ m{([^/]+)$};
		next if $name =~ /^ip\.db\.(lock|sources)$/;
		$there{$name} = -d $path ? 'directory' : slurp($path);
	}
	return \%there;
}

sub day {
	my @t = localtime $_[0];
	return sprintf '%04d-%02d-%02d', $t[5] + 1900, $t[4] + 1, $t[3];
}

# Makes the installed file look five days old.
sub grow_old {
	my $time = int(time) - 5 * $DAY - 60;
	utime $time, $time, $FILE or die "$FILE: $!";
	return 'the database installed on ' . day($time) . ', 5 days ago';
}

# An update that fails, and leaves everything alone.
sub fails {
	my ($about, $status, $why, $sources, @options) = @_;
	my $age = grow_old();
	my $before = contents();
	my $start = time;
	my $r = ref $sources eq 'CODE' ? $sources->() :
	    update($sources, @options);

	is($r->{status}, $status, "$about: status $status");
	like($r->{err}, qr/\Amls-ipinfo: [^\n]*$why[^\n]*; kept \Q$age\E\n\z/,
	    "$about: says so");
	is($r->{out}, '', "$about: nothing on stdout");
	cmp_ok(time - $start, '<', $FOR_EVER, "$about: in time");
	my $after = contents();
	is(join(' ', sort keys %$after), join(' ', sort keys %$before),
	    "$about: no file more or less");
	is(join(' ', grep { ($before->{$_} // '') ne ($after->{$_} // '') }
	    sort keys %$before), '', "$about: every file as it was");
	is(look_up($FILE, '8.8.8.8'), "8.8.8.8,US,15169,Google LLC\n",
	    "$about: look-ups work");
}

sub succeeds {
	my ($about, $said, $r) = @_;
	is($r->{err}, '', "$about: nothing on stderr");
	is($r->{status}, 0, "$about: status 0");
	like($r->{out}, $said, "$about: says so");
}

my @BOTH;

#
# The good ones.
#

sub first_install {
	my $r = update(["$URL/404"]);
	is($r->{status}, 69, 'first: a failure');
	like($r->{err}, qr{\Amls-ipinfo:\ cannot\ fetch\ '\Q$URL\E/404':\ the
	    \ server\ answers\ 404\ [^\n]*;\ no\ database\ is\ installed\ yet\n\z}x,
	    'first: no database is installed yet');
	is(join(' ', sort keys %{contents()}), '', 'first: nothing there');
	ok(-d $HOME, 'first: but the directory');
	is(sprintf('%o', (stat $HOME)[2] & 0777), '755', 'first: its mode');

	requests();
	succeeds('first', qr{\Afetched\ '\Q$URL\E/etag/asn\.csv':\ 1000\ rows\n
	    installed\ '\Q$FILE\E'\n\z}x, update(["$URL/etag/asn.csv"]));
	is(requests(), "https /etag/asn.csv User-Agent=mls-ipinfo/" .
	    (run($IPINFO, '--version')->{out} =~ /(\S+)$/)[0] . "\n",
	    'first: what was asked');
	knows('first: it answers', '8.8.8.8', ',15169,Google LLC');
	is(join(' ', sort keys %{contents()}), 'ip.db ip.db.source-1',
	    'first: what is there');
	is(sprintf('%o', (stat "$FILE.sources")[2] & 0777), '600',
	    'first: what it remembers is not for everybody');
	ok((stat $FILE)[2] & 0444, 'first: the database is');
}

sub unchanged {
	my $age = grow_old();
	my $before = contents();
	requests();
	succeeds('304 by ETag', qr{\Anothing new: \Q$age\E is what},
	    update(["$URL/etag/asn.csv"]));
	like(requests(), qr/ If-None-Match="[0-9a-f]{16}"$/, 'ETag: sent');
	is_deeply(contents(), $before, 'ETag: nothing was written');

	# A change of it.
	spew("$WWW/asn.csv", asn_rows(1010, 'New'));
	succeeds('200', qr{\Afetched\ '[^']+':\ 1010\ rows,\ 1000\ before\n
	    installed\ '\Q$FILE\E';\ the\ one\ before\ is\ '\Q$FILE\E\.old'\n
	    \z}x, update(["$URL/etag/asn.csv"]));
	knows('200: the new one', '192.0.2.1', ',64500,Example New');
	is(look_up("$FILE.old", '192.0.2.1'),
	    "192.0.2.1,,64500,Example AS\n", '200: the old one is kept');

	# By date.
	my $time = 1_790_000_000;
	utime $time, $time, "$WWW/asn.csv";
	succeeds('date', qr/^fetched/, update(["$URL/date/asn.csv"],
	    '--force'));
	requests();
	succeeds('304 by date', qr/\Anothing new/,
	    update(["$URL/date/asn.csv"]));
	like(requests(), qr/ If-Modified-Since=Mon, 21 Sep 2026 /,
	    'date: sent');
	is((stat "$FILE.source-1")[9], $time, 'date: the data keep theirs');

	# Neither: what comes is compared.
	succeeds('bare', qr/^fetched/, update(["$URL/bare/asn.csv"]));
	succeeds('bare, again', qr/\Anothing new/,
	    update(["$URL/bare/asn.csv"]));

	# What was fetched is lost: no condition then.
	unlink "$FILE.source-1";
	succeeds('no text', qr/^fetched/, update(["$URL/etag/asn.csv"]));
	succeeds('text', qr/^nothing new/, update(["$URL/etag/asn.csv"]));

	# A database that is damaged or gone is made again from what is kept.
	spew($FILE, 'damaged');
	succeeds('damaged', qr/\Aunchanged '[^']+': 1010 rows\ninstalled /,
	    update(["$URL/etag/asn.csv"]));
	unlink $FILE;
	succeeds('gone', qr/\Aunchanged '[^']+': 1010 rows\ninstalled /,
	    update(["$URL/etag/asn.csv"]));
	knows('gone: it answers', '192.0.2.1', ',64500,Example New');
}

sub two_sources {
	@BOTH = ("$URL/etag/country.csv", "$URL/etag/asn.csv");
	succeeds('two', qr{\Afetched\ '\Q$BOTH[0]\E':\ 502\ rows\n
	    fetched\ '\Q$BOTH[1]\E':\ 1010\ rows\n
	    installed}x, update(\@BOTH));
	knows('two: country and AS', '192.0.2.1', 'DE,64500,Example New');
	spew("$WWW/asn.csv", asn_rows(1000));
	succeeds('two, one is new', qr{\Aunchanged\ '\Q$BOTH[0]\E':\ 502\ rows
	    \nfetched\ '\Q$BOTH[1]\E':\ 1000\ rows,\ 1010\ before\n}x,
	    update(\@BOTH));
	knows('two, one is new', '192.0.2.1', 'DE,64500,Example AS');
	my @there = sort grep { !/\.old$/ } keys %{contents()};
	is("@there", 'ip.db ip.db.source-1 ip.db.source-2', 'two: both kept');

	# One fewer, and back.
	succeeds('one less', qr/^installed/m, update([$BOTH[0]], '--force'));
	ok(!-e "$FILE.source-2", 'one less: its text is gone');
	succeeds('both again', qr/^installed/m, update(\@BOTH));
}

sub mirrors {
	for (['404', 'the server answers 404'], ['html', 'gives a web page'],
	    ['short/asn.csv', 'the connection ended']) {
		my ($path, $why) = @$_;
		spew("$WWW/asn.csv", asn_rows(1001, $path));
		succeeds("mirror of $path", qr{\A[^\n]*\Q/$path\E'[^\n]*
		    \Q$why\E[^\n]*;\ went\ on\ to\ the\ next\n}x,
		    update([$BOTH[0], "$URL/$path  $BOTH[1]"]));
		knows("mirror of $path: used", '192.0.2.1',
		    "DE,64500,Example $path");
	}
	spew("$WWW/asn.csv", asn_rows(1001, 'whole'));
	spew("$WWW/cut.csv", (asn_rows(1001))[0 .. 9], '10.');
	succeeds('mirror of half a row', qr{cut\.csv':11: [^\n]*; went on},
	    update([$BOTH[0], "file://$WWW/cut.csv $BOTH[1]"]));
	knows('mirror of half a row: used', '192.0.2.1',
	    'DE,64500,Example whole');
	fails('no mirror has it', 75, qr{404/a':\ [^\n]*404[^\n]*;\ cannot\ [^\n]*
	    500/b':\ [^\n]*500}x, [$BOTH[0], "$URL/404/a $URL/500/b"]);
	fails('no mirror will have it', 69, '404/a.*404/b',
	    [$BOTH[0], "$URL/404/a $URL/404/b"]);
	spew("$WWW/asn.csv", asn_rows(1000));
	succeeds('to the first', qr/^installed/m, update(\@BOTH));
}

#
# The others.  In each the country is unchanged and the ASN goes wrong.
#

sub broken {
	my ($about, $status, $why, $path, @options) = @_;
	$path = "$URL/$path" if $path !~ /:/;
	fails($about, $status, $why, [$BOTH[0], $path], @options);
}

sub refusals {
	broken('404', 69, 'answers 404', '404');
	broken('403', 69, 'answers 403', '403');
	broken('410', 69, 'answers 410', '410');
	broken('500', 75, 'answers 500', '500');
	broken('502', 75, 'answers 502', '502');
	broken('204', 69, 'answers 204', '204');
	broken('304 unasked', 69, 'answers 304', 'unasked/asn.csv');
	broken('nobody there', 75, 'cannot fetch',
	    'https://localhost:1/asn.csv');
	broken('no such host', 75, 'cannot fetch',
	    'https://host.invalid/asn.csv', '--timeout', '10s');
	broken('hangs up', 75, 'cannot fetch', 'slam');
	{
		local $ENV{https_proxy} = 'http://localhost:1';
		broken('a proxy that is not there', 75, 'cannot fetch',
		    'bare/asn.csv');
	}
}

# A libcurl that is none: what a machine without one says, or nearly.
sub without_libcurl {
	mkdir "$DIR/broken";
	spew("$DIR/broken/libcurl.so.4", '');
	local $ENV{LD_LIBRARY_PATH} = "$DIR/broken";
	fails('without libcurl', 69, 'libcurl\.so\.4 is needed: .*libcurl', \@BOTH);
}

sub hostile_servers {
	requests();
	broken('certificate of a stranger', 69, '(?i:certificate)',
	    "https://localhost:$FORGED/bare/asn.csv");
	broken('certificate for another name', 69, '(?i:certificate|name)',
	    "https://localhost:$ELSEWHERE/bare/asn.csv");
	broken('no TLS', 69, 'cannot fetch',
	    "https://localhost:$PLAIN/bare/asn.csv");
	my $age = grow_old();
	my $r = run($IPINFO, '--config', $NONE, '--update', '-o', $FILE,
	    '--min-interval', '0s', '--source', "$URL/bare/asn.csv");
	is($r->{status}, 69, 'not among the usual authorities: status 69');
	like($r->{err}, qr/certificate.*kept \Q$age\E$/i, 'and says so');
	unlike(requests(), qr{/asn}, 'none of them was even asked');

	for (qw(http ftp gopher)) {
		broken("$_:", 69, 'only https: and file:',
		    "$_://localhost:$PLAIN/bare/asn.csv");
	}
	broken('no scheme', 69, 'only https: and file:',
	    "localhost:$PLAIN/bare/asn.csv");
	broken('no URL', 69, 'cannot fetch', 'https://');
	for (qw(file ftp http gopher)) {
		broken("redirected to $_:", 69, 'redirects to what is not',
		    "away/$_");
	}
	unlike(requests(), qr/^http /m, 'and none was asked without TLS');
	broken('redirected in a circle', 69, 'again and again', 'loop');
	broken('four redirects', 69, 'again and again', 'hops/4/asn.csv');

	my @little = ('--max-bytes', 1_000_000);
	broken('endless', 69, 'more than 1000000 bytes', 'endless', @little);
	broken('announced too large', 69, 'more than 1000000 bytes',
	    'announced', @little);
	# libcurl cannot tell this from a connection that broke.
	broken('headers without end', 75, 'cannot fetch', 'endless-headers');
	broken('a drip', 75, '(?i:time)', 'drip', '--timeout', '1s');
	broken('silence', 75, '(?i:time)', 'silent', '--timeout', '1s');
	broken('shorter than announced', 75, 'the connection ended',
	    'short/asn.csv');
	broken('gzip, cut without length', 65,
	    "/cut/asn\\.csv\\.gz':\\d+: .*cut short", 'cut/asn.csv.gz');
	broken('text, cut without length', 65, "/cut/torn':\\d+: ",
	    'cut/torn') if spew("$WWW/torn", asn_rows(), '11.0.0.0,11.0.');
	broken('a web page', 65, 'a web page', 'html');
	broken('JSON', 65, 'JSON', 'json');
	broken('a pointer', 65, 'Git LFS', 'lfs');
	run($IPINFO, '--config', $NONE, '--compile', '-o', "$WWW/ip.db",
	    "$WWW/asn.csv");
	broken('a compiled database', 65, 'a compiled one', 'bare/ip.db');
	broken('empty', 65, 'an empty file', 'empty');
	broken('a text', 65, "/text':1: ", 'text');

	# These are odd, but no harm.
	for (['close/asn.csv', 'without a length'],
	    ['close/asn.csv.gz', 'gzip without a length'],
	    ['encoded/asn.csv.gz', 'an encoding nobody asked for'],
	    ['to/asn.csv', 'a redirect'], ['hops/3/asn.csv', 'three'],
	    ['tags/asn.csv', 'a tag of 4000 bytes']) {
		my ($path, $about) = @$_;
		succeeds($about, qr/^installed/m,
		    update([$BOTH[0], "$URL/$path"]));
		knows("$about: it answers", '192.0.2.1',
		    'DE,64500,Example AS');
	}
	requests();
	update([$BOTH[0], "$URL/tags/asn.csv"]);
	unlike(requests(), qr{/tags/.*If-None-Match}, 'no such tag is sent');
	succeeds('back', qr/^installed/m, update(\@BOTH));
}

# Whole files, from the server that gave good ones before.
sub bad_databases {
	my @good = asn_rows(1000);
	my @bad = (
	    ['far too few rows', "'\Q$BOTH[1]\E' has 400 rows, and had 1000",
		[@good[0 .. 399]]],
	    ['far too many', 'has 3100 rows, and had 1000',
		[asn_rows(3100)]],
	    ['a broken row in the middle', "'\Q$BOTH[1]\E':501: ",
		[@good[0 .. 499], "10.1.244.0,10.1.243.0,1,x\n",
		@good[500 .. 999]]],
	    ['a NUL byte', "'\Q$BOTH[1]\E':501: ",
		[@good[0 .. 499], "\0", @good[500 .. 999]]],
	    ['a lost canary', '8\.8\.8\.8 was in AS15169, and is in none',
		[@good[1 .. 999]]],
	    ['another', '2001:4860:4860::8888 was in AS15169',
		[@good[0 .. 2, 4 .. 999]]],
	    ['a canary elsewhere', '8\.8\.8\.8 was in AS15169, and is in AS666',
		["8.8.8.0,8.8.8.255,666,Evil\n", @good[1 .. 999]]],
	    ['a last line that does not end', "'\Q$BOTH[1]\E':1000: the last",
		[@good[0 .. 998], '10.9.9.0,10.9.9.255,645,x']],
	    ['only a head', "'\Q$BOTH[1]\E':1: ", ["start,end,asn\n"]],
	);
	for (@bad) {
		my ($about, $why, $rows) = @$_;
		spew("$WWW/asn.csv", @$rows);
		fails($about, 65, $why, \@BOTH);
		# Nothing is learnt from it either.
		fails("$about, again", 65, $why, \@BOTH);
	}

	# All may change if somebody says so.
	spew("$WWW/asn.csv", @good[1 .. 999]);
	succeeds('a lost canary, forced', qr/: 999 rows, 1000 before$/m,
	    update(\@BOTH, '--force'));
	spew("$WWW/asn.csv", asn_rows(400));
	succeeds('fewer rows, forced', qr/: 400 rows, 999 before$/m,
	    update(\@BOTH, '--force'));
	spew("$WWW/asn.csv", @good);
	succeeds('more again', qr/: 1000 rows, 400 before$/m,
	    update(\@BOTH));

	# Without the ASN, because it is no longer named.
	fails('a source is not named', 65, 'what these sources give has \d+ rows, ' .
	    'and had \d+ before \(--force',
	    [$BOTH[0]]);
}

sub bombs {
	packed('zeros', "\0" x 1_000_000, 4000);
	packed('rows', "192.0.2.0,192.0.2.255,64500,Example\n" x 30_000, 4000);
	packed('marks', "# nothing\n" x 100_000, 4000);
	for (['zeros', ":1: "], ['rows', ':\d+: more than .* ranges'],
	    ['marks', ':\d+: more than \d+ bytes of text']) {
		my ($name, $why) = @$_;
		cmp_ok(-s "$WWW/$name", '<', 32_000_000, "$name: small");
		broken("gigabytes of $name", 65, $why, "bare/$name");
		unlink "$WWW/$name";
	}
}

sub waits {
	my ($url, $later) = ("$URL/429/3600", qr/answers 429/);
	requests();
	fails('429', 75, 'answers 429', [$BOTH[0], $url]);
	like(requests(), qr{/429/3600}, '429: asked once');
	fails('429, too early', 75, "'\Q$url\E' is not to be asked before",
	    [$BOTH[0], $url]);
	unlike(requests(), qr{/429/3600}, '429: not asked again');
	fails('429, forced', 75, 'answers 429', [$BOTH[0], $url], '--force');
	like(requests(), qr{/429/3600}, '429: but if forced');

	# A mirror may be asked meanwhile.
	spew("$WWW/asn.csv", asn_rows(1000, 'Mirror'));
	succeeds('429, mirror', qr/is not to be asked.*went on to the next/,
	    update([$BOTH[0], "$url $URL/bare/asn.csv"]));
	knows('429: the mirror is used', '192.0.2.1',
	    'DE,64500,Example Mirror');
	unlike(requests(), qr{/429/3600}, '429: not asked then either');

	fails('503', 75, 'answers 503', [$BOTH[0], "$URL/503/1"]);
	sleep 2.1;
	requests();
	fails('503, in time', 75, 'answers 503', [$BOTH[0], "$URL/503/1"]);
	like(requests(), qr{/503/1}, '503: asked again when it may be');
	fails('429 without a time', 75, 'answers 429',
	    [$BOTH[0], "$URL/429"]) for 1, 2;
	succeeds('back', qr/^installed/m, update(\@BOTH));
}

sub intervals {
	requests();
	succeeds('too early', qr/\Achecked\ \d+\ s\ ago,\ next\ after\ \d{4}-\d\d-
	    \d\dT\d\d:\d\d:\d\dZ?\S*\n\z/x,
	    update(\@BOTH, '--min-interval', '20h'));
	is(requests(), '', 'too early: nobody was asked');
	succeeds('too early, forced', qr/\Anothing new/,
	    update(\@BOTH, '--min-interval', '20h', '--force'));
	like(requests(), qr{/etag/country.*\n.*/etag/asn}, 'forced: asked');
	succeeds('too early, other sources', qr/^installed/m,
	    update([@BOTH, "$URL/bare/asn.csv"], '--min-interval', '20h'));
	my $old = slurp($FILE);
	unlink $FILE;
	succeeds('too early, but gone', qr/^installed/m,
	    update([@BOTH, "$URL/bare/asn.csv"], '--min-interval', '20h'));

	# A failure is no check.
	fails('a failure', 69, '404', [@BOTH, "$URL/404"]);
	succeeds('back', qr/^installed/m, update(\@BOTH));
}

sub dry_run {
	spew("$WWW/asn.csv", asn_rows(1000, 'Dry'));
	my $before = contents();
	my $memory = slurp("$FILE.sources");
	succeeds('dry', qr/:\ 1000\ rows,\ 1000\ before\nwould\ install\ '\Q$FILE\E'
	    \n\z/x, update(\@BOTH, '--dry-run'));
	is_deeply(contents(), $before, 'dry: nothing changed');
	is(slurp("$FILE.sources"), $memory, 'dry: nothing remembered');
	succeeds('dry, nothing new', qr/^nothing new/,
	    update([$BOTH[0]], '--dry-run', '-o', "$DIR/other/ip.db"))
	    if 0;
	spew("$WWW/asn.csv", "8.8.8.0,8.8.8.255,15169,Google LLC\n");
	fails('dry, a bad one', 65, 'has 1 rows', \@BOTH, '--dry-run');
	spew("$WWW/asn.csv", asn_rows(1000, 'Wet'));
	succeeds('wet', qr/^installed/m, update(\@BOTH));
	knows('wet: it answers', '192.0.2.1', 'DE,64500,Example Wet');
	succeeds('dry, nothing new', qr/\Anothing new/,
	    update(\@BOTH, '--dry-run'));
}

sub local_files {
	my @local = map { "file://$WWW/$_.csv" } qw(country asn);
	succeeds('file:', qr/^installed/m, update(\@local));
	knows('file: it answers', '192.0.2.1', 'DE,64500,Example Wet');
	succeeds('file: again', qr/\Anothing new/, update(\@local));
	fails('file: missing', 69, 'cannot fetch', [$local[0],
	    "file://$WWW/missing"]);
	fails('file: a device', 69, 'more than 100000 bytes', [$local[0],
	    'file:///dev/zero'], '--max-bytes', 100_000);
	succeeds('back', qr/^installed/m, update(\@BOTH));
}

# Nothing that happens to what is remembered matters.
sub damaged_memory {
	my $good = slurp("$FILE.sources");
	my $cut = length($good) / 2;
	for (['empty', ''], ['missing', undef], ['cut', substr $good, 0, $cut],
	    ['changed', $good =~ s/rows 1000/rows 9000/r],
	    ['noise', join '', map { chr int rand 256 } 1 .. 5000],
	    ['long', "source x\n" x 100_000], ['NUL', "\0" x 100]) {
		my ($about, $text) = @$_;
		unlink "$FILE.sources";
		spew("$FILE.sources", $text) if defined $text;
		requests();
		succeeds("memory: $about", qr/^installed/m, update(\@BOTH));
		unlike(requests(), qr/If-/, "memory: $about: forgotten");
		succeeds("memory: $about, again", qr/\Anothing new/,
		    update(\@BOTH));
	}
	# What is kept of a source, with another text of the same length.
	my $kept = slurp("$FILE.source-1");
	spew("$FILE.source-1", 'x' x length $kept);
	succeeds('a kept text is damaged: fetched anew', qr/^installed/m,
	    update(\@BOTH));
	is(slurp("$FILE.source-1"), $kept, 'a kept text is damaged: replaced');
}

sub asn_is {
	my ($about, $name) = @_;
	is(look_up($FILE, '192.0.2.7'), "192.0.2.7,DE,64500,Example $name\n",
	    $about);
}

# What is installed is what was made of the sources, or is made again: whatever
# moment a run was ended at, and whoever put another file there.
sub not_what_was_made {
	spew("$WWW/asn.csv", asn_rows(1000, 'A'));
	succeeds('A', qr/^installed/m, update(\@BOTH));
	my %a = map { $_ => slurp("$FILE$_") } '', '.sources';
	spew("$WWW/asn.csv", asn_rows(1000, 'B'));
	succeeds('B', qr/^installed/m, update(\@BOTH));
	my $ledger = slurp("$FILE.sources");
	for (['before the database', '', '.sources'], ['before the ledger',
	    '.sources'], ['after the ledger', '']) {
		my ($about, @names) = @$_;
		spew("$FILE.new", $a{$_}), rename "$FILE.new", "$FILE$_"
		    for @names;
		succeeds("ended $about", qr/^installed/m, update(\@BOTH));
		asn_is("ended $about: made again", 'B');
		succeeds("ended $about, once", qr/^nothing new/,
		    update(\@BOTH));
	}
	rename "$FILE.old", $FILE or die;
	succeeds('another file in its place', qr/^installed/m,
	    update(\@BOTH, '--min-interval', '24h'));
	asn_is('another file in its place: made again', 'B');
	my $good = slurp($FILE);
	(my $bad = $good) =~ s/Example B/Example X/;
	spew("$FILE.new", $bad);
	rename "$FILE.new", $FILE;
	my $old = slurp("$FILE.old");
	succeeds('a damaged one', qr/^installed '\Q$FILE\E'$/m, update(\@BOTH));
	is(slurp($FILE), $good, 'a damaged one: repaired');
	is(slurp("$FILE.old"), $old, 'a damaged one: not kept');
	spew("$WWW/asn.csv", asn_rows(1000));
	succeeds('as it was', qr/^installed/m, update(\@BOTH));
}

# Files of others whose names are like ours.
sub neighbours {
	my @names = map { "$FILE$_" } qw(.download-notes .download-readme
	    .new.db .new.sources .download-1.tar.gz .newer);
	spew($_, 'mine') for @names;
	succeeds('neighbours', qr/^nothing new/, update(\@BOTH));
	is(join(' ', grep { !-e } @names), '', 'neighbours stay');
	unlink @names;
}

# What no message shows, however it is written.
sub misspelt_secrets {
	for ('https:/joe:s3cret@localhost:1/x', 'https://joe:s3cret@localhost:1/x',
	    'https://joe:s3/cret@localhost:1/x', 'joe:s3cret@localhost:1/x',
	    'https://joe:s3?cret@localhost:1/x?key=s3cret',
	    'https://joe:s3#cret@localhost:1/x#s3cret') {
		my $r = update([$BOTH[0], $_]);
		isnt($r->{status}, 0, "$_: fails");
		unlike($r->{err} . $r->{out}, qr/s3|cret/, "$_: is not shown");
	}
}

sub locked {
	open my $lock, '>>', "$FILE.lock" or die "$FILE.lock: $!";
	flock $lock, LOCK_EX or die "flock: $!";
	requests();
	fails('locked', 75, "'\Q$FILE\E' is being written by " .
	    "process $$", \@BOTH);
	is(requests(), '', 'locked: nobody was asked');
	close $lock;
	succeeds('not locked', qr/^nothing new/, update(\@BOTH));
}

sub killed {
	for my $signal (qw(KILL TERM INT)) {
		my $before = contents();
		my $pid = update_behind($BOTH[0], "$URL/drip");
		wait_until('it downloads', sub {
			(my $file) = glob "$FILE.download-2.*";
			$file && -s $file;
		});
		kill $signal, $pid;
		waitpid $pid, 0;
		is(slurp($FILE), $before->{'ip.db'},
		    "$signal: the database is as it was");
		knows("$signal: it answers", '8.8.8.8',
		    'US,15169,Google LLC');
		spew("$FILE.new", 'half');
		spew("$FILE.old.new", 'half');
		spew("$FILE.sources.new", 'half');
		spew("$FILE.newer", 'mine');
		succeeds("$signal: the next", qr/^nothing new/,
		    update(\@BOTH));
		is_deeply(contents(), {%$before, 'ip.db.newer' => 'mine'},
		    "$signal: the next tidies up, and only after us");
		unlink "$FILE.newer";
	}
}

# At any moment: the file is one or the other, and the next run is well.
sub killed_often {
	my @versions = map { join '', asn_rows(1000, $_) } qw(One Two);
	my @lost;
	spew("$WWW/asn.csv", $versions[1]);
	update(\@BOTH);
	my $start = time;
	spew("$WWW/asn.csv", $versions[0]);
	update(\@BOTH);
	my $takes = time - $start;
	for my $i (1 .. 40) {
		spew("$WWW/asn.csv", $versions[$i % 2]);
		my $pid = update_behind(@BOTH);
		sleep $takes * $i / 40;
		kill 'KILL', $pid;
		waitpid $pid, 0;
		push @lost, $i if run($IPINFO, '--config', $NONE, '--verify',
		    $FILE)->{status} || look_up($FILE, '192.0.2.1') !~
		    /\A192\.0\.2\.1,DE,64500,Example (One|Two)\n\z/;
	}
	is("@lost", '', 'killed: always one of the two');
	is(update(\@BOTH)->{status}, 0, 'killed: and then not');
	knows('killed: the last one', '192.0.2.1', 'DE,64500,Example One');
	my @there = sort keys %{contents()};
	is("@there", 'ip.db ip.db.old ip.db.source-1 ip.db.source-2',
	    'killed: no file more or less');
}

sub unwritable {
	my $r;
	spew("$DIR/file", '');
	$r = update(\@BOTH, '-o', "$DIR/file/ip.db");
	is($r->{status}, 73, 'a file in the way: status 73');
	like($r->{err}, qr{\Amls-ipinfo:\ cannot\ [^\n]*'\Q$DIR\E/file[^\n]*;
	    \ no\ database\ is\ installed\ yet\n\z}x, 'a file in the way: says so');
	$r = update(\@BOTH, '-o', "$DIR/a/b/ip.db");
	is($r->{status}, 73, 'no directory for the directory: status 73');
	mkdir "$DIR/deep";
	mkdir "$DIR/deep/ip.db";
	$r = update(\@BOTH, '-o', "$DIR/deep/ip.db");
	is($r->{status}, 73, 'a directory in the way: status 73');
	like($r->{err}, qr{will\ not\ replace\ '\Q$DIR\E/deep/ip.db':\ it\ is\ no
	    \ regular\ file}x, 'a directory in the way: says so');
	rename $FILE, "$HOME/real" or die "rename: $!";
	symlink 'real', $FILE or die "symlink: $!";
	fails('a symbolic link', 73, 'it is a symbolic link', \@BOTH);
	rename "$HOME/real", $FILE or die "rename: $!";

	# In the way of what is kept.
	rename "$FILE.source-2", "$DIR/kept";
	mkdir "$FILE.source-2";
	fails('a directory in the way of a source', 73, 'cannot replace',
	    \@BOTH);
	rmdir "$FILE.source-2";
	rename "$DIR/kept", "$FILE.source-2";

	# No room: a file may have 1024 bytes.
	spew("$WWW/asn.csv", asn_rows(1000, 'Large'));
	my @arguments = ($IPINFO, '--config', $NONE, '--update', '--ca-file',
	    $CA, '-o', $FILE, '--min-interval', '0s',
	    map { ('--source', $_) } @BOTH);
	fails('no room', 73, 'cannot write it down', sub {
		run('/bin/sh', '-c', 'trap "" XFSZ; ulimit -f 2; exec "$@"',
		    'sh', @arguments);
	});

SKIP: {
		my @nobody = ($^X, '-e', '$( = $) = "65534 65534"; ' .
		    '$< = $> = 65534; exec @ARGV or exit 126');
		skip 'not root', 7 if $>;
		skip 'nobody can run it', 7
		    if run(@nobody, $IPINFO, '--version')->{status};
		chmod 0755, "$DIR";
		chmod 0644, $FILE;
		fails('not ours', 73, 'Permission denied', sub {
			run(@nobody, @arguments);
		});
	}
	succeeds('writable', qr/^installed/m, update(\@BOTH));
}

# What a URL may hold is in no message, and in no file others can read.
sub secrets {
	my $url = "https://joe:hunter2\@localhost:$GOOD/404?token=s3cret";
	my $r = update([$url]);
	is($r->{status}, 69, 'secrets: status');
	like($r->{err}, qr{'\Qhttps://localhost:$GOOD/404\E'},
	    'secrets: the rest is named');
	my $good = update([$url =~ s/404/etag\/asn.csv/r], '--force',
	    '-o', "$DIR/secret/ip.db");
	is($good->{err}, '', 'secrets: it works');
	$r->{err} .= $good->{out};
	unlike($r->{err} . slurp("$DIR/secret/ip.db"), qr/hunter2|s3cret/,
	    'secrets: not told');
}
