/* SPDX-License-Identifier: ISC */
/* IP addresses: text to number and back. */
#include "schema/ip.h"

#include <endian.h>
#include <string.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "base/word.h"

/* The longest text is of six groups and a dotted quad. */
enum { GROUPS = 8, QUAD_MIN = 7, TEXT_MAX = 45 };

/* The first 16 bytes of a text that has at least QUAD_MIN, as two numbers with
 * the first byte lowest; zeros behind its end. */
struct head {
	uint64_t low, high;
};

static inline uint64_t
load_32(const char *p)
{
	uint32_t x;

	memcpy(&x, p, sizeof x);
	return le32toh(x);
}

static inline struct head
head_of(struct slice s)
{
	if (s.n >= 16)
		return (struct head){ word_load(s.p), word_load(s.p + 8) };
	if (s.n > 8)
		return (struct head){ word_load(s.p), word_load(s.p + s.n - 8) >>
		    8 * (16 - s.n) };
	return (struct head){ load_32(s.p) | load_32(s.p + s.n - 4) <<
	    8 * (s.n - 4), 0 };
}

/* A bit for each byte that is no digit. */
static inline unsigned
not_digits(const struct head *h)
{
	uint64_t low = h->low ^ word_of('0'), high = h->high ^ word_of('0');

	return word_bits(((low & word_of(0x7f)) + word_of(0x76)) | low) |
	    word_bits(((high & word_of(0x7f)) + word_of(0x76)) | high) << 8;
}

static inline unsigned
dots_of(const struct head *h)
{
	return word_bits(word_places(h->low, '.')) |
	    word_bits(word_places(h->high, '.')) << 8;
}

static inline bool
are_four(unsigned bits)
{
	for (int i = 0; i < 3; i++)
		bits &= bits - 1;
	return bits && (bits & (bits - 1)) == 0;
}

/* The number of so many digits at the front, 1 to 3; above 255 if it is none: too
 * high, or with a leading zero. */
static inline uint32_t
front_part(const struct head *h, unsigned digits)
{
	static const uint32_t least[] = { 0, 0, 10, 100 };
	/* The last one is the highest of three bytes. */
	uint32_t x = (uint32_t)(h->low ^ word_of('0')) << (24 - 8 * digits);
	uint32_t value = (x & 0xff) * 100 + (x >> 8 & 0xff) * 10 +
	    (x >> 16 & 0xff);

	return value < least[digits] ? 256 : value;
}

size_t
ip_scan_v4(struct slice s, struct ip *ip)
{
	uint32_t value = 0, wrong = 0;
	unsigned dots, others, end, at = 0;
	struct head h;

	if (s.n < QUAD_MIN)
		return 0;
	h = head_of(s);
	dots = dots_of(&h);
	others = not_digits(&h) & ~dots;
	if (others == 0)
		return 0;	/* too long */
	end = (unsigned)__builtin_ctz(others);
	dots = (dots & ((1u << end) - 1)) | 1u << end;
	if (!are_four(dots))
		return 0;
	for (; dots; dots &= dots - 1) {
		unsigned next = (unsigned)__builtin_ctz(dots);
		unsigned digits = next - at, shift = 8 * (digits + 1);
		uint32_t part;

		if (digits - 1 > 2)
			return 0;
		part = front_part(&h, digits);
		wrong |= part;
		value = value << 8 | part;
		h.low = h.low >> shift | h.high << (64 - shift);
		h.high >>= shift;
		at = next + 1;
	}
	if (wrong > 255)
		return 0;
	*ip = (struct ip){ .family = IP_V4, .low = value };
	return end;
}

static bool
parse_v4(struct slice s, uint32_t *out)
{
	struct ip ip;

	if (s.n == 0 || ip_scan_v4(s, &ip) != s.n)
		return false;
	*out = (uint32_t)ip.low;
	return true;
}

/* The highest bit of each byte that is no hexadecimal digit. */
static inline uint64_t
not_hex(uint64_t word)
{
	uint64_t low = word_of(0x7f);
	uint64_t digit = word ^ word_of('0');
	/* a to f, and A to F, are 1 to 6. */
	uint64_t letter = (word | word_of(0x20)) ^ word_of('a' - 1);

	digit = ((digit & low) + word_of(0x76)) | digit;
	letter = ((letter & low) + word_of(0x79)) | letter |
	    ~((letter & low) + low);
	return digit & letter & ~low;
}

/* One to four hexadecimal digits at the front, of which there can be read
 * WORD_BYTES.  How many is not to be foreseen: there is no branch for it. */
static bool
parse_group(struct slice *rest, unsigned *out)
{
	uint64_t word = word_load(rest->p), others = not_hex(word);
	unsigned n = others ? (unsigned)__builtin_ctzll(others) / 8 : 0;
	uint32_t x;

	if (n - 1 > 3)
		return false;
	/* The last one is the highest of four bytes. */
	x = (uint32_t)word << (32 - 8 * n);
	x = (x & 0x0f0f0f0f) + (x >> 6 & 0x01010101) * 9;
	*out = (x & 0xf) << 12 | (x & 0xf00) | (x >> 12 & 0xf0) | x >> 24;
	*rest = slice_from(*rest, n);
	return true;
}

