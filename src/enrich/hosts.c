/* SPDX-License-Identifier: ISC */
/* The names the administrator gave to addresses. */
#include "enrich/hosts.h"

#include <stdlib.h>

#include "base/mem.h"
#include "enrich/filestamp.h"

enum { NAME_MAX_BYTES = 253, FIRST = 64 };

struct host {
	struct ip ip;
	struct slice name;
};

struct hosts {
	const char *file;
	struct filestamp stamp;
	struct buf text;
	struct host *list;	/* by address, then as they stand there */
	size_t n, size;
};

static int
compare(const struct ip *a, const struct ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

/* Names lie in the text in the order of their lines. */
static int
compare_hosts(const void *a, const void *b)
{
	const struct host *x = a, *y = b;
	int order = compare(&x->ip, &y->ip);

	return order ? order : (x->name.p > y->name.p) -
	    (x->name.p < y->name.p);
}

static bool
next_word(struct slice *rest, struct slice *word)
{
	size_t n = 0;

	while (rest->n && (*rest->p == ' ' || *rest->p == '\t'))
		*rest = slice_from(*rest, 1);
	while (n < rest->n && rest->p[n] != ' ' && rest->p[n] != '\t' &&
	    rest->p[n] != '\r')
		n++;
	*word = slice_to(*rest, n);
	*rest = slice_from(*rest, n);
	return n > 0;
}

/* Whether a host may be called so; takes its final dot and makes it lower
 * case.  Labels have a byte at least, and a name begins with no hyphen. */
static bool
take_name(struct hosts *h, struct slice *name)
{
	char *p = h->text.p + (name->p - h->text.p);
	char before = '.';

	if (name->n && p[name->n - 1] == '.')
		name->n--;
	if (name->n == 0 || name->n > NAME_MAX_BYTES || *p == '-')
		return false;
	for (size_t i = 0; i < name->n; i++) {
		if (p[i] >= 'A' && p[i] <= 'Z')
			p[i] |= 0x20;
		if (!byte_is_letter(p[i]) && !byte_is_digit(p[i]) &&
		    p[i] != '-' && p[i] != '_' &&
		    (p[i] != '.' || before == '.'))
			return false;
		before = p[i];
	}
	return before != '.';
}

static void
take_line(struct hosts *h, struct slice line)
{
	struct slice address, name;
	struct ip ip;

	line = slice_to(line, slice_find_byte(line, '#'));
	if (h->n == HOSTS_MAX || !next_word(&line, &address) ||
	    !ip_parse(slice_to(address, slice_find_byte(address, '%')), &ip))
		return;
	do {
		if (!next_word(&line, &name))
			return;
	} while (!take_name(h, &name));
	if (h->n == h->size) {
		h->size = h->size ? 2 * h->size : FIRST;
		h->list = mem_resize(h->list, h->size, sizeof *h->list);
	}
	h->list[h->n++] = (struct host){ ip, name };
}

struct hosts *
hosts_read(const char *file)
{
	struct hosts *h = mem_new(sizeof *h);
	struct slice rest, line;
	struct err ignored;

	h->file = file;
	buf_init(&h->text, HOSTS_BYTES);
	filestamp_read(&h->stamp, file, &h->text, &ignored);
	rest = buf_slice(&h->text);
	while (rest.n) {
		if (!slice_cut(&rest, '\n', &line)) {
			line = rest;
			rest.n = 0;
		}
		take_line(h, line);
	}
	if (h->n)
		qsort(h->list, h->n, sizeof *h->list, compare_hosts);
	return h;
}

void
hosts_free(struct hosts *h)
{
	if (!h)
		return;
	buf_release(&h->text);
	free(h->list);
	free(h);
}

bool
hosts_find(const struct hosts *h, const struct ip *ip, struct slice *name)
{
	size_t low = 0, high = h->n;

	/* The first that is not before it. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (compare(&h->list[middle].ip, ip) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == h->n || !ip_equal(&h->list[low].ip, ip))
		return false;
	*name = h->list[low].name;
	return true;
}

bool
hosts_is_stale(const struct hosts *h)
{
	return filestamp_is_stale(&h->stamp, h->file);
}
