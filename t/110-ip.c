/* SPDX-License-Identifier: ISC */
/* Addresses: RFC 4291 text in, RFC 5952 text out, and libc's word for it. */
#include <arpa/inet.h>
#include <ctype.h>
#include <stdlib.h>

#include "schema/ip.h"
#include "chance.h"
#include "tap.h"

static const struct {
	struct slice text;
	const char *canonical;
} addresses[] = {
	{ SLICE("0.0.0.0"), "0.0.0.0" },
	{ SLICE("255.255.255.255"), "255.255.255.255" },
	{ SLICE("192.0.2.1"), "192.0.2.1" },
	/* RFC 5952, section 1 and 2 */
	{ SLICE("2001:db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:0db8:0:0:1:0:0:1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:db8::1:0:0:1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:db8::0:1:0:0:1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:0db8::1:0:0:1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:db8:0:0:1::1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:db8:0000:0:1::1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:DB8:0:0:1::1"), "2001:db8::1:0:0:1" },
	{ SLICE("2001:db8:aaaa:bbbb:cccc:dddd:eeee:0001"),
		"2001:db8:aaaa:bbbb:cccc:dddd:eeee:1" },
	{ SLICE("2001:db8:0:0:0::1"), "2001:db8::1" },
	{ SLICE("2001:db8:0::1"), "2001:db8::1" },
	/* section 4 */
	{ SLICE("2001:0db8::0001"), "2001:db8::1" },
	{ SLICE("2001:db8:0:0:0:0:2:1"), "2001:db8::2:1" },
	{ SLICE("2001:db8::0:1"), "2001:db8::1" },
	{ SLICE("2001:db8::1:1:1:1:1"), "2001:db8:0:1:1:1:1:1" },
	{ SLICE("2001:db8:0:1:1:1:1:1"), "2001:db8:0:1:1:1:1:1" },
	{ SLICE("2001:0:0:1:0:0:0:1"), "2001:0:0:1::1" },
	{ SLICE("2001:DB8:AAAA:BbBb::1"), "2001:db8:aaaa:bbbb::1" },
	/* the gap at the ends, or everywhere */
	{ SLICE("::"), "::" }, { SLICE("0:0:0:0:0:0:0:0"), "::" },
	{ SLICE("::1"), "::1" }, { SLICE("1::"), "1::" },
	{ SLICE("0:0:0:0:0:0:0:1"), "::1" },
	{ SLICE("1:0:0:0:0:0:0:0"), "1::" },
	{ SLICE("::2:3:4:5:6:7:8"), "0:2:3:4:5:6:7:8" },
	{ SLICE("1:2:3:4:5:6:7::"), "1:2:3:4:5:6:7:0" },
	{ SLICE("1:2:3::5:6:7:8"), "1:2:3:0:5:6:7:8" },
	{ SLICE("0:0:1:0:0:1:0:0"), "::1:0:0:1:0:0" },
	{ SLICE("0:1:0:0:1:0:0:0"), "0:1:0:0:1::" },
	{ SLICE("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff" },
	/* dotted quads; a mapped one is the IPv4 address */
	{ SLICE("::ffff:192.0.2.1"), "192.0.2.1" },
	{ SLICE("::FFFF:192.0.2.1"), "192.0.2.1" },
	{ SLICE("::ffff:c000:201"), "192.0.2.1" },
	{ SLICE("0:0:0:0:0:ffff:192.0.2.1"), "192.0.2.1" },
	{ SLICE("0000:0000:0000:0000:0000:ffff:192.0.2.1"), "192.0.2.1" },
	{ SLICE("::ffff:0.0.0.0"), "0.0.0.0" },
	{ SLICE("::192.0.2.1"), "::c000:201" },
	{ SLICE("64:ff9b::192.0.2.1"), "64:ff9b::c000:201" },
	{ SLICE("1:2:3:4:5:6:192.0.2.1"), "1:2:3:4:5:6:c000:201" },
	{ SLICE("1:2:3:4:5::192.0.2.1"), "1:2:3:4:5:0:c000:201" },
	{ SLICE("::fffe:192.0.2.1"), "::fffe:c000:201" },
	{ SLICE("::ffff:0:192.0.2.1"), "::ffff:0:c000:201" },
	{ SLICE("1::ffff:192.0.2.1"), "1::ffff:c000:201" },
};

static const struct slice wrong[] = {
	SLICE(""), SLICE("1"), SLICE("1.2.3"), SLICE("1.2.3."),
	SLICE(".1.2.3"), SLICE("1.2.3.4."), SLICE("1.2.3.4.5"),
	SLICE("1..3.4"), SLICE("256.1.1.1"), SLICE("1.1.1.256"),
	SLICE("1.1.1.1000"), SLICE("1.1.1.4294967297"), SLICE("01.2.3.4"),
	SLICE("1.2.3.04"), SLICE("00.0.0.0"), SLICE("0.0.0.00"),
	SLICE("1.2.3.4 "), SLICE(" 1.2.3.4"), SLICE("1.2.3.-4"),
	SLICE("+1.2.3.4"), SLICE("1.2.3.0x4"), SLICE("1.2.3.a"),
	SLICE("1.2.3.4\0"), SLICE("1.2.3\0.4"), SLICE("1.2.3.4:25"),
	SLICE("1.2.3.4/24"), SLICE("[1.2.3.4]"), SLICE("16909060"),
	SLICE("unknown"), SLICE(":"), SLICE(":::"), SLICE("::::"),
	SLICE("1:"), SLICE(":1"), SLICE("1:2:3:4:5:6:7"),
	SLICE("1:2:3:4:5:6:7:"), SLICE(":1:2:3:4:5:6:7"),
	SLICE("1:2:3:4:5:6:7:8:9"), SLICE("1:2:3:4:5:6:7:8:"),
	SLICE("1:2:3:4:5:6:7:8::"), SLICE("::1:2:3:4:5:6:7:8"),
	SLICE("1:2:3:4::5:6:7:8"), SLICE("1::2::3"), SLICE("::1::"),
	SLICE("1:::2"), SLICE(":::1"), SLICE("1:::"), SLICE("::12345"),
	SLICE("::00001"), SLICE("::g"), SLICE("::-1"), SLICE("::1 "),
	SLICE(" ::1"), SLICE("::1\0"), SLICE("\0::1"), SLICE("::1%eth0"),
	SLICE("::1/128"), SLICE("[::1]"), SLICE("[::1]:25"),
	SLICE("IPv6:::1"), SLICE("::1.2.3"), SLICE("::1.2.3.4.5"),
	SLICE("::1.2.3.256"), SLICE("::01.2.3.4"), SLICE("1.2.3.4::"),
	SLICE("::1.2.3.4:1"), SLICE("1:2:3:4:5:6:7:1.2.3.4"),
	SLICE("1:2:3:4:5:1.2.3.4"), SLICE("::1.2.3.4 "),
	SLICE("1:2:3:4:5:6:7:8.1"), SLICE("2001:db8::1\xff"),
	SLICE("::ffff:1.2.3.4/32"), SLICE("1:2:3:4:5:6::1.2.3.4.5"),
	SLICE("::\xef\xbc\x91"), SLICE("1:2:3:4:5:6:7::1.2.3.4"),
};

static void
test_tables(void)
{
	bool good = true;
	struct buf b;
	struct ip ip;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof addresses / sizeof *addresses; i++) {
		bool came = ip_is(addresses[i].text) &&
		    ip_parse(addresses[i].text, &ip);

		buf_reset(&b);
		if (came)
			ip_add(&b, &ip);
		if (slice_is(buf_slice(&b), slice_text(addresses[i].canonical)))
			continue;
		good = false;
		printf("# %s is %.*s\n", addresses[i].text.p, (int)b.n,
		    b.n ? b.p : "");
	}
	ok(good, "addresses and their canonical text");
	good = true;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		if (!ip_is(wrong[i]) && !ip_parse(wrong[i], &ip))
			continue;
		good = false;
		printf("# '%s' passes\n", wrong[i].p);
	}
	ok(good, "what is no address");
	ok(!ip_parse((struct slice){ NULL, 0 }, &ip), "nothing is no address");
	buf_release(&b);
}

