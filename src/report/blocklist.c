/* SPDX-License-Identifier: ISC */
/* Addresses that failed too often. */
#include "report/blocklist.h"

#include <stdlib.h>

#include "base/mem.h"

struct entry {
	struct ip_range range;
	struct slice text;
	uint64_t attempts;
};

static int
compare(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	return ip_order(&x->range.first, &y->range.first);
}

/* Those to be blocked, sorted; the caller frees. */
static struct entry *
collect(const struct blocklist *b, const struct tally *t, size_t *n)
{
	const struct table *keys = t->tables[b->of_networks ? MODEL_NETWORK :
	    MODEL_IP];
	struct entry *entries = mem_array(table_size(keys), sizeof *entries);

	*n = 0;
	for (uint32_t i = 0; i < table_size(keys); i++) {
		struct table_key key = table_at(keys, i);
		struct entry one = { .text = key.text,
			.attempts = key.count - key.error };

		/* The beginning of an address may be another one. */
		if (one.attempts == 0 || one.attempts < b->least || key.is_cut ||
		    !ip_range_parse(key.text, &one.range) ||
		    allow_has(b->allow, &one.range))
			continue;
		entries[(*n)++] = one;
	}
	qsort(entries, *n, sizeof *entries, compare);
	return entries;
}

static size_t
count_v4(const struct entry *entries, size_t n)
{
	size_t v4 = 0;

	while (v4 < n && entries[v4].range.first.family == IP_V4)
		v4++;
	return v4;
}

/* What is there before is gone in the same transaction. */
static void
add_nft(struct buf *out, const struct entry *entries, size_t n,
    const char *name, const char *type)
{
	buf_addf(out, "add set inet mls %s { type %s; flags interval; }\n"
	    "flush set inet mls %s\n", name, type, name);
	if (n == 0)
		return;
	buf_addf(out, "add element inet mls %s {\n", name);
	for (size_t i = 0; i < n; i++) {
		buf_add_byte(out, '\t');
		buf_add(out, entries[i].text);
		buf_add(out, i + 1 < n ? SLICE(",\n") : SLICE("\n"));
	}
	buf_add(out, SLICE("}\n"));
}

static void
add_ipset(struct buf *out, const struct entry *entries, size_t n,
    const char *name, const char *family)
{
	buf_addf(out, "create %s hash:net family %s maxelem 1048576 -exist\n"
	    "flush %s\n", name, family, name);
	for (size_t i = 0; i < n; i++) {
		buf_addf(out, "add %s ", name);
		buf_add(out, entries[i].text);
		buf_add_byte(out, '\n');
	}
}

static void
add_lines(struct buf *out, const struct entry *entries, size_t n,
    const char *behind)
{
	for (size_t i = 0; i < n; i++) {
		buf_add(out, entries[i].text);
		buf_addf(out, "%s\n", behind);
	}
}

size_t
blocklist_add(struct buf *out, const struct blocklist *b,
    const struct tally *t)
{
	size_t n, v4;
	struct entry *entries = collect(b, t, &n);

	v4 = count_v4(entries, n);
	switch (b->form) {
	case BLOCKLIST_PLAIN:
		add_lines(out, entries, n, "");
		break;
	case BLOCKLIST_NFT:
		buf_add(out, SLICE("add table inet mls\n"));
		add_nft(out, entries, v4, "blocked4", "ipv4_addr");
		add_nft(out, entries + v4, n - v4, "blocked6", "ipv6_addr");
		break;
	case BLOCKLIST_IPSET:
		add_ipset(out, entries, v4, "mls4", "inet");
		add_ipset(out, entries + v4, n - v4, "mls6", "inet6");
		break;
	case BLOCKLIST_CIDR:
		add_lines(out, entries, n, " REJECT too many failed logins");
		break;
	}
	free(entries);
	return n;
}
