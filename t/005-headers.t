#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# A header is a contract that can be read alone: each compiles by itself, and
# a second time, without a warning, with every compiler there is.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use Cwd qw(realpath);
use File::Path qw(make_path);
use Test::More;
use MLS;

# The flags of the build, but not those of a compiler other than ours.
my ($flags) = slurp("$BUILD/flags") =~ /(-std=.*)/;
my @flags = ('-std=c11', '-D_GNU_SOURCE', $flags =~ /(-W(?!l,)[a-z][\w=-]*)/g,
	'-Werror', '-fsyntax-only');
cmp_ok(scalar(grep { /^-W(all|extra|conversion)$/ } @flags), '==', 3,
	'the warnings of the build are known');

# What a compiler says of a header below a directory.
sub complaint {
	my ($compiler, $dir, $header) = @_;
	my $include = qq(#include "$header"\n);
	my $r = run({in => $include x 2}, $compiler, @flags, "-I$dir", '-x',
	    'c', '-');
	return $r->{status} ? $r->{err} || 'it failed' : $r->{err};
}

chdir "$TOP/src" or die "$TOP/src: $!";
my @headers = (glob('*.h'), glob('*/*.h'));
cmp_ok(scalar @headers, '>', 15, 'the headers are found');

my %bad = (
	'alone.h' => "#ifndef A\n#define A\nsize_t f(void);\n#endif\n",
	'twice.h' => "struct a { int b; };\n",
	'warn.h' => "#ifndef A\n#define A\nint f();\n#endif\n",
);
make_path("$DIR/bad");
spew("$DIR/bad/$_", $bad{$_}) for keys %bad;

# One program may have several names.
my %tried;
for my $compiler ($ENV{CC} // 'cc', 'gcc', 'clang') {
	SKIP: {
		my $path = $compiler =~ m{/} ? $compiler : have($compiler)
		    or skip "no compiler '$compiler'", @headers + 1;
		last SKIP if $tried{realpath($path)}++;
		is(join(' ', grep { complaint($path, "$DIR/bad", $_) }
		    sort keys %bad), 'alone.h twice.h warn.h',
		    "$compiler: sees what is wrong with a header");
		is(complaint($path, '.', $_), '', "$compiler: $_")
		    for @headers;
	}
}

done_testing();