/* What stands behind a group: nothing, ":" and more, or once "::", which sets
 * *gap to how many groups stand before it. */
static bool
parse_colon(struct slice *rest, int n, int *gap)
{
	if (rest->n == 0)
		return true;
	if (*rest->p != ':' || rest->n == 1)
		return false;
	if (rest->p[1] != ':') {
		*rest = (struct slice){ rest->p + 1, rest->n - 1 };
		return true;
	}
	if (*gap >= 0)
		return false;
	*gap = n;
	*rest = (struct slice){ rest->p + 2, rest->n - 2 };
	return true;
}

/* The groups of s as they stand there; the last two may be a dotted quad.
 * Returns how many, -1 if s is no address; *gap is -1 without "::". */
static int
parse_groups(struct slice s, unsigned *groups, int *gap)
{
	bool has_quad = slice_find_byte(s, '.') < s.n;
	uint32_t quad;
	int n = 0;

	*gap = -1;
	if (slice_skip(&s, SLICE("::")))
		*gap = 0;
	while (s.n) {
		if (has_quad && n + 2 <= GROUPS && parse_v4(s, &quad)) {
			groups[n++] = quad >> 16;
			groups[n++] = quad & 0xffff;
			return n;
		}
		if (n == GROUPS || !parse_group(&s, &groups[n]) ||
		    !parse_colon(&s, n + 1, gap))
			return -1;
		n++;
	}
	return n;
}

static bool
parse_v6(struct slice s, struct ip *ip)
{
	/* Behind it stand bytes that belong to no address. */
	char text[TEXT_MAX + WORD_BYTES] = { 0 };
	unsigned groups[GROUPS] = { 0 };
	int gap, n;

	if (s.n == 0 || s.n > TEXT_MAX)
		return false;
	memcpy(text, s.p, s.n);
	n = parse_groups((struct slice){ text, s.n }, groups, &gap);
	if (n < 0 || (gap < 0 ? n != GROUPS : n == GROUPS))
		return false;
	/* What stands behind the gap belongs at the end. */
	for (int to = GROUPS; gap >= 0 && n > gap;) {
		groups[--to] = groups[--n];
		groups[n] = 0;
	}
	*ip = (struct ip){ .family = IP_V6 };
	for (int i = 0; i < 4; i++) {
		ip->high = ip->high << 16 | groups[i];
		ip->low = ip->low << 16 | groups[i + 4];
	}
	return true;
}

static bool
parse_v6_or_mapped(struct slice s, struct ip *ip)
{
	struct ip v6;

	if (!parse_v6(s, &v6))
		return false;
	if (v6.high == 0 && v6.low >> 32 == 0xffff)
		v6 = (struct ip){ .family = IP_V4,
			.low = v6.low & 0xffffffff };
	*ip = v6;
	return true;
}

bool
ip_parse(struct slice s, struct ip *ip)
{
	struct ip v4;

	if (s.n == 0 || ip_scan_v4(s, &v4) != s.n)
		return parse_v6_or_mapped(s, ip);
	*ip = v4;
	return true;
}

#ifdef __SSE2__
enum { V6_MIN = 2, V6_MAX = 39 };

/* Which of 16 bytes are from low to high: a bit for each. */
static inline unsigned
between(__m128i bytes, char low, char high)
{
	return (unsigned)_mm_movemask_epi8(_mm_and_si128(
	    _mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(low - 1))),
	    _mm_cmpgt_epi8(_mm_set1_epi8((char)(high + 1)), bytes)));
}

/* Whether it is a dotted quad, all bytes looked at together: addresses that come
 * one behind the other have their dots in places that nobody foresees. */
static bool
is_v4(struct slice s)
{
	struct head h = head_of(s);
	__m128i text = _mm_set_epi64x((long long)h.high, (long long)h.low);
	unsigned dots = between(text, '.', '.');
	unsigned digits = between(text, '0', '9');
	unsigned begins = dots << 1 | 1, ends = dots | 1u << s.n;
	unsigned two = begins & digits & digits >> 1;
	unsigned three = two & digits >> 2;
	/* 256 to 299, and more. */
	unsigned from_6 = between(text, '6', '9');
	unsigned high = between(text, '3', '9') | (between(text, '2', '2') &
	    (from_6 >> 1 | (between(text, '5', '5') >> 1 & from_6 >> 2)));

	return (digits | dots) == (1u << s.n) - 1 && are_four(ends) &&
	    (begins & ends) == 0 && (three & (digits >> 3 | high)) == 0 &&
	    (two & between(text, '0', '0')) == 0;
}

