/* SPDX-License-Identifier: ISC */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/slice.h"

/* JSON (RFC 8259), as much as log lines need: the members of one object, in
 * place.  Decoded text goes to scratch, which must have room for the whole
 * line already: decoding never makes text longer. */

/* Enters an object: the cursor goes behind its '{'. */
bool json_object(struct slice *rest);

/* Next member.  1: *key is decoded, *value is the value's own JSON text; 0: the
 * object has ended, the cursor stands behind it; -1: not JSON, or nested deeper
 * than 16. */
int json_member(struct slice *rest, struct buf *scratch, struct slice *key,
	struct slice *value);

/* A value that is a string, decoded; a lone surrogate is kept as the three
 * bytes it would have in UTF-8. */
bool json_string(struct slice value, struct buf *scratch, struct slice *out);

/* A value that is an array of numbers 0 to 255: how journalctl writes text
 * that is not printable. */
bool json_bytes(struct slice value, struct buf *scratch, struct slice *out);

/* Writes a string with its quotes; s must be UTF-8. */
void json_add_string(struct buf *out, struct slice s);

#endif
