# SPDX-License-Identifier: ISC
# A Postfix that delivers what sendmail gets, in a room of its own (see Daemon):
# the machine's sendmail, as it is installed, with our configuration mounted
# where it looks for one.
package Postfix;

use strict;
use warnings;
use Exporter 'import';
use Daemon qw(start wait_until);
use MLS;

our @EXPORT_OK = qw(make_queue $INNER start_postfix mails);

# What every master.cf holds.
our $INNER = <<'EOT';
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
error unix - - n - - error
retry unix - - n - - error
EOT

my $pf;

# A room with a queue as "postfix check" would make it, and more directories.
# Gives the ids of its owner.
sub make_queue {
	my ($room, @more) = @_;
	my @owner = (getpwnam 'postfix')[2, 3];
	my $drop = getgrnam 'postdrop';
	for ('', 'data', 'queue', @more, map { "queue/$_" } qw(active bounce
	    corrupt defer deferred flush hold incoming maildrop pid private
	    public saved trace)) {
		mkdir "$room/$_", 0755 or die "$room/$_: $!";
		next if $_ eq '' || $_ eq 'queue' || $_ eq 'queue/pid';
		chown @owner, "$room/$_";
		chmod 0700, "$room/$_";
	}
	chown $owner[0], $drop, "$room/queue/maildrop", "$room/queue/public";
	chmod 0730, "$room/queue/maildrop";
	chmod 0710, "$room/queue/public";
	return @owner;
}

# Everything for example.net goes to one Maildir.  Gives the sendmail program.
sub start_postfix {
	$pf = "$DIR/pf";
	my ($uid, $gid) = make_queue($pf, 'mail');
	spew("$pf/main.cf", <<"EOT");
compatibility_level = 3.6
queue_directory = $pf/queue
data_directory = $pf/data
inet_interfaces = loopback-only
inet_protocols = ipv4
myhostname = mx1.example.net
mydestination =
alias_maps =
local_recipient_maps =
virtual_mailbox_domains = example.net
virtual_mailbox_base = $pf/mail
virtual_mailbox_maps = static:all/
virtual_minimum_uid = 1
virtual_uid_maps = static:$uid
virtual_gid_maps = static:$gid
EOT
	spew("$pf/master.cf", "pickup unix n - n 60 1 pickup\n", $INNER,
	    "virtual unix - n n - - virtual\n");
	my $mount = run(have('mount'), '--bind', $pf, '/etc/postfix');
	die "mount: $mount->{err}" if $mount->{status};
	my $programs = run(have('postconf'), '-h', 'daemon_directory')->{out};
	chomp $programs;
	start('postfix', "$programs/master", '-c', '/etc/postfix');
	wait_until('Postfix takes mail', sub {
		-S "$pf/queue/public/pickup" && -S "$pf/queue/public/qmgr";
	});
	return have('postconf') =~ s/postconf$/sendmail/r;
}

# The messages that have arrived so far, as [name, bytes].
sub mails {
	my ($n) = @_;
	my @files;
	wait_until("$n mails have arrived", sub {
		@files = sort glob "$pf/mail/all/new/*";
		return @files >= $n;
	});
	return map { slurp($_) } @files;
}

1;
