#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# The mail, as others see it: python's parser finds no defect in it, its parts
# and its file are what they should be, and it arrives whole through Postfix
# and through msmtp, whatever stood in the rows.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use Daemon qw(enclose start wait_for_port wait_until free_port);
use Encode qw(encode);
use IO::Uncompress::Gunzip qw(gunzip);
use JSON::PP ();
use MIME::Base64 qw(decode_base64);
use Postfix qw(start_postfix mails);
use Test::More;
use MLS;

plan skip_all => "no program 'python3'" unless have('python3');
my $no_room = enclose();
note "no room of our own: $no_room" if $no_room;

#
# What is reported: the day before, with rows that want to be more than rows.
#

my $NOW = '2026-11-23T00:05:00+00:00';
my $header = join ',', qw(server date ip user hostname reverse_dns_status
	country_code asn aso event service mechanism);
my @users = ('ann', 'ann, lee', 'jörg@exämple.net', '.', 'x' x 5000,
	'ü' x 2500, '<script>alert(1)</script>', "\\x0D\\x0ABcc: eve",
	'=?utf-8?Q?x?=', 'From ann', '--=_mls-mixed-', '日本語',
	"\\xE2\\x80\\xAEevil");

sub row {
	my ($day, $user) = @_;
	$user = qq("$user") if $user =~ /,/;
	return encode('UTF-8', join(',', 'mx1', "2026-11-${day}T11:05:40+00:00",
		'192.0.2.7', $user, 'host.example.net', 'OK', 'NL', '64496',
		'Exämple', 'auth-failure', 'submission', 'LOGIN') . "\n");
}

my $csv = "$DIR/rows.csv";
my @rows = map { row(22, $_) } @users;
spew($csv, "$header\n", row(21, 'old'), @rows, row(23, 'new'));
my $to = 'Jörg <ann@example.net>';

sub summarize {
	my (@options) = @_;
	return run($SUMMARIZE, '--config', "$TOP/conf/mls.yaml", '--now', $NOW,
	    '--period', 'yesterday', '--top', '20', '--from', 'mls@mx1.example.net',
	    '--to', encode('UTF-8', $to), @options, $csv);
}

#
# Another parser's view
#

spew("$DIR/parse.py", <<'EOT');
import base64, email, email.policy, json, sys
message = email.message_from_binary_file(sys.stdin.buffer,
    policy=email.policy.default)
def part(p):
    value = {"type": p.get_content_type(), "defects":
        [type(d).__name__ for d in p.defects] +
        [type(d).__name__ for h in p.values() for d in h.defects],
        "file": p.get_filename()}
    if p.is_multipart():
        value["parts"] = [part(q) for q in p.iter_parts()]
    else:
        value["bytes"] = base64.b64encode(p.get_payload(decode=True)).decode()
        if p.get_content_maintype() == "text" and not p.get_filename():
            value["text"] = p.get_content()
    return value
print(json.dumps({"top": part(message),
    "header": [[n.lower(), str(v)] for n, v in message.items()],
    "to": [[a.display_name, a.addr_spec] for a in message["to"].addresses]}))
EOT

sub parse {
	my ($mail) = @_;
	my $r = run({in => $mail}, have('python3'), "$DIR/parse.py");
	die $r->{err} if $r->{status};
	return JSON::PP->new->utf8->decode($r->{out});
}

