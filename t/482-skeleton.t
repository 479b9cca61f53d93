#!/usr/bin/env perl
# SPDX-License-Identifier: ISC
# Rows that want to be tags: a parser of HTML sees the same tags and attributes
# in the page and in the mail's HTML as for harmless rows, and nothing that could
# ask for anything.
use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::Bin/lib";
use JSON::PP ();
use Test::More;
use MLS;

my $python3 = have('python3') or plan skip_all => "no program 'python3'";

spew("$DIR/parse.py", <<'EOT');
import email, email.policy, html.parser, json, sys
data = sys.stdin.buffer.read()
if not data.startswith(b'<!DOCTYPE'):
    mail = email.message_from_bytes(data, policy=email.policy.default)
    data = mail.get_body(('html',)).get_content().encode()
seen = {'tags': [], 'texts': []}
class Parser(html.parser.HTMLParser):
    def handle_starttag(self, tag, attributes):
        # Bars are as long as their numbers are large, which are the same.
        seen['tags'].append([tag, attributes])
    def handle_endtag(self, tag):
        seen['tags'].append(['/' + tag])
    def handle_comment(self, text):
        seen['tags'].append(['!', text])
    def handle_pi(self, text):
        seen['tags'].append(['?', text])
    def unknown_decl(self, text):
        seen['tags'].append(['[', text])
    def handle_data(self, text):
        seen['texts'].append(text)
parser = Parser(convert_charrefs=True)
parser.feed(data.decode())
parser.close()
print(json.dumps(seen))
EOT

my @hostile = ('<script>alert(1)</script>', '"><img src=x onerror=alert(1)>',
    "' onmouseover='x", '</title></style><script>', '--><!--', ']]><![CDATA[',
    '&lt;b&gt;&#60;b&#62;', "\x1b[31m\x07\x7f", "\x{202e}evil\x{2066}", '=1+1',
    'http://evil.example/?x=<a href=x>', 'javascript:alert(1)',
    '</td></tr></table></body></html>', '<svg/onload=alert(1)>', '$s$o%s%n',
    '<' x 5000, '<?php ?>', '<plaintext>', '\\x3Cscript\\x3E', '<textarea>');
my @harmless = map { chr(97 + $_) x 3 } 0 .. $#hostile;
my @columns = qw(server user hostname reverse_dns_status country_code asn aso
    service mechanism);

sub csv {
	my ($text) = @_;
	utf8::encode($text);
	return '"' . $text =~ s/"/""/gr . '"';
}

# The first name comes most often, so that the order is that of names; each is
# tried from many addresses, fails from one and then gets in.
sub table {
	my @names = @_;
	my @rows = join(',', qw(date ip event), @columns) . "\n";
	for my $i (0 .. $#names) {
		my $name = csv($names[$i]);
		my $row = sub {
			my ($date, $ip, $event) = @_;
			push @rows, join(',', $date, $ip, $event,
			    ($name) x @columns) . "\n";
		};
		$row->('2026-11-22T10:00:00Z', '192.0.' . $_ % 25 . ".$i",
		    'auth-failure') for 1 .. 50 - $i;
		$row->('2026-11-22T11:00:00Z', "192.0.2.$i", 'auth-success');
		$row->('2026-11-21T10:00:00Z', "198.51.100.$i", 'auth-failure');
	}
	return join '', @rows;
}

sub parsed {
	my ($rows, $format) = @_;
	my $r = run({in => $rows}, $SUMMARIZE, '--config', '/dev/null', '--now',
	    '2026-11-23T00:05:00Z', '--period', 'yesterday', '--top', 50,
	    '--alert-list', 50, '--alert-failures', 1, '--attach', 'none',
	    '--from', 'mls@example.net', '--format', $format);
	is_deeply([@$r{qw(status err)}], [0, ''], "$format: made");
	my $p = run({in => $r->{out}}, $python3, "$DIR/parse.py");
	is($p->{err}, '', "$format: it can be parsed");
	return JSON::PP->new->utf8->decode($p->{out});
}

for my $format (qw(html mail)) {
	my ($good, $bad) = map { parsed(table(@$_), $format) } \@harmless,
	    \@hostile;
	cmp_ok(scalar @{$good->{tags}}, '>', 500, "$format: there are tags");
	is_deeply($bad->{tags}, $good->{tags},
	    "$format: the same tags and attributes");
	my @asking = grep { my ($tag, $attributes) = @$_;
	    $tag =~ /^(?:script|img|link|iframe|object|embed|form|base)$/ ||
	    grep { $_->[0] =~ /^(?:href|src|srcset|action|on\w*|background)$/i ||
	    ($_->[1] // '') =~ /url\(|:\/\// } @{$attributes // []} }
	    @{$bad->{tags}};
	is_deeply(\@asking, [], "$format: nothing that asks for anything");
	my $text = join ' ', @{$bad->{texts}};
	for ('<script>alert(1)</script>', '</td></tr></table>', '<plaintext>') {
		my $seen = $text =~ s/\x{2060}//gr;
		ok(index($seen, $_) >= 0, "$format: seen as text: $_");
	}
	unlike($text =~ s/\x{2060}//gr, qr/<{65}/, "$format: cut where too long");
}
done_testing();
