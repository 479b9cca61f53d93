/* SPDX-License-Identifier: ISC */
/* The template language: what compiles, what matches, hole by hole, and what a
 * client's text cannot do to it. */
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "parse/template.h"
#include "tap.h"

static const struct {
	const char *template;
	struct slice message;
	const char *seen;	/* "name=value;" or "no" */
} matches[] = {
	{ "fixed text", SLICE("fixed text"), "" },
	{ "fixed text", SLICE("fixed tex"), "no" },
	{ "fixed text", SLICE("fixed textx"), "no" },
	{ "fixed text", SLICE("xfixed text"), "no" },
	{ "fixed text", SLICE(""), "no" },
	{ "a {{b}} {{", SLICE("a {b} {"), "" },
	{ "abcd{{{u:rest}", SLICE("abcd{x}"), "u=x};" },
	{ "abcd{u:word}}}", SLICE("abcdx}"), "u=x;" },
	/* ip */
	{ "from {i:ip}!", SLICE("from 192.0.2.1!"), "i=192.0.2.1;" },
	{ "from {i:ip}!", SLICE("from 2001:db8::1!"), "i=2001:db8::1;" },
	{ "from {i:ip}!", SLICE("from IPv6:2001:db8::1!"),
		"i=2001:db8::1;" },
	{ "from {i:ip}!", SLICE("from unknown!"), "i=;" },
	{ "from {i:ip}!", SLICE("from 192.0.2!"), "no" },
	{ "from {i:ip}!", SLICE("from 192.0.2.256!"), "no" },
	{ "from {i:ip}!", SLICE("from !"), "no" },
	{ "from {i:ip}!", SLICE("from 192.0.2.1.!"), "no" },
	{ "from {i:ip?}!", SLICE("from !"), "i-;" },
	/* host */
	{ "from {h:host}[", SLICE("from a-B_9.example["), "h=a-B_9.example;" },
	{ "from {h:host}[", SLICE("from ["), "no" },
	{ "from {h:host}[", SLICE("from a b["), "no" },
	{ "from {h:host}[", SLICE("from \xc3\xa9["), "no" },
	/* mech */
	{ "SASL {m:mech} x", SLICE("SASL SCRAM-SHA-256_9a x"),
		"m=SCRAM-SHA-256_9a;" },
	{ "SASL {m:mech} x", SLICE("SASL \"PLAIN\" x"), "no" },
	{ "SASL {m:mech} x", SLICE("SASL  x"), "no" },
	{ "SASL {m:mech} x", SLICE("SASL PL.AIN x"), "no" },
	/* word */
	{ "word {w:word} x", SLICE("word a,b x"), "w=a,b;" },
	{ "word {w:word} x", SLICE("word  x"), "no" },
	{ "word {w:word}, x", SLICE("word a, x"), "w=a;" },
	{ "word {w:word}, x", SLICE("word a b, x"), "no" },
	{ "word {w:word}, x", SLICE("word , x"), "no" },
	{ "word {w:word}", SLICE("word abc"), "w=abc;" },
	{ "word {w:word}", SLICE("word a b"), "no" },
	{ "word {w:word}", SLICE("word "), "no" },
	/* int */
	{ "tries {n:int} x", SLICE("tries 0 x"), "n=0;" },
	{ "tries {n:int} x", SLICE("tries 999999 x"), "n=999999;" },
	{ "tries {n:int} x", SLICE("tries 1000000 x"), "no" },
	{ "tries {n:int} x", SLICE("tries -1 x"), "no" },
	{ "tries {n:int} x", SLICE("tries  x"), "no" },
	/* ip: no part of something else */
	{ "from {i:ip}{:rest}", SLICE("from 192.0.2.1, x"), "i=192.0.2.1;" },
	{ "from {i:ip}{:rest}", SLICE("from 192.0.2.1a"), "no" },
	/* port */
	{ "host]{p:port}: x", SLICE("host]:25: x"), "p=25;" },
	{ "host]{p:port}: x", SLICE("host]:65535: x"), "p=65535;" },
	{ "host]{p:port}: x", SLICE("host]:65536: x"), "no" },
	{ "host]{p:port}: x", SLICE("host]:unknown: x"), "p=unknown;" },
	{ "host]{p:port}: x", SLICE("host]: x"), "no" },
	{ "host]{p:port?}: x", SLICE("host]: x"), "p-;" },
	{ "host]{p:port?}: x", SLICE("host]:25: x"), "p=25;" },
	{ "host]{p:port?}: x", SLICE("host]:65536: x"), "no" },
	{ "host]{:port?}: x", SLICE("host]:25: x"), "" },
	/* quoted */
	{ "text {q:quoted} x", SLICE("text \"a b\" x"), "q=a b;" },
	{ "text {q:quoted} x", SLICE("text \"\" x"), "q=;" },
	{ "text {q:quoted} x", SLICE("text \"a\\\" x\" x"), "q=a\\\" x;" },
	{ "text {q:quoted} x", SLICE("text \"a\\\\\" x"), "q=a\\\\;" },
	{ "text {q:quoted} x", SLICE("text \"a x"), "no" },
	{ "text {q:quoted} x", SLICE("text \"a\\\" x"), "no" },
	{ "text {q:quoted} x", SLICE("text a x"), "no" },
	{ "text {q:quoted}", SLICE("text \""), "no" },
	{ "text {q:quoted}", SLICE("text \"\\"), "no" },
	/* text and widest: first and last */
	{ "a {t:text}, u={u:rest}", SLICE("a r, u=x, u=y"), "t=r;u=x, u=y;" },
	{ "a {t:text}, u={u:rest}", SLICE("a , u="), "t=;u=;" },
	{ "a {t:text}, u={u:rest}", SLICE("a r, v=x"), "no" },
	{ "user=<{u:widest}>, ip={i:ip}", SLICE("user=<a>, ip=192.0.2.1"),
		"u=a;i=192.0.2.1;" },
	{ "user=<{u:widest}>, ip={i:ip}",
		SLICE("user=<a>, ip=192.0.2.9>, ip=192.0.2.1"),
		"u=a>, ip=192.0.2.9;i=192.0.2.1;" },
	{ "user=<{u:widest}>, ip={i:ip}", SLICE("user=<>, ip=192.0.2.1"),
		"u=;i=192.0.2.1;" },
	{ "user=<{u:widest}>, ip={i:ip}",
		SLICE("user=<a>, ip=192.0.2.1>, ip=x"), "no" },
	/* behind a widest hole every literal must be the last of its kind */
	{ "user={u:widest} by {m:mech}, ip={i:ip}{:rest}",
		SLICE("user=a by PLAIN, ip=192.0.2.1, more"),
		"u=a;m=PLAIN;i=192.0.2.1;" },
	{ "user={u:widest} by {m:mech}, ip={i:ip}{:rest}",
		SLICE("user=a by PLAIN, ip=192.0.2.9, ip=192.0.2.1, more"),
		"no" },
	{ "user={u:widest} by {m:mech}]{:rest}",
		SLICE("user=a by PLAIN]x"), "u=a;m=PLAIN;" },
	{ "user={u:widest} by {m:mech}]{:rest}",
		SLICE("user=a by PLAIN]x]"), "no" },
	/* plain: no sign of what a client wrote */
	{ "text {t:plain}: x", SLICE("text a b: x"), "t=a b;" },
	{ "text {t:plain}: x", SLICE("text : x"), "t=;" },
	{ "text {t:plain}: x", SLICE("text a<b: x"), "no" },
	{ "text {t:plain}: x", SLICE("text a>: x"), "no" },
	{ "text {t:plain}: x", SLICE("text \": x"), "no" },
	{ "text {t:plain}: x", SLICE("text a: x<"), "no" },
	/* rest */
	{ "user={u:rest}", SLICE("user="), "u=;" },
	{ "user={u:rest}", SLICE("user= a\0b\xff "), "u= a\0b\xff ;" },
	/* choices: in their order, no going back */
	{ "state {c=on|off} x", SLICE("state off x"), "c=off;" },
	{ "state {c=on|off} x", SLICE("state o x"), "no" },
	{ "state {c=on|off?} x", SLICE("state  x"), "c-;" },
	{ "state {=on|off} x", SLICE("state on x"), "" },
	{ "state {c=on|only} x", SLICE("state only x"), "no" },
	{ "state {c=only|on} x", SLICE("state only x"), "c=only;" },
	{ "state {c=a:b|c=d} x", SLICE("state c=d x"), "c=c=d;" },
	/* stamp */
	{ "{s:stamp?}login {u:rest}", SLICE("2026-11-22 11:05:40 login a"),
		"s=2026-11-22 11:05:40;u=a;" },
	{ "{s:stamp?}login {u:rest}", SLICE("login a"), "s-;u=a;" },
	{ "{s:stamp}login {u:rest}", SLICE("2026-11-22 11:05:40login a"),
		"no" },
	{ "{s:stamp}login {u:rest}", SLICE("2026-02-30 11:05:40 login a"),
		"no" },
	/* two holes side by side */
	{ "from {h:host?}{p:port?} x", SLICE("from a:25 x"), "h=a;p=25;" },
	{ "from {h:host?}{p:port?} x", SLICE("from  x"), "h-;p-;" },
};