/* libc's text; a mapped address as IPv4, others without dotted quads, which
 * libc still prints for ::1.2.3.4. */
static void
libc_text(const struct ip *ip, char *out, socklen_t size)
{
	unsigned char bytes[16];
	uint32_t v4 = htonl((uint32_t)ip->low);
	char *quad;
	struct in_addr part;

	if (ip->family == IP_V4) {
		inet_ntop(AF_INET, &v4, out, size);
		return;
	}
	for (int i = 0; i < 8; i++) {
		bytes[i] = (unsigned char)(ip->high >> (56 - 8 * i));
		bytes[i + 8] = (unsigned char)(ip->low >> (56 - 8 * i));
	}
	inet_ntop(AF_INET6, bytes, out, size);
	if (!strchr(out, '.'))
		return;
	quad = strrchr(out, ':') + 1;
	inet_pton(AF_INET, quad, &part);
	v4 = ntohl(part.s_addr);
	snprintf(quad, size - (size_t)(quad - out), "%x:%x", v4 >> 16,
	    v4 & 0xffff);
}

/* Half the groups are zero, so that gaps of every kind occur. */
static struct ip
random_ip(void)
{
	struct ip ip = { .family = chance(4) ? IP_V6 : IP_V4 };

	if (ip.family == IP_V4) {
		ip.low = chance_bits() & 0xffffffff;
		return ip;
	}
	for (int i = 0; i < 8; i++) {
		uint64_t *half = i < 4 ? &ip.high : &ip.low;
		unsigned group = chance(2) ? 0 : chance(3) ? chance(65536) :
		    chance(16);

		*half = *half << 16 | group;
	}
	if (ip.high == 0 && ip.low >> 32 == 0xffff)
		ip.family = IP_V4, ip.low &= 0xffffffff;
	return ip;
}

