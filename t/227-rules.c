/* SPDX-License-Identifier: ISC */
/* Several rule files together: those that are built in, and none. */
#include "base/buf.h"
#include "parse/rules.h"
#include "parse/scan.h"
#include "tap.h"

static void
test_rules(void)
{
	struct err_list complaints = { .n = 0 };
	struct rules *r = rules_new();
	struct slice literals[SCAN_LITERALS];
	struct buf b;
	size_t n = 0;
	bool good = true;
	int found, few;

	buf_init(&b, 10000);
	for (; rules_embedded(n); n++)
		good = good && rules_add(r, rules_embedded(n), &complaints) ==
		    0;
	ok(good && n >= 2 && complaints.n == 0, "the files built in");
	rules_list(r, &b);
	ok(slice_find(buf_slice(&b), SLICE("filters/postfix.yaml: ")) < b.n,
	    "are listed");
	found = rules_literals(r, ~0u, literals, SCAN_LITERALS);
	for (int i = 0; i < found; i++)
		for (int k = 0; k < found; k++)
			good = good && (i == k || slice_find(literals[i],
			    literals[k]) == literals[i].n);
	ok(found > 0 && good, "no literal contains another");
	few = rules_literals(r, ~0u, literals,
	    (size_t)found - 1);
	ok(few > 0 && few < found / 2,
	    "less is looked for if there is no room for all");
	ok(rules_literals(r, ~0u, literals, 1) == -1 &&
	    rules_literals(r, 0, literals, SCAN_LITERALS) == 0,
	    "more than there is room for; none");
	rules_free(r);
	r = rules_new();
	ok(rules_add(r, "nonsense", &complaints) == -1 && complaints.n == 1 &&
	    complaints.status == EX_CONFIG &&
	    strstr(complaints.texts[0], "'nonsense'") &&
	    strstr(complaints.texts[0], "postfix"), "a name nobody knows");
	ok(rules_add(r, "./none.yaml", &complaints) == -1 && complaints.n == 2
	    && strstr(complaints.texts[1], "./none.yaml"),
	    "a file that is not there");
	ok(rules_literals(r, ~0u, literals, SCAN_LITERALS) == 0, "nothing was added");
	err_list_release(&complaints);
	rules_free(r);
	rules_free(NULL);
	buf_release(&b);
}

static void
test_ceiling(void)
{
	struct err_list complaints = { .n = 0 };
	struct rules *r = rules_new();
	bool good = true;

	for (int i = 0; i < 32; i++)
		good &= rules_add(r, "postfix", &complaints) == 0;
	ok(good && rules_add(r, "postfix", &complaints) == -1 &&
	    complaints.n == 1 && strstr(complaints.texts[0], "32 rule files"),
	    "32 rule files, not 33");
	err_list_release(&complaints);
	rules_free(r);
}

int
main(void)
{
	test_rules();
	test_ceiling();
	return done();
}