static const struct {
	const char *template, *error;
} wrong[] = {
	{ "", "no literal text" },
	{ "abc", "no literal text of at least 4" },
	{ "{u:rest}", "no literal text" },
	{ "a/b/c/d/e{u:rest}", "no literal text" },
	{ "\"\\/\xc3\xa9\xc3\xa9{u:rest}", "no literal text" },
	{ "text {u", "'{' without '}'" },
	{ "text {", "'{' without '}'" },
	{ "text }", "'}' without '{'" },
	{ "text u} x", "'}' without '{'" },
	{ "text {u:rest}}", "'}' without '{'" },
	{ "text {}", "'{}' must be" },
	{ "text {u}", "'{u}' must be" },
	{ "text {?}", "'{?}' must be" },
	{ "text {u:}", "unknown hole type ''" },
	{ "text {u:ipp}", "unknown hole type 'ipp' (one of ip, host, " },
	{ "text {u:Rest}", "unknown hole type 'Rest'" },
	{ "text {u:rest x}", "unknown hole type" },
	{ "text {u:rest?}", "may be empty" },
	{ "text {u:text?} x", "may be empty" },
	{ "text {u:widest?} x", "may be empty" },
	{ "text {u=}", "no text to choose" },
	{ "text {u=?}", "no text to choose" },
	{ "text {u:text}", "literal text must follow" },
	{ "text {u:widest}", "literal text must follow" },
	{ "text {u:text}{v:port?} x", "literal text must follow" },
	{ "text {u:text}{v:rest}", "literal text must follow" },
	{ "text {u:rest} x", "nothing can stand behind" },
	{ "text {u:rest}{v:port?}", "nothing can stand behind" },
	{ "text {u:word} {u:rest}", "two holes named 'u'" },
};