static void
test_random(void)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 100);
	for (int i = 0; i < 100000 && good; i++) {
		struct ip ip = random_ip(), back = { 0 };
		char text[INET6_ADDRSTRLEN + 8];

		libc_text(&ip, text, sizeof text);
		buf_reset(&b);
		ip_add(&b, &ip);
		good = slice_is(buf_slice(&b), slice_text(text)) &&
		    ip_parse(buf_slice(&b), &back) && ip_equal(&ip, &back);
		if (!good)
			printf("# %s: %.*s\n", text, (int)b.n, b.p);
	}
	ok(good, "100000 random addresses: the text of libc, and back");
	buf_release(&b);
}

/* Texts made of the bytes of addresses: libc and we agree which are any. */
static void
test_random_texts(void)
{
	bool good = true;
	int valid = 0;

	for (int i = 0; i < 300000 && good; i++) {
		static const char *const pieces[] = { ":", ":", "::", ".",
			"1", "0", "ffff", "192.0.2.1", "25", "a", "1.2", "00",
			"1:2:3", "0:0", "00001", "255", "1:2:3:4:5" };
		char text[80] = "", bytes[16];
		struct ip ip, libc = { 0 };
		uint32_t v4;
		bool came, there;

		for (unsigned n = chance(8) + 1; n > 0; n--)
			strcat(text, pieces[chance(sizeof pieces /
			    sizeof *pieces)]);
		came = ip_parse(slice_text(text), &ip);
		there = true;
		if (inet_pton(AF_INET, text, &v4) == 1) {
			libc = (struct ip){ IP_V4, 0, ntohl(v4) };
		} else if (inet_pton(AF_INET6, text, bytes) == 1) {
			libc.family = IP_V6;
			for (int k = 0; k < 8; k++) {
				libc.high = libc.high << 8 |
				    (unsigned char)bytes[k];
				libc.low = libc.low << 8 |
				    (unsigned char)bytes[k + 8];
			}
			if (libc.high == 0 && libc.low >> 32 == 0xffff)
				libc = (struct ip){ IP_V4, 0,
					libc.low & 0xffffffff };
		} else {
			there = false;
		}
		valid += there;
		good = came == there && ip_is(slice_text(text)) == there &&
		    (!came || ip_equal(&ip, &libc));
		if (!good)
			printf("# '%s': we %d, libc %d\n", text, came, there);
	}
	ok(good && valid > 1000, "300000 random texts: libc agrees");
}

