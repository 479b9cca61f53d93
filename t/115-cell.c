/* SPDX-License-Identifier: ISC */
/* The text of a cell: what may stand as it is, and the way back. */
#include <stdint.h>
#include <stdlib.h>

#include "schema/cell.h"
#include "chance.h"
#include "tap.h"

/* UTF-8 of a number as the pattern has it, also of surrogates and of what is
 * beyond Unicode; n bytes, which may be more than it takes. */
static size_t
encode(unsigned code, size_t n, char *out)
{
	static const unsigned leads[] = { 0, 0, 0xc0, 0xe0, 0xf0, 0xf8 };

	if (n == 1) {
		*out = (char)code;
		return 1;
	}
	for (size_t i = n; i-- > 1; code >>= 6)
		out[i] = (char)(0x80 | (code & 63));
	*out = (char)(leads[n] | code);
	return n;
}

static size_t
shortest(unsigned code)
{
	return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

static void
add_hex(struct buf *out, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_addf(out, "\\x%02X", (unsigned char)bytes[i]);
}

/* Unicode 15, DerivedCoreProperties.txt. */
static bool
is_ignorable(unsigned c)
{
	return c == 0xad || c == 0x34f || c == 0x61c || c == 0x115f ||
	    c == 0x1160 || c == 0x17b4 || c == 0x17b5 ||
	    (c >= 0x180b && c <= 0x180f) || (c >= 0x200b && c <= 0x200f) ||
	    (c >= 0x202a && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) ||
	    c == 0x3164 || (c >= 0xfe00 && c <= 0xfe0f) || c == 0xfeff ||
	    c == 0xffa0 || (c >= 0xfff0 && c <= 0xfff8) ||
	    (c >= 0x1bca0 && c <= 0x1bca3) || (c >= 0x1d173 && c <= 0x1d17a) ||
	    (c >= 0xe0000 && c <= 0xe0fff);
}

/* Whether the contract lets a code point stand. */
static bool
stands(unsigned c)
{
	return !is_ignorable(c) && !(c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x61c ||
	    c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0x2028 || c == 0x2029 ||
	    c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
	    (c >= 0xd800 && c <= 0xdfff) ||
	    c > 0x10ffff);
}

/* Every byte alone, and in pairs: what a plain reading of the contract says. */
static void
test_bytes(void)
{
	struct buf got, want;
	bool good = true;

	buf_init(&got, 100);
	buf_init(&want, 100);
	for (unsigned pair = 0; pair < 256 + 65536; pair++) {
		char text[2];
		size_t n = pair < 256 ? 1 : 2;

		text[0] = (char)(n == 1 ? pair : (pair - 256) >> 8);
		text[1] = (char)(pair - 256);
		buf_reset(&got);
		buf_reset(&want);
		for (size_t i = 0; i < n; i++) {
			unsigned a = (unsigned char)text[i];
			unsigned b = i + 1 < n ? (unsigned char)text[i + 1] : 0;

			if (a == '\\')
				buf_add(&want, SLICE("\\\\"));
			else if (a >= 0x20 && a < 0x7f)
				buf_add_byte(&want, (char)a);
			else if (a >= 0xc2 && a < 0xe0 && (b & 0xc0) == 0x80 &&
			    stands((a & 31) << 6 | (b & 63)))
				buf_add(&want, (struct slice){ text + i++, 2 });
			else
				add_hex(&want, text + i, 1);
		}
		cell_add(&got, (struct slice){ text, n }, CELL_PLAIN);
		if (slice_is(buf_slice(&got), buf_slice(&want)))
			continue;
		printf("# %02x %02x (%zu): %.*s, not %.*s\n",
		    (unsigned char)text[0], (unsigned char)text[1], n,
		    (int)got.n, got.p, (int)want.n, want.p);
		good = false;
		break;
	}
	ok(good, "every byte alone and in pairs");
	buf_release(&got);
	buf_release(&want);
}

/* Every number that four bytes can write, surrogates and what lies beyond
 * U+10FFFF among them. */
static void
test_code_points(void)
{
	struct buf got, want;
	bool good = true;

	buf_init(&got, 100);
	buf_init(&want, 100);
	for (unsigned c = 0x80; c < 0x200000 && good; c++) {
		char text[6] = "x";
		size_t n = encode(c, shortest(c), text + 1);

		text[n + 1] = 'y';
		buf_reset(&got);
		cell_add(&got, (struct slice){ text, n + 2 }, CELL_PLAIN);
		if (stands(c)) {
			good = slice_is(buf_slice(&got),
			    (struct slice){ text, n + 2 });
		} else {
			buf_reset(&want);
			buf_add_byte(&want, 'x');
			add_hex(&want, text + 1, n);
			buf_add_byte(&want, 'y');
			good = slice_is(buf_slice(&got), buf_slice(&want));
		}
		if (!good)
			printf("# U+%04X: %.*s\n", c, (int)got.n, got.p);
	}
	ok(good, "every code point: C1, bidi, separators, invisible ones");
	buf_release(&got);
	buf_release(&want);
}

static void
test_malformed(void)
{
	struct buf got, want;
	bool good = true;

	buf_init(&got, 100);
	buf_init(&want, 100);
	/* Overlong: more bytes than it takes. */
	for (unsigned c = 0; c < 0x10000 && good; c++) {
		for (size_t n = shortest(c) + 1; n <= 5 && good; n++) {
			char text[5];

			buf_reset(&got);
			buf_reset(&want);
			add_hex(&want, text, encode(c, n, text));
			cell_add(&got, (struct slice){ text, n }, CELL_PLAIN);
			good = slice_is(buf_slice(&got), buf_slice(&want));
			if (!good)
				printf("# U+%04X in %zu bytes: %.*s\n", c, n,
				    (int)got.n, got.p);
		}
	}
	ok(good, "overlong forms are no UTF-8");
	/* Characters that end too early, at the end or before another. */
	for (int behind = 0; behind < 2; behind++) {
		static const char text[] = "\xf0\x9f\x98\x80";

		for (size_t n = 1; n < 4; n++) {
			char cut[5];

			memcpy(cut, text, n);
			cut[n] = 'z';
			buf_reset(&got);
			buf_reset(&want);
			add_hex(&want, text, n);
			if (behind)
				buf_add_byte(&want, 'z');
			cell_add(&got, (struct slice){ cut,
			    n + (size_t)behind }, CELL_PLAIN);
			good = good && slice_is(buf_slice(&got),
			    buf_slice(&want));
		}
	}
	ok(good, "characters that are cut");
	buf_reset(&got);
	cell_add(&got, SLICE("\xe2\x82\xc3\xa9"), CELL_PLAIN);
	is(buf_slice(&got), "\\xE2\\x82\xc3\xa9",
	    "a cut character takes no byte of the next");
	buf_reset(&got);
	cell_add(&got, SLICE("\xff\xfe\x80\xc0\xc1\xf5"), CELL_PLAIN);
	is(buf_slice(&got), "\\xFF\\xFE\\x80\\xC0\\xC1\\xF5",
	    "bytes that stand nowhere in UTF-8");
	buf_release(&got);
	buf_release(&want);
}

static const struct {
	unsigned style;
	struct slice raw;
	const char *cell;
} cells[] = {
	{ CELL_PLAIN, SLICE(""), "" },
	{ CELL_PLAIN, SLICE("ann, lee; \"q\" 'x'"), "ann, lee; \"q\" 'x'" },
	{ CELL_PLAIN, SLICE("a\\b"), "a\\\\b" },
	{ CELL_PLAIN, SLICE("\\x41"), "\\\\x41" },
	{ CELL_PLAIN, SLICE("a\0b"), "a\\x00b" },
	{ CELL_PLAIN, SLICE("\r\n\t\x1b[1m\x7f"), "\\x0D\\x0A\\x09\\x1B[1m"
		"\\x7F" },
	{ CELL_PLAIN, SLICE("jos\xc3\xa9"), "jos\xc3\xa9" },
	{ CELL_PLAIN, SLICE("c1\xc2\x85x"), "c1\\xC2\\x85x" },
	{ CELL_PLAIN, SLICE("\xe2\x80\xa8"), "\\xE2\\x80\\xA8" },
	{ CELL_PLAIN, SLICE("=1+1"), "=1+1" },
	{ CELL_SEED, SLICE("a\\b\\x41"), "a\\b\\x41" },
	{ CELL_SEED, SLICE("a\tb"), "a\\x09b" },
	{ CELL_SEED | CELL_NO_FORMULA, SLICE("=\\"), "\\x3D\\" },
	{ CELL_NO_FORMULA, SLICE(""), "" },
	{ CELL_NO_FORMULA, SLICE("a=1"), "a=1" },
	{ CELL_NO_FORMULA, SLICE("   "), "   " },
	{ CELL_NO_FORMULA, SLICE("\\=1"), "\\\\=1" },
	/* what a spreadsheet takes for a formula, or has taken */
	{ CELL_NO_FORMULA, SLICE("=1"), "\\x3D1" },
	{ CELL_NO_FORMULA, SLICE("+1"), "\\x2B1" },
	{ CELL_NO_FORMULA, SLICE("-1"), "\\x2D1" },
	{ CELL_NO_FORMULA, SLICE("@1"), "\\x401" },
	{ CELL_NO_FORMULA, SLICE("="), "\\x3D" },
	{ CELL_NO_FORMULA, SLICE("==1"), "\\x3D=1" },
	{ CELL_NO_FORMULA, SLICE("\t=1"), "\\x09=1" },
	{ CELL_NO_FORMULA, SLICE("\r=1"), "\\x0D=1" },
	{ CELL_NO_FORMULA, SLICE("\n=1"), "\\x0A=1" },
	{ CELL_NO_FORMULA, SLICE("\xef\xbc\x9d" "1"), "\\xEF\\xBC\\x9D1" },
	{ CELL_NO_FORMULA, SLICE("\xef\xbc\x8b" "1"), "\\xEF\\xBC\\x8B1" },
	{ CELL_NO_FORMULA, SLICE("\xef\xbc\x8d" "1"), "\\xEF\\xBC\\x8D1" },
	{ CELL_NO_FORMULA, SLICE("\xef\xbc\xa0" "1"), "\\xEF\\xBC\\xA01" },
	{ CELL_NO_FORMULA, SLICE(" =1"), " \\x3D1" },
	{ CELL_NO_FORMULA, SLICE("  +1"), "  \\x2B1" },
	{ CELL_NO_FORMULA, SLICE("   -1"), "   \\x2D1" },
	{ CELL_NO_FORMULA, SLICE(" @1"), " \\x401" },
	{ CELL_NO_FORMULA, SLICE(" \xef\xbc\x9d" "1"), " \\xEF\\xBC\\x9D1" },
	{ CELL_NO_FORMULA, SLICE("\"=1"), "\"\\x3D1" },
	{ CELL_NO_FORMULA, SLICE("'=1"), "'\\x3D1" },
};

static void
test_cells(void)
{
	struct buf b;

	buf_init(&b, 200);
	for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
		buf_reset(&b);
		cell_add(&b, cells[i].raw, cells[i].style);
		is(buf_slice(&b), cells[i].cell, i < 14 ? "a cell" :
		    "no formula");
	}
	buf_release(&b);
}

