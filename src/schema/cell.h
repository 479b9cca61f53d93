/* SPDX-License-Identifier: ISC */
#ifndef SCHEMA_CELL_H
#define SCHEMA_CELL_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

/* The text of a cell, the same in every format of ours: one line of UTF-8 that
 * neither a terminal nor a spreadsheet can mistake for something else, and that
 * can be turned back byte for byte.
 *
 * Written \xHH (upper case), a byte at a time: control bytes, DEL, C1 controls
 * (U+0080-9F), bidi controls (U+061C, 200E-F, 202A-E, 2066-9), line and
 * paragraph separators (U+2028-9), what is invisible (U+FFF9-B and all that
 * Unicode calls Default_Ignorable_Code_Point: soft hyphen, zero-width space and
 * joiners, fillers, variation selectors, tags, ...), bytes that are not UTF-8
 * (RFC 3629).  A backslash is written \\. */
enum cell_style {
	CELL_PLAIN = 0,
	CELL_NO_FORMULA = 1,	/* a leading = + - @ (also full-width, also
				 * behind blanks, also behind a semicolon, where
				 * some take a new cell to begin) becomes \xHH
				 * too */
	CELL_SEED = 2,		/* a backslash stays single: the predecessor's
				 * readers do not know \\ */
	CELL_NO_QUOTE = 4,	/* a leading " becomes \x22: in TSV some
				 * readers take it to open a quoted cell */
	CELL_INVISIBLE = 8,	/* soft hyphens, joiners and selectors of emoji,
				 * fillers stand as they are: not for what an
				 * attacker wrote */
};

/* Nothing but printable ASCII without a backslash: the text of a cell as it is,
 * in CELL_PLAIN and CELL_SEED. */
bool cell_is_plain(struct slice raw);

void cell_add(struct buf *out, struct slice raw, unsigned style);

/* Whether a text is written as it is, without quotes too, in any style but
 * CELL_NO_FORMULA: printable ASCII without backslash, quote and delimiter. */
bool cell_is_bare(struct slice raw, char delimiter);

/* Back to bytes.  False if there is a backslash that cell_add() would not
 * have written; out then holds what came before it. */
bool cell_restore(struct buf *out, struct slice cell);

#endif
