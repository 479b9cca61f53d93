/* SPDX-License-Identifier: ISC */
/* A library that is loaded when it is needed, is not there, or is another. */
#include "base/library.h"
#include "tap.h"

static struct {
	const char *(*version)(void);
	void (*sing)(void);
} ldns;

static const struct library_function functions[] = {
	LIBRARY_FUNCTION(ldns, version),
	LIBRARY_FUNCTION(ldns, sing),
};

static void
test_there(void)
{
	struct err e = { .status = EX_OK };

	if (ok(library_load(LIBLDNS, functions, 1, &ldns, &e) == 0,
	    "ldns is loaded%s", e.text))
		ok(strlen(ldns.version()) > 0, "and says which it is");
	ok(!ldns.sing, "nothing else is touched");
}

static void
fails(const char *file, size_t n, const char *begins, const char *names)
{
	struct err e = { .status = EX_OK };

	ok(library_load(file, functions, n, &ldns, &e) < 0 &&
	    e.status == EX_UNAVAILABLE, "%s", begins);
	ok(strncmp(e.text, begins, strlen(begins)) == 0 &&
	    strstr(e.text + strlen(begins), names),
	    "it is told why: %s", e.text);
}

int
main(void)
{
	test_there();
	fails("libnothere.so.1", 1, "libnothere.so.1 is needed: ",
	    "libnothere.so.1");
	fails(LIBLDNS, 2, "a newer " LIBLDNS " is needed: ", "ldns_sing");
	return done();
}
