/* SPDX-License-Identifier: ISC */
/* Packed files, recognised by content. */
#include "base/packing.h"

/* What cannot be read here, and what can; a ? stands for any byte. */
static const struct {
	struct slice magic;
	const char *kind, *reader;
} foreign[] = {
	{ SLICE("\xFD" "7zXZ\0"), "xz", "xzcat" },
	{ SLICE("\x28\xB5\x2F\xFD"), "zstd", "zstdcat" },
	{ SLICE("BZh?1AY&SY"), "bzip2", "bzcat" },
	{ SLICE("BZh?\x17\x72\x45\x38\x50\x90"), "bzip2", "bzcat" },
	{ SLICE("\x04\x22\x4D\x18"), "lz4", "lz4cat" },
};

/* Whether no byte that is there disagrees with a magic. */
static bool
agrees(struct slice head, struct slice magic)
{
	for (size_t i = 0; i < magic.n && i < head.n; i++)
		if (magic.p[i] != '?' && magic.p[i] != head.p[i])
			return false;
	return true;
}

/* Whether more bytes could make a foreign magic of what is there. */
static bool
may_be_foreign(struct slice head)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.n < foreign[i].magic.n &&
		    agrees(head, foreign[i].magic))
			return true;
	return false;
}

static int
refuse_foreign(struct slice head, struct err *e)
{
	for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++)
		if (head.n >= foreign[i].magic.n &&
		    agrees(head, foreign[i].magic))
			return err_set(e, EX_DATAERR, "is compressed with %s: "
			    "unpack it with %s in front", foreign[i].kind,
			    foreign[i].reader);
	return 0;
}

int
packing_find(struct slice head, bool whole, enum packing *packing,
    struct err *e)
{
	bool is_short = slice_is(head, SLICE("\x1f"));

	*packing = PACKING_UNKNOWN;
	if (!whole && (head.n == 0 || is_short || may_be_foreign(head)))
		return 0;
	if (refuse_foreign(head, e) < 0)
		return -1;
	/* A file of one byte 0x1f is a gzip file cut very short. */
	*packing = is_short || slice_starts(head, SLICE("\x1f\x8b")) ?
	    PACKING_GZIP : PACKING_NONE;
	return 0;
}