/* One random text: bytes, broken UTF-8, escapes, formulas. */
static size_t
random_text(char *text)
{
	static const char *const pieces[] = { "\\", "\\x", "\\x41", "=", "+",
		" ", "\"", "\xc3\xa9", "\xc2\x85", "\xe2\x80\xae",
		"\xe2\x80\xa8", "\xed\xa0\x80", "\xc0\xaf", "\xf0\x9f\x98",
		"\xf0\x9f\x98\x80", "\xef\xbc\x9d", "\xef\xbb\xbf", "a" };
	size_t n = 0;

	for (unsigned k = chance(8); k > 0; k--) {
		const char *piece = pieces[chance(sizeof pieces /
		    sizeof *pieces)];

		if (chance(2)) {
			text[n++] = (char)chance(256);
			continue;
		}
		memcpy(text + n, piece, strlen(piece));
		n += strlen(piece);
	}
	return n;
}

static void
test_round_trip(void)
{
	struct buf cell, back;
	bool good = true;
	unsigned plain = 0;

	buf_init(&cell, 1000);
	buf_init(&back, 1000);
	for (unsigned i = 0; i < 1000000 && good; i++) {
		char text[64];
		struct slice raw = { text, random_text(text) };

		buf_reset(&cell);
		buf_reset(&back);
		cell_add(&cell, raw, i % 2 ? CELL_NO_FORMULA : CELL_PLAIN);
		good = cell_restore(&back, buf_slice(&cell)) &&
		    slice_is(buf_slice(&back), raw);
		if (i % 2 == 0 && cell_is_plain(raw)) {
			plain++;
			good = good && slice_is(buf_slice(&cell), raw);
		}
		for (size_t k = 0; k < cell.n; k++) {
			unsigned char c = (unsigned char)cell.p[k];

			good = good && c >= 0x20 && c != 0x7f;
		}
		if (!good)
			printf("# %u: %.*s\n", i, (int)cell.n, cell.p);
	}
	ok(good, "a million random texts come back");
	ok(plain > 1000, "%u of them are plain", plain);
	ok(cell_is_plain(SLICE("Example Ltd, \"A=~\"")) &&
	    cell_is_plain(SLICE("")) && !cell_is_plain(SLICE("12345678\\")) &&
	    !cell_is_plain(SLICE("\x7f")) && !cell_is_plain(SLICE("\xc3\xa9")),
	    "what is plain");
	buf_release(&cell);
	buf_release(&back);
}

