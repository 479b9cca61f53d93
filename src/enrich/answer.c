/* SPDX-License-Identifier: ISC */
/* What an answer says, the unusual ones by ldns. */
#include "enrich/answer.h"

#include <assert.h>
#include <ldns/ldns.h>

#include "base/library.h"

static_assert(sizeof LIBLDNS > 1,
    "libldns.so, its pkg-config file or readelf is not there");

static struct {
	__typeof__(ldns_rdf_size) *rdf_size;
	__typeof__(ldns_rdf_data) *rdf_data;
	__typeof__(ldns_rdf2native_int32) *rdf2native_int32;
	__typeof__(ldns_rr_get_type) *rr_get_type;
	__typeof__(ldns_rr_get_class) *rr_get_class;
	__typeof__(ldns_rr_owner) *rr_owner;
	__typeof__(ldns_rr_rdf) *rr_rdf;
	__typeof__(ldns_rr_rd_count) *rr_rd_count;
	__typeof__(ldns_rr_ttl) *rr_ttl;
	__typeof__(ldns_rr_list_rr) *rr_list_rr;
	__typeof__(ldns_rr_list_rr_count) *rr_list_rr_count;
	__typeof__(ldns_pkt_answer) *pkt_answer;
	__typeof__(ldns_pkt_authority) *pkt_authority;
	__typeof__(ldns_pkt_edns_extended_rcode) *pkt_edns_extended_rcode;
	__typeof__(ldns_pkt_free) *pkt_free;
	__typeof__(ldns_wire2pkt) *wire2pkt;
} ldns;

static const struct library_function functions[] = {
	LIBRARY_FUNCTION(ldns, rdf_size),
	LIBRARY_FUNCTION(ldns, rdf_data),
	LIBRARY_FUNCTION(ldns, rdf2native_int32),
	LIBRARY_FUNCTION(ldns, rr_get_type),
	LIBRARY_FUNCTION(ldns, rr_get_class),
	LIBRARY_FUNCTION(ldns, rr_owner),
	LIBRARY_FUNCTION(ldns, rr_rdf),
	LIBRARY_FUNCTION(ldns, rr_rd_count),
	LIBRARY_FUNCTION(ldns, rr_ttl),
	LIBRARY_FUNCTION(ldns, rr_list_rr),
	LIBRARY_FUNCTION(ldns, rr_list_rr_count),
	LIBRARY_FUNCTION(ldns, pkt_answer),
	LIBRARY_FUNCTION(ldns, pkt_authority),
	LIBRARY_FUNCTION(ldns, pkt_edns_extended_rcode),
	LIBRARY_FUNCTION(ldns, pkt_free),
	LIBRARY_FUNCTION(ldns, wire2pkt),
};

int
answer_start(struct err *e)
{
	return library_load(LIBLDNS, functions, sizeof functions /
	    sizeof *functions, &ldns, e);
}

static bool
copy_name(const ldns_rdf *rdf, struct wire_name *name)
{
	if (!rdf || ldns.rdf_size(rdf) == 0 ||
	    ldns.rdf_size(rdf) > WIRE_NAME_MAX)
		return false;
	name->n = (uint8_t)ldns.rdf_size(rdf);
	memcpy(name->bytes, ldns.rdf_data(rdf), name->n);
	return true;
}

static bool
is_owned(const ldns_rr *rr, unsigned type, const struct wire_name *owner)
{
	struct wire_name name;

	return ldns.rr_get_type(rr) == (ldns_rr_type)type &&
	    ldns.rr_get_class(rr) == LDNS_RR_CLASS_IN &&
	    copy_name(ldns.rr_owner(rr), &name) &&
	    wire_name_equal(&name, owner);
}

/* What a record of the type asked for says.  False: it is damaged. */
static bool
take_record(const ldns_rr *rr, enum wire_type type, struct reply *r)
{
	const ldns_rdf *rdf = ldns.rr_rdf(rr, 0);
	struct wire_name name;

	reply_add_ttl(r, ldns.rr_ttl(rr));
	if (type == WIRE_PTR) {
		if (!copy_name(rdf, &name))
			return false;
		reply_add_name(r, &name);
		return true;
	}
	if (!rdf || ldns.rdf_size(rdf) != (type == WIRE_A ? 4 : 16))
		return false;
	reply_add_address(r, type, ldns.rdf_data(rdf));
	return true;
}

