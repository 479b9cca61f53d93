/* SPDX-License-Identifier: ISC */
/* Settings of every kind. */
#ifndef SPECIMEN_H
#define SPECIMEN_H

#include <stddef.h>

#include "base/settings.h"

enum { ARGS = 12 };

struct target {
	bool flag, action;
	const char *text, *place;
	int choice;
	uint64_t number, count, duration;
	struct text_list list, words;
};

static const char *const choices[] = { "one", "two", "three", NULL };
static const char *const sections[] = { "main", "other", NULL };

#define AT(field) offsetof(struct target, field)
static const struct setting table[] = {
	{ "flag", 'f', SETTING_FLAG, AT(flag), NULL, "false", NULL, 0, 0,
		SETTING_ANYWHERE, "a flag" },
	{ "text", 't', SETTING_TEXT, AT(text), "TEXT", NULL, NULL, 0, 0,
		SETTING_ANYWHERE, "a text" },
	{ "place", 'p', SETTING_TEXT, AT(place), "FILE", NULL, NULL, 0, 0,
		SETTING_NAMED, "a text only a named file may set" },
	{ "choice", 'c', SETTING_CHOICE, AT(choice), "WHICH", "two", choices,
		0, 0, SETTING_ANYWHERE, "one of three" },
	{ "number", 'n', SETTING_NUMBER, AT(number), "N", "7", NULL, 0,
		100, SETTING_ANYWHERE, "up to 100" },
	{ "count", 0, SETTING_NUMBER, AT(count), "N", "5", NULL, 2, 9,
		SETTING_ANYWHERE, "a number with a least, of which so much is "
		"said" },
	{ "duration", 'd', SETTING_DURATION, AT(duration), "TIME", "1s", NULL,
		10, 60000, SETTING_ANYWHERE, "up to a minute" },
	{ "list", 'l', SETTING_LIST, AT(list), "ITEM", "default", NULL, 0, 0,
		SETTING_ANYWHERE, "a list" },
	{ "words", 'w', SETTING_WORDS, AT(words), "A,B", "x,y", NULL, 0, 0,
		SETTING_ANYWHERE, "words" },
	{ "action", 0, SETTING_FLAG, AT(action), NULL, NULL, NULL, 0, 0,
		SETTING_OPTION, "something to do" },
	{ .name = NULL },
};

#endif