sub defects {
	my ($part) = @_;
	return (@{$part->{defects}}, map { defects($_) } @{$part->{parts} // []});
}

# The tree of types.
sub shape {
	my ($part) = @_;
	return $part->{type} unless $part->{parts};
	return "$part->{type}(" . join(' ', map { shape($_) }
	    @{$part->{parts}}) . ')';
}

sub long_lines {
	return grep { length > 76 } split /\n/, $_[0];
}

sub leaf {
	my ($part, $type) = @_;
	return $part if $part->{type} eq $type;
	for (@{$part->{parts} // []}) {
		my $found = leaf($_, $type);
		return $found if $found;
	}
	return;
}

# Everything that must hold of a mail, wherever it has been.
sub test_mail {
	my ($mail, $what) = @_;
	my $m = parse($mail);
	is_deeply([defects($m->{top})], [], "$what: no defects");
	is(shape($m->{top}), 'multipart/mixed(multipart/alternative(text/plain ' .
	    'text/html) text/csv)', "$what: its parts");
	my %header = map { @$_ } @{$m->{header}};
	is_deeply($m->{to}, [['Jörg', 'ann@example.net']], "$what: to whom");
	like($header{subject}, qr/: 13 failed logins.* \(2026-11-22\)$/,
	    "$what: the subject");
	is($header{'auto-submitted'}, 'auto-generated', "$what: no answers");
	is(scalar(grep { $_->[0] =~ /^(?:bcc|x-evil)$/ } @{$m->{header}}), 0,
	    "$what: no header of an attacker's");
	my $file = leaf($m->{top}, 'text/csv');
	is($file->{file}, 'mls-2026-11-22.csv', "$what: the file's name");
	my $safe = join '', "$header\n", @rows;
	$safe =~ s/,=\?utf/,\\x3D?utf/;
	$safe =~ s/,--=_mls/,\\x2D-=_mls/;
	ok(decode_base64($file->{bytes}) eq $safe,
	    "$what: the rows of the day, byte by byte");
	my $html = leaf($m->{top}, 'text/html')->{text};
	like($html, qr/\A<!DOCTYPE html>.*<\/html>\n\z/s, "$what: HTML");
	like($html, qr/jörg\x{2060}\@exämple/, "$what: UTF-8, no link");
	like($html, qr/x{64}…/, "$what: a long name, cut");
	unlike($html, qr/<script|x{65}/, "$what: no script");
	like(leaf($m->{top}, 'text/plain')->{text}, qr/日本語/, "$what: text");
	return $m;
}

my $r = summarize('--format', 'mail', '--attach', 'csv');
is($r->{status}, 0, 'a mail');
is($r->{err}, '', 'nothing to complain of');
my $mail = $r->{out};
my $parsed = test_mail($mail, 'printed');
is_deeply([long_lines($mail)], [], 'no line is longer than 76');
unlike($mail, qr/[^\n\x20-\x7e]/, 'all of it is plain ASCII');
ok(summarize('--format', 'mail', '--attach', 'csv')->{out} eq $mail,
    'the same rows, the same mail');

#
# Files
#

$r = summarize('--format', 'mail', '--attach', 'csv.gz');
my $packed = leaf(parse($r->{out})->{top}, 'application/gzip');
is($packed->{file}, 'mls-2026-11-22.csv.gz', 'a packed file');
my ($bytes, $rows) = (decode_base64($packed->{bytes}));
gunzip(\$bytes, \$rows);
like($rows, qr/\A\Q$header\E\nmx1,2026-11-22.*\n\z/s, 'the rows in it');
$r = summarize('--format', 'mail', '--attach', 'none');
is(shape(parse($r->{out})->{top}),
    'multipart/alternative(text/plain text/html)', 'no file');
$r = summarize('--format', 'mail', '--attach', 'csv', '--attach-max', '100');
$parsed = parse($r->{out});
is(shape($parsed->{top}), 'multipart/alternative(text/plain text/html)',
    'a file that is too large is left out');
like(leaf($parsed->{top}, $_)->{text}, qr/rows are not attached/, "$_ says so")
    for 'text/plain', 'text/html';

#
# Addresses
#

for (['--to', "ann\@example.net\nBcc: eve\@example.net"], ['--to', '-oQ/tmp'],
    ['--to', '|sh'], ['--from', "a\@b\rX: y"], ['--from', 'a@b,c@d'],
    ['--subject', "x\nBcc: eve\@example.net"], ['--subject', "x\x1b[m"]) {
	my ($option, $value) = @$_;
	$r = summarize('--format', 'mail', $option, $value);
	my $shown = $value =~ s/[^ -~]/?/gr;
	is($r->{status}, 64, "$option $shown: refused");
	is($r->{out}, '', 'and nothing is written');
	like($r->{err}, qr/^mls-summarize: .*\n\z/, 'with a reason');
}

#
# Sent for real
#

SKIP: {
	skip "no program 'msmtp'", 1 unless have('msmtp');
	my $port = free_port('127.0.0.1');
	mkdir "$DIR/sink" or die "sink: $!";
	start('sink', $^X, "$FindBin::Bin/lib/smtp-sink", $port, "$DIR/sink");
	wait_for_port('127.0.0.1', $port);
	spew("$DIR/msmtp", "#!/bin/sh\nexec msmtp --host=127.0.0.1 " .
	    "--port=$port \"\$@\"\n");
	chmod 0755, "$DIR/msmtp";
	my $sent = summarize('--send', '--sendmail', "$DIR/msmtp",
	    '--attach', 'csv');
	is($sent->{status}, 0, 'msmtp: sent');
	is($sent->{out} . $sent->{err}, '', 'msmtp: without a word');
	wait_until('the sink has it', sub { -e "$DIR/sink/1.eml" });
	is(slurp("$DIR/sink/1.to"), "mls\@mx1.example.net\nann\@example.net\n",
	    'msmtp: the envelope is what was configured');
	my $got = slurp("$DIR/sink/1.eml") =~ s/\r\n/\n/gr;
	test_mail($got, 'msmtp');
	ok($got =~ /\Q$mail\E\z/, 'msmtp: byte by byte');
}

SKIP: {
	skip "no room: $no_room", 1 if $no_room;
	skip "no program 'postconf'", 1 unless have('postconf');
	my $sendmail = start_postfix();
	my $sent = summarize('--send', '--sendmail', $sendmail, '--attach',
	    'csv');
	is($sent->{status}, 0, 'Postfix: sent');
	is($sent->{out} . $sent->{err}, '', 'Postfix: without a word');
	my ($got) = mails(1);
	like($got, qr/^Return-Path: <mls\@mx1\.example\.net>$/m,
	    'Postfix: the sender');
	test_mail($got, 'Postfix');
	ok($got =~ /\Q$mail\E\z/, 'Postfix: byte by byte');

	# By somebody who is not root: postdrop is setgid.
	my @nobody = (have('setpriv'), qw(--reuid nobody --regid nogroup
	    --clear-groups));
	chmod 0644, $csv;
	my @command = ($SUMMARIZE, '--now', $NOW, '--period', 'yesterday',
	    '--to', 'ann@example.net', '--send', '--sendmail', $sendmail, $csv);
	is(run(@nobody, @command)->{status}, 0, 'Postfix: sent by nobody');
	is(scalar(() = mails(2)), 2, 'Postfix: it has arrived');
}

done_testing();
