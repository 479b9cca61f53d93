/* SPDX-License-Identifier: ISC */
/* Globs on syslog tags. */
#include "parse/glob.h"

/* Where the byte behind a star may stand first. */
static struct slice
skip_to(struct slice text, char c)
{
	return c == '*' || c == '?' ? text :
	    slice_from(text, slice_find_byte(text, c));
}

bool
glob_fits(struct slice glob, struct slice text)
{
	struct slice star_glob = { NULL, 0 }, star_text = { NULL, 0 };

	/* The last star takes as little as it can; on a mismatch it takes one
	 * byte more.  Earlier stars need not be tried again. */
	for (;;) {
		if (slice_skip_byte(&glob, '*')) {
			if (glob.n == 0)
				return true;
			star_glob = glob;
			star_text = skip_to(text, *glob.p);
			text = star_text;
		} else if (glob.n == 0 && text.n == 0) {
			return true;
		} else if (glob.n && text.n &&
		    (*glob.p == '?' || *glob.p == *text.p)) {
			glob = slice_from(glob, 1);
			text = slice_from(text, 1);
		} else if (star_glob.n && star_text.n) {
			star_text = skip_to(slice_from(star_text, 1),
			    *star_glob.p);
			glob = star_glob;
			text = star_text;
		} else {
			return false;
		}
	}
}

bool
glob_may_go_on(struct slice glob, struct slice text)
{
	while (text.n) {
		if (glob.n == 0)
			return false;
		if (*glob.p == '*')
			return true;
		if (*glob.p != '?' && *glob.p != *text.p)
			return false;
		glob = slice_from(glob, 1);
		text = slice_from(text, 1);
	}
	return true;
}

bool
glob_is_tail(struct slice glob)
{
	struct slice tail = slice_from(glob, 1);

	return tail.n && slice_starts(glob, SLICE("*")) &&
	    slice_find_byte(tail, '*') == tail.n &&
	    slice_find_byte(tail, '?') == tail.n;
}
