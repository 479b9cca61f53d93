/* SPDX-License-Identifier: ISC */
#ifndef PARSE_GLOB_H
#define PARSE_GLOB_H

#include <stdbool.h>

#include "base/slice.h"

/* A glob on a tag: * for any bytes, ? for one, and no others are special. */
bool glob_fits(struct slice glob, struct slice text);

/* Whether something that begins with text could fit. */
bool glob_may_go_on(struct slice glob, struct slice text);

/* It is nothing but a star and an end: no need to search. */
bool glob_is_tail(struct slice glob);

#endif
