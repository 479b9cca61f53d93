#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# contrib/setup/packages on machines we do not have: every program it may call
# is one of ours, so that nothing is installed and every call is seen.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use File::Path qw(make_path remove_tree);
use Test::More;
use MLS;

my $real = "$TOP/contrib/setup/packages";

# What the script needs of any machine.
my @tools = qw(sh cat chmod dirname mkdir mv rm sed sort tail tr flock);

# A machine with these commands, libraries and files, and no others.
my ($bin, $root, $tree, $state, $policy);
sub machine {
	my (%has) = @_;
	my $m = "$DIR/machine";
	remove_tree($m);
	($bin, $root, $tree, $state) = map { "$m/$_" } qw(bin root tree state);
	$policy = "$m/sbin/policy-rc.d";
	make_path($bin, $root, $state, "$m/sbin", "$tree/contrib/setup",
	    "$root/usr/share/tor");
	for my $tool (@tools) {
		my $path = have($tool) or next;
		symlink $path, "$bin/$tool" or die "$bin/$tool: $!";
	}
	program('id', "echo $has{uid}\n");
	program($_, ":\n") for @{$has{commands}};
	program('pkg-config', "[ -e '$root/lib/'\"\$2\" ]\n")
	    unless $has{no_pkg_config};
	make_path("$root/lib");
	spew("$root/lib/$_", '') for @{$has{libraries}};
	spew("$root/usr/share/tor/geoip", '') unless $has{no_geoip};

	# The files of packages are looked for below our root, and daemons
	# where the other commands are.
	spew("$tree/contrib/setup/packages", slurp($real) =~
	    s{\bfile:/}{file:$root/}gr =~ s{:/usr/sbin:/sbin}{}r);
}

sub program {
	my ($name, $text) = @_;
	unlink "$bin/$name";
	spew("$bin/$name", "#!$bin/sh\n$text");
	chmod 0755, "$bin/$name";
}

# An apt-get that knows all packages but those in unknown (update makes known
# what is in late), removes victims, and "installs" what table says.
sub apt {
	my (%how) = @_;
	spew("$state/unknown", map { "$_\n" } @{$how{unknown}});
	spew("$state/removes", map { "$_ $how{removes}{$_}\n" }
	    sort keys %{$how{removes}});
	program('apt-get', <<"EOT" . ($how{breaks} ? "exit 100\n" : <<'EOT'));
state='$state' root='$root' bin='$bin' policy='$policy'
EOT
echo "apt-get $*" >>"$state/calls"
mode=run verb=
set_packages() { packages="$packages $1"; }
packages=
while [ $# -gt 0 ]; do
	case $1 in
	-s) mode=simulate ;;
	-o) shift ;;
	-*) ;;
	install | update | download) verb=$1 ;;
	*) set_packages "$1" ;;
	esac
	shift
done
if [ $verb = update ]; then
	echo "fetching lists"
	: >"$state/unknown"
	exit 0
fi
if [ $verb = download ]; then
	for package in $packages; do : >"$package.deb"; done
	exit 0
fi
for package in $packages; do
	while read -r name; do
		[ "$name" = "$package" ] || continue
		echo "E: Unable to locate package $name" >&2
		exit 100
	done <"$state/unknown"
done
for package in $packages; do
	while read -r name victim; do
		[ "$name" = "$package" ] || continue
		echo "Remv $victim [1.0]"
		[ $mode = run ] && echo "E: remove is disabled" && exit 100
	done <"$state/removes"
	if [ $mode = simulate ]; then
		echo "Inst $package (1.0 Debian:12 [amd64])"
		continue
	fi
	case $package in
	gcc) cp=cc ;;
	zlib1g-dev) cp=; : >"$root/lib/zlib" ;;
	tor-geoipdb) cp=; : >"$root/usr/share/tor/geoip" ;;
	*) cp=$package ;;
	esac
	if [ -n "$cp" ]; then
		printf '#!%s/sh\n' "$bin" >"$bin/$cp"
		chmod 755 "$bin/$cp"
	fi
done
if [ $mode = run ]; then
	status=0
	"$policy" x start || status=$?
	echo "policy $status" >>"$state/calls"
	echo "frontend $DEBIAN_FRONTEND" >>"$state/calls"
fi
EOT
	program('debconf-set-selections',
	    "echo debconf \$(cat) >>'$state/calls'\n");
	program('dpkg-query', <<'EOT');
