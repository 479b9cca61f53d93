#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# make install: what stands where, what an upgrade and uninstall leave alone,
# and that the program is hardened.  In a copy of the tree, since it builds.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Find ();
use File::Path ();
use Test::More;
use MLS;

# We may run below another make, whose variables are not meant for this one.
delete @ENV{qw(MAKEFLAGS MFLAGS MAKELEVEL MAKEOVERRIDES GNUMAKEFLAGS)};
delete @ENV{qw(CFLAGS LDFLAGS DESTDIR PREFIX SYSCONFDIR LOCALSTATEDIR)};
my @compiler = $ENV{CC} ? "CC=$ENV{CC}" : ();

my $tree = "$DIR/tree";
mkdir $tree or die "$tree: $!";
run('cp', '-R', (map { "$TOP/$_" } qw(Makefile src filters conf)), $tree)
    ->{status} == 0 or die 'cp';

# How fast it is does not change where it stands.
my @mode = ('MODE=-O0');
sub make {
	return run('make', '-s', '-C', $tree, '--no-print-directory',
	    @compiler, @mode, @_);
}

# Names of all files below a directory, each with its mode; and the empty
# directories, with a slash.
sub tree {
	my ($dir) = @_;
	my %there;
	File::Find::find({no_chdir => 1, wanted => sub {
		my $name = substr $_, length $dir;
		if (-d $_) {
			opendir my $d, $_ or die "$_: $!";
			$there{"$name/"} = 'empty' if 2 == grep { 1 } readdir $d;
		} else {
			$there{$name} = sprintf '%o', (stat)[2] & 07777;
		}
	}}, $dir);
	return \%there;
}

my @rules = map { s{.*/}{}r } glob("$TOP/filters/*.yaml");
my @pages = map { s{.*/}{}r } glob("$TOP/src/*.[15]");
cmp_ok(scalar @rules, '>', 0, 'there are rules');
is(join(' ', grep { !/^mls-/ } @pages), '', 'the manuals are ours');
my @programs = qw(mls-filter mls-ipinfo mls-summarize);
for my $program (@programs) {
	ok((grep { $_ eq "$program.1" } @pages), "$program has a manual");
}

# What should stand where for a PREFIX, SYSCONFDIR and LOCALSTATEDIR.
sub wanted {
	my ($prefix, $etc, $state) = @_;
	return {
		(map { ("$prefix/bin/$_" => '755') } @programs),
		"$state/mls/" => 'empty',
		(map { ("$prefix/share/man/man" . substr($_, -1) . "/$_" => '644') }
		    @pages),
		(map { ("$prefix/share/mls/filters/$_" => '644') } @rules),
		"$prefix/share/mls/mls.yaml" => '644',
		"$etc/mls/mls.yaml" => '644',
		"$etc/mls/filters/" => 'empty',
	};
}

# A tree that was built for other directories, and with another umask.
my $r = make();
is($r->{status}, 0, 'make') or diag $r->{err};
is($r->{err}, '', 'make is silent');

my $to = "$DIR/to";
my @usr = ("DESTDIR=$to", 'PREFIX=/usr', 'SYSCONFDIR=/etc',
    'LOCALSTATEDIR=/var/lib');
my $mask = umask 077;
$r = make('install', @usr);
umask $mask;
is_deeply([@$r{qw(status out err)}], [0, '', ''], 'make install')
    or diag $r->{err};
is_deeply(tree($to), wanted('/usr', '/etc', '/var/lib'),
    'all stands where it should');
for (['src/mls-filter.1', '/usr/share/man/man1/mls-filter.1'],
    ['conf/mls.yaml', '/etc/mls/mls.yaml'],
    ['conf/mls.yaml', '/usr/share/mls/mls.yaml'],
    ['filters/postfix.yaml', '/usr/share/mls/filters/postfix.yaml']) {
	ok(slurp("$tree/$_->[0]") eq slurp("$to$_->[1]"), "$_->[1] is ours");
}

my $program = "$to/usr/bin/mls-filter";
my $line = 'Nov 22 11:05:40 mx1 postfix/smtpd[250]: warning: ' .
    "unknown[192.0.2.7]: SASL LOGIN authentication failed: (reason " .
    "unavailable), sasl_username=ann\n";
chdir '/' or die "/: $!";
$r = run({in => $line}, $program, '--config', "$to/etc/mls/mls.yaml",
    '--now', '2026-11-22T12:00:00Z', '--timezone', 'UTC', '--columns',
    'server,date,ip,user');
is_deeply([@$r{qw(status out err)}], [0, "server,date,ip,user\n" .
    "mx1,2026-11-22T11:05:40+00:00,192.0.2.7,ann\n", ''],
    'the installed program runs, with the installed settings');
$r = run({in => ''}, $program, '--filters',
    "$to/usr/share/mls/filters/dovecot.yaml", '--check');