/* Plain is what no style and no format changes. */
static void
test_plain(void)
{
	static const char delimiters[] = ",;\t";
	struct buf cell;
	unsigned wrong = 0, plain = 0;

	buf_init(&cell, 1000);
	for (unsigned i = 0; i < 300000; i++) {
		static const char near[] = " \x1f~\x7f\x80\xff\\,;\"\n\t";
		char text[40], delimiter = delimiters[i % 3];
		struct slice raw = { text, i / 3 % sizeof text };
		bool is_same;

		memset(text, 'a' + (int)(i % 26), sizeof text);
		for (unsigned k = i % 4; k && raw.n; k--) {
			char *at = &text[chance((unsigned)raw.n)];

			*at = i & 8 ? near[chance(sizeof near - 1)] :
			    (char)chance(256);
		}
		buf_reset(&cell);
		cell_add(&cell, raw, CELL_PLAIN);
		is_same = slice_is(buf_slice(&cell), raw) &&
		    slice_find_byte(raw, '"') == raw.n &&
		    slice_find_byte(raw, delimiter) == raw.n;
		for (size_t k = 0; k < raw.n; k++)
			is_same &= (unsigned char)text[k] < 0x80;
		wrong += cell_is_bare(raw, delimiter) != is_same;
		plain += is_same;
	}
	ok(wrong == 0 && plain > 1000 && plain < 299000,
	    "cell_is_bare: %u of 300000, %u wrong", plain, wrong);
	ok(cell_is_bare((struct slice){ NULL, 0 }, ','), "nothing is plain");
	buf_release(&cell);
}