echo /usr/share/doc/$2
case $2 in
postfix)
	echo /lib/systemd/system/postfix.service
	echo /lib/systemd/system/postfix@.service
	echo /etc/init.d/postfix ;;
esac
EOT
	program($_, "echo $_ \$* >>'$state/calls'\n")
	    for qw(systemctl update-rc.d);
}

sub calls {
	return -e "$state/calls" ? slurp("$state/calls") : '';
}

sub packages {
	my (@arguments) = @_;
	local $ENV{PATH} = $bin;
	local $ENV{POLICY_RC_D} = $policy;
	local $ENV{CC};
	local $ENV{DEBIAN_FRONTEND};
	delete @ENV{qw(CC DEBIAN_FRONTEND)};
	return run("$bin/sh", "$tree/contrib/setup/packages", @arguments);
}

# Its own table, so that a machine can have everything.
my @table = map { [split ' '] }
    grep { /^\t(build|demo|prove|check|fuzz|bench)\t\S+\t+\S+$/ }
    split /\n/, slurp($real);
cmp_ok(scalar @table, '>', 20, 'the table was found');
my @everything = ('cc', 'gzip', 'readelf',
    map { $_->[1] =~ /^(?:command|beside):(.*)/ } @table);
my @libraries = map { $_->[1] =~ /^library:(.*)/ } @table;
sub complete_machine {
	machine(uid => 1000, commands => \@everything,
	    libraries => \@libraries, @_);
	for (map { $_->[1] =~ m{^file:(/.*)/} ? [$1, $_->[1]] : () } @table) {
		make_path("$root$_->[0]");
		spew($root . substr($_->[1], 5), '');
	}
}

my @but_zlib = grep { $_ ne 'zlib' } @libraries;

my $r;

for my $group (qw(build check fuzz bench)) {
	complete_machine();
	apt();
	$r = packages($group);
	is_deeply([@$r{qw(status out err)}, calls(), -e "$tree/build" // ''],
	    [0, '', '', '', ''],
	    "$group: nothing missing, nothing said, nothing called");
}

$r = packages();
is_deeply([@$r{qw(status out err)}],
    [64, '', "usage: packages build|check|fuzz|bench\n"], 'usage');

# Root, a compiler and a library missing.
machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@but_zlib);
apt();
$r = packages('build');
is($r->{status}, 0, 'root: status');
is($r->{out}, '', 'root: stdout');
is($r->{err}, "packages: installing gcc libc6-dev zlib1g-dev\n",
    'root: one line says what is installed');
like(calls(), qr/^apt-get .*\Qinstall --no-remove --no-install-recommends -y\E
    .*\ gcc\ libc6-dev\ zlib1g-dev$/mx, 'root: how');
like(calls(), qr/^frontend noninteractive$/m, 'root: nobody is asked');
unlike(calls(), qr/^apt-get .*update/m, 'root: no update without need');
unlike(calls(), qr/^debconf/m, 'root: postfix is not mentioned');

# The policy while packages are installed, and what is left of it.
like(calls(), qr/^policy 101$/m, 'services may not start');
ok(!-e $policy, 'the policy is gone afterwards');

for (["forbids: left alone", "exit 101", 0],
    ["allows: set aside and put back", "exit 0", 1],
    ["is broken: set aside and put back", "exit 3", 1]) {
	my ($name, $text) = @$_;
	machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@but_zlib);
	apt();
	spew($policy, "#!$bin/sh\n# theirs\n$text\n");
	chmod 0755, $policy;
	packages('build');
	like(calls(), qr/^policy 101$/m, "a policy that $name: no start");
	is(slurp($policy), "#!$bin/sh\n# theirs\n$text\n",
	    "a policy that $name: it is theirs again");
	ok(-x $policy, "a policy that $name: executable");
	is_deeply([glob "$policy?*"], [], "a policy that $name: no remains");
}

# Ended in the middle, with a policy set aside; and killed there.
machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@but_zlib);
apt();
spew($policy, "#!$bin/sh\nexit 0\n");
chmod 0755, $policy;
{
	my $fake = slurp("$bin/apt-get");
	program('apt-get', "case \"\$*\" in -s*) ;; " .
	    "*) kill -TERM \$PPID; exit 1;; esac\n$fake");
	packages('build');
	is(slurp($policy), "#!$bin/sh\nexit 0\n", 'ended: policy put back');
	program('apt-get', "case \"\$*\" in -s*) ;; " .
	    "*) kill -KILL \$PPID; exit 1;; esac\n$fake");
	packages('build');
	like(slurp($policy), qr/By the set-up of mls/, 'killed: ours stays');
	program('apt-get', $fake);
	packages('build');
	is(slurp($policy), "#!$bin/sh\nexit 0\n",
	    'killed: the next run puts theirs back');
	is_deeply([glob "$policy?*"], [], 'killed: no remains');
}