static void
show(struct buf *out, const struct template *t, bool came,
    const struct template_match *m)
{
	buf_reset(out);
	if (!came) {
		buf_addf(out, "no");
		return;
	}
	for (size_t i = 0; i < template_holes(t); i++) {
		buf_add(out, template_hole_name(t, i));
		buf_add_byte(out, m->holes[i].p ? '=' : '-');
		buf_add(out, m->holes[i]);
		buf_add_byte(out, ';');
	}
}

static void
test_matches(void)
{
	struct buf b;
	bool good = true;

	buf_init(&b, 2000);
	for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
		struct template_match m;
		struct template *t;
		struct arena a;
		struct err e = { .text = "" };
		char *copy = malloc(matches[i].message.n + 1);
		struct slice message = { copy, matches[i].message.n };
		struct slice seen = slice_text(matches[i].seen);

		/* In memory of just that size: nothing is read behind it. */
		copy = realloc(copy, message.n ? message.n : 1);
		if (!copy)
			return;
		memcpy(copy, matches[i].message.p, message.n);
		message.p = copy;
		arena_init(&a, 100000);
		t = template_compile(&a, slice_text(matches[i].template), &e);
		if (t)
			show(&b, t, template_match(t, message, &m), &m);
		/* The one text with a NUL. */
		if (slice_starts(seen, SLICE("u= a")))
			seen = SLICE("u= a\0b\xff ;");
		if (!t || !slice_is(buf_slice(&b), seen)) {
			good = false;
			printf("# %s: '%s' gives %.*s %s\n",
			    matches[i].template, matches[i].message.p,
			    (int)b.n, b.p ? b.p : "", e.text);
		}
		arena_release(&a);
		free(copy);
	}
	ok(good, "templates and what they match");
	buf_release(&b);
}