/* Whether it is RFC 4291 text without a dotted quad, in the same way. */
static bool
is_v6(struct slice s)
{
	char text[3 * sizeof(__m128i)] = { 0 };
	uint64_t colons = 0, digits = 0, gaps, groups, all;

	memcpy(text, s.p, s.n);
	for (unsigned i = 0; i < sizeof text; i += sizeof(__m128i)) {
		__m128i part = _mm_loadu_si128((__m128i *)(text + i));
		__m128i lower = _mm_or_si128(part, _mm_set1_epi8(0x20));

		colons |= (uint64_t)between(part, ':', ':') << i;
		digits |= (uint64_t)(between(part, '0', '9') |
		    between(lower, 'a', 'f')) << i;
	}
	all = (UINT64_C(1) << s.n) - 1;
	gaps = colons & colons >> 1;
	groups = digits & ~(digits << 1);
	return (colons | digits) == all && (gaps & (gaps - 1)) == 0 &&
	    (digits & digits >> 1 & digits >> 2 & digits >> 3 & digits >> 4)
	    == 0 && (colons & ~gaps & 1) == 0 &&
	    (colons & ~(gaps << 1) & (all ^ all >> 1)) == 0 &&
	    (gaps ? __builtin_popcountll(groups) < GROUPS :
	    __builtin_popcountll(groups) == GROUPS);
}
#endif

bool
ip_is(struct slice s)
{
	struct ip ip;

#ifdef __SSE2__
	if (s.n >= QUAD_MIN && s.n < sizeof(__m128i) && is_v4(s))
		return true;
	if (s.n >= V6_MIN && s.n <= V6_MAX && is_v6(s))
		return true;
#endif
	return ip_parse(s, &ip);
}

/* 0 to 255 as they are written; four bytes each, to be copied whole. */
#define TEN(head) head "0", head "1", head "2", head "3", head "4", \
	head "5", head "6", head "7", head "8", head "9"
static const char numbers[256][4] = {
	TEN(""), TEN("1"), TEN("2"), TEN("3"), TEN("4"), TEN("5"), TEN("6"),
	TEN("7"), TEN("8"), TEN("9"), TEN("10"), TEN("11"), TEN("12"),
	TEN("13"), TEN("14"), TEN("15"), TEN("16"), TEN("17"), TEN("18"),
	TEN("19"), TEN("20"), TEN("21"), TEN("22"), TEN("23"), TEN("24"),
	"250", "251", "252", "253", "254", "255",
};

static void
add_v4(struct buf *out, uint64_t value)
{
	char *text = buf_room(out, 20), *p = text;

	for (int shift = 24; text && shift >= 0; shift -= 8) {
		unsigned part = value >> shift & 255;

		memcpy(p, numbers[part], sizeof numbers[part]);
		p += 1 + (part >= 10) + (part >= 100);
		*p++ = '.';
	}
	if (text)
		out->n += (size_t)(p - text) - 1;
}

/* Writes it at p, where there are four bytes; where it ends. */
static inline char *
put_hex(char *p, unsigned value)
{
	unsigned n = value ? (35 - (unsigned)__builtin_clz(value)) / 4 : 1;
	/* A digit in each byte, the first one the lowest. */
	uint32_t x = (value >> 12 & 0xf) | (value & 0xf00) |
	    (value & 0xf0) << 12 | (value & 0xf) << 24;

	x += 0x30303030 + ((x + 0x06060606) >> 4 & 0x01010101) * ('a' - '9' - 1);
	x = htole32(x >> (32 - 8 * n));
	memcpy(p, &x, sizeof x);
	return p + n;
}

/* Section 4.2: the longest run of two or more zero groups becomes "::", the
 * first of several. */
static void
add_v6(struct buf *out, const struct ip *ip)
{
	char *text = buf_room(out, TEXT_MAX), *p = text;
	unsigned groups[GROUPS];
	int best = GROUPS, best_n = 1;

	if (!text)
		return;

	for (int i = 0; i < 4; i++) {
		groups[i] = ip->high >> (48 - 16 * i) & 0xffff;
		groups[i + 4] = ip->low >> (48 - 16 * i) & 0xffff;
	}
	for (int i = 0, run = 0; i < GROUPS; i++) {
		run = groups[i] ? 0 : run + 1;
		if (run > best_n) {
			best_n = run;
			best = i - run + 1;
		}
	}
	for (int i = 0; i < GROUPS; i++) {
		if (i == best) {
			*p++ = ':';
			i += best_n - 1;
			if (i == GROUPS - 1)
				*p++ = ':';
			continue;
		}
		*p = ':';
		p = put_hex(p + (i > 0), groups[i]);
	}
	out->n += (size_t)(p - text);
}

void
ip_add(struct buf *out, const struct ip *ip)
{
	if (ip->family == IP_V4)
		add_v4(out, ip->low);
	else if (ip->family == IP_V6)
		add_v6(out, ip);
}

void
ip_add_network(struct buf *out, const struct ip *ip)
{
	struct ip net = *ip;

	if (ip->family == IP_NONE)
		return;
	if (ip->family == IP_V4) {
		net.low &= ~(uint64_t)0xff;
	} else {
		net.high &= ~(uint64_t)0xffff;
		net.low = 0;
	}
	ip_add(out, &net);
	buf_add(out, ip->family == IP_V4 ? SLICE("/24") : SLICE("/48"));
}

bool
ip_equal(const struct ip *a, const struct ip *b)
{
	return a->family == b->family && a->high == b->high &&
	    a->low == b->low;
}