# A package in the way.
complete_machine(uid => 0,
    commands => [grep { !/^(postfix|valgrind)$/ } @everything]);
apt(removes => {postfix => 'exim4-daemon-light'});
$r = packages('check');
is($r->{status}, 0, 'conflict: the work goes on');
is($r->{err}, "packages: postfix is left out, it would remove " .
    "exim4-daemon-light\npackages: installing valgrind\n" .
    "packages: missing, what needs them is left out: postfix\n",
    'conflict: named and left out, the other one is installed');
unlike(calls(), qr/^apt-get (?!.*-s ).*\bpostfix/m,
    'conflict: never asked to be installed');

# One that would push out rsyslog is unpacked, by whoever it is.
complete_machine(uid => 1000,
    commands => [grep { $_ ne 'syslog-ng' } @everything]);
apt(removes => {'syslog-ng-core' => 'rsyslog'});
program('dpkg-deb', "mkdir -p usr/sbin && : >usr/sbin/syslog-ng &&\n" .
    "chmod 755 usr/sbin/syslog-ng && echo dpkg-deb \$* >>'$state/calls'\n");
$r = packages('check');
is_deeply([@$r{qw(status out err)}],
    [0, '', "packages: unpacking syslog-ng-core\n"], 'beside: said');
like(calls(), qr/^dpkg-deb -x syslog-ng-core\.deb \.$/m, 'beside: unpacked');
unlike(calls(), qr/install (?!.*-s ).*-y|^sudo/m, 'beside: not installed');
is_deeply([glob "$tree/build/beside/*"], ["$tree/build/beside/usr"],
    'beside: no remains');
is(packages('check')->{err}, '', 'beside: once is enough');

# Postfix without a machine to configure, and off at the next boot.
complete_machine(uid => 0, commands => [grep { $_ ne 'postfix' } @everything]);
apt();
$r = packages('check');
is($r->{err}, "packages: installing postfix\n" .
    "packages: left switched off: postfix.service\n", 'postfix: said');
like(calls(),
    qr/^debconf postfix postfix\/main_mailer_type select No configuration$/m,
    'postfix: no configuration');
like(calls(), qr/^systemctl disable postfix\.service$/m, 'postfix: systemd');
like(calls(), qr/^update-rc\.d postfix disable$/m, 'postfix: init');
unlike(calls(), qr/postfix\@/, 'postfix: no template unit');

# Lists that are old or empty.
machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@but_zlib);
apt(unknown => ['gcc']);
$r = packages('build');
is($r->{status}, 0, 'unknown, then known');
is($r->{err}, "packages: installing libc6-dev zlib1g-dev gcc\n",
    'unknown, then known: installed');
is(scalar(() = calls() =~ /^apt-get .*update/mg), 1,
    'unknown, then known: one update');

# Packages no update brings.
complete_machine(uid => 0,
    commands => [grep { !/^(mlr|valgrind)$/ } @everything]);
apt(unknown => ['miller']);
program('apt-get', slurp("$bin/apt-get") =~ s/: >"\$state\/unknown"/:/r);
$r = packages('check');
is($r->{status}, 0, 'no such package: a test can do without');
is($r->{err}, "packages: not to be had from apt: miller\n" .
    "packages: installing valgrind\n" .
    "packages: missing, what needs them is left out: miller\n",
    'no such package: named');

machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@but_zlib);
apt(unknown => ['gcc']);
program('apt-get', slurp("$bin/apt-get") =~ s/: >"\$state\/unknown"/:/r);
$r = packages('build');
is($r->{status}, 69, 'no compiler: the end');
like($r->{err}, qr/^packages: missing: gcc/m, 'no compiler: named');
like($r->{err}, qr/^E: Unable to locate package gcc$/m,
    'no compiler: the log is shown');

# An apt-get that fails.
machine(uid => 0, commands => ['gzip', 'readelf'], libraries => \@libraries);
apt(breaks => 1);
$r = packages('build');
is($r->{status}, 69, 'broken apt: the end');
like($r->{err}, qr/^packages: missing: gcc libc6-dev$/m, 'broken apt: named');

