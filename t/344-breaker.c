/* SPDX-License-Identifier: ISC */
/* Whether anybody is there: stories. */
#include <stdlib.h>

#include "enrich/breaker.h"
#include "tap.h"

/* +n: n milliseconds pass; qn: n questions go out; a: an answer comes; e: the
 * probe ends.  What is expected: c: it is closed and does not open; o: it
 * opens; O: it is open, and not once more; p, P: a probe may not go, may. */
static const struct {
	const char *what, *story;
} stories[] = {
	{ "nobody asked: nobody is missing", "+60000 c" },
	{ "few questions prove nothing", "q31 +60000 c" },
	{ "many do, after five seconds", "q32 +4999 c +1 o O" },
	{ "counted from the first", "q1 +4000 q31 +999 c +1 o" },
	{ "an answer begins the count again", "q40 +4999 a +1 c q31 +9000 c "
		"q1 o" },
	{ "silence counts from the first question behind an answer",
		"q40 a +60000 c q32 c +4999 c +1 o" },
	{ "one answer among many questions is enough",
		"q9000 +4000 a q9000 +4000 a q9000 +4000 a c +4999 c" },
	{ "a probe after a second", "q32 +5000 o p +999 p +1 P" },
	{ "one at a time", "q32 +5000 o +1000 P p +3000 p e P p" },
	{ "one a second", "q32 +5000 o +1000 P e p +999 p +1 P" },
	{ "an answer closes it", "q32 +5000 o +1000 P q1 a c e q31 +9000 c q1 o" },
	{ "it opens again", "q32 +5000 o a c q32 +5000 o O +1000 P" },
};

/* What the word at p expects, and what is. */
static bool
is_right(struct breaker *b, char word, int64_t now)
{
	switch (word) {
	case 'c':
		return !breaker_opens(b, now) && !b->is_open;
	case 'o':
		return breaker_opens(b, now) && b->is_open;
	case 'O':
		return !breaker_opens(b, now) && b->is_open;
	case 'p':
		return !breaker_lets_probe(b, now);
	case 'P':
		return breaker_lets_probe(b, now);
	default:
		return false;
	}
}

static bool
goes_on(struct breaker *b, const char *p, int64_t *now)
{
	switch (*p) {
	case '+':
		*now += atol(p + 1) * 1000;
		return true;
	case 'q':
		for (long n = atol(p + 1); n; n--)
			breaker_sent(b, *now);
		return true;
	case 'a':
		breaker_close(b);
		return true;
	case 'e':
		breaker_probed(b);
		return true;
	default:
		return is_right(b, *p, *now);
	}
}

int
main(void)
{
	for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
		const char *p = stories[i].story;
		struct breaker b = { 0 };
		int64_t now = 1;
		bool good = true;

		while (good && *p) {
			good = goes_on(&b, p, &now);
			if (!good)
				printf("# at '%s'\n", p);
			p += strcspn(p, " ");
			p += *p == ' ';
		}
		ok(good, "%s", stories[i].what);
	}
	return done();
}
