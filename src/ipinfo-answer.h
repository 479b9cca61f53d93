/* SPDX-License-Identifier: ISC */
#ifndef IPINFO_ANSWER_H
#define IPINFO_ANSWER_H

#include <stdbool.h>

#include "base/buf.h"
#include "schema/column.h"

/* How answers are written, and what an answer ends with: country, AS and its
 * name, kept as text for places that come again. */
enum answer_format { ANSWER_TEXT, ANSWER_CSV, ANSWER_JSON };
enum { ANSWER_CELLS = 3 };	/* country_code, asn, aso */
struct answers;

/* delimiter: of ANSWER_CSV. */
struct answers *answers_new(enum answer_format format, char delimiter);
void answers_free(struct answers *a);

/* The places asked about so far may be gone: their databases are closed. */
void answers_forget(struct answers *a);

/* Behind every name of an added column: "_2", where a table has these names
 * already.  Borrowed. */
void answers_set_suffix(struct answers *a, struct slice suffix);

/* Columns of text are as wide as the widest cell so far.  These tell them
 * beforehand: a place that will come, or what usually comes. */
void answers_expect(struct answers *a, struct slice ip,
	const struct place *place);
void answers_expect_usual(struct answers *a);

/* The names of the columns that are added, as the end of a CSV header. */
void answers_add_names(const struct answers *a, struct buf *out);

/* An answer with this place will be asked for soon. */
void answers_foresee(const struct answers *a, const struct place *place);

/* A whole answer.  ip: canonical text. */
void answers_add(struct answers *a, struct buf *out, struct slice ip,
	const struct place *place);

/* The end of an answer, from the delimiter before the country to the newline;
 * borrowed until the next call. */
struct slice answers_end(struct answers *a, const struct place *place);

/* Whether nothing is known. */
static inline bool
place_is_unknown(const struct place *place)
{
	return place->country.n == 0 && place->asn == 0 &&
	    place->as_name.n == 0;
}

#endif
