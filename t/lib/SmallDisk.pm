# SPDX-License-Identifier: ISC
# A file system that is soon full.
package SmallDisk;
use strict;
use warnings;
use Exporter 'import';
use MLS;

our @EXPORT = qw(small_disk fill);

my $place;

# One of so many MiB, until the test ends; where it is mounted.  Nothing: we may
# not mount.
sub small_disk {
	my ($mib) = @_;
	my $dir = "$DIR/small";
	mkdir $dir or die "$dir: $!";
	return if !have('mount') || run(have('mount'), '-t', 'tmpfs', '-o',
	    "size=${mib}m", 'small', $dir)->{status};
	$place = $dir;
	return $dir;
}

# Until nothing fits any more; the file that takes all the room.
sub fill {
	my $file = "$place/fill";
	open my $f, '>', $file or die "$file: $!";
	1 while syswrite $f, 'x' x 4096;
	close $f;
	return $file;
}

END {
	local $?;
	run(have('umount'), '-l', $place) if $place;
}

1;