/* Dotted quads with a byte that is another, or missing, or one too many. */
static void
test_quads(void)
{
	int bad = 0, valid = 0;

	for (int i = 0; i < 1000000; i++) {
		static const char others[] = "0123456789../:-\x80\xb0\xff ";
		char text[24];
		struct ip ip;
		bool is;
		int n = snprintf(text, sizeof text, "%u.%u.%u.%u",
		    chance(chance(2) ? 300 : 20), chance(300), chance(20),
		    chance(300));
		unsigned at = chance((unsigned)n), change = chance(4);

		if (change == 0)
			text[at] = others[chance(sizeof others)];
		else if (change == 1)
			memmove(text + at, text + at + 1, (size_t)n-- - at);
		else if (change == 2)
			memmove(text + at + 1, text + at, (size_t)n++ - at);
		is = ip_parse((struct slice){ text, (size_t)n }, &ip);
		valid += is;
		bad += ip_is((struct slice){ text, (size_t)n }) != is;
	}
	ok(bad == 0 && valid > 10000, "a million of quads, %d good: %d bad",
	    valid, bad);
}

/* Each value of a group, and each byte in each place of one. */
static void
test_groups(void)
{
	bool texts = true, bytes = true;
	char text[] = "::1234", wanted[8];
	struct ip ip, back;
	struct buf b;

	buf_init(&b, 100);
	for (unsigned group = 1; group < 0x10000; group++) {
		ip = (struct ip){ IP_V6, (uint64_t)group << 48, 1 };
		snprintf(wanted, sizeof wanted, "%x::1", group);
		buf_reset(&b);
		ip_add(&b, &ip);
		texts &= slice_is(buf_slice(&b), slice_text(wanted)) &&
		    ip_parse(buf_slice(&b), &back) && ip_equal(&ip, &back);
	}
	ok(texts, "65535 groups, there and back");
	for (unsigned i = 0; i < 4 * 256; i++) {
		unsigned c = i % 256;
		char digits[5] = "1234", *at = text + 2 + i / 256;

		memcpy(text + 2, digits, 4);
		*at = digits[i / 256] = (char)c;
		if (c == ':')	/* as colons may stand */
			continue;
		bytes &= ip_is((struct slice){ text, 6 }) ==
		    !!isxdigit((int)c) &&
		    ip_parse((struct slice){ text, 6 }, &ip) ==
		    !!isxdigit((int)c) && (!isxdigit((int)c) ||
		    (ip.high == 0 && ip.low == strtoul(digits, NULL, 16)));
	}
	ok(bytes, "every byte in every place of a group");
	buf_release(&b);
}

static void
test_network(void)
{
	static const struct {
		const char *ip, *network;
	} nets[] = {
		{ "192.0.2.255", "192.0.2.0/24" },
		{ "0.0.0.0", "0.0.0.0/24" },
		{ "255.255.255.255", "255.255.255.0/24" },
		{ "::ffff:192.0.2.7", "192.0.2.0/24" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1::/48" },
		{ "2001:db8:0:ffff::1", "2001:db8::/48" },
		{ "::1", "::/48" },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
			"ffff:ffff:ffff::/48" },
	};
	struct ip ip, none = { .family = IP_NONE };
	struct buf b;

	buf_init(&b, 100);
	ip_add(&b, &none);
	ip_add_network(&b, &none);
	ok(b.n == 0, "IP_NONE has no text and no network");
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
		buf_reset(&b);
		if (ip_parse(slice_text(nets[i].ip), &ip))
			ip_add_network(&b, &ip);
		is(buf_slice(&b), nets[i].network, nets[i].ip);
	}
	buf_release(&b);
}