is_deeply([@$r{qw(status err)}], [0, ''], 'the installed rules are good');

# The program knows where its settings are.
$r = make('install', "DESTDIR=", "PREFIX=$DIR/opt", "SYSCONFDIR=$DIR/opt/etc",
    "LOCALSTATEDIR=$DIR/opt/var");
is($r->{status}, 0, 'another PREFIX: installed') or diag $r->{err};
is_deeply(tree("$DIR/opt"), wanted('', '/etc', '/var'),
    'another PREFIX: all there');
spew("$DIR/opt/etc/mls/mls.yaml", "filter:\n  columns: [ip, user]\n");
$r = run({in => $line}, "$DIR/opt/bin/mls-filter");
is_deeply([@$r{qw(status out err)}], [0, "ip,user\n192.0.2.7,ann\n", ''],
    'another SYSCONFDIR: its settings are found');
spew("$DIR/opt/var/mls/ip.db", "192.0.2.0,192.0.2.255,FR\n");
$r = run("$DIR/opt/bin/mls-ipinfo", '192.0.2.7');
is_deeply([@$r{qw(status out err)}], [0, "192.0.2.7  FR  -  -\n", ''],
    'another LOCALSTATEDIR: its database is found');
$r = run({in => $line}, "$DIR/opt/bin/mls-filter", '--columns',
    'ip,country_code');
is_deeply([@$r{qw(status out err)}], [0, "ip,country_code\n192.0.2.7,FR\n",
    ''], 'by both programs');
$r = make('install', @usr);
is($r->{status}, 0, 'and back again');

# An upgrade over settings somebody changed, and over those nobody did.
my $mine = "filter:\n  format: tsv\n";
spew("$to/etc/mls/mls.yaml", $mine);
spew("$to/etc/mls/filters/mine.yaml", "name: mine\n");
spew("$to/var/lib/mls/ip.db", '');
spew("$tree/conf/mls.yaml", slurp("$tree/conf/mls.yaml") . "# new\n");
$r = make('install', @usr);
is_deeply([@$r{qw(status out err)}], [0, "kept your /etc/mls/mls.yaml; " .
    "the new one is /usr/share/mls/mls.yaml\n", ''], 'upgrade: said');
is(slurp("$to/etc/mls/mls.yaml"), $mine, 'upgrade: kept');
like(slurp("$to/usr/share/mls/mls.yaml"), qr/# new$/, 'upgrade: beside it');

$r = make('uninstall', @usr);
is_deeply([@$r{qw(status out err)}],
    [0, "kept your /etc/mls/mls.yaml\nkept the databases in /var/lib/mls\n",
    ''], 'uninstall: said');
is_deeply([grep { !m{/$} } sort keys %{tree($to)}],
    ['/etc/mls/filters/mine.yaml', '/etc/mls/mls.yaml',
    '/var/lib/mls/ip.db'],
    'uninstall: nothing but what is yours is left');
is(slurp("$to/etc/mls/mls.yaml"), $mine, 'uninstall: as it was');

File::Path::remove_tree("$DIR/to/etc/mls", "$DIR/to/var/lib/mls");
is(make('install', @usr)->{status}, 0, 'installed again');
$r = make('uninstall', @usr);
is_deeply([@$r{qw(status out err)}], [0, '', ''], 'uninstall: nothing changed');
is(join(' ', grep { /mls/ || !m{/$} } sort keys %{tree($to)}), '',
    'uninstall: nothing of ours is left');
is(make('uninstall', @usr)->{status}, 0, 'uninstall: a second time is no harm');

# Hardened, as far as compiler and machine can.
SKIP: {
	my $readelf = have('readelf') or skip 'no program readelf', 7;
	my $built = "$tree/build/mls-filter";
	@mode = ();
	$r = make('PREFIX=/usr', 'SYSCONFDIR=/etc');
	is_deeply([@$r{qw(status err)}], [0, ''], 'as it is built by default');
	my $about = sub { run($readelf, '-W', @_, $built)->{out} };
	like($about->('-h'), qr/^\s*Type:\s+DYN\b/m, 'position-independent');
	my $segments = $about->('-l');
	like($segments, qr/\bGNU_RELRO\b/, 'read-only after relocation');
	like($about->('-d'), qr/\(FLAGS(_1)?\).*\b(BIND_)?NOW\b/,
	    'bound at once');
	like($segments, qr/\bGNU_STACK\b.* RW /, 'stack that does not execute');
	my $symbols = $about->('--dyn-syms');
	like($symbols, qr/\b__stack_chk_fail\b/, 'stack protector');
	SKIP: {
		skip 'not glibc', 1 unless $symbols =~ /\@GLIBC_/;
		like($symbols, qr/\b__\w+_chk\b/, 'fortified');
	}
}

done_testing();
