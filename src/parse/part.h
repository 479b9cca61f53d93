/* SPDX-License-Identifier: ISC */
#ifndef PARSE_PART_H
#define PARSE_PART_H

#include "parse/hole.h"

/* One piece of a template: a literal, or a hole (hole.type is not NULL).
 * Behind the last stands one with neither. */
struct part {
	struct slice literal;
	size_t named;	/* holes with a name before this part */
	bool last;	/* a literal that must not occur again further on:
			 * everything behind a `widest` hole */
	bool is_ip;	/* and it has a name */
	struct hole hole;
};

#endif