/* The record of one owner and type, or NULL. */
static const ldns_rr *
find_record(const ldns_rr_list *list, enum wire_type type,
    const struct wire_name *owner)
{
	for (size_t i = 0; i < ldns.rr_list_rr_count(list); i++)
		if (is_owned(ldns.rr_list_rr(list, i), type, owner))
			return ldns.rr_list_rr(list, i);
	return NULL;
}

/* Follows the CNAMEs from owner to where they end.  False: nowhere. */
static bool
follow(const ldns_rr_list *answers, enum wire_type type,
    struct wire_name *owner, struct reply *r)
{
	const ldns_rr *rr;

	while (!find_record(answers, type, owner) &&
	    (rr = find_record(answers, WIRE_CNAME, owner))) {
		reply_add_ttl(r, ldns.rr_ttl(rr));
		if (++r->hops > WIRE_HOPS_MAX ||
		    !copy_name(ldns.rr_rdf(rr, 0), owner))
			return false;
	}
	return true;
}

/* How long nothing may be believed: RFC 2308 section 5. */
static void
take_soa(const ldns_pkt *packet, struct reply *r)
{
	const ldns_rr_list *list = ldns.pkt_authority(packet);

	for (size_t i = 0; i < ldns.rr_list_rr_count(list); i++) {
		const ldns_rr *rr = ldns.rr_list_rr(list, i);
		const ldns_rdf *minimum = ldns.rr_rd_count(rr) == 7 ?
		    ldns.rr_rdf(rr, 6) : NULL;

		if (ldns.rr_get_type(rr) != LDNS_RR_TYPE_SOA || !minimum ||
		    ldns.rdf_size(minimum) != 4)
			continue;
		reply_add_ttl(r, ldns.rr_ttl(rr));
		reply_add_ttl(r, ldns.rdf2native_int32(minimum));
		return;
	}
}

static enum reply_kind
judge_packet(const ldns_pkt *packet, const struct wire_query *q,
    struct reply *r)
{
	const ldns_rr_list *answers = ldns.pkt_answer(packet);
	enum wire_type type = wire_query_type(q);
	bool was_there = false;

	r->rcode |= (unsigned)ldns.pkt_edns_extended_rcode(packet) << 4;
	if (r->rcode != WIRE_NOERROR && r->rcode != WIRE_NXDOMAIN)
		return REPLY_FAILURE;
	wire_query_name(q, &r->alias);
	if (!follow(answers, type, &r->alias, r))
		return REPLY_BAD;
	for (size_t i = 0; i < ldns.rr_list_rr_count(answers); i++) {
		const ldns_rr *rr = ldns.rr_list_rr(answers, i);

		if (!is_owned(rr, type, &r->alias))
			continue;
		was_there = true;
		if (!take_record(rr, type, r))
			return REPLY_BAD;
	}
	if (r->n)
		return type == WIRE_PTR ? REPLY_NAMES : REPLY_ADDRESSES;
	if (r->rcode == WIRE_NXDOMAIN) {
		take_soa(packet, r);
		return REPLY_NXDOMAIN;
	}
	/* A chain that leaves this answer goes on with another question, unless
	 * an SOA says that there is nothing at its end. */
	if (r->hops && !was_there &&
	    ldns.rr_list_rr_count(ldns.pkt_authority(packet)) == 0)
		return REPLY_ALIAS;
	take_soa(packet, r);
	return REPLY_NODATA;
}

void
answer_read_thoroughly(const struct wire_query *q, const uint8_t *m,
    size_t n, struct reply *r)
{
	ldns_pkt *packet = NULL;

	reply_reset(r);
	r->rcode = m[3] & 15;
	if (ldns.wire2pkt(&packet, m, n) != LDNS_STATUS_OK)
		return;
	r->kind = judge_packet(packet, q, r);
	ldns.pkt_free(packet);
}

void
answer_read(const struct wire_query *q, const uint8_t *m, size_t n,
    struct reply *r)
{
	if (!wire_read(q, m, n, r))
		answer_read_thoroughly(q, m, n, r);
}
