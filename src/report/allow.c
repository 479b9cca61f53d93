/* SPDX-License-Identifier: ISC */
/* Addresses that are never to be blocked. */
#include "report/allow.h"

#include <stdlib.h>

#include "base/input.h"
#include "base/mem.h"

enum { SHOWN = 80, ALLOW_OWN = 3 };

int
ip_order(const struct ip *a, const struct ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	if (a->high != b->high)
		return a->high < b->high ? -1 : 1;
	return (a->low > b->low) - (a->low < b->low);
}

/* The bits of a prefix of so many bits that are the host's. */
static void
host_bits(uint64_t bits, uint64_t all, uint64_t *high, uint64_t *low)
{
	uint64_t n = all - bits;

	*low = n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
	n = n > 64 ? n - 64 : 0;
	*high = n >= 64 ? UINT64_MAX : ((uint64_t)1 << n) - 1;
}

bool
ip_range_parse(struct slice s, struct ip_range *range)
{
	struct slice address = s, rest = s;
	uint64_t bits, all, high, low;
	bool has_prefix = slice_cut(&rest, '/', &address);

	if (!ip_parse(address, &range->first))
		return false;
	all = range->first.family == IP_V4 ? 32 : 128;
	bits = all;
	if (has_prefix && !slice_number(rest, all, &bits))
		return false;
	host_bits(bits, all, &high, &low);
	if (all == 32)
		high = 0;
	if (range->first.high & high || range->first.low & low)
		return false;
	range->last = range->first;
	range->last.high |= high;
	range->last.low |= low;
	return true;
}

static struct slice
trim(struct slice line)
{
	line = slice_to(line, slice_find_byte(line, '#'));
	while (line.n && (*line.p == ' ' || *line.p == '\t'))
		line = slice_from(line, 1);
	while (line.n && (line.p[line.n - 1] == ' ' ||
	    line.p[line.n - 1] == '\t'))
		line.n--;
	return line;
}

static int
take_line(struct allow *a, struct slice line, struct err *e)
{
	struct ip_range range;

	line = trim(line);
	if (line.n == 0)
		return 0;
	if (!ip_range_parse(line, &range))
		return err_set(e, EX_CONFIG, "'%.*s' is neither an address "
		    "nor a network such as 192.0.2.0/24",
		    (int)slice_to(line, SHOWN).n, line.p);
	if (a->n == ALLOW_MAX + ALLOW_OWN)
		return err_set(e, EX_CONFIG, "more than %d networks",
		    ALLOW_MAX);
	a->ranges[a->n++] = range;
	return 0;
}

static int
read_lines(struct allow *a, struct input *in, struct err *e)
{
	struct slice block, line;
	unsigned long long n = 0;
	int got;

	while ((got = input_next(in, &block, e)) > 0) {
		while (input_line(&block, &line)) {
			n++;
			if (take_line(a, line, e) < 0)
				return err_prefix(e, "%s:%llu: ",
				    input_name(in), n);
		}
	}
	return got;
}

static int
compare(const void *a, const void *b)
{
	const struct ip_range *x = a, *y = b;

	return ip_order(&x->first, &y->first);
}

/* Ranges that overlap become one. */
static void
merge(struct allow *a)
{
	size_t n = 0;

	qsort(a->ranges, a->n, sizeof *a->ranges, compare);
	for (size_t i = 0; i < a->n; i++) {
		const struct ip_range *one = &a->ranges[i];

		if (n && ip_order(&one->first, &a->ranges[n - 1].last) <= 0) {
			if (ip_order(&one->last, &a->ranges[n - 1].last) > 0)
				a->ranges[n - 1].last = one->last;
			continue;
		}
		a->ranges[n++] = *one;
	}
	a->n = n;
}

/* Whoever fails through a webmail of this machine comes from here. */
static void
add_own(struct allow *a)
{
	static const struct slice own[ALLOW_OWN] = {
		SLICE("127.0.0.0/8"), SLICE("0.0.0.0/8"), SLICE("::1"),
	};

	a->ranges = mem_array(ALLOW_MAX + ALLOW_OWN, sizeof *a->ranges);
	for (size_t i = 0; i < ALLOW_OWN; i++)
		(void)ip_range_parse(own[i], &a->ranges[a->n++]);
}

void
allow_init(struct allow *a)
{
	*a = (struct allow){ .n = 0 };
	add_own(a);
	merge(a);
}

int
allow_read(struct allow *a, const char *file, struct err *e)
{
	struct input *in = input_open(file, e);
	int rc;

	if (!in)
		return -1;
	rc = read_lines(a, in, e);
	input_close(in);
	merge(a);
	return rc;
}

void
allow_release(struct allow *a)
{
	free(a->ranges);
}

bool
allow_has(const struct allow *a, const struct ip_range *range)
{
	size_t low = 0, high = a->n;

	/* The first range that does not end before this one begins. */
	while (low < high) {
		size_t middle = (low + high) / 2;

		if (ip_order(&a->ranges[middle].last, &range->first) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < a->n &&
	    ip_order(&a->ranges[low].first, &range->last) <= 0;
}
