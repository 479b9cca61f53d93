/* SPDX-License-Identifier: ISC */
/* Domain names in their wire form. */
#include "name.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "chance.h"

void
name_label(struct name *name, const void *bytes, size_t n)
{
	assert(n > 0 && n < 64 && name->n + 1 + n <= sizeof(name->b));
	name->b[name->n] = (uint8_t)n;
	memcpy(name->b + name->n + 1, bytes, n);
	name->n += 1 + n;
}

void
name_text(struct name *name, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, ".");

		name_label(name, text, n);
		text += n + (text[n] == '.');
	}
}

/* Lengths are below 64 and so never letters: no need to step by labels. */
void
name_lower(struct name *name)
{
	for (size_t i = 0; i < name->n; i++)
		if (name->b[i] >= 'A' && name->b[i] <= 'Z')
			name->b[i] = (uint8_t)(name->b[i] | 0x20);
}

void
name_upper(struct name *name)
{
	for (size_t i = 0; i < name->n; i++)
		if (name->b[i] >= 'a' && name->b[i] <= 'z')
			name->b[i] = (uint8_t)(name->b[i] & ~0x20);
}

static bool
is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
	    c == '_' || c == '-';
}

size_t
name_show(const struct name *name, char text[NAME_TEXT])
{
	struct name low = *name;
	char *to = text;

	name_lower(&low);
	for (size_t i = 0; i < low.n; i += 1U + low.b[i]) {
		if (i > 0)
			*to++ = '.';
		for (size_t j = i + 1; j <= i + low.b[i]; j++) {
			uint8_t c = low.b[j];

			if (is_plain(c)) {
				*to++ = (char)c;
				continue;
			}
			*to++ = '\\';
			*to++ = (char)('0' + c / 100);
			*to++ = (char)('0' + c / 10 % 10);
			*to++ = (char)('0' + c % 10);
		}
	}
	*to = '\0';
	return (size_t)(to - text);
}

uint64_t
name_hash(const struct name *name, uint64_t seed)
{
	uint64_t h = seed ^ 0x9e3779b97f4a7c15;

	for (size_t i = 0; i < name->n; i += 8) {
		uint64_t word = 0;

		memcpy(&word, name->b + i,
		    name->n - i < 8 ? name->n - i : 8);
		h = chance_mix(h ^ word) + name->n;
	}
	return h;
}