static const struct {
	struct slice cell;
	bool good;
	struct slice raw;
} restored[] = {
	{ SLICE(""), true, SLICE("") },
	{ SLICE("abc"), true, SLICE("abc") },
	{ SLICE("a\\\\b"), true, SLICE("a\\b") },
	{ SLICE("\\\\x41"), true, SLICE("\\x41") },
	{ SLICE("\\x00\\xFF"), true, SLICE("\0\xff") },
	{ SLICE("\\x3D1"), true, SLICE("=1") },
	{ SLICE("\\"), false, SLICE("") },
	{ SLICE("a\\"), false, SLICE("a") },
	{ SLICE("a\\x"), false, SLICE("a") },
	{ SLICE("a\\x0"), false, SLICE("a") },
	{ SLICE("ab\\x0a"), false, SLICE("ab") },
	{ SLICE("ab\\X0A"), false, SLICE("ab") },
	{ SLICE("ab\\x0G"), false, SLICE("ab") },
	{ SLICE("ab\\xG0"), false, SLICE("ab") },
	{ SLICE("ab\\n"), false, SLICE("ab") },
	{ SLICE("\\\\\\"), false, SLICE("\\") },
	{ SLICE("\\x0A\\x0"), false, SLICE("\n") },
	{ SLICE("\\ x0A"), false, SLICE("") },
};

static void
test_restore(void)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 100);
	for (size_t i = 0; i < sizeof restored / sizeof *restored; i++) {
		bool came;

		buf_reset(&b);
		came = cell_restore(&b, restored[i].cell);
		if (came == restored[i].good &&
		    slice_is(buf_slice(&b), restored[i].raw))
			continue;
		good = false;
		printf("# '%s': %d, %zu bytes\n", restored[i].cell.p, came,
		    b.n);
	}
	ok(good, "cell_restore: table");
	buf_reset(&b);
	ok(!cell_restore(&b, SLICE("a\\x41")) && b.n == 1,
	    "cell_add() never writes \\x41: an 'A' stands for itself");
	buf_release(&b);
}

int
main(void)
{
	test_bytes();
	test_code_points();
	test_malformed();
	test_cells();
	test_round_trip();
	test_plain();
	test_restore();
	return done();
}
