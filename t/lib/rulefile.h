/* SPDX-License-Identifier: ISC */
/* Rule files written as text. */
#ifndef RULEFILE_H
#define RULEFILE_H

#include "base/buf.h"
#include "parse/filter.h"

enum { MEMORY = 1024 * 1024 };

#define HEAD "name: n\nabout: a\nprogram: \"*/p\"\n"
#define RULE "rules:\n  - event: auth-failure\n" \
	"    match: \"fail {user:rest}\"\n"
#define GOOD "examples:\n  - line: \"fail bob\"\n" \
	"    gives: {event: auth-failure, user: bob}\n"

/* A filter from a text; complaints one a line.  NULL: none. */
static inline struct filter *
compile(struct arena *a, const char *text, struct buf *said)
{
	struct err_list complaints = { .n = 0 };
	struct filter *f = NULL;
	struct err e;
	const struct yaml *root = yaml_read(a, "f.yaml", slice_text(text), &e);

	buf_reset(said);
	if (root)
		f = filter_compile(a, "f.yaml", root, &complaints);
	else
		buf_addf(said, "%s\n", e.text);
	for (unsigned i = 0; i < complaints.n && i < ERR_LIST_MAX; i++) {
		buf_add(said, slice_text(complaints.texts[i]));
		buf_add_byte(said, '\n');
	}
	if (complaints.n && (f || complaints.status != EX_CONFIG))
		buf_addf(said, "status %d\n", complaints.status);
	err_list_release(&complaints);
	return f;
}

#endif