/* The quad at the front of a text, and where it ends. */
static void
test_scan(void)
{
	static const struct {
		const char *text;
		size_t n;
	} texts[] = {
		{ "192.0.2.1", 9 }, { "192.0.2.1]: x", 9 },
		{ "255.255.255.255", 15 }, { "0.0.0.0,", 7 },
		{ "1.2.3.4:25", 7 }, { "1.2.3.4x", 7 }, { "1.2.3.4.", 0 },
		{ "1.2.3.4.5", 0 }, { "1.2.3", 0 }, { "1.2.3]", 0 },
		{ "1.2.3.256", 0 }, { "256.2.3.4", 0 }, { "01.2.3.4", 0 },
		{ "1.2.3.04", 0 }, { "1.2.3.00", 0 }, { "1..3.4", 0 },
		{ ".1.2.3.4", 0 }, { "1.2.3.", 0 }, { "", 0 }, { "x", 0 },
		{ "1.2.3.0004", 0 }, { "1.2.4294967299.4", 0 },
		{ "1.2.3.42949672960", 0 },
	};
	bool good = true;

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct slice s = slice_text(texts[i].text);
		struct ip ip = { .low = 7 }, whole;
		size_t n = ip_scan_v4(s, &ip);

		if (n == texts[i].n && (n ? ip_parse(slice_to(s, n), &whole) &&
		    ip_equal(&ip, &whole) : ip.low == 7))
			continue;
		good = false;
		printf("# '%s': %zu\n", texts[i].text, n);
	}
	ok(good, "ip_scan_v4");
}

/* Numbers and dots, and what stands behind them: libc agrees about what there is
 * up to there. */
static void
test_random_quads(void)
{
	static const char *const tails[] = { "", "", "x", ".", ":25", "]", "9",
		" 10.0.0.1", ",user7@example.org," };
	unsigned valid = 0;
	bool good = true;

	for (int i = 0; i < 300000 && good; i++) {
		char text[80], run[80] = "", *exact;
		struct ip ip = { .low = 7 };
		uint32_t libc = 0;
		size_t n = 0, all;
		bool is_quad;

		for (int part = 0; part < 4; part++)
			n += (size_t)snprintf(text + n, sizeof text - n,
			    "%s%.*u", part && chance(60) ? "." : "",
			    chance(40) ? 1 : 3,
			    chance(chance(3) ? 260 : chance(12) ? 10 : 70000));
		n += (size_t)snprintf(text + n, sizeof text - n, "%s",
		    tails[chance(sizeof tails / sizeof *tails)]);
		all = strspn(text, "0123456789.");
		memcpy(run, text, all);
		is_quad = inet_pton(AF_INET, run, &libc) == 1;
		valid += is_quad;
		/* Nothing behind it may be looked at. */
		exact = malloc(n);
		memcpy(exact, text, n);
		n = ip_scan_v4((struct slice){ exact, n }, &ip);
		good = n == (is_quad ? all : 0) &&
		    ip.low == (is_quad ? ntohl(libc) : 7);
		if (!good)
			printf("# '%s': %zu\n", text, n);
		free(exact);
	}
	ok(good && valid > 100000, "300000 random quads, %u of them good",
	    valid);
}

static void
test_equal(void)
{
	struct ip v4, mapped, compatible, zero;

	ok(ip_parse(SLICE("192.0.2.1"), &v4) &&
	    ip_parse(SLICE("::ffff:192.0.2.1"), &mapped) &&
	    ip_parse(SLICE("::192.0.2.1"), &compatible) &&
	    ip_parse(SLICE("::"), &zero), "four addresses");
	ok(v4.family == IP_V4 && v4.high == 0 && v4.low == 0xc0000201,
	    "IPv4 as number");
	ok(ip_equal(&v4, &mapped) && !ip_equal(&v4, &compatible) &&
	    !ip_equal(&zero, &(struct ip){ .family = IP_NONE }) &&
	    !ip_equal(&zero, &(struct ip){ .family = IP_V4 }),
	    "ip_equal looks at the family too");
}

int
main(void)
{
	test_tables();
	test_random();
	test_random_texts();
	test_quads();
	test_groups();
	test_network();
	test_scan();
	test_random_quads();
	test_equal();
	return done();
}