static void
test_wrong(void)
{
	bool good = true;

	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct arena a;
		struct err e = { .text = "" };

		arena_init(&a, 100000);
		if (template_compile(&a, slice_text(wrong[i].template), &e) ||
		    e.status != EX_CONFIG ||
		    !strstr(e.text, wrong[i].error)) {
			good = false;
			printf("# %s: %s\n", wrong[i].template, e.text);
		}
		arena_release(&a);
	}
	ok(good, "templates that are none");
}

/* n times "x{h1:word} ", names counting up. */
static struct slice
many(struct buf *b, int n, bool named)
{
	buf_reset(b);
	buf_add(b, SLICE("text "));
	for (int i = 0; i < n; i++) {
		if (named)
			buf_addf(b, "{h%d:word} ", i);
		else
			buf_addf(b, "{:word} ");
	}
	return buf_slice(b);
}

static void
test_limits(void)
{
	struct template_match m;
	struct template *t;
	struct arena a;
	struct buf b;
	struct err e;

	buf_init(&b, 10000);
	arena_init(&a, 1000000);
	t = template_compile(&a, many(&b, TEMPLATE_HOLES, true), &e);
	ok(t && template_holes(t) == TEMPLATE_HOLES, "16 named holes");
	/* Those without a name take the place of none that has one. */
	(void)many(&b, TEMPLATE_HOLES - 1, true);
	buf_add(&b, SLICE("{a:ip} {:word} {:rest}"));
	t = template_compile(&a, buf_slice(&b), &e);
	ok(t && template_match(t, SLICE("text 0 1 2 3 4 5 6 7 8 9 10 11 12 13 "
	    "14 192.0.2.7 without names"), &m) &&
	    slice_is(m.holes[0], SLICE("0")) &&
	    slice_is(m.holes[TEMPLATE_HOLES - 1], SLICE("192.0.2.7")) &&
	    m.ip.family == IP_V4 && m.ip.low == 0xc0000207,
	    "and two without a name behind them");
	t = template_compile(&a, SLICE("user {:word?} {a:word?} {:word} "
	    "{b:word?}"), &e);
	ok(t && template_match(t, SLICE("user x one y two"), &m) &&
	    slice_is(m.holes[0], SLICE("one")) &&
	    slice_is(m.holes[1], SLICE("two")) &&
	    template_match(t, SLICE("user x  y "), &m) && !m.holes[0].p &&
	    !m.holes[1].p, "holes without a name between, and left out");
	ok(!template_compile(&a, many(&b, TEMPLATE_HOLES + 1, true), &e) &&
	    e.status == EX_CONFIG && strstr(e.text, "16 named"), "17 are not");
	ok(template_compile(&a, many(&b, 31, false), &e) != NULL,
	    "63 pieces");
	ok(!template_compile(&a, many(&b, 40, false), &e) &&
	    e.status == EX_CONFIG && strstr(e.text, "64 pieces"),
	    "81 pieces are not");
	arena_release(&a);
	arena_init(&a, 50);
	ok(!template_compile(&a, SLICE("some text {u:rest}"), &e) &&
	    e.status == EX_CONFIG, "an arena that is full");
	arena_release(&a);
	buf_release(&b);
}