# Without rights.
my @few = (commands => ['gzip', 'readelf'], libraries => \@but_zlib);
machine(uid => 1000, @few);
apt();
$r = packages('build');
is($r->{status}, 69, 'neither root nor sudo: the end');
is($r->{err}, "packages: missing: gcc libc6-dev zlib1g-dev\n" .
    "packages: as root: apt-get install gcc libc6-dev zlib1g-dev\n",
    'neither root nor sudo: what to do');
unlike(calls(), qr/^apt-get (?!.*-s )/m, 'neither root nor sudo: only asked');

complete_machine(commands => [grep { $_ ne 'valgrind' } @everything]);
apt();
$r = packages('check');
is($r->{status}, 0, 'neither root nor sudo, for a test: goes on');
is($r->{err}, "packages: missing, what needs them is left out: valgrind\n",
    'neither root nor sudo, for a test: named');

# sudo without a terminal never asks for a password.
machine(uid => 1000, @few);
apt();
program('sudo', "echo \"sudo \$*\" >>'$state/calls'\n" .
    "[ \"\$1\" = -n ] || exit 1\nshift\n[ \"\$1\" != true ] || exit 0\n\"\$@\"\n");
$r = packages('build');
is($r->{status}, 0, 'sudo: status');
is($r->{err}, "packages: installing gcc libc6-dev zlib1g-dev\n", 'sudo: said');
unlike(calls(), qr/^sudo (?!-n )/m, 'sudo: with -n');

machine(uid => 1000, @few);
apt();
program('sudo', "echo \"sudo \$*\" >>'$state/calls'\n" .
    "echo 'sudo: a password is required' >&2\nexit 1\n");
$r = packages('build');
is($r->{status}, 69, 'sudo that wants a password: the end');
like($r->{err}, qr/\Apackages: missing: gcc/,
    'sudo that wants a password: named, and nothing else');

# Nothing can be done: nobody is asked for a password.
complete_machine(commands => [grep { $_ ne 'postfix' } @everything]);
apt(removes => {postfix => 'exim4-daemon-light'});
program('sudo', "echo \"sudo \$*\" >>'$state/calls'\n");
$r = packages('check');
is($r->{status}, 0, 'only a conflict: goes on');
unlike(calls(), qr/^sudo/m, 'only a conflict: no sudo');

# No apt at all.
machine(uid => 0, @few);
$r = packages('build');
is($r->{status}, 69, 'no apt: the end');
like($r->{err}, qr/\Apackages: missing: gcc libc6-dev zlib1g-dev\n/,
    'no apt: what is missing');
like($r->{err}, qr/^  Alpine: .*\bzlib-dev yaml-dev ldns-dev$/m,
    'no apt: names elsewhere');

complete_machine(commands => [grep { $_ ne 'valgrind' } @everything]);
$r = packages('check');
is($r->{status}, 0, 'no apt, for a test: goes on');
is($r->{err}, "packages: missing, what needs them is left out: valgrind\n",
    'no apt, for a test: named');

# The demo has tables of its own.
complete_machine(no_geoip => 1);
unlink "$root/usr/share/tor/geoip";
$r = packages('build');
is($r->{status}, 0, 'no countries: goes on');
is($r->{err}, "packages: missing, what needs them is left out: tor-geoipdb\n",
    'no countries: named');

# What a test looks for before it skips is what the set-up installs; the rest
# comes in the packages of others.
{
	my %known = map { $_ => 1 } @everything,
	    qw(bash git make mount postconf postmap prlimit setpriv
	    taskset umount);
	my %asked;
	for my $file (glob("$TOP/t/*.t $TOP/t/lib/*.pm")) {
		my $text = slurp($file);
		$asked{$1} = 1 while $text =~ /\bhave\('([^']+)'\)/g;
	}
	ok(scalar keys %asked, 'tests look for programs');
	is(join(' ', grep { !$known{$_} } sort keys %asked), '',
	    'each of them is in the table');
}

# The shell script itself.
SKIP: {
	my $shellcheck = have('shellcheck')
	    or skip 'no program shellcheck', 1;
	$r = run($shellcheck, $real, "$TOP/contrib/demo/demo");
	is($r->{out} . $r->{err}, '', 'shellcheck');
}

done_testing();
