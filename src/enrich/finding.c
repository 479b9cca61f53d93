/* SPDX-License-Identifier: ISC */
/* What has been found out, as it stands in the cache. */
#include "enrich/finding.h"

enum {
	SECOND = 1000,
	MINUTE = 60 * SECOND,
	TTL_MIN = MINUTE, TTL_MAX = 24 * 60 * MINUTE,
	NEGATIVE_MAX = 3 * 60 * MINUTE,
	FAILURE_MIN = 30 * SECOND, FAILURE_MAX = 5 * MINUTE,
};

/* First byte of a key: p or P and an address; A or 6 and a name. */

struct slice
finding_key(char key[FINDING_KEY_IP], const struct ip *ip)
{
	key[0] = ip->family == IP_V4 ? 'p' : 'P';
	memcpy(key + 1, &ip->high, sizeof ip->high);
	memcpy(key + 1 + sizeof ip->high, &ip->low, sizeof ip->low);
	return (struct slice){ key, FINDING_KEY_IP };
}

struct slice
finding_forward_key(char key[FINDING_KEY_MAX], enum ip_family family,
    struct slice name)
{
	key[0] = family == IP_V4 ? 'A' : '6';
	memcpy(key + 1, name.p, name.n);
	return (struct slice){ key, 1 + name.n };
}

bool
finding_is_forward(const struct cached *one)
{
	return *one->bytes == 'A' || *one->bytes == '6';
}

struct ip
finding_ip(const struct cached *one)
{
	struct ip ip = { .family = *one->bytes == 'p' ? IP_V4 : IP_V6 };

	memcpy(&ip.high, one->bytes + 1, sizeof ip.high);
	memcpy(&ip.low, one->bytes + 1 + sizeof ip.high, sizeof ip.low);
	return ip;
}

struct slice
finding_name(const struct cached *one, enum wire_type *type)
{
	*type = *one->bytes == 'A' ? WIRE_A : WIRE_AAAA;
	return slice_from(cached_key(one), 1);
}

/* Each name with its length in two bytes before it. */
struct slice
finding_of_names(struct buf *scratch, const struct slice *names, size_t n)
{
	buf_reset(scratch);
	for (size_t i = 0; i < n; i++) {
		buf_add_byte(scratch, (char)(names[i].n >> 8));
		buf_add_byte(scratch, (char)names[i].n);
		buf_add(scratch, names[i]);
	}
	return buf_slice(scratch);
}

struct slice
finding_of_addresses(const struct ip *addresses, size_t n)
{
	return (struct slice){ (const char *)addresses, n * sizeof *addresses };
}

struct slice
finding_hostname(const struct cached *one, unsigned index)
{
	struct slice rest = cached_value(one), name = { NULL, 0 };

	do {
		if (rest.n < 2)
			return (struct slice){ NULL, 0 };
		name = slice_to(slice_from(rest, 2),
		    (size_t)(unsigned char)rest.p[0] << 8 |
		    (unsigned char)rest.p[1]);
		rest = slice_from(rest, 2 + name.n);
	} while (index--);
	return name;
}

bool
finding_has_address(const struct cached *one, const struct ip *ip)
{
	struct slice value = cached_value(one);

	for (; value.n; value = slice_from(value, sizeof *ip)) {
		struct ip other;

		memcpy(&other, value.p, sizeof other);
		if (ip_equal(&other, ip))
			return true;
	}
	return false;
}

bool
finding_is_failure(enum rdns_status status)
{
	return status == RDNS_SERVFAIL || status == RDNS_REFUSED ||
	    status == RDNS_TIMEOUT || status == RDNS_UNREACHABLE ||
	    status == RDNS_BADREPLY;
}

int64_t
finding_lifetime(enum rdns_status status, uint32_t ttl, unsigned failures)
{
	int64_t life, most = status == RDNS_OK ? TTL_MAX : NEGATIVE_MAX;

	if (finding_is_failure(status)) {
		life = FAILURE_MIN;
		for (unsigned i = 1; i < failures; i++)
			life *= 2;
		return life < FAILURE_MAX ? life : FAILURE_MAX;
	}
	life = (int64_t)ttl * SECOND;
	return life < TTL_MIN ? TTL_MIN : life > most ? most : life;
}