static void
test_failure(void)
{
	struct template_match m;
	struct template *t;
	struct arena a;
	struct err e;

	arena_init(&a, 100000);
	t = template_compile(&a, SLICE("warning: {h:host}[{i:ip}]: SASL"),
	    &e);
	if (!ok(t != NULL, "a template"))
		return;
	ok(template_hole_is(t, 1, "ip") && !template_hole_is(t, 0, "ip") &&
	    template_hole_is(t, 0, "host"), "the types of holes");
	ok(!template_match(t, SLICE("warning: a[x]: SASL"), &m) &&
	    m.reached == 11 && slice_is(template_wanted(&m), SLICE("i:ip")),
	    "how far it got, and what was wanted: a hole");
	ok(!template_match(t, SLICE("warning: a[192.0.2.1]; SASL"), &m) &&
	    m.reached == 20 && slice_is(template_wanted(&m), SLICE("]: SASL")),
	    "a literal");
	ok(!template_match(t, SLICE("warning: a[192.0.2.1]: SASL x"), &m) &&
	    m.reached == 27 && template_wanted(&m).n > 0, "the end");
	ok(!template_match(t, (struct slice){ NULL, 0 }, &m) &&
	    m.reached == 0 && slice_is(template_wanted(&m), SLICE("warning: ")),
	    "nothing at all");
	arena_release(&a);
}

/* A mechanism is what a client typed: up to 2048 bytes of it. */
static void
test_long_mechanism(void)
{
	static char line[2100] = "SASL ";
	struct template_match m;
	struct template *t;
	struct arena a;
	struct err e;
	bool good = true;

	arena_init(&a, 100000);
	t = template_compile(&a, SLICE("SASL {m:mech} x"), &e);
	memset(line + 5, 'a', 2049);
	for (size_t n = 2048; n <= 2049; n++) {
		memcpy(line + 5 + n, " x", 3);
		good = good && t && template_match(t, slice_text(line), &m) ==
		    (n == 2048);
	}
	ok(good, "a mechanism of 2048 bytes, not of 2049");
	arena_release(&a);
}

/* Time is linear: what would make a searching matcher go back and forth, in a
 * line of the greatest size, many times over. */
static void
test_linear(void)
{
	static char line[65536];
	struct template_match m;
	struct template *t;
	struct arena a;
	struct err e;
	clock_t from = clock();
	bool came = false;

	arena_init(&a, 100000);
	t = template_compile(&a, SLICE("aaaa{:text}aaab{:text}aaac{:widest}"
	    "aaad{:mech}aaae"), &e);
	memset(line, 'a', sizeof line);
	for (int i = 0; t && i < 20; i++)
		came = template_match(t, (struct slice){ line, sizeof line },
		    &m) || came;
	/* Squared it would take minutes. */
	ok(t && !came && clock() - from < 2 * CLOCKS_PER_SEC,
	    "64 KiB of near misses take no time");
	arena_release(&a);
}

/* An address ends where it ends, whatever sign follows. */
static void
test_address_end(void)
{
	static const struct {
		struct slice text, message, ip;
	} cases[] = {
		{ SLICE("denied {ip:ip}: bad"), SLICE("denied 192.0.2.7: bad"),
			SLICE("192.0.2.7") },
		{ SLICE("denied {ip:ip}{:port?} bad"),
			SLICE("denied 192.0.2.7:25 bad"), SLICE("192.0.2.7") },
		{ SLICE("denied {ip:ip}."), SLICE("denied 192.0.2.7."),
			SLICE("192.0.2.7") },
		{ SLICE("denied {ip:ip}: bad"),
			SLICE("denied 2001:db8::7: bad"),
			SLICE("2001:db8::7") },
		{ SLICE("denied {ip:ip}, bad"),
			SLICE("denied 2001:db8::, bad"), SLICE("2001:db8::") },
		{ SLICE("denied {ip:ip}: bad"),
			SLICE("denied ::ffff:192.0.2.7: bad"),
			SLICE("::ffff:192.0.2.7") },
	};
	bool good = true;
	struct arena a;
	struct err e;

	arena_init(&a, 1000000);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct template *t = template_compile(&a, cases[i].text, &e);
		struct template_match m;

		good = good && t && template_match(t, cases[i].message, &m) &&
		    slice_is(m.holes[0], cases[i].ip);
	}
	ok(good, "an address before a colon or a dot");
	arena_release(&a);
}

int
main(void)
{
	test_address_end();
	test_matches();
	test_wrong();
	test_limits();
	test_failure();
	test_long_mechanism();
	test_linear();
	return done();
}
