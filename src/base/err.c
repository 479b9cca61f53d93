/* SPDX-License-Identifier: ISC */
/* Errors of the world outside: a text and an exit status. */
#include "base/err.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

void
err_plain(char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;

		if (c < 0x20 || c >= 0x7f)
			*text = '?';
	}
}

__attribute__((format(printf, 3, 0))) static int
err_fill(struct err *e, int status, const char *format, va_list args)
{
	e->status = status;
	vsnprintf(e->text, sizeof e->text, format, args);
	err_plain(e->text);
	return -1;
}

int
err_set(struct err *e, int status, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_fill(e, status, format, args);
	va_end(args);
	return -1;
}

int
err_errno(struct err *e, int status, const char *format, ...)
{
	int why = errno;
	size_t n;
	va_list args;

	va_start(args, format);
	err_fill(e, status, format, args);
	va_end(args);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, ": %s", strerror(why));
	return -1;
}

int
err_add(struct err *e, const char *text)
{
	size_t n = strlen(e->text);

	snprintf(e->text + n, sizeof e->text - n, "%s", text);
	return -1;
}

int
err_prefix(struct err *e, const char *format, ...)
{
	char old[sizeof e->text];
	size_t n;
	va_list args;

	memcpy(old, e->text, sizeof old);
	va_start(args, format);
	err_fill(e, e->status, format, args);
	va_end(args);
	n = strlen(e->text);
	snprintf(e->text + n, sizeof e->text - n, "%s", old);
	return -1;
}

void
err_list_add(struct err_list *list, const struct err *e)
{
	if (list->n == 0)
		list->status = e->status;
	if (list->n < ERR_LIST_MAX)
		list->texts[list->n] = mem_text(e->text, strlen(e->text));
	list->n++;
}

void
err_list_release(struct err_list *list)
{
	for (unsigned i = 0; i < list->n && i < ERR_LIST_MAX; i++)
		free(list->texts[i]);
	*list = (struct err_list){ 0 };
}
